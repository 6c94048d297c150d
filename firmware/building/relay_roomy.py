"""Builds the reports that a device tells where there is PSRAM for them, and its relay; needed
once."""

from mqtt.announcer import Announcer
from mqtt.bms_announcer import BmsAnnouncer
from mqtt.event_report import EventReport
from mqtt.more_reports import InfoReport
from relay import topics as t
from relay.budget import DAY_S

_BY_DEVICE = "by_device"  # in the state file: how entities were told last


def reports(device, early, packs, others, codes):
    """Returns them. packs: the reports about packs, and others: those that there are beside them;
    codes: the Language of languages.codes."""
    settings = early.settings
    serial = early.unit.decode()
    limit = _charge_limit(settings) if settings["charge_max_a"] else None
    found = _infos(device, settings, packs) + _events(device, settings, packs, codes)
    if limit is not None:
        found += _limits(device, settings, packs, limit)
    if settings["mqtt_victron"]:
        found += _victrons(device, settings, packs, limit, serial)
    if settings["mqtt_influx"]:
        found += _lines(settings, packs + others + found, serial)
    if device.budget is not None:
        found += _data(device, settings)
    return found


def told_s(device, settings):
    """Returns how often, in s, what is told at each interval is told at the least."""
    return settings["mqtt_interval_s"] if device.budget is None else DAY_S


def announcer(device, settings, parts):
    """Returns what tells Home Assistant. parts: as mqtt.announcer.Announcer has them."""
    if settings["ha_by_device"] or _BY_DEVICE in device.state:
        from mqtt.device_announcer import announce

        own = announce(parts, settings["ha_by_device"], device.state, _BY_DEVICE)
    else:
        own = Announcer(*parts)
    units = device.bms.units
    return BmsAnnouncer(own, parts[1][-len(units) :], [unit.pack for unit in units])


def make(device, settings, parts):
    """Returns the relay of such a device. parts: as mqtt.roomy.RoomyRelay has them."""
    if device.budget is None:
        from mqtt.roomy import RoomyRelay

        relay = RoomyRelay(*parts)
    else:
        from mqtt import thrifty

        relay = thrifty.make(parts, device, settings)
    relay.journal = device.journal
    return relay


def _each(device, packs, name):
    """Returns (topic, unit, its report) for each pack. name: the topic where there is but one."""
    if len(packs) == 1:
        return [(name, device.bms, packs[0])]
    return [
        (t.PACK % number + name, unit, packs[number])
        for number, unit in enumerate(device.bms.units, 1)
    ]


def _infos(device, settings, packs):
    """Returns the reports about what each BMS is."""
    interval_ms = settings["mqtt_interval_s"] * 1000
    return [
        InfoReport(topic, unit, state, interval_ms)
        for topic, unit, state in _each(device, packs, t.INFO)
    ]


def _events(device, settings, packs, codes):
    """Returns the reports of what happens: in each pack, and in the heater."""
    interval_ms = settings["mqtt_interval_s"] * 1000
    heater = None if settings["heater_output"] == "none" else device.heater
    each = _each(device, packs, t.EVENT)
    if len(packs) == 1:
        topic, unit, state = each[0]
        return [EventReport(topic, unit, state, heater, codes, interval_ms)]
    found = [EventReport(*one, None, codes, interval_ms) for one in each]
    return found + [EventReport(t.EVENT, None, None, heater, codes, interval_ms)]


def _charge_limit(settings):
    """Returns what may be charged by temperature: a table, or a line up to charge_full_dc."""
    from relay.charge_limit import ChargeLimit
    from settings.settings_charge import read

    cold_dc = settings["cells_limit_dc"]
    if settings["charge_table"]:
        rows = read(settings["charge_table"])
    else:
        rows = [(cold_dc, 100), (settings["charge_full_dc"], 1000)]
    return ChargeLimit(settings["charge_max_a"] * 1000, cold_dc, rows)


def _limits(device, settings, packs, limit):
    """Returns the report of what may be charged, alone in a list."""
    from mqtt.limits_report import LimitsReport

    each = [(unit, state) for _, unit, state in _each(device, packs, t.LIMITS)]
    return [LimitsReport(limit, each, settings["mqtt_interval_s"] * 1000)]


def _victrons(device, settings, packs, limit, serial):
    """Returns the reports for a Victron GX device, one for each pack."""
    from mqtt.victron_report import VictronReport
    from relay.victron import Description

    interval_ms = settings["mqtt_interval_s"] * 1000
    heater = None if settings["heater_output"] == "none" else device.heater
    meter = device.meter if len(packs) == 1 else None  # it counts all together
    found = []
    for topic, unit, state in _each(device, packs, t.VICTRON):
        own = serial if len(packs) == 1 else "%s-%d" % (serial, len(found) + 1)
        one = Description(unit.pack, own, limit, meter)
        found.append(VictronReport(topic, state, one, heater, interval_ms))
    return found


def _data(device, settings):
    """Returns the report of what is left of a month's data, alone in a list."""
    from mqtt.thrifty import DataReport

    return [DataReport(device.budget, settings["mqtt_interval_s"] * 1000)]


def _lines(settings, told, serial):
    """Returns the reports that tell the same as Influx lines."""
    from mqtt.influx_report import InfluxReport

    tags = [("device", serial), ("box", settings["name"])]
    return [InfluxReport(report, tags) for report in told if _as_line(report.name)]


def _as_line(name):
    return name.endswith(t.STATE) or name in (t.HEATER, t.DEVICE, t.LIMITS)
