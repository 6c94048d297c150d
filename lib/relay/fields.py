"""The one table of what MQTT tells: each figure with its message and its entity.

From it come the messages (relay.message_names), Home Assistant's discovery (relay.discovery) and
the lists in docs/mqtt.md. A device never loads it: an image holds what was made from it as files
(tools/rendered.py). The program puts the figures of a message in the order of this table
(firmware/mqtt/reports.py); those of a pack are found by the name of their slot in bms.pack.

Classes, units and categories are Home Assistant's own.
"""

# The messages, and the topics below the device's own that they go to.
STATE = "state"  # of the pack: BASE/state, or BASE/pack/N/state
HEATER = "heater"
DEVICE = "device"
BMS = "bms"  # what can be written to the BMS, and how far the last command has come
PACKS = "packs"  # of several packs: how many are good, and whose the extremes are
INFO = "info"  # what a BMS says that it is: BASE/info, or BASE/pack/N/info
HISTORY = "history"  # what was, each record once
MESSAGES = (STATE, HEATER, DEVICE, BMS, PACKS, INFO, HISTORY)
# Of boards with PSRAM only, which spell the names themselves.
LIMITS = "limits"  # what may be charged now
DATA = "data"  # how much of a month's data is left
OTHERS = (LIMITS, DATA)

# Kinds of values.
BOOL = "b"  # true, false, null
INT = "i"  # a whole number or null
NAME = "n"  # a line of a table of names, or null
TEXT = "t"  # what the BMS says itself, or null

# What an entity needs to be announced; "": nothing. Others are names of slots of bms.pack.
OWN_HEATER = "heater"
OWN_THRESHOLDS = "thresholds"
PROBE = "probe"
PREHEAT = "preheat"
RADIO = "radio"  # a BMS on Bluetooth
SEVERAL = "several"  # packs
WRITES = "writes"
WRITES_FROM_AFAR = "writes_from_afar"
MODES_FROM_AFAR = "modes_from_afar"
NO_MODES_FROM_AFAR = "no_modes_from_afar"
BOOSTS_FROM_AFAR = "boosts_from_afar"
PSRAM = "psram"  # a board that has it
UPDATES = "updates"  # over Wi-Fi
CHARGE_LIMITS = "charge_limits"
DATA_BUDGET = "data_budget"
USES = (
    OWN_HEATER,
    OWN_THRESHOLDS,
    PROBE,
    PREHEAT,
    RADIO,
    SEVERAL,
    WRITES,
    WRITES_FROM_AFAR,
    MODES_FROM_AFAR,
    NO_MODES_FROM_AFAR,
    BOOSTS_FROM_AFAR,
    PSRAM,
    UPDATES,
    CHARGE_LIMITS,
    DATA_BUDGET,
)


class Field:
    """One member of a message.

    title: of its entity; "" for none. good: it needs good data of the pack. scale: the figure is
    divided by it; decimals: that are shown then, None: as its unit has them (relay.discovery).
    enabled: the entity is on until its owner switches it off; one that changes with each message,
    or that few want, is off until its owner wants it. unit, cls (device_class), state
    (state_class), category: Home Assistant's; needs: see above; words: of an enum, the name of its
    table in relay.texts, whose codes are digits where the figure is a number; attributes: (name,
    member) told beside the entity.
    """

    def __init__(self, name, kind, title="", **facts):
        self.name = name
        self.kind = kind
        self.title = title
        self.good = facts.get("good", False)
        self.scale = facts.get("scale", 1)
        self.decimals = facts.get("decimals")
        self.unit = facts.get("unit", "")
        self.cls = facts.get("cls", "")
        self.state = facts.get("state", "")
        self.category = facts.get("category", "")
        self.needs = facts.get("needs", "")
        self.words = facts.get("words", "")
        self.attributes = facts.get("attributes", ())
        self.enabled = facts.get("enabled", True)


_DIAGNOSTIC = "diagnostic"
_MEASURED = "measurement"
_GROWS = "total_increasing"


def _pack(name, title="", **facts):
    return Field(name, INT, title, good=True, needs=name.upper(), **facts)


def _switch(name, title="", **facts):
    return Field(name, BOOL, title, good=True, needs=name.upper(), **facts)


def _volt(name, title, scale=1000, unit="V", **facts):
    return _pack(name, title, scale=scale, unit=unit, cls="voltage", state=_MEASURED, **facts)


def _total(name, title, **facts):
    return _pack(name, title, state=_GROWS, category=_DIAGNOSTIC, **facts)


def _degrees(name, title, **facts):
    facts.setdefault("state", _MEASURED)
    return Field(name, INT, title, scale=10, unit="°C", cls="temperature", **facts)


def _count(name, title="", **facts):
    return Field(name, INT, title, category=_DIAGNOSTIC, **facts)


def _counter(name, title, **facts):
    return _count(name, title, state=_GROWS, **facts)


def _bytes(name, title):
    return _count(name, title, unit="B", cls="data_size", state=_MEASURED, enabled=False)


def _energy(name, title):
    return Field(name, INT, title, unit="Wh", cls="energy", state=_GROWS)


def _charge(name, title):
    return Field(name, INT, title, scale=1000, unit="Ah", state=_GROWS)


# Of a pack. What is found by its slot comes last; the lists behind it have room of their own.
_STATE = (
    Field("fresh", BOOL),
    Field("plausible", BOOL),
    Field("frozen", BOOL),
    Field("link_up", BOOL, "BMS link", cls="connectivity", category=_DIAGNOSTIC),
    Field("unprotected", BOOL),
    Field(
        "data_age_s",
        INT,
        "Data age",
        unit="s",
        cls="duration",
        state=_MEASURED,
        category=_DIAGNOSTIC,
        enabled=False,
    ),
    Field("seq", INT),
    Field("verdict", NAME, "Check of the data", words="verdict", category=_DIAGNOSTIC),
    Field("link_reason", NAME, "BMS link trouble", words="link", category=_DIAGNOSTIC),
    _counter("link_losses", "Losses of the BMS link"),
    Field("alarm", BOOL, "Alarm", cls="problem", good=True, attributes=(("alarms", "alarms"),)),
    Field("alarm_count", INT),
)
SLOTTED = (
    _pack("soc_pct", "Charge level", unit="%", cls="battery", state=_MEASURED),
    _volt("pack_mv", "Voltage", decimals=2),
    _pack("current_ma", "Current", scale=1000, unit="A", cls="current", state=_MEASURED),
    _pack("power_mw", "Power", scale=1000, unit="W", cls="power", state=_MEASURED),
    _pack("remaining_mah", "Remaining capacity", scale=1000, unit="Ah", state=_MEASURED),
    _pack("capacity_mah", "Full capacity", scale=1000, unit="Ah", state=_MEASURED),
    _pack("soh_pct", "Health", unit="%", state=_MEASURED, category=_DIAGNOSTIC),
    _pack("cycles", "Cycles", state=_GROWS, category=_DIAGNOSTIC),
    _total("cycle_capacity_mah", "Cycled in total", scale=1000, unit="Ah"),
    _total("charged_mah", "Charged in total", scale=1000, unit="Ah"),
    _total("discharged_mah", "Discharged in total", scale=1000, unit="Ah"),
    _total("runtime_s", "Running time of the BMS", scale=3600, unit="h", cls="duration"),
    _total("charge_time_s", "Time spent charging", scale=3600, unit="h", cls="duration"),
    _total("discharge_time_s", "Time spent discharging", scale=3600, unit="h", cls="duration"),
    _degrees(
        "mos_temp_dc", "MOSFET temperature", good=True, needs="MOS_TEMP_DC", category=_DIAGNOSTIC
    ),
    _degrees(
        "balancer_temp_dc",
        "Balancer temperature",
        good=True,
        needs="BALANCER_TEMP_DC",
        category=_DIAGNOSTIC,
    ),
    _degrees("temp_min_dc", "Lowest temperature", good=True, needs="TEMP_MIN_DC"),
    _degrees("temp_max_dc", "Highest temperature", good=True, needs="TEMP_MAX_DC"),
    _pack("cell_count"),
    _volt("cell_min_mv", "Lowest cell voltage"),
    _volt("cell_max_mv", "Highest cell voltage"),
    _volt("cell_delta_mv", "Cell difference", scale=1, unit="mV", category=_DIAGNOSTIC),
    _volt("cell_avg_mv", "Average cell voltage", category=_DIAGNOSTIC, enabled=False),
    _pack("cell_min_index", "Lowest cell", state=_MEASURED, category=_DIAGNOSTIC),
    _pack("cell_max_index", "Highest cell", state=_MEASURED, category=_DIAGNOSTIC),
    _switch("charge_on", "Charging MOSFET", cls="power", category=_DIAGNOSTIC),
    _switch("discharge_on", "Discharging MOSFET", cls="power", category=_DIAGNOSTIC),
    _pack("charge_mos_code", "Charging MOSFET says", words="charge_mos", category=_DIAGNOSTIC),
    _pack(
        "discharge_mos_code",
        "Discharging MOSFET says",
        words="discharge_mos",
        category=_DIAGNOSTIC,
    ),
    _switch(
        "balancing",
        "Balancing",
        cls="running",
        category=_DIAGNOSTIC,
        attributes=(("mask", "balance_mask"), ("mask_high", "balance_mask_high")),
    ),
    _pack("balance_mask"),
    _pack("balance_mask_high"),
    _pack(
        "balance_current_ma",
        "Balancing current",
        scale=1000,
        unit="A",
        cls="current",
        state=_MEASURED,
        category=_DIAGNOSTIC,
    ),
    _switch("heating", "Heating by the BMS", cls="running"),
    _pack(
        "heating_ma",
        "Heating current of the BMS",
        scale=1000,
        unit="A",
        cls="current",
        state=_MEASURED,
        category=_DIAGNOSTIC,
    ),
    _switch("charger_present", "Charger", cls="plug"),
    _pack("alarms_raw"),
    _pack("alarms_raw_high"),
    _switch("temp_sensors_disabled", "Temperature sensors disabled", cls="problem"),
    _switch("gps_heartbeat", "Switches off without GPS", category=_DIAGNOSTIC),
    _pack("emergency_s", "Emergency mode left", unit="s", cls="duration", state=_MEASURED),
    _pack("charge_phase", "Charge phase", words="charge_phase", category=_DIAGNOSTIC),
    _pack("bad_wire", "Cell with a bad wire", state=_MEASURED, category=_DIAGNOSTIC),
    # Of the BMS's settings: read seldom, they do not age with the rest.
    _pack("charge_utp_dc"),
    _pack("charge_utpr_dc"),
    _volt("rcv_mv", "Requested charge voltage of a cell", category=_DIAGNOSTIC),
    _volt("rfv_mv", "Requested float voltage of a cell", category=_DIAGNOSTIC),
)
SETTLED = ("charge_utp_dc", "charge_utpr_dc", "rcv_mv", "rfv_mv")

_HEATER = (
    Field("heater_on", BOOL, "Heater", cls="running"),
    Field(
        "heater_fault",
        BOOL,
        "Heater fault",
        cls="problem",
        attributes=(("faults", "heater_faults"),),
    ),
    Field(
        "heater_warning",
        BOOL,
        "Heater warning",
        cls="problem",
        attributes=(("warnings", "heater_warnings"),),
    ),
    Field("heater_state", NAME, "Heater state", words="heater_state"),
    Field("heater_reason", NAME, "Heater reason", words="heater_reason"),
    Field("heater_mode", NAME),
    Field(
        "heater_duty_permille",
        INT,
        "Heater duty",
        scale=10,
        unit="%",
        state=_MEASURED,
        category=_DIAGNOSTIC,
    ),
    Field(
        "heater_power_mw",
        INT,
        "Heater power",
        scale=1000,
        unit="W",
        cls="power",
        state=_MEASURED,
    ),
    Field("heater_wh_today", INT, "Heater energy today", unit="Wh", cls="energy", state=_GROWS),
    Field(
        "heater_ready_s",
        INT,
        "Ready to charge in",
        scale=60,
        unit="min",
        cls="duration",
        state=_MEASURED,
    ),
    Field("heater_ready_wh", INT, "Energy until ready to charge", unit="Wh", state=_MEASURED),
    Field("heater_boost_s", INT),
    Field("heater_preheat", NAME, "Pre-heating", words="preheat", needs=PREHEAT),
    Field("heater_charger", NAME, "Charger known by", words="charger", category=_DIAGNOSTIC),
    _degrees("heater_probe_dc", "Heater probe", needs=PROBE),
    _degrees("heater_on_dc", "Heater starts below", category=_DIAGNOSTIC),
    _degrees("heater_off_dc", "Heater stops at", category=_DIAGNOSTIC),
    Field("heater_own_on_dc", INT),
    Field("heater_own_off_dc", INT),
    Field(
        "heater_learned_j_k",
        INT,
        "Learned heat capacity",
        unit="J/K",
        state=_MEASURED,
        category=_DIAGNOSTIC,
    ),
)

_DEVICE = (
    Field(
        "heater_cold_min",
        INT,
        "Time too cold to charge",
        unit="min",
        cls="duration",
        state=_GROWS,
    ),
    Field(
        "heater_cold_charged_mah",
        INT,
        "Charged while too cold",
        scale=1000,
        unit="Ah",
        state=_GROWS,
    ),
    _energy("energy_in_wh", "Energy charged"),
    _energy("energy_out_wh", "Energy discharged"),
    _charge("charge_in_mah", "Charge put in"),
    _charge("charge_out_mah", "Charge taken out"),
    Field("handed_over_s", INT),
    _count("uptime_s", "Uptime", unit="s", cls="duration", state=_MEASURED, enabled=False),
    _counter("resets", "Restarts"),
    Field("reset_cause", NAME, "Cause of the last restart", words="reset", category=_DIAGNOSTIC),
    _count(
        "loop_max_ms",
        "Longest pause of the program",
        scale=1000,
        unit="s",
        cls="duration",
        state=_MEASURED,
        enabled=False,
    ),
    _bytes("heap_free", "Free memory"),
    _bytes("heap_min_free", "Least free memory"),
    _bytes("idf_free", "Free system memory"),
    _bytes("idf_largest", "Largest piece of system memory"),
    _bytes("idf_min", "Least free system memory"),
    _count("rssi_dbm", "Wi-Fi signal", unit="dBm", cls="signal_strength", state=_MEASURED),
    _counter("wifi_losses", "Wi-Fi losses"),
    _counter("wifi_failures", "Wi-Fi attempts that failed", enabled=False),
    Field("wifi_reason", NAME, "Last Wi-Fi trouble", words="wifi", category=_DIAGNOSTIC),
    _counter("mqtt_connects", "MQTT connections", enabled=False),
    _counter("mqtt_failures", "MQTT losses"),
    Field("mqtt_failure", NAME, "Last MQTT trouble", words="mqtt", category=_DIAGNOSTIC),
    Field("mqtt_denied", INT),
    _counter("commands_done", "Commands obeyed", enabled=False),
    _counter("commands_refused", "Commands refused", enabled=False),
    Field(
        "command_refusal",
        NAME,
        "Last refused command",
        words="refusal",
        category=_DIAGNOSTIC,
    ),
    _count("frames"),
    _counter("bad_checksums", "BMS messages with a wrong checksum", enabled=False),
    _count("bad_lengths"),
    _count("dropped_bytes"),
    # These two only on boards with PSRAM (mqtt.clocked_report).
    Field("clock", NAME, "Clock", words="clock", category=_DIAGNOSTIC, needs=PSRAM),
    _count("clock_set_ts", "Clock set", cls="timestamp", needs=PSRAM),
)

_BMS = (
    # What a switch brings about, for a unit that does not tell the switch itself.
    Field("charge_on", BOOL),
    Field("discharge_on", BOOL),
    Field("balancing", BOOL),
    Field("heating", BOOL),
    Field("charge_switch", BOOL),
    Field("discharge_switch", BOOL),
    Field("balance_switch", BOOL),
    Field("heating_switch", BOOL),
    Field("heating_start_dc", INT),
    Field("heating_stop_dc", INT),
    Field("bms_command", NAME),
    Field("bms_command_value", INT),
    Field(
        "bms_command_state",
        NAME,
        "Last BMS command",
        words="command_state",
        category=_DIAGNOSTIC,
        attributes=(
            ("command", "bms_command"),
            ("value", "bms_command_value"),
            ("reason", "bms_command_reason"),
        ),
    ),
    Field("bms_command_reason", NAME),
    Field("bms_command_code", INT),
)

_PACKS = (
    Field("packs", INT),
    Field(
        "packs_good",
        INT,
        "Good packs",
        state=_MEASURED,
        category=_DIAGNOSTIC,
        attributes=(("packs", "packs"), ("coldest", "coldest_pack")),
    ),
    Field("coldest_pack", INT),
    Field("hottest_pack", INT),
    Field("cell_min_pack", INT),
    Field("cell_max_pack", INT),
    Field("blind_pack", INT),
    Field("lax_pack", INT),
)

# Each is a text of bms.pack.
_INFO = (
    Field("model", TEXT),
    Field("hw_version", TEXT),
    Field("sw_version", TEXT),
    Field("serial", TEXT),
    Field("name", TEXT),
    Field("mfg_date", TEXT),
    Field("mfg_yymm", TEXT),
    Field("device_id", TEXT),
    Field("manufacturer_id", TEXT),
)

_HISTORY = (
    Field("record", INT),
    Field("replayed", BOOL),
    Field("resets", INT),
    Field("uptime_s", INT),
    Field("soc_pct", INT),
    Field("pack_mv", INT),
    Field("current_ma", INT),
    Field("power_mw", INT),
    Field("temp_min_dc", INT),
    Field("temp_max_dc", INT),
    Field("cell_min_mv", INT),
    Field("cell_max_mv", INT),
    Field("charge_on", BOOL),
    Field("discharge_on", BOOL),
    Field("alarm", BOOL),
    Field("heater_on", BOOL),
    Field("heater_state", NAME),
)

_LIMITS = (
    Field(
        "charge_limit_ma",
        INT,
        "Charge current limit",
        scale=1000,
        unit="A",
        cls="current",
        state=_MEASURED,
        needs=CHARGE_LIMITS,
    ),
    Field(
        "charge_limit_reason",
        NAME,
        "Charge current limited by",
        words="charge_limit",
        category=_DIAGNOSTIC,
        needs=CHARGE_LIMITS,
    ),
)

_DATA = (
    Field("data_month_kb", INT),
    Field("data_spent_kb", INT),
    Field(
        "data_left_kb",
        INT,
        "Data left this month",
        unit="kB",
        cls="data_size",
        state=_MEASURED,
        category=_DIAGNOSTIC,
        needs=DATA_BUDGET,
    ),
    Field("data_today_pct", INT),
    Field("data_interval_s", INT),
)

# The time of day, which begins each message (relay.message).
_TIME = (Field("ts", INT),)

FIELDS = {
    STATE: _TIME + _STATE + SLOTTED,
    HEATER: _TIME + _HEATER,
    DEVICE: _TIME + _DEVICE,
    BMS: _TIME + _BMS,
    PACKS: _TIME + _PACKS,
    INFO: _TIME + _INFO,
    HISTORY: _TIME + _HISTORY,
    LIMITS: _TIME + _LIMITS,
    DATA: _TIME + _DATA,
}
# Members with room of their own behind the others.
LISTS = {
    STATE: ("cell_mv", "temps_dc", "alarms", "notices"),
    HEATER: ("heater_faults", "heater_warnings"),
    INFO: ("cell_res_mohm",),
}
