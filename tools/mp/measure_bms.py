"""Times and heap of a frame in each dialect, fed in pieces and decoded, and of the message about
it, for tools/benchmark.py.

Two frames take turns, of 16 cells wherever a dialect bears them. All differs in them that does
from one status to the next while a unit works: nothing is won by content that stands still.
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
from compat import const
from languages.codes import DATA as CODES
from relay.message import Message
from relay.state import StateReport
from screen.draw.language import Language

_CHUNK = const(128)
_CELLS = const(16)
_WIDE_UNIT = samples.jk_device(b"JK-PB2A16S20P", b"15A", b"15.41")
_NARROW_UNIT = samples.jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07")


def jk02(turn, wide):
    """Returns one of two statuses of 16 cells."""
    frame = bytearray(
        samples.jk02_status(3300 + 10 * turn, 50 + turn, 90 * turn - 2000, wide, _CELLS)
    )
    later = 32 if wide else 0
    figures = {
        58 + later // 2: 3307 + 10 * turn,  # average
        60 + later // 2: 15 + turn,  # and difference of cells
        122 + later: 6600 + turn,  # power
        130 + later: 195 + turn,
        132 + later: 188 - turn,
        134 + later * 10 // 32: 210 + turn,
        138 + later: 300 * turn,
        142 + later: 50_000 + 14 * turn,
        154 + later: 12_345 + turn,
        162 + later: 40_000 + turn,
        214 + later: 25_000 + 6 * turn,  # a clock
    }
    if wide:
        figures.update({234: 2650 + turn, 236: 100 + turn, 256: 190 + turn, 258: 180 - turn})
    for at, figure in figures.items():
        frame[at : at + 2] = figure.to_bytes(2, "little")
    frame[5] = turn
    frame[299] = sum(frame[:299]) & 0xFF
    return bytes(frame)


def gps(turn, changes=None):
    """Returns one of two whole replies of the GPS port; its running time is told in minutes."""
    mv = 3300 + 10 * turn
    values = {0x79: [mv + i for i in range(_CELLS)], 0x80: 21 + turn, 0x81: 19 + turn, 0x82: 18}
    values.update({0x83: mv * _CELLS // 10, 0x84: 0x8000 | 1234 + turn, 0x85: 77 + turn})
    values.update(changes or {})
    return frames.whole(values)


def damaged(frame):
    """Returns a frame with one bit wrong in the middle."""
    wrong = bytearray(frame)
    wrong[len(wrong) // 2] ^= 4
    return bytes(wrong)


def display(turn):
    """Returns one of two statuses of the display port."""
    return samples.display_status(3300 + turn, 50 + turn, turn - 20, 19 + turn, cells=_CELLS)


def modbus(turn):
    """Returns one of two statuses with what follows them on RS485."""
    return samples.acknowledged(jk02(turn, True), 0x20)


def ant(turn):
    """Returns one of two statuses of newer ANT units."""
    return samples.ant_status(_CELLS, 3300 + 10 * turn, 50 + turn, 20 + turn, (19 + turn, -40))


def ant_old(turn):
    """Returns one of two statuses of older ANT units."""
    temps = (19 + turn, 18, -40, -40)
    return samples.ant_old_status(_CELLS, 3300 + 10 * turn, 50 + turn, 20 + turn, temps)


# Name of the case, dialect, what comes before, the frames that take turns.
CASES = (
    ("JK GPS frame, settings unchanged", "jk_gps", b"", (gps(0), gps(1))),
    ("JK GPS frame, settings too", "jk_gps", b"", (gps(0), gps(1, {0x8E: 5850}))),
    ("JK GPS frame, one bit wrong", "jk_gps", b"", (damaged(gps(0)),)),
    ("291 bytes of garbage", "jk_gps", b"", (bytes([i * 37 & 0xFF for i in range(291)]),)),
    ("JK02_32S status, BLE", "jk_ble", _WIDE_UNIT, (jk02(0, True), jk02(1, True))),
    ("JK02_24S status, BLE", "jk_ble", _NARROW_UNIT, (jk02(0, False), jk02(1, False))),
    ("JK02_32S status, Modbus", "jk_modbus", samples.BEFORE["jk_modbus"], (modbus(0), modbus(1))),
    ("JK display status", "jk_display", 2 * display(0), (display(0), display(1))),
    ("ANT status, new", "ant_new", b"", (ant(0), ant(1))),
    ("ANT status, old", "ant_old", b"", (ant_old(0), ant_old(1))),
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
        self.turns = (pieces(turns[0]), pieces(turns[-1]))
        self.turn = 0

    def feed(self, parts):
        for part in parts:
            self.dialect.feed(part, len(part), self.now)

    def hear(self):
        self.now += 10
        self.turn ^= 1
        # As in feed(), which has one word too many to take no heap for its state.
        for part in self.turns[self.turn]:
            self.dialect.feed(part, len(part), self.now)

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
    line = Line("jk_gps", b"", (gps(0),))
    line.hear()
    measure("plausibility check of a frame", line.judge)
    measure("a look at a line that is quiet", line.hear_nothing)
    line = Line("jk_gps", b"", (gps(0),))
    line.hear()
    line.judge()
    message = Message(Language(BytesIO(CODES)))
    report = StateReport(b"/state", Unit(line), 10_000, 10_000)
    length = report.write(message, line.now)
    harness.check(b'"cell_mv":[3300,' in message.buf[:length], "the figures are not told")
    measure("state message of 16 cells", lambda: report.write(message, line.now))


main()
