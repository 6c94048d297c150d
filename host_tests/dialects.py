"""Short cuts for the tests of single dialects: captures and streams of ../shared, feeding."""

import json

from bms.pack import PackState
from host_tests import SHARED
from tools import vocabulary
from tools.decoding.decoder import VARIANTS

CHUNK = 512
# Why a JK's frames are not published, as bms.jk.jk_frames numbers it.
WITHHELD = ("nothing", "no_device_info", "unknown_generation", "contradiction")
# Statistics that a BMS takes from its cells a scan earlier; ours are of the cells shown.
OLDER_THAN_THE_CELLS = {"cell_avg_mv", "cell_delta_mv", "power_mw"}
# Names of captures for what the vocabulary calls otherwise.
RENAMED = {"sw": "sw_version", "hw": "hw_version"}
IN_SETTINGS = {"cell_count": "cell_count_setting", "capacity_mah": "capacity_nominal_mah"}
# What a JK sends and is not believed without more: its sensor mask contradicts its sensors, and
# the others are of other firmware unless the unit's bitmap says so.
UNSURE_ON_JK = {"temp_sensor_mask", "battery_type_id", "discharge_utp_dc", "discharge_utpr_dc"}
NOT_OF_STATUS = {"remaining_mah", "cycle_capacity_mah"}


def captures(*protocols, kinds=None):
    """Returns the capture files of protocols, as paths; none where ../shared is missing."""
    return [
        path
        for path in sorted((SHARED / "captures").glob("*/*.json"))
        for capture in [json.loads(path.read_text())]
        if isinstance(capture, dict)
        and capture["protocol"] in protocols
        and (kinds is None or capture["kind"] in kinds)
    ]


def load(path):
    """Returns a capture's or a stream's content."""
    return json.loads(path.read_text())


def stream(name):
    """Returns the path of a stream."""
    return next((SHARED / "streams").glob(f"*/{name}.json"), SHARED / "streams" / name)


def name_of(path):
    """Names a path in the list of tests."""
    return path.stem


def start(cls, **keywords):
    """Returns a new dialect with a new pack."""
    return cls(PackState(), CHUNK, **keywords)


def feed(dialect, *pieces, now=0):
    """Feeds pieces; returns the number of frames decoded. Every byte must be accounted for."""
    decoded = 0
    for piece in pieces:
        for at in range(0, len(piece), CHUNK):
            part = piece[at : at + CHUNK]
            decoded += dialect.feed(part, len(part), now)
    framer = dialect.framer
    assert framer.fed == framer.frame_bytes + framer.dropped + framer.pending()
    return decoded


def feed_capture(dialect, capture):
    """Feeds a capture in the pieces in which it came, then silence."""
    decoded = feed(dialect, *[bytes.fromhex(chunk) for chunk in capture["chunks"]])
    return decoded + dialect.feed(b"", 0, dialect.framer.gap_ms + 1)


def variant_of(dialect):
    """Returns the name of the variant that a unit of JK's 300-byte frames is taken for."""
    return VARIANTS[dialect.frames.variant]


def why_withheld(dialect):
    """Returns the name of the reason why such a unit's frames are not published."""
    return WITHHELD[dialect.frames.withheld]


def values(dialect):
    """Returns what the pack shows, in the vocabulary."""
    shown = vocabulary.values(dialect.pack)
    if "state" in shown:
        shown["state"] = vocabulary.STATES[shown["state"]]
    for word in ("alarms_raw", "warnings_raw"):
        if word + "_high" in shown:
            shown[word] |= shown[word + "_high"] << 30
    return shown


ZERO_WHERE_ABSENT = ("rcv_mv", "rfv_mv")  # on firmware that has no such setting


def differences(shown, capture):
    """Returns what a capture expects and the pack shows otherwise, of what the vocabulary has."""
    wrong = {}
    settings = capture["kind"] == "settings"
    for name, value in capture["expected"].items():
        name = RENAMED.get(name, name)
        if settings:
            name = IN_SETTINGS.get(name, name)
        if name in OLDER_THAN_THE_CELLS or (settings and name in NOT_OF_STATUS):
            continue
        if name in UNSURE_ON_JK and capture["protocol"].startswith("jk"):
            continue
        if name not in (*vocabulary.SLOTS, *vocabulary.TEXTS, "cell_mv", "temps_dc", "alarms"):
            continue
        got = shown.get(name)
        close = name.endswith("_mah") or (name == "pack_mv" and capture["protocol"] == "jk04")
        if close and got is not None and value is not None and abs(got - value) <= 1:
            continue
        absent = value == "" or (value == 0 and name in ZERO_WHERE_ABSENT)
        if got != (None if absent else value):
            wrong[name] = (got, value)
    return wrong


def reachable(thing, seen):
    """Yields the bytes of every buffer that an object holds, however deep."""
    if id(thing) in seen or isinstance(thing, type):
        return
    seen.add(id(thing))
    if isinstance(thing, (bytes, bytearray, memoryview, str)) or hasattr(thing, "tobytes"):
        yield thing.encode() if isinstance(thing, str) else bytes(thing)
    elif isinstance(thing, (list, tuple, set)):
        for part in thing:
            yield from reachable(part, seen)
    elif hasattr(thing, "__dict__"):
        for part in vars(thing).values():
            yield from reachable(part, seen)


def rebuilt(dump):
    """Returns a PackState with the content that MicroPython printed."""
    pack = PackState()
    for slot, value in enumerate(dump["slots"]):
        if value is not None:
            pack.put(slot, value)
    pack.cells = len(dump["cell_mv"])
    for i, mv in enumerate(dump["cell_mv"]):
        pack.cell_mv[i] = mv
    pack.temps = len(dump["temps_dc"])
    for i, dc in enumerate(dump["temps_dc"]):
        if dc is not None:
            pack.put_temp(i, dc)
    for bit in dump["alarms"]:
        pack.raise_alarm(bit)
    for which, text in enumerate(dump["texts"]):
        pack.put_text(which, (text or "").encode(), 0, len(text or ""))
    return pack
