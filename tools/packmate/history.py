"""`packmate history`: the records that a device has kept, as a table for a spreadsheet.

They are read out of its flash and corrected here, by the same modules that tell them to a broker.
"""

import csv
import datetime
import io

from history import record as r
from history import replay
from history.ring import Ring
from history.unpaged import Unpaged
from tools.packmate import PackmateError
from tools.packmate.prompt import Device
from words import STATE_NAMES

_FOLDER = "records"
_TAIL_FOLDER = "records/now"
_TAIL = "tail"
_PAGES, _UNPAGED = "p", ""  # how the names of files begin: firmware/kept/record_store.py
_DIGITS = 8
_STATES = STATE_NAMES.decode().split("\n")

COLUMNS = ("time", "ts", "record", "resets", "uptime_s", "soc_pct", "pack_mv", "current_ma")
COLUMNS += ("power_mw", "temp_min_dc", "temp_max_dc", "cell_min_mv", "cell_max_mv")
COLUMNS += ("charge_on", "discharge_on", "alarm", "heater_on", "heater_state")


class Copies:
    """What history.ring.Ring takes for its files: of {name: bytes} of a device's those whose names
    begin so."""

    def __init__(self, files, kind):
        self._tail = files.get(kind + _TAIL, b"")
        self._segments = {
            int(name[len(kind) :], 16): data
            for name, data in files.items()
            if is_segment(name) and len(name) == len(kind) + _DIGITS
        }

    def numbers(self):
        return list(self._segments)

    def size(self, number):
        return len(self._segments[number])

    def read(self, number, at, buf):
        data = self._segments.get(number, b"")[at : at + len(buf)]
        buf[: len(data)] = data
        return len(data)

    def read_tail(self, buf):
        data = self._tail[: len(buf)]
        buf[: len(data)] = data
        return len(data)


def is_segment(name):
    """True for the name of a file of records."""
    digits = name.removeprefix(_PAGES)
    return len(digits) == _DIGITS and not set(digits) - set("0123456789abcdef")


def rows(files):
    """Yields a dict of COLUMNS for each record in {name: bytes}, the oldest first."""
    store = Copies(files, _PAGES)
    ring = Ring(store, max(1, len(store.numbers())), old=Unpaged(Copies(files, _UNPAGED)))
    ring.delivered = ring.first
    found = replay.Replay(ring)
    while (what := found.step(False)) != replay.NOTHING:
        if what == replay.READY:
            yield _row(found)
            found.acknowledged()


def _row(found):
    record = found.record
    values = [record.values[i] if record.valid[i] else None for i in range(r.FIGURES)]
    timed = found.time_s is not None
    ts = r.EPOCH_S + found.time_s if timed else None
    state = record.heater_state
    when = datetime.datetime.fromtimestamp(ts, datetime.timezone.utc) if timed else None
    told = (
        when and when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ts,
        found.number,
        None if timed else found.boot,
        None if timed else record.time_s,
        *values[: r.TEMP_MIN_DC],
        record.power_mw(),
        *values[r.TEMP_MIN_DC :],
        int(record.alarm) if record.has_figures() else None,
        int(record.heater_on),
        _STATES[state] if state < len(_STATES) else None,
    )
    return dict(zip(COLUMNS, told, strict=True))


def table(files):
    """Returns the CSV text of {name: bytes}."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(files))
    return out.getvalue()


def history(find_port, path):
    """Writes what a device has kept into a CSV file."""
    files = {}
    with Device(find_port()) as device:
        names = [name for name in device.names(_FOLDER) if is_segment(name)]
        for name in sorted(names):
            print(f"reading {name}")
            files[name] = device.read(f"{_FOLDER}/{name}")
        for name in {_TAIL, _PAGES + _TAIL} & set(device.names(_TAIL_FOLDER)):
            files[name] = device.read(f"{_TAIL_FOLDER}/{name}")
    if not files:
        raise PackmateError("the device has no history: see history_kb in docs/settings.md")
    path.write_text(table(files), "utf-8")
    print(f"kept  {path}")
