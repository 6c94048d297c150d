"""Builds the device as its settings ask for: needed once, and dropped then (tools/groups.py)."""

import board
import machine

import words
from bms import alarms, catalog, check
from bms.check import Check
from bms.pack import PackState
from device import Device
from hardware.buttons import Button
from hardware.heater_output import HeaterOutput
from hardware.wifi import REASONS
from heat.heater import Heater
from links.unit import RX_BYTES, Unit
from starts import has_crashed
from version import VERSION


def build(early):
    """Returns the Device, ready to be started. `early`: startup.Startup; see docs/memory.md.

    Garbage is collected after each part, so that the heap need not grow for it.
    """
    device = Device(early)
    memory = early.memory
    build_bms(device, early)
    memory.tell("BMS")
    build_heater(device, early)
    memory.tell("heater")
    build_screen(device, early)
    memory.tell("screen")
    build_relay(device, early)
    memory.tell("relay")
    return device


# -- the BMS --------------------------------------------------------------------------------------


def build_bms(device, early):
    """Gives the device its unit.Unit, or a several.Several of them."""
    settings = early.settings
    unit = _build_unit(device, settings, early)
    if not settings["packs"]:
        device.bms = unit
        return
    from links.several import Several

    units = [unit]
    on_mat = bytearray((settings["on_mat"],))
    for pack in settings["packs"]:
        one = dict(settings)
        one.update(pack)
        wired = [unit for unit in units if unit.ble is None]
        if wired and one["bms_link"] == "uart":  # the settings allow it on a bus only
            units.append(_build_member(wired[0].dialect, device, one))
        else:
            units.append(_build_unit(device, one, early))
        on_mat.append(one["on_mat"])
    device.bms = Several(units, device.max_age_ms, on_mat)


def _build_member(bus, device, settings):
    from links.member import Member, MemberLink

    pack = PackState()
    member = Member(bus.add(pack, settings["bms_address"]), bus.FREEZE_S)
    member.unit.settings.every_ms = 60_000 * settings["bms_reread_min"]
    check = Check(pack, settings["data_freeze_s"] or member.FREEZE_S)
    return Unit(member, check, MemberLink(), None, device.max_age_ms)


def _build_unit(device, settings, early):
    name = settings["bms_dialect"]
    by_radio = settings["bms_link"] == "ble"
    searches = name == "auto"
    if searches:
        from links import auto

        name = auto.remembered(device.state, by_radio)[0]
    pack = PackState()
    dialect = catalog.create(
        name, pack, RX_BYTES, settings["bms_poll_ms"], settings["bms_address"]
    )
    for one in getattr(dialect, "units", (dialect,)):  # where the settings have to be asked for
        asked = getattr(one, "settings", None)
        if asked is not None:
            asked.every_ms = 60_000 * settings["bms_reread_min"]
    check = Check(pack, settings["data_freeze_s"] or dialect.FREEZE_S)
    ble = None
    if by_radio:
        link = ble = _air(device, settings, early)
    else:
        # A search begins with a buffer for the fastest, which the catalogue's first dialect has.
        link = _wire(settings, catalog.baud(catalog.NAMES[0] if searches else name))
    unit = Unit(dialect, check, link, ble, device.max_age_ms)
    if settings["bms_writes"]:
        import writes

        writes.enable(device, unit, early.secrets["bms_password"])
    if searches:
        auto.Auto(device, unit, settings["bms_address"])
    return unit


def _air(device, settings, early):
    if device.ble is None:
        from links.ble import Links

        device.ble = Links(device.state)
    return device.ble.make(settings, early.secrets["ble_pin"], early.errors)


def _wire(settings, baud):
    from links.uart_link import SPARE, UARTLink

    de = board.RS485_DE if settings["rs485_de_used"] else None
    return UARTLink(board.BMS_UART, board.BMS_RX, board.BMS_TX, baud, de, SPARE)


# -- the heater -----------------------------------------------------------------------------------


def build_heater(device, early):
    """Gives the device its heater, with what was saved of it, its output, and its options."""
    settings = early.settings
    kind = HeaterOutput
    if settings["heater_drive"] == "pulses":
        from hardware.pulsed_output import PulsedOutput

        kind = PulsedOutput
    by_pin = settings["heater_output"] == "gpio"
    device.output = kind(board.HEATER_PIN, board.HEATER_ACTIVE, by_pin)
    device.heater = _make_heater(settings, early.record)
    device.options = _make_options(device, settings, early.errors)
    # Counted in the flash at once, before anything can crash again.
    boots = device.state.get("boots", 0)
    device.boots = boots + 1 if isinstance(boots, int) and boots >= 0 else 1
    device.save()
    if settings["charger_pin_used"]:
        pin = machine.Pin
        device.charger_contact = pin(board.CHARGER_PIN, pin.IN, pin.PULL_UP)


def _make_heater(settings, record):
    max_ma = board.HEATER_MAX_MA
    max_mw = board.HEATER_MAX_W * 1000
    if settings["heater_output"] == "bms":
        from heat.options.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    heater = Heater(settings, max_ma, max_mw)
    heater.load(record, has_crashed())
    return heater


def _make_options(device, settings, errors):
    if (
        settings["heater_output"] == "bms"
        or settings["heater_probe"] != "none"
        or settings["heater_inhibit"]
        or settings["heater_stuck_cutoff"]
        or settings["preheat_at"]
        or device.heater.holds  # a switch that was taken is given back, whatever is set now
    ):
        from options import Options

        return Options(device, settings, errors)
    return None


# -- screen and relay -----------------------------------------------------------------------------


def build_screen(device, early):
    """Gives the device what is drawn on its panel, and the button."""
    settings = early.settings
    picture = early.picture
    device.button = Button(board.BUTTON_1)
    if not settings["screen_pages"]:
        from screen.blank import Blank

        device.screen = Blank(picture.brush, picture.texts)
        picture.brush.panel.light(settings["screen_brightness_pct"])
        return
    from screen.model import Model

    device.model = Model()
    device.model.packs = len(device.bms.units)
    texts = picture.texts
    texts.codes = {
        words.STATE_TEXTS: words.STATE_NAMES,
        words.REASON_TEXTS: words.REASON_NAMES,
        words.VERDICT_TEXTS: check.NAMES,
        words.ALARM_TEXTS: alarms.NAMES,
    }
    about = (picture.brush, settings, texts, early.errors, device.ble is not None)
    if settings["packs"]:
        from screen.pages.packs import PacksScreen

        device.screen = PacksScreen(device.bms.bank, *about)
    else:
        from screen.show import Screen

        device.screen = Screen(*about)
    picture.brush.panel.light(settings["screen_brightness_pct"])


def build_relay(device, early):
    """Gives the device its way to the broker, if there is one."""
    if not device.mqtt_used:
        return
    from mqtt.build import build_relay as build  # few do without, but they need none of it

    try:
        device.relay = build(device, early, REASONS, (board.NAME, VERSION))
    except ImportError:
        early.errors.append("lib/relay: files are missing; copy the image again")
