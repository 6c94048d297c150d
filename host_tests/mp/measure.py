"""Times and heap of what the device does again and again, for tools/benchmark.py.

Prints one line a case: name, microseconds and bytes a call, separated by |. The last case is a
loop whose time on an ESP32 is known, so that the others can be scaled.
"""

import gc
import sys
import time
from io import BytesIO

import framebuf
import frames
import harness

import settings as settings_table
import words
from bms import alarms, check
from bms import pack as p
from bms.jk.jk_gps import JkGps
from compat import const, ticks_add
from heat.heater import Heater
from relay import layout
from relay import message as m
from relay.state import StateMessage
from screen.canvas import BAND_ROWS, Canvas
from screen.fonts.glyphs import DATA
from screen.footer import Names
from screen.model import Model
from screen.show import Screen

_CHUNK = const(128)
_WIDTH = const(240)
_HEIGHT = const(135)
_CALLS = const(200)

CHANGING = (p.SOC_PCT, p.PACK_MV, p.POWER_MW, p.CELL_MIN_MV, p.TEMP_MIN_DC)
RAW = {"heater_output": "gpio", "heater_mode": "charger_or_soc", "heater_mat_mohm": 26_200}
RAW.update({"pack_wh": 5120, "heater_feed": "output"})


class Numbers(m.Message):
    """A message with a number everywhere."""

    def write(self, now):
        self.begin()
        for _ in range(27):
            self.put(12_345)
        return self.finish()


class Unit:
    """A unit whose link is well: what the state message asks of one."""

    REASONS = b"none\nsilent"
    reason = losses = 0
    answering = True

    @property
    def link(self):
        return self


def fields_of(which):
    """Returns the fields of a message."""
    data = layout.DATA
    start = data[2 * which] << 8 | data[2 * which + 1]
    return data[start : data[2 * which + 2] << 8 | data[2 * which + 3]]


class Rig:
    """Pack, dialect, check, heater, message and screen, wired as the application does."""

    def __init__(self):
        self.now = 0
        self.pack = p.PackState()
        self.dialect = JkGps(self.pack, _CHUNK)
        self.check = check.Check(self.pack)
        self.settings, _ = settings_table.load(RAW)
        self.heater = Heater(self.settings, 10_000, 500_000)
        self.heater.load({})
        self.unit = Unit()
        self.unit.pack = self.pack
        self.unit.check = self.check
        self.message = StateMessage(b"/state", self.unit, fields_of, 10_000, 10_000)
        self.seldom = Numbers(fields_of, m.DEVICE)
        self.model = Model()
        self.model.heater = self.heater
        buf = bytearray(_WIDTH * _HEIGHT // 2)
        fb = framebuf.FrameBuffer(buf, _WIDTH, _HEIGHT, framebuf.GS4_HMSB)
        self.canvas = Canvas(fb, _WIDTH, _HEIGHT)
        names = Names(alarms.NAMES, check.NAMES, words.STATE_NAMES, words.REASON_NAMES)
        self.screen = Screen(self.canvas, self.settings, names, BytesIO(DATA), (), sys.modules)
        self.band = framebuf.FrameBuffer(
            bytearray(_WIDTH * BAND_ROWS * 2), _WIDTH, BAND_ROWS, framebuf.RGB565
        )
        self.palette = framebuf.FrameBuffer(bytearray(32), 16, 1, framebuf.RGB565)
        self.frame = pieces(frames.whole())
        self.damaged = pieces(damaged())
        self.garbage = pieces(bytes([i * 37 & 0xFF for i in range(291)]))
        self.percent = 0
        self.lost_ms = 0

    def feed(self, parts):
        for part in parts:
            self.dialect.feed(part, len(part), self.now)

    def whole_frame(self):
        self.feed(self.frame)

    def damaged_frame(self):
        self.feed(self.damaged)

    def only_garbage(self):
        self.feed(self.garbage)

    def judge(self):
        self.pack.touch(p.STATUS, self.now)
        self.check.step(self.now)

    def heat(self):
        self.now = ticks_add(self.now, 1000)
        self.pack.touch(p.STATUS, self.now)
        self.heater.step(self.pack, self.check, True, None, self.now)

    def tell(self):
        self.message.build(self.now)

    def tell_numbers(self):
        """As many figures as the longest of the other messages has."""
        self.seldom.build(self.now)

    def draw_same(self):
        self.model.take(self.pack, self.now, 100)
        self.screen.update(self.model)

    def draw_changed(self):
        self.percent = (self.percent + 1) % 100
        for slot in CHANGING:
            self.pack.put(slot, 3000 + 11 * self.percent if slot != p.SOC_PCT else self.percent)
        self.draw_same()

    def draw_page(self):
        # Data lost for minutes and found again: each time the other page.
        self.lost_ms = 200_000 - self.lost_ms
        self.pack.touch(p.STATUS, ticks_add(self.now, -self.lost_ms))
        self.draw_same()

    def turn_to_heater(self):
        self.screen.button(self.model)
        while self.screen.update(self.model):
            pass

    def draw_row(self):
        # The longest slice of the heater's page: two texts.
        self.heater.wh_today = 1999 if self.heater.wh_today == 1998 else 1998
        self.draw_same()

    def convert_band(self):
        self.band.blit(self.canvas.fb, 0, 0, -1, self.palette)


def pieces(data):
    """Returns a frame as the link hands it over: in pieces of at most _CHUNK bytes."""
    return [bytearray(data[i : i + _CHUNK]) for i in range(0, len(data), _CHUNK)]


def damaged():
    """Returns a good frame with one bit wrong in the middle."""
    frame = bytearray(frames.whole())
    frame[150] ^= 4
    return bytes(frame)


def known_loop():
    """A sum over 300 bytes by index: 1191 µs on an ESP32 at 240 MHz."""
    data = BYTES
    total = 0
    for i in range(300):
        total += data[i]
    return total


BYTES = bytes(300)


def measure(name, fn):
    """Prints the case's line: the best of three rounds, so that other load counts little."""
    fn()
    fn()
    grown = harness.allocated(fn, 10)
    best = None
    for _ in range(3):
        gc.collect()
        start = time.ticks_us()
        for _ in range(_CALLS):
            fn()
        spent = time.ticks_diff(time.ticks_us(), start)
        best = spent if best is None or spent < best else best
    print("%s|%d|%d" % (name, best * 100 // _CALLS, grown // 10))


def main():
    rig = Rig()
    measure("JK GPS frame of %d bytes, fed and decoded" % len(frames.whole()), rig.whole_frame)
    measure("the same frame, one bit wrong", rig.damaged_frame)
    measure("291 bytes of garbage", rig.only_garbage)
    rig.whole_frame()
    measure("plausibility check of a frame", rig.judge)
    measure("heater step", rig.heat)
    rig.pack.touch(p.STATUS, rig.now)
    rig.judge()
    measure("state message of a 16-cell pack built", rig.tell)
    measure("27 figures of the device put into a message", rig.tell_numbers)
    measure("screen update, nothing changed", rig.draw_same)
    measure("screen update, five figures changed", rig.draw_changed)
    measure("screen page drawn anew", rig.draw_page)
    rig.pack.touch(p.STATUS, rig.now)
    rig.draw_same()
    rig.turn_to_heater()
    measure("a row of the heater's page", rig.draw_row)
    measure("one band converted to RGB565", rig.convert_band)
    measure("known loop", known_loop)


main()
