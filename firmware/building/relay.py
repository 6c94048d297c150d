"""Builds the relay of a device: imported where a broker is set, and needed once."""

# What of a report is None until it is made, is put there here.
# pyright: reportAttributeAccessIssue=false

import io

from bms.framer import Dialect
from bms.meter import Meter
from compat import const
from hardware.data_file import open_data
from mqtt import reports as r
from mqtt.announcer import Announcer
from mqtt.broker_relay import Relay
from mqtt.open_codes import open_codes
from mqtt.session import KEEPALIVE_S, Session
from relay import making
from relay import topics as t
from relay.commands import Judge, line_of
from relay.message import Message
from relay.state import StateReport
from relay.topics import BIRTH, Topics
from starting.memory_told import LENT
from unload import unload
from words import MODE_NAMES

_CRASH = "crash.new"  # kept.crash_file.UNTOLD, which most starts need not load
_LEAST_TOLD_S = 30  # a reconnection must not make every value unavailable
# With less free of Python's heap before the relay, one of the pages, which come after it, may find
# no room among the small pieces: jk_modbus has 36 kB, every other dialect 40 or more.
_FOR_RELAY_AND_PAGES = const(38_000)


def lend(device, early):
    """Where memory is short, gives Python what a second start would have: better than to fail
    first. It takes it only if it must; else radio and sockets have it."""
    if early.ballast and not early.failures and early.memory.python_free < _FOR_RELAY_AND_PAGES:
        device.bms.units[0].link.trim(early.ballast - LENT)  # there is but one unit


def build_relay(device, early, about):
    """Returns the relay.

    early: startup.Startup; about: (model, version) of board and
    firmware. Raises ImportError if the image lacks a file.
    """
    lend(device, early)
    settings = early.settings
    # The message first: its buffer is one piece of 1.4 or 1.8 kB, and a heap nearly full has none
    # any more when the many small objects of the others lie in its holes.
    codes = open_codes()
    message = Message(codes, _room(device, settings))
    message.clock = device.clock
    base = making.clean(settings["mqtt_topic"]) + b"/" + early.unit
    prefix = making.clean(settings["ha_prefix"])
    own = _own_report(device, settings, early.roomy)
    packs = _packs(device, settings)
    others = []
    others.append(own)
    others += _others(device, settings, packs[0])
    writes = device.writes
    if early.roomy:
        from mqtt import remote

        writes = remote.commands(device)
    topics = Topics(base, prefix, settings["ha_discovery"], writes)
    fitted = settings["heater_output"] != "none"
    mode = settings["heater_mode"].encode()
    allowed = line_of(MODE_NAMES, mode, 0, len(mode)) if fitted else 0
    if device.meter is None:  # with PSRAM building.more has made it
        device.meter = Meter(device.state.get("meter"))
    told_s = settings["mqtt_interval_s"]
    if early.roomy:
        from building import relay_roomy

        others += relay_roomy.reports(device, early, packs, others, codes)
        told_s = relay_roomy.told_s(device, settings)
    announcer = None
    if settings["ha_discovery"]:
        reports = (packs, others)
        announcer = _announcer(device, settings, topics, reports, told_s, allowed, early, about)
    kinds = making.kinds(
        settings["mqtt_mode"],
        settings["mqtt_boost"],
        settings["mqtt_thresholds"],
        settings["update_url"] != "",
    )
    judge = Judge(kinds, allowed, settings["heater_on_dc"], settings["heater_off_dc"])
    if writes is not None:
        writes.permitted = settings["mqtt_writes"]
    recorded = device.recorder is not None
    session = _session(settings, early, topics, recorded)
    if early.roomy and settings["mqtt_tls"] != "off":
        from mqtt.secure import Secure, secure_line

        secure_line(session, Secure(settings, device.clock, early.errors), device)
    if recorded:
        from mqtt.history_report import HistoryReport

        others.append(HistoryReport(device, session))
    others += _crashes(device, session)
    if early.roomy:
        others += writes.reports
    parts = (session, topics, packs, others, announcer, judge, codes, message, writes)
    if early.roomy:
        from building import relay_roomy

        relay = relay_roomy.make(device, settings, parts)
        unload("building.relay_roomy")
    else:
        relay = Relay(*parts)
    own.relay = relay
    own.session = session
    return relay


def _own_report(device, settings, roomy):
    """Returns the report about the device itself."""
    interval_ms = settings["mqtt_interval_s"] * 1000
    if roomy:
        from mqtt.clocked_report import ClockedReport

        return ClockedReport(device, interval_ms)
    return r.DeviceReport(device, interval_ms)


def _crashes(device, session):
    """Returns the report of how the last run crashed, if that is still to be told."""
    try:
        open(_CRASH).close()
    except OSError:
        return []
    from mqtt.crash_report import CrashReport

    return [CrashReport(device, session)]


def _room(device, settings):
    """Returns the bytes of the longest message. A search may end at a BMS that tells more."""
    if settings["bms_dialect"] == "auto":
        return Dialect.STATE_BYTES
    return max([unit.dialect.STATE_BYTES for unit in device.bms.units])


def _session(settings, early, topics, recorded):
    """Returns the session. recorded: a history is told, which the broker has to acknowledge."""
    connect = making.connect(
        b"packmate-" + early.unit,
        topics.base,
        t.AVAILABILITY,
        b"offline",
        settings["mqtt_user"].encode(),
        early.secrets["mqtt_password"].encode(),
        KEEPALIVE_S,
    )
    own = len(topics.base) + making.longest_line(topics.names)
    room = max(own, len(topics.prefix) + len(BIRTH))
    host = settings["mqtt_host"]
    resolver = None
    if not _is_address(host):
        from hardware.net.resolver import Resolver

        resolver = Resolver()
    parts = (host, settings["mqtt_port"], connect, topics, room, resolver)
    if recorded:
        from mqtt.sure_session import SureSession

        return SureSession(*parts)
    return Session(*parts)


def _is_address(host):
    """True for an IPv4 address in dots, which has not to be looked up."""
    parts = host.split(".")
    return len(parts) == 4 and all([p.isdigit() and len(p) < 4 and int(p) < 256 for p in parts])


def _others(device, settings, about):
    """Returns the reports that not every device has, beside those about packs.

    about: the StateReport of the pack, or of all together.
    """
    interval_ms = settings["mqtt_interval_s"] * 1000
    found = []
    if settings["heater_output"] != "none":
        found.append(r.HeaterReport(device.heater, device.output, interval_ms))
    if device.writes is not None:
        from mqtt.more_reports import WritesReport

        found.append(WritesReport(device.bms, device.writes, about, interval_ms))
    if settings["packs"]:
        from mqtt.more_reports import PacksReport

        found.append(PacksReport(device.bms.bank, interval_ms))
    return found


def _packs(device, settings):
    """Returns the report about the pack, or about all together, and then of each of several."""
    interval_ms = settings["mqtt_interval_s"] * 1000
    units = (device.bms,)
    if len(device.bms.units) > 1:
        units += tuple(device.bms.units)
    found = []
    for number, unit in enumerate(units):
        name = t.PACK % number + t.STATE if number else t.STATE
        found.append(StateReport(name, unit, device.max_age_ms, interval_ms))
    return found


def _discovery():
    file = open_data("relay/discovery.bin")
    if file is None:
        from relay import discovery

        file = io.BytesIO(discovery.DATA)
        for name in ("relay.discovery", "relay.fields", "relay.texts"):
            unload(name)
    return file


def _uses(settings, writes, roomy):
    """Returns the bit set of what the settings use, in the order of relay.fields.USES."""
    heater = settings["heater_output"] != "none"
    packs = (settings,) + tuple(settings["packs"])
    uses = (
        heater,
        heater and settings["heater_thresholds"] == "own" and settings["mqtt_thresholds"],
        settings["heater_probe"] != "none",
        heater and settings["preheat_at"] != "",
        "ble" in [pack["bms_link"] for pack in packs],
        len(packs) > 1,
        writes is not None,
        writes is not None and settings["mqtt_writes"],
        heater and settings["mqtt_mode"],
        heater and not settings["mqtt_mode"],
        heater and settings["mqtt_boost"],
        roomy,
        settings["update_url"] != "",
        roomy and settings["charge_max_a"] != 0,
        roomy and settings["mqtt_mb_a_month"] != 0,
    )
    return sum([1 << bit for bit, used in enumerate(uses) if used])


def _announcer(device, settings, topics, reports, told_s, allowed, early, about):
    """Returns what tells Home Assistant, None without memory for it. reports: those about packs,
    and the others; told_s: how often the first ones are told."""
    packs, others = reports
    told = b"%d" % max(3 * told_s, _LEAST_TOLD_S)
    seldom = b"%d" % (3 * max([report.interval_ms for report in others]) // 1000)
    base = making.escaped(topics.base)
    unique = b"packmate_" + early.unit
    blanks = []
    for number in range(len(packs)):
        name = settings["name"]
        own = b""
        via = b""
        if number:
            own = b"%d" % number
            via = b',"via_device":"' + unique + b'"'
            name += " " + (settings["packs"][number - 2]["name"] if number > 1 else "Pack 1")
        own_unique = unique + b"_pack" + own if own else unique
        own_base = base + t.PACK % number if number else base
        device_text = _device(own_unique, name, via, about)
        blanks.append((topics.prefix, own_unique, own_base, base, told, seldom, device_text))
    try:
        file = _discovery()
    except MemoryError:
        early.errors.append("ha_discovery: no memory; copy lib/relay/discovery.bin of an image")
        return None
    parts = (
        file,
        blanks,
        [report.known for report in packs],
        _uses(settings, device.writes, early.roomy),
        allowed,
        None if device.writes is None else device.writes.offered,
        not early.errors,
    )
    if early.roomy:
        from building import relay_roomy

        return relay_roomy.announcer(device, settings, parts)
    return Announcer(*parts)


def _device(unique, name, via, about):
    """Returns what each config says of its device."""
    model, version = [making.escaped(text.encode()) for text in about]
    text = b'"dev":{"ids":["' + unique + b'"],"mf":"Packmate"' + via + b',"name":"'
    text += making.escaped(name.encode()) + b'","mdl":"' + model + b'","sw":"' + version
    return text + b'"},"o":{"name":"Packmate","sw":"' + version + b'"}'
