"""The one table of settings: kind, bounds, default, help. Nothing else knows the bounds.

`load` turns what a JSON file held into a complete dict of good values and a list of complaints.
A complaint never stops the device: the setting keeps its default and the heater is disabled until
the file is right, since a heater that runs on half of what was meant is worse than none.
"""

from bms.catalog import ADDRESSED, BLE, MAX_ADDRESS, NAMES, UART, find
from settings import settings_heater
from words import LEAST_SPAN_DC, OFF_HIGH_DC, OFF_LOW_DC, ON_HIGH_DC, ON_LOW_DC

INT = 0
BOOL = 1
TEXT = 2
CHOICE = 3
PACKS = 4

LEAST_PASSWORD = 8  # letters, for whoever may change something on the page

# What the application has them by: their names; in an image for a board without PSRAM their places
# in the table (tools/small/numbered.py).
NUMBERED = False

# key, kind, lowest | choices, highest | longest, default, help
SETTINGS = (
    ("name", TEXT, 1, 24, "Packmate", "What the screen and Home Assistant call this device."),
    (
        "bms_dialect",
        CHOICE,
        ("auto",) + NAMES,
        None,
        "jk_gps",
        "The BMS's language; auto: found out.",
    ),
    (
        "bms_link",
        CHOICE,
        ("uart", "ble"),
        None,
        "uart",
        "The way to an ANT BMS, and to one that is found out; others know theirs.",
    ),
    ("bms_address", INT, 0, MAX_ADDRESS, None, "Of a JK on RS485; null: the first that answers."),
    ("ble_address", TEXT, 0, 17, "", "The BMS's Bluetooth address; empty: whichever."),
    ("ble_name", TEXT, 0, 32, "", "Its Bluetooth name. Both empty: the strongest that fits."),
    ("packs", PACKS, 0, 3, (), "More packs beside this one: see below."),
    ("on_mat", BOOL, None, None, True, "The mat warms this pack; of use with several packs."),
    ("bms_poll_ms", INT, 500, 10_000, 1000, "Time between two questions to the BMS."),
    ("bms_reread_min", INT, 5, 1440, 60, "Between two readings of the BMS's settings."),
    ("bms_writes", BOOL, None, None, False, "The BMS may be written to."),
    ("rs485_de_used", BOOL, None, None, False, "A transceiver's driver-enable pin is wired."),
    ("data_max_age_s", INT, 5, 60, 10, "Older data are stale: grey, withheld, heater off."),
    (
        "data_freeze_s",
        INT,
        0,
        3600,
        0,
        "Content unchanged for so long is stale, for the heater after half of it; 0: by dialect.",
    ),
    (
        "heater_output",
        CHOICE,
        ("none", "gpio", "bms"),
        None,
        "none",
        "What switches the mat; bms: the JK's own heating output, supervised.",
    ),
    (
        "heater_drive",
        CHOICE,
        ("level", "pulses"),
        None,
        "level",
        "How the pin says on; pulses: through the dead-man of docs/heater/building.md.",
    ),
    (
        "heater_mode",
        CHOICE,
        ("off", "charger", "charger_or_soc"),
        None,
        "off",
        "Heat never; while a charger is there; also from the pack down to the SOC floor.",
    ),
    ("heater_thresholds", CHOICE, ("bms", "own"), None, "bms", "Whose temperatures count."),
    ("heater_on_dc", INT, ON_LOW_DC, ON_HIGH_DC, 0, "Own threshold: heat below, in 0.1 °C."),
    ("heater_off_dc", INT, OFF_LOW_DC, OFF_HIGH_DC, 50, "Own threshold: warm enough from here."),
    ("cells_limit_dc", INT, -300, 200, 0, "Colder cells are harmed by charging; LiFePO4: 0 °C."),
    ("heater_lead_dc", INT, 0, 100, 0, "Start this much before the threshold, in 0.1 °C."),
    ("heater_min_on_s", INT, 0, 3600, 60, "Shortest time on; safety ignores it."),
    ("heater_min_off_s", INT, 0, 3600, 60, "Shortest time off."),
    ("heater_soc_floor_pct", INT, 25, 90, 40, "Lowest charge to heat from the pack."),
    ("heater_max_on_min", INT, 0, 1440, 0, "Longest time on at a stretch; 0: by the forecast."),
    (
        "heater_max_wh_day",
        INT,
        0,
        20_000,
        0,
        "Most energy for heating in a day; 0: no such bound.",
    ),
    ("heater_max_temp_dc", INT, 100, 400, 250, "A sensor hotter than this stops the heater."),
    ("heater_spread_dc", INT, 50, 400, 200, "Sensors further apart than this are not believed."),
    ("heater_mat_mohm", INT, 0, 1_000_000, 0, "The mat's resistance in mΩ; 0: unknown."),
    ("heater_pwm_s", INT, 20, 3600, 120, "Period of the slow on and off for heater_max_w."),
    ("heater_max_w", INT, 0, 2000, 0, "Most power on average, by slow on and off; 0: all."),
    (
        "heater_probe",
        CHOICE,
        ("none", "mat", "cell"),
        None,
        "none",
        "Where a DS18B20 of our own sits; without its reading the heater is off.",
    ),
    (
        "heater_inhibit",
        BOOL,
        None,
        None,
        False,
        "Keep charging off, through the BMS's switch, while the pack is too cold for it.",
    ),
    (
        "heater_bms_thresholds",
        BOOL,
        None,
        None,
        False,
        "With heater_output bms: write our own thresholds into the BMS.",
    ),
    ("preheat_at", TEXT, 0, 5, "", "HH:MM at which the pack shall be warm, daily; empty: never."),
    ("utc_offset_min", INT, -720, 840, 0, "Your clock minus UTC; summer time is not known."),
    ("ntp_host", TEXT, 0, 64, "pool.ntp.org", "Who tells the time; empty: nobody is asked."),
    ("heater_loss_w", INT, 0, 2000, 0, "Most that the box loses in W; 0: what fits pack_wh."),
    ("pack_wh", INT, 0, 200_000, 0, "The pack's energy in Wh; 0: unknown."),
    ("pack_max_mv", INT, 0, 120_000, 0, "The full pack in mV, to check the mat; 0: unknown."),
    (
        "heater_feed",
        CHOICE,
        ("unknown", "output"),
        None,
        "unknown",
        "output: the mat hangs where charger and loads do, so that the BMS measures its current.",
    ),
    (
        "heater_charger_hold_min",
        INT,
        0,
        720,
        240,
        "How long a charger that the cold cut off is believed to be still there.",
    ),
    (
        "heater_stuck_cutoff",
        BOOL,
        None,
        None,
        False,
        "Switch the BMS's discharging off when the mat is stuck on; loads lose power, too.",
    ),
    ("charger_pin_used", BOOL, None, None, False, "A charger-present signal is wired."),
    ("wifi_ssid", TEXT, 0, 32, "", "The network to join; empty: no Wi-Fi."),
    ("wifi_ssid_2", TEXT, 0, 32, "", "One more, joined where the first is not there."),
    ("mqtt_host", TEXT, 0, 64, "", "The broker's name or address; empty: no MQTT."),
    ("mqtt_port", INT, 1, 65_535, 1883, "The broker's port."),
    (
        "mqtt_tls",
        CHOICE,
        ("off", "verified", "unverified"),
        None,
        "off",
        "A secure line; unverified: to whoever answers, so that it can be read by others.",
    ),
    (
        "mqtt_ca",
        TEXT,
        0,
        32,
        "ca.pem",
        "File with the certificate that the broker's is signed by.",
    ),
    ("mqtt_cert", TEXT, 0, 32, "", "File with our own certificate; empty: none."),
    ("mqtt_key", TEXT, 0, 32, "", "File with its key."),
    ("mqtt_user", TEXT, 0, 64, "", "User name at the broker; empty: none."),
    ("mqtt_topic", TEXT, 1, 32, "packmate", "First part of every topic."),
    ("mqtt_interval_s", INT, 1, 3600, 15, "Time between two state messages."),
    (
        "mqtt_mb_a_month",
        INT,
        0,
        1000,
        0,
        "What MQTT may cost, in MB a month; 0: whatever it takes. See docs/data.md.",
    ),
    (
        "mqtt_mode",
        BOOL,
        None,
        None,
        False,
        "Modes up to heater_mode may be set over MQTT, and faults acknowledged; off always.",
    ),
    ("mqtt_boost", BOOL, None, None, False, "The heater may be boosted over MQTT."),
    (
        "mqtt_thresholds",
        BOOL,
        None,
        None,
        False,
        "Own thresholds may be lowered over MQTT, never raised above those here.",
    ),
    ("mqtt_writes", BOOL, None, None, False, "The BMS may be written to on command over MQTT."),
    ("history_kb", INT, 0, 4096, 0, "Flash for the pack's history, told when the broker is back."),
    ("history_interval_s", INT, 10, 3600, 60, "Between two of its records while figures move."),
    ("history_rest_s", INT, 60, 86_400, 900, "And while nothing does; without PSRAM always."),
    ("ha_discovery", BOOL, None, None, True, "Announce the values to Home Assistant."),
    (
        "ha_by_device",
        BOOL,
        None,
        None,
        False,
        "Announce all values in one message; for Home Assistant 2024.11 and later.",
    ),
    ("ha_prefix", TEXT, 1, 32, "homeassistant", "Home Assistant's discovery prefix."),
    (
        "mqtt_victron",
        BOOL,
        None,
        None,
        False,
        "Tell the pack to a Victron GX device as well, as dbus-serialbattery takes it.",
    ),
    ("mqtt_influx", BOOL, None, None, False, "Tell the same as Influx lines, for Telegraf."),
    (
        "charge_max_a",
        INT,
        0,
        1000,
        0,
        "Most that may be charged, told less in the cold to whoever charges; 0: no limit is told.",
    ),
    ("charge_full_dc", INT, 0, 300, 100, "All of charge_max_a from here, in 0.1 °C."),
    (
        "charge_table",
        TEXT,
        0,
        100,
        "",
        "Instead: how much at which °C, in %, as 0:10 5:30 10:100 45:50; empty: none.",
    ),
    ("update_url", TEXT, 0, 128, "", "Whence updates may come, signed: http(s)://…; empty: none."),
    ("screen_brightness_pct", INT, 1, 100, 80, "Backlight."),
    ("low_power", BOOL, None, None, False, "Save power while the pack rests: docs/power.md."),
    ("low_power_ma", INT, 50, 20_000, 500, "It rests below this current, in mA."),
    ("language", CHOICE, ("english", "german"), None, "english", "Of the screen."),
    (
        "screen_pages",
        BOOL,
        None,
        None,
        True,
        "The panel shows its pages; without them a board without PSRAM has more memory.",
    ),
    # From here on: for boards with PSRAM (settings_memory.py).
    ("screen_first", CHOICE, ("glance", "big"), None, "glance", "The page that it comes back to."),
    (
        "temperature_unit",
        CHOICE,
        ("celsius", "fahrenheit"),
        None,
        "celsius",
        "Of what the screen shows.",
    ),
    (
        "screen_night",
        CHOICE,
        ("off", "time", "light", "always"),
        None,
        "off",
        "Colours of the night; time: where Wi-Fi tells it; light: by the board's sensor.",
    ),
    ("screen_night_pct", INT, 1, 100, 20, "Backlight at night."),
    ("screen_night_from", TEXT, 0, 5, "20:00", "HH:MM at which the night begins."),
    ("screen_night_to", TEXT, 0, 5, "07:00", "HH:MM at which it ends."),
    ("screen_off_min", INT, 0, 1440, 0, "The panel goes dark when unused for so long; 0: never."),
    ("screen_wake_ma", INT, 0, 100_000, 5000, "A current that keeps the panel lit; 0: none."),
    ("web", BOOL, None, None, False, "A page for browsers in the same network: docs/web.md."),
    ("web_mode", BOOL, None, None, False, "As mqtt_mode, on the page; with web_password."),
    ("web_boost", BOOL, None, None, False, "As mqtt_boost, likewise."),
    ("web_thresholds", BOOL, None, None, False, "As mqtt_thresholds, likewise."),
    ("web_settings", BOOL, None, None, False, "Settings may be changed there, likewise."),
)

SECRETS = (
    ("wifi_password", TEXT, 0, 63, "", "Empty: an open network."),
    ("wifi_password_2", TEXT, 0, 63, "", "The same of wifi_ssid_2."),
    ("mqtt_password", TEXT, 0, 64, "", "Password at the broker."),
    ("bms_password", TEXT, 0, 16, "", "What the BMS wants before it is written to; empty: none."),
    ("ble_pin", TEXT, 0, 6, "", "Digits that the BMS wants for pairing; most want none."),
    ("web_password", TEXT, 0, 64, "", "Of the page, from 8 letters on; empty: it only shows."),
)


def load(raw, table=SETTINGS):
    """Returns (values, errors) for the content of a settings file.

    `raw` is whatever the JSON held. `values` has every key of the table, with a value inside its
    bounds; `errors` is a list of str, each naming the key, what is wrong and what is allowed.
    """
    values = {}
    errors = []
    for key, _, _, _, default, _ in table:
        values[key] = default
    if not isinstance(raw, dict):
        errors.append("the file must hold one JSON object")
        raw = {}
    known = {row[0]: row for row in table}
    for key in raw:
        row = known.get(key)
        if row is not None and row[1] == PACKS:
            continue  # when the first one is known
        problem = "unknown setting" if row is None else _problem(row, raw[key])
        if problem:
            errors.append("%s: %s" % (key, problem))
        else:
            values[key] = raw[key]
    if table is SETTINGS:
        _check_together(values, errors)
        _check_link(values, errors)
        if "packs" in raw:
            from settings import settings_packs  # needed by few

            settings_packs.load(raw["packs"], values, errors, SETTINGS, load, _check_link)
    else:
        _check_secrets(values, errors)
    return values, errors


def _check_secrets(values, errors):
    """values: of all secrets, or of some of them."""
    if values.get("ble_pin") and not values["ble_pin"].isdigit():
        values["ble_pin"] = ""
        errors.append("ble_pin: holds more than digits")
    if 0 < len(values.get("web_password", "")) < LEAST_PASSWORD:
        values["web_password"] = ""
        errors.append("web_password: has fewer than %d letters" % LEAST_PASSWORD)


def keyed(values):
    """Returns `values` as the application asks for them: see NUMBERED."""
    if not NUMBERED:
        return values
    found = {}
    for place in range(len(SETTINGS)):
        name = SETTINGS[place][0]
        if name in values:
            value = values[name]
            found[place] = [keyed(pack) for pack in value] if name == "packs" else value
    return found


def disable_heater(values):
    """Makes the heater impossible to switch on, whatever else is set or commanded."""
    values["heater_output"] = "none"
    values["heater_mode"] = "off"


def _check_together(values, errors):
    span = values["heater_off_dc"] - values["heater_on_dc"]
    if values["heater_thresholds"] == "own" and span < LEAST_SPAN_DC:
        errors.append(
            "heater_off_dc: %d is not %d above heater_on_dc %d"
            % (values["heater_off_dc"], LEAST_SPAN_DC, values["heater_on_dc"])
        )
    settings_heater.check(values, errors)
    for key in ("mqtt_topic", "ha_prefix"):
        if "+" in values[key] or "#" in values[key]:
            errors.append("%s: + and # are wildcards, not for topics" % key)
    if values["mqtt_writes"] and not values["bms_writes"]:
        errors.append("mqtt_writes: needs bms_writes")
    for key, plain in (("screen_night_from", "20:00"), ("screen_night_to", "07:00")):
        if not settings_heater.is_time(values[key]):
            values[key] = plain
            errors.append("%s: is not HH:MM" % key)
    if values["mqtt_tls"] == "verified" and not (values["mqtt_ca"] and values["ntp_host"]):
        errors.append("mqtt_tls: verified needs mqtt_ca, and ntp_host for the time")
    if values["mqtt_mb_a_month"] and values["mqtt_victron"]:
        errors.append("mqtt_mb_a_month: not with mqtt_victron, which tells something each 5 s")
    if values["mqtt_cert"] and not values["mqtt_key"]:
        errors.append("mqtt_cert: needs mqtt_key")
    if values["wifi_ssid_2"] and not values["wifi_ssid"]:
        errors.append("wifi_ssid_2: needs wifi_ssid")
    if values["mqtt_host"] and not values["wifi_ssid"]:
        errors.append("mqtt_host: needs wifi_ssid")


def _check_link(values, errors):
    name = values["bms_dialect"]
    ways = UART | BLE | ADDRESSED if name == "auto" else find(name).ways
    if ways == BLE:
        values["bms_link"] = "ble"
    if values["bms_link"] == "ble" and not ways & BLE:
        errors.append("bms_link: %s does not come by Bluetooth" % name)
    if values["bms_address"] is not None and not ways & ADDRESSED:
        errors.append("bms_address: %s knows no addresses" % name)
    digits = values["ble_address"].replace(":", "").upper()
    if digits and (len(digits) != 12 or not all([d in "0123456789ABCDEF" for d in digits])):
        values["ble_address"] = ""
        errors.append("ble_address: is not six bytes like C8:47:8C:00:00:01")


def _problem(row, value):
    _, kind, low, high, default, _ = row
    if kind == BOOL:
        return None if isinstance(value, bool) else "%r is neither true nor false" % (value,)
    if kind == CHOICE:
        return None if value in low else "%r is none of %s" % (value, ", ".join(low))
    if kind == TEXT:
        return _text_problem(value, low, high)
    if value is None and default is None:
        return None  # none chosen, which is not a number
    return _int_problem(value, low, high)


def _text_problem(value, shortest, longest):
    if not isinstance(value, str):
        return "is not a text"  # the value may be a password
    try:
        size = len(value.encode())
    except ValueError:  # half of a surrogate pair, which JSON can spell
        return "is not valid text"
    if size < shortest:
        return "must not be empty"
    if size > longest:
        return "is %d bytes long, over %d" % (size, longest)
    if any(ord(char) < 32 for char in value):
        return "holds a control character"
    return None


def _int_problem(value, low, high):
    if isinstance(value, bool) or not isinstance(value, int):
        return "%r is not a whole number" % (value,)
    if value < low:
        return "%d is under %d" % (value, low)
    if value > high:
        return "%d is over %d" % (value, high)
    return None
