"""Times and heap of what the device does again and again, for tools/benchmark.py.

Prints one line a case: name, microseconds and bytes a call, separated by |. The last case is a
loop whose time on an ESP32 is known, so that the others can be scaled.
"""

import time
from io import BytesIO

import framebuf
import frames
import harness
from timing import known_loop, measure, show, timed

from bms import check
from bms import pack as p
from bms.jk.jk_gps import JkGps
from compat import const, ticks_add
from heat.heater import Heater
from languages.codes import DATA as CODES
from languages.english import DATA as TEXTS
from relay import message as m
from screen.draw.brush import Brush
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from screen.model import Model
from screen.show import Screen
from settings import table as settings_table

_CHUNK = const(128)
_CALLS = const(200)

CHANGING = (p.SOC_PCT, p.POWER_MW, p.CURRENT_MA, p.TEMP_MIN_DC)  # and the age
RAW = {"heater_output": "gpio", "heater_mode": "charger_or_soc", "heater_mat_mohm": 26_200}
RAW.update({"pack_wh": 5120, "heater_feed": "output"})


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
        self.message = m.Message(Language(BytesIO(CODES)))
        self.model = Model()
        self.model.heater = self.heater
        brush = Brush(Glass(), framebuf, BytesIO(DATA))
        texts = Language(BytesIO(TEXTS))
        self.screen = Screen(brush, self.settings, texts, (), False)
        self.frame = pieces(frames.whole())
        self.percent = 0
        self.lost_ms = 0

    def feed(self, parts):
        for part in parts:
            self.dialect.feed(part, len(part), self.now)

    def judge(self):
        self.pack.touch(p.STATUS, self.now)
        self.check.step(self.now)

    def heat(self):
        self.now = ticks_add(self.now, 1000)
        self.pack.touch(p.STATUS, self.now)
        self.heater.step(self.pack, self.check, True, None, self.now)

    def tell_numbers(self):
        """As many figures as the longest of the other messages has."""
        message = self.message
        message.begin(m.DEVICE)
        for _ in range(27):
            message.put(12_345)
        message.finish()

    def draw(self):
        """Draws all that has changed, piece after piece; returns the longest piece's µs."""
        self.model.take(self.pack, self.now, 100)
        longest = 0
        more = True
        while more:
            start = time.ticks_us()
            more = self.screen.update(self.model)
            spent = time.ticks_diff(time.ticks_us(), start)
            longest = max(longest, spent)
        return longest

    def draw_same_frame(self):
        self.model.take(self.pack, self.now, 100)
        self.screen.update(self.model)

    def draw_same_figures(self):
        self.pack.seq = self.pack.seq + 1 & 0xFFFF
        self.draw_same_frame()

    def draw_changed(self):
        self.percent = (self.percent + 1) % 100
        self.pack.touch(p.STATUS, ticks_add(self.now, -1000 * (self.percent & 7)))
        for slot in CHANGING:
            self.pack.put(slot, 3000 + 211 * self.percent if slot != p.SOC_PCT else self.percent)
        self.draw()

    def draw_page(self):
        # Data lost for minutes and found again: each time the other page.
        self.lost_ms = 200_000 - self.lost_ms
        self.pack.touch(p.STATUS, ticks_add(self.now, -self.lost_ms))
        return self.draw()

    def draw_heater_page(self):
        self.screen.button(self.model)
        return self.draw()


class Glass:
    """A panel that shows nothing: the bytes' time on a wire is not the program's."""

    width = 240
    height = 135

    def send(self, x, y, w, h, pixels):
        pass


def pieces(data):
    """Returns a frame as the link hands it over: in pieces of at most _CHUNK bytes."""
    return [bytearray(data[i : i + _CHUNK]) for i in range(0, len(data), _CHUNK)]


def measure_longest(name, fn):
    """Prints the case's line for what `fn` returns: the longest of a page, the best of pages."""
    grown = harness.allocated(fn, 10)
    best = min([max(fn(), fn()) for _ in range(_CALLS)])
    loop = min([timed(known_loop) for _ in range(50)])
    show(name, best * 100, grown // 10, loop * 20)


def main():
    rig = Rig()
    rig.feed(rig.frame)
    measure("heater step", rig.heat)
    rig.pack.touch(p.STATUS, rig.now)
    rig.judge()
    measure("27 figures of the device put into a message", rig.tell_numbers)
    rig.pack.touch(p.STATUS, rig.now)
    rig.draw()
    measure("screen, nothing new", rig.draw_same_frame)
    measure("screen, a frame with the same figures", rig.draw_same_figures)
    measure("screen, five figures changed", rig.draw_changed)
    measure("screen, a page anew", rig.draw_page)
    measure_longest("its longest piece", rig.draw_page)
    measure_longest("the longest piece of the other pages", rig.draw_heater_page)


main()
