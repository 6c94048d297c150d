"""Builds what reads the BMS."""

import board

from bms import catalog
from bms.check import Check
from bms.pack import PackState
from links.unit import RX_BYTES, Unit


def add_to(device, early):
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
            units.append(_build_member(wired[0].dialect, device, one, early))
        else:
            units.append(_build_unit(device, one, early))
        on_mat.append(one["on_mat"])
    device.bms = Several(units, device.max_age_ms, on_mat)


def _build_member(bus, device, settings, early):
    from links.member import Member, MemberLink

    pack = PackState(early.roomy)
    member = Member(bus.add(pack, settings["bms_address"]), bus.FREEZE_S)
    member.reread_each(60_000 * settings["bms_reread_min"])
    check = Check(pack, settings["data_freeze_s"] or member.FREEZE_S)
    return Unit(member, check, MemberLink(), None, device.max_age_ms)


def _build_unit(device, settings, early):
    name = settings["bms_dialect"]
    by_radio = settings["bms_link"] == "ble"
    searches = name == "auto"
    if searches:
        from links import auto

        name = auto.remembered(device.state, by_radio)[0]
    pack = PackState(early.roomy)
    dialect = catalog.create(
        name, pack, RX_BYTES, settings["bms_poll_ms"], settings["bms_address"]
    )
    dialect.reread_each(60_000 * settings["bms_reread_min"])
    check = Check(pack, settings["data_freeze_s"] or dialect.FREEZE_S)
    ble = None
    if by_radio:
        link = ble = _air(device, settings, early)
    else:
        # A search begins with a buffer for the fastest, which the catalogue's first dialect has.
        link = _wire(settings, catalog.baud(catalog.NAMES[0] if searches else name), early.ballast)
    unit = Unit(dialect, check, link, ble, device.max_age_ms)
    if settings["bms_writes"]:
        from building import writes

        writes.enable(device, unit, early.secrets["bms_password"])
    if searches:
        auto.Auto(device, unit, settings["bms_address"])
    return unit


def _air(device, settings, early):
    if device.ble is None:
        from links.ble import Links

        device.ble = Links(device.state)
    return device.ble.make(settings, early.secrets["ble_pin"], early.errors)


def _wire(settings, baud, ballast):
    from links.uart_link import UARTLink

    de = board.RS485_DE if settings["rs485_de_used"] else None
    known = catalog.WIRED, catalog.SIGNS + catalog.SWAPPED
    return UARTLink(board.BMS_UART, board.BMS_RX, board.BMS_TX, baud, known, de, ballast)
