"""What `packmate setup` asks, in its order, and which settings follow from each answer."""

import dataclasses
import typing


def _always(given):
    return True


@dataclasses.dataclass(frozen=True)
class Option:
    """One answer of a choice. values: the settings that it stands for; when: if it is offered."""

    text: str
    values: dict
    when: typing.Callable = _always

    def fits(self, given, default):
        """True if it is what `given` says already; default(key) is for what is not there."""
        return all(given.get(key, default(key)) == value for key, value in self.values.items())


@dataclasses.dataclass(frozen=True)
class Choose:
    """A question with a few answers. when(given): whether it is asked."""

    text: str
    options: tuple
    when: typing.Callable = _always


@dataclasses.dataclass(frozen=True)
class Ask:
    """A question for one value. scale: of the setting's unit in the one that people use, or 0;
    psram: it is for boards with PSRAM."""

    key: str
    text: str
    when: typing.Callable = _always
    scale: int = 0
    psram: bool = False

    def parse(self, answer):
        """Returns the setting's value; ValueError if the answer is no number where one belongs."""
        if self.scale:
            return round(float(answer.replace(",", ".")) * self.scale)
        return "" if answer == "-" else answer

    def show(self, value):
        """Returns a value as a person would type it."""
        if value is None or value == "":
            return "none"
        return f"{value / self.scale:g}" if self.scale else str(value)


def _dialect(given):
    return given.get("bms_dialect", "jk_gps")


def _has(key):
    return lambda given: bool(given.get(key))


def _by_radio(given):
    return given.get("bms_link") == "ble"


def _heats(given):
    return given.get("heater_output", "none") != "none"


def _by_pin(given):
    return given.get("heater_output") == "gpio"


def _own(given):
    return _heats(given) and given.get("heater_thresholds") == "own"


def _tells_thresholds(given):
    return _dialect(given) not in ("jk_display", "ant_old")


def _bms():
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
            "Which BMS is it, and how is Packmate connected to it?",
            tuple(Option(t, {"bms_dialect": d, "bms_link": link}) for t, d, link in ways),
        ),
        Ask(
            "ble_address",
            "The BMS's Bluetooth address, as C8:47:8C:00:00:01; without one: the strongest",
            _by_radio,
        ),
        Choose(
            "Is the driver-enable pin (DE) of the RS485 transceiver wired?",
            (
                Option("no, the transceiver switches by itself", {"rs485_de_used": False}),
                Option("yes", {"rs485_de_used": True}),
            ),
            lambda given: _dialect(given) == "jk_modbus",
        ),
    )


def _mat():
    return (
        Choose(
            "What switches the heating mat?",
            (
                Option("there is none", {"heater_output": "none", "heater_mode": "off"}),
                Option("the switch at Packmate's heater pin", {"heater_output": "gpio"}),
                Option(
                    "the JK's own heating output; Packmate may write to the BMS then",
                    {"heater_output": "bms", "bms_writes": True},
                    lambda given: _dialect(given) == "jk_ble",
                ),
            ),
        ),
        Choose(
            "Which switch is it (docs/heater/building.md)?",
            (
                Option("one that is on while the pin is", {"heater_drive": "level"}),
                Option("one with the dead-man, which wants pulses", {"heater_drive": "pulses"}),
            ),
            _by_pin,
        ),
        Choose(
            "When may it heat?",
            (
                Option("while a charger is there", {"heater_mode": "charger"}),
                Option(
                    "then, and from the pack itself while that is charged well enough",
                    {"heater_mode": "charger_or_soc"},
                ),
                Option("never, for now", {"heater_mode": "off"}),
            ),
            _heats,
        ),
        Ask(
            "heater_soc_floor_pct",
            "The lowest charge at which the pack itself may heat, in %",
            lambda given: given.get("heater_mode") == "charger_or_soc",
            1,
        ),
        Choose(
            "From which temperature on is it warm enough?",
            (
                Option(
                    "from the BMS's own charging threshold on",
                    {"heater_thresholds": "bms"},
                    _tells_thresholds,
                ),
                Option("from one of my own on", {"heater_thresholds": "own"}),
            ),
            _heats,
        ),
        Ask("heater_on_dc", "Heat below, in °C", _own, 10),
        Ask("heater_off_dc", "Warm enough from, in °C", _own, 10),
        Ask("heater_mat_mohm", "The mat's resistance in ohm; 0: unknown", _by_pin, 1000),
        Ask("pack_max_mv", "The full pack in V, to check the mat; 0: unknown", _heats, 1000),
        Ask("pack_wh", "The pack's energy in Wh; 0: unknown", _heats, 1),
    )


def _network():
    return (
        Ask("wifi_ssid", "The Wi-Fi network to join; without one: screen and heater only"),
        Ask("wifi_password", "Its password (not shown)", _has("wifi_ssid")),
        Ask(
            "wifi_ssid_2",
            "A second network, for where the first one is not",
            _has("wifi_ssid"),
            psram=True,
        ),
        Ask("wifi_password_2", "Its password (not shown)", _has("wifi_ssid_2")),
        Ask("mqtt_host", "The MQTT broker, by name or address", _has("wifi_ssid")),
        Ask("mqtt_port", "Its port", _has("mqtt_host"), 1),
        Ask("mqtt_user", "The user at the broker", _has("mqtt_host")),
        Ask("mqtt_password", "The password there (not shown)", _has("mqtt_user")),
        Ask(
            "charge_max_a",
            "An inverter can be told to charge less in the cold. With how many A may this pack be "
            "charged at most? 0: tell it nothing",
            _has("mqtt_host"),
            1,
            psram=True,
        ),
        Ask(
            "charge_table",
            "How much of that at which °C, in %, as 0:10 5:30 10:100; without: all from 10 °C on",
            _has("charge_max_a"),
            psram=True,
        ),
    )


_ON_PAGE = ("web_mode", "web_boost", "web_thresholds", "web_settings")


def _page():
    options = (
        Option("no", {"web": False}),
        Option("yes, to look at", {"web": True, **dict.fromkeys(_ON_PAGE, False)}),
        Option(
            "yes, and with a password to command the heater and to change settings",
            {"web": True, **dict.fromkeys(_ON_PAGE, True)},
        ),
    )
    text = "Shall it serve a page to the browsers of that network?"
    return (
        Choose(text, options, _has("wifi_ssid")),
        Ask(
            "web_password", "The page's password, from 8 letters on (not shown)", _has("web_mode")
        ),
    )


def questions():
    """Returns all questions, in their order."""
    name = Ask("name", "What shall the screen and Home Assistant call this device?")
    return (name, *_bms(), *_mat(), *_network(), *_page())
