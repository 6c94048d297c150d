"""Times and heap of a frame in each dialect, fed in pieces and decoded, and of the message about
it, for tools/benchmark.py.

Two frames take turns, of 16 cells wherever a dialect bears them, so that nothing is won by content
that stands still.
"""

from io import BytesIO

import frames
import harness
import samples
from timing import measure

import words
from bms import catalog
from bms.check import Check
from bms.pack import STATUS, PackState
from compat import const, ticks_add
from languages.codes import DATA as CODES
from relay.message import Message
from relay.state import StateReport
from screen.draw.language import Language

_CHUNK = const(128)
_CELLS = const(16)
_WIDE_UNIT = samples.jk_device(b"JK-PB2A16S20P", b"15A", b"15.41")
_NARROW_UNIT = samples.jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07")


def jk02(mv, wide):
    """Returns a status of 16 cells."""
    return samples.jk02_status(mv, 50, mv - 4000, wide, _CELLS)


def gps(mv, changes=None):
    """Returns a whole reply of the GPS port."""
    values = {0x79: [mv + i for i in range(_CELLS)], 0x83: mv * _CELLS // 10}
    values.update(changes or {})
    return frames.whole(values)


def damaged(frame):
    """Returns a frame with one bit wrong in the middle."""
    wrong = bytearray(frame)
    wrong[len(wrong) // 2] ^= 4
    return bytes(wrong)


def display(mv):
    """Returns a status of the display port."""
    return samples.display_status(mv, cells=_CELLS)


# Name of the case, dialect, what comes before, the frames that take turns.
CASES = (
    ("JK GPS frame, settings unchanged", "jk_gps", b"", (gps(3300), gps(3310))),
    ("JK GPS frame, settings too", "jk_gps", b"", (gps(3300), gps(3310, {0x8E: 5850}))),
    ("JK GPS frame, one bit wrong", "jk_gps", b"", (damaged(gps(3300)),)),
    ("291 bytes of garbage", "jk_gps", b"", (bytes([i * 37 & 0xFF for i in range(291)]),)),
    ("JK02_32S status, BLE", "jk_ble", _WIDE_UNIT, (jk02(3300, True), jk02(3310, True))),
    ("JK02_24S status, BLE", "jk_ble", _NARROW_UNIT, (jk02(3300, False), jk02(3310, False))),
    (
        "JK02_32S status, Modbus",
        "jk_modbus",
        samples.BEFORE["jk_modbus"],
        tuple([samples.acknowledged(jk02(mv, True), 0x20) for mv in (3300, 3310)]),
    ),
    ("JK display status", "jk_display", 2 * display(3300), (display(3300), display(3301))),
    (
        "ANT status, new",
        "ant_new",
        b"",
        (samples.ant_status(_CELLS), samples.ant_status(_CELLS, 3310)),
    ),
    (
        "ANT status, old",
        "ant_old",
        b"",
        (samples.ant_old_status(_CELLS), samples.ant_old_status(_CELLS, 3310)),
    ),
)


class Unit:
    """A unit whose link is well: what the state message asks of the unit of a Line."""

    TEXTS = words.WIRE_TEXTS
    reason = losses = 0
    answering = True

    def __init__(self, line):
        self.pack = line.pack
        self.check = line.check

    @property
    def link(self):
        return self


class Line:
    """A dialect and the pieces of its frames, as a link hands them over."""

    def __init__(self, dialect, before, turns):
        self.now = 0
        self.pack = PackState()
        self.dialect = catalog.create(dialect, self.pack, _CHUNK, 1000, 1)
        self.check = Check(self.pack)
        self.dialect.request(0, bytearray(32))
        self.feed(pieces(before))
        self.turns = [pieces(frame) for frame in turns]
        self.turn = 0

    def feed(self, parts):
        for part in parts:
            self.dialect.feed(part, len(part), self.now)

    def hear(self):
        self.now = ticks_add(self.now, 10)
        self.turn = (self.turn + 1) % len(self.turns)
        self.feed(self.turns[self.turn])

    def hear_nothing(self):
        self.dialect.feed(self.turns[0][0], 0, self.now)

    def judge(self):
        self.pack.touch(STATUS, self.now)
        self.check.step(self.now)


def pieces(data):
    """Returns a frame in pieces of at most _CHUNK bytes."""
    return [bytearray(data[i : i + _CHUNK]) for i in range(0, len(data), _CHUNK)]


def main():
    """Prints all cases."""
    for name, dialect, before, turns in CASES:
        line = Line(dialect, before, turns)
        measure(name, line.hear)
        harness.check(line.pack.seq > 100 or len(turns) == 1, name + ": nothing was decoded")
    line = Line("jk_gps", b"", (gps(3300),))
    line.hear()
    measure("plausibility check of a frame", line.judge)
    measure("a look at a line that is quiet", line.hear_nothing)
    line = Line("jk_gps", b"", (gps(3300),))
    line.hear()
    line.judge()
    message = Message(Language(BytesIO(CODES)))
    report = StateReport(b"/state", Unit(line), 10_000, 10_000)
    length = report.write(message, line.now)
    harness.check(b'"cell_mv":[3300,' in message.buf[:length], "the figures are not told")
    measure("state message of 16 cells", lambda: report.write(message, line.now))


main()
