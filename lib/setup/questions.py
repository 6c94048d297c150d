"""What is asked of somebody who sets a device up, and which settings follow from each answer.

`packmate setup` asks it at a terminal, and the device on its own page (setup.markup).

A condition is (key, wanted, values): the setting is, or is not, one of these values. Where several
stand together, all must hold.
"""


class Option:
    """One answer of a Choose. values: the settings that it stands for; when: conditions; roomy:
    only a board with PSRAM has memory for it (settings/settings_memory.py).
    """

    def __init__(self, text, values, when=(), roomy=False):
        self.text = text
        self.values = values
        self.when = when
        self.roomy = roomy

    def fits(self, value_of):
        """True if it is what is set; value_of(key) tells that."""
        return all([value_of(key) == value for key, value in self.values.items()])


class Choose:
    """A question with a few answers. key: what they are about, first of all; when: conditions."""

    roomy = False

    def __init__(self, key, text, options, when=()):
        self.key = key
        self.text = text
        self.options = options
        self.when = when

    def keys(self):
        """Returns the settings that its answers are about."""
        return {key for option in self.options for key in option.values}


class Ask:
    """A question for one value. when: conditions; scale: of the setting's unit in the one that
    people use, or 0; roomy: only a board with PSRAM has memory for it.
    """

    options = ()

    def __init__(self, key, text, when=(), scale=0, roomy=False):
        self.key = key
        self.text = text
        self.when = when
        self.scale = scale
        self.roomy = roomy

    def keys(self):
        """See Choose."""
        return {self.key}

    def parse(self, answer):
        """Returns the setting's value; ValueError if the answer is no number where one belongs."""
        if self.scale:
            return int(round(float(answer.replace(",", ".")) * self.scale))
        return "" if answer == "-" else answer

    def show(self, value):
        """Returns a value as a person would type it."""
        if value is None or value == "":
            return "none"
        return "%g" % (value / self.scale) if self.scale else str(value)


def hold(conditions, value_of):
    """True if all conditions hold; value_of(key) tells what is set."""
    return all([(value_of(key) in values) == wanted for key, wanted, values in conditions])


def _is(key, *values):
    return (key, True, values)


def _is_not(key, *values):
    return (key, False, values)


_HEATS = _is_not("heater_output", "none")
_BY_PIN = _is("heater_output", "gpio")
_OWN = _is("heater_thresholds", "own")
_HAS_WIFI = _is_not("wifi_ssid", "")
_HAS_BROKER = _is_not("mqtt_host", "")
_TELLS_THRESHOLDS = _is_not("bms_dialect", "jk_display", "ant_old")


def screen():
    """Returns what is asked about the screen."""
    return (Ask("name", "What shall the screen and Home Assistant call this device?"),)


def bms():
    """Returns what is asked about the BMS."""
    ways = (
        ("JK, its GPS port, by cable", "jk_gps", "uart"),
        ("JK (hardware 11A, 14 and up, PB), its RS485 port", "jk_modbus", "uart"),
        ("JK, its RS485 display port, listening only", "jk_display", "uart"),
        ("ANT of 2021 and later, by cable", "ant_new", "uart"),
        ("ANT before 2021, by cable", "ant_old", "uart"),
        ("I do not know, by cable: find out", "auto", "uart"),
        ("JK, by Bluetooth", "jk_ble", "ble"),
        ("ANT of 2021 and later, by Bluetooth", "ant_new", "ble"),
        ("I do not know, by Bluetooth: find out", "auto", "ble"),
    )
    return (
        Choose(
            "bms_dialect",
            "Which BMS is it, and how is Packmate connected to it?",
            tuple([_way(text, dialect, link) for text, dialect, link in ways]),
        ),
        Ask(
            "ble_address",
            "The BMS's Bluetooth address, as C8:47:8C:00:00:01; without one: the strongest",
            (_is("bms_link", "ble"),),
        ),
        Choose(
            "rs485_de_used",
            "Is the driver-enable pin (DE) of the RS485 transceiver wired?",
            (
                Option("no, the transceiver switches by itself", {"rs485_de_used": False}),
                Option("yes", {"rs485_de_used": True}),
            ),
            (_is("bms_dialect", "jk_modbus"),),
        ),
    )


def _way(text, dialect, link):
    return Option(text, {"bms_dialect": dialect, "bms_link": link}, (), link == "ble")


def mat():
    """Returns what is asked about the heating mat."""
    return (
        Choose(
            "heater_output",
            "What switches the heating mat?",
            (
                Option("there is none", {"heater_output": "none", "heater_mode": "off"}),
                Option("the switch at Packmate's heater pin", {"heater_output": "gpio"}),
                Option(
                    "the JK's own heating output; Packmate may write to the BMS then",
                    {"heater_output": "bms", "bms_writes": True},
                    (_is("bms_dialect", "jk_ble"),),
                    True,
                ),
            ),
        ),
        Choose(
            "heater_drive",
            "Which switch is it (docs/heater/building.md)?",
            (
                Option("one that is on while the pin is", {"heater_drive": "level"}),
                Option("one with the dead-man, which wants pulses", {"heater_drive": "pulses"}),
            ),
            (_BY_PIN,),
        ),
        Choose(
            "heater_mode",
            "When may it heat?",
            (
                Option("while a charger is there", {"heater_mode": "charger"}),
                Option(
                    "then, and from the pack itself while that is charged well enough",
                    {"heater_mode": "charger_or_soc"},
                ),
                Option("never, for now", {"heater_mode": "off"}),
            ),
            (_HEATS,),
        ),
        Ask(
            "heater_soc_floor_pct",
            "The lowest charge at which the pack itself may heat, in %",
            (_is("heater_mode", "charger_or_soc"),),
            1,
        ),
        Choose(
            "heater_thresholds",
            "From which temperature on is it warm enough?",
            (
                Option(
                    "from the BMS's own charging threshold on",
                    {"heater_thresholds": "bms"},
                    (_TELLS_THRESHOLDS,),
                ),
                Option("from one of my own on", {"heater_thresholds": "own"}),
            ),
            (_HEATS,),
        ),
        Ask("heater_on_dc", "Heat below, in °C", (_HEATS, _OWN), 10),
        Ask("heater_off_dc", "Warm enough from, in °C", (_HEATS, _OWN), 10),
        Ask("heater_mat_mohm", "The mat's resistance in ohm; 0: unknown", (_BY_PIN,), 1000),
        Ask("pack_max_mv", "The full pack in V, to check the mat; 0: unknown", (_HEATS,), 1000),
        Ask("pack_wh", "The pack's energy in Wh; 0: unknown", (_HEATS,), 1),
    )


def wifi():
    """Returns what is asked about the network."""
    return (
        Ask("wifi_ssid", "The Wi-Fi network to join; without one: screen and heater only"),
        Ask("wifi_password", "Its password (not shown)", (_HAS_WIFI,)),
        Ask(
            "wifi_ssid_2",
            "A second network, for where the first one is not",
            (_HAS_WIFI,),
            roomy=True,
        ),
        Ask(
            "wifi_password_2",
            "Its password (not shown)",
            (_is_not("wifi_ssid_2", ""),),
            roomy=True,
        ),
    )


def broker():
    """Returns what is asked about the MQTT broker."""
    return (
        Ask("mqtt_host", "The MQTT broker, by name or address", (_HAS_WIFI,)),
        Ask("mqtt_port", "Its port", (_HAS_BROKER,), 1),
        Ask("mqtt_user", "The user at the broker", (_HAS_BROKER,)),
        Ask("mqtt_password", "The password there (not shown)", (_is_not("mqtt_user", ""),)),
        Ask(
            "charge_max_a",
            "An inverter can be told to charge less in the cold. With how many A may this pack be "
            "charged at most? 0: tell it nothing",
            (_HAS_BROKER,),
            1,
            True,
        ),
        Ask(
            "charge_table",
            "How much of that at which °C, in %, as 0:10 5:30 10:100; without: all from 10 °C on",
            (_is_not("charge_max_a", 0),),
            roomy=True,
        ),
    )


def page():
    """Returns what is asked about the device's own page."""
    keys = ("web_mode", "web_boost", "web_thresholds", "web_settings")
    looks = {"web": True}
    commands = {"web": True}
    for key in keys:
        looks[key] = False
        commands[key] = True
    return (
        Choose(
            "web",
            "Shall it serve a page to the browsers of that network?",
            (
                Option("no", {"web": False}),
                Option("yes, to look at", looks, (), True),
                Option(
                    "yes, and with a password to command the heater and to change settings",
                    commands,
                    (),
                    True,
                ),
            ),
            (_HAS_WIFI,),
        ),
        Ask(
            "web_password",
            "The page's password, from 8 letters on (not shown)",
            (_is("web_mode", True),),
            roomy=True,
        ),
    )


def questions():
    """Returns all questions, in the order of a conversation."""
    return screen() + bms() + mat() + wifi() + broker() + page()
