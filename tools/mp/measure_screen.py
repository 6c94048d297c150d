"""What the pages of the screen cost on one panel, by its driver: for tools/cost/screen_figures.py.

Arguments: rounds, then the facts of board.py that the driver needs, as NAME=VALUE. Prints a line a
call of the screen: page, "anew" or the second, bytes over the bus, ns of the best of all rounds.
The first picture is the first of the pages. A page's "loop" is what the known loop took in
between, and "sleeps" the ns for which the driver waits.
"""

import gc
import sys
import time as clock
from io import BytesIO

from timing import known_loop

counted = [0, 0]  # bytes over the bus, ms slept


class Board:
    """The board's facts."""

    PANEL_I2C = PANEL_SDA = PANEL_SCL = 0
    SPI_ID = SPI_SCK = SPI_MOSI = PANEL_CS = PANEL_DC = PANEL_BL = 0
    PANEL_POWER = -1


class Time:
    """In the place of the module: a driver's waiting is added up."""

    ticks_ms = clock.ticks_ms

    def sleep_ms(ms):
        counted[1] += ms


class Machine:
    """In the place of the module: counts what goes over SPI and I2C."""

    class Pin:
        OUT = 0

        def __init__(self, number, mode=0, value=0):
            pass

        def __call__(self, value):
            pass

    class PWM:
        def __init__(self, pin, freq=0, duty_u16=0):
            pass

        def duty_u16(self, duty):
            pass

    class SPI:
        def __init__(self, id, baudrate=0, sck=None, mosi=None, miso=None):
            pass

        def write(self, data):
            counted[0] += len(data)

    class I2C:
        def __init__(self, id, scl=None, sda=None, freq=0):
            pass

        def writeto(self, address, data):
            counted[0] += 1 + len(data)


for fact in sys.argv[2:]:
    name, _, value = fact.partition("=")
    setattr(Board, name, value if name == "PANEL" else int(value))
sys.modules["board"] = Board
sys.modules["machine"] = Machine
sys.modules["time"] = Time
if Board.PANEL_WIDTH >= 320 and Board.PANEL_HEIGHT >= 240:
    import screen
    import screen.layout_320x240 as layout

    sys.modules["screen.layout"] = screen.layout = layout

import book_scenes  # noqa: E402
import framebuf  # noqa: E402
import scenes  # noqa: E402

from bms import pack as p  # noqa: E402
from screen import book, facts, labels, mono, mono_start, show, start  # noqa: E402
from screen.draw.brush import Brush  # noqa: E402
from screen.draw.fonts.glyphs import DATA  # noqa: E402
from words import SCREEN_TEXTS  # noqa: E402

ROUNDS = int(sys.argv[1])
SECONDS = 60
MONO = Board.PANEL_WIDTH == 128
# What the table calls a page, its number, and the scene of tools.draw.book_scenes that it shows.
PAGES = (
    ("first page", show.GLANCE, "big"),
    ("large figures", book.BIG, "big"),
    ("figures", show.FIGURES, "big"),
    ("16 cells", book.CELLS, "cells"),
    ("temperatures", book.WARMTH, "warmth"),
    ("heater", show.HEATER, "big_cold"),
    ("heater's report", show.REPORT, "big_cold"),
    ("energy", book.ENERGY, "energy"),
    ("last day", book.HISTORY, "history"),
    ("alarms", book.ALARMS, "alarms"),
    ("links", book.LINKS, "links"),
    ("about", book.ABOUT, "about"),
    ("no data", show.LOST, "big"),
)


class Drive:
    """A minute in which a van drives: current and power move each second, cells by 1 or 2 mV, a
    temperature each ten seconds, the charge once. `lost`: nothing has come for a minute."""

    def __init__(self, scene, lost):
        self._lost = lost
        self.model = book_scenes.fill(facts.Facts(), scene)
        self.pack = self.model.pack
        if not self.pack.cells and scene != "cells":
            book_scenes.put_cells(self.pack, 16)
        self._cells = [self.pack.cell_mv[i] for i in range(self.pack.cells)]
        self.at(0)

    def at(self, second):
        """Has the model show that second of the minute."""
        now = scenes.NOW + 1000 * second
        if self._lost:
            now += 60_000
        else:
            self._move(second, now)
        self.model.take(self.pack, now, 100 + second)

    def _move(self, second, now):
        put = self.pack.put
        put(p.CURRENT_MA, -23_400 - 170 * (second * 7 % 11))
        put(p.PACK_MV, 53_270 - 10 * (second * 5 % 7))
        put(p.POWER_MW, p.power_mw(self.pack.get(p.PACK_MV), self.pack.get(p.CURRENT_MA)))
        put(p.SOC_PCT, 87 - second // 30)
        put(p.REMAINING_MAH, 243_600 - 6 * second)
        for i in range(len(self._cells)):
            self.pack.cell_mv[i] = self._cells[i] + (second + i) % 3 - 1
        put(p.CELL_MIN_MV, 3324 - second % 3)
        put(p.CELL_MAX_MV, 3336 - second % 2)
        put(p.CELL_DELTA_MV, 12 + second % 3 - second % 2)
        put(p.TEMP_MIN_DC, 180 + second // 10)
        self.pack.touch(p.STATUS, now)


class Costs:
    """Bytes and best time of each call, in their order."""

    def __init__(self):
        self.calls = []
        self._at = 0

    def again(self):
        """What follows is the same once more."""
        self._at = 0

    def of(self, label, call, argument):
        """Makes a call; returns what it returned."""
        bytes_before = counted[0]
        begin = clock.time_ns()
        told = call(argument)
        spent = clock.time_ns() - begin
        sent = counted[0] - bytes_before
        if self._at == len(self.calls):
            self.calls.append([label, sent, spent])
        kept = self.calls[self._at]
        if kept[0] != label or kept[1] != sent:
            raise ValueError("the same is not drawn each time")
        kept[2] = min(kept[2], spent)
        self._at += 1
        return told

    def tell(self, page, loop_ns):
        """Prints them."""
        for label, sent, spent in self.calls:
            print("%s|%s|%d|%d" % (page, label, sent, spent))
        print("%s|loop|0|%d" % (page, loop_ns))


def new_screen(panel):
    if not MONO:
        return book_scenes.new_screen(framebuf, None, panel)[1]
    return mono.MonoScreen(
        mono.Canvas(panel, framebuf), scenes.SETTINGS, scenes.new_language(), ()
    )


def draw_anew(screen, page):
    if MONO:
        screen._second = -1
        return
    screen._draw_anew()
    if page != show.LOST:
        screen._asked = page
        screen._until_s = 10_000  # it stays


def measure(name, page, scene):
    """Prints the calls of a page."""
    costs = Costs()
    loop_ns = 1_000_000_000
    for _ in range(ROUNDS):
        screen = new_screen(Panel())
        drive = Drive(scene, page == show.LOST)
        if MONO:
            scenes.settle(screen, drive.model)
        else:
            book_scenes.turn_to(screen, drive.model, page)  # so that its room in memory is there
        gc.collect()  # none happens while it is measured
        loop_ns = min(loop_ns, ns_of_known_loop())
        costs.again()
        draw_anew(screen, page)
        while costs.of("anew", screen.update, drive.model):
            pass
        for second in range(1, SECONDS + 1):
            drive.at(second)
            while costs.of(second, screen.update, drive.model):
                pass
    costs.tell(name, loop_ns)


def show_first(_argument):
    """What showing.first_picture does."""
    texts = scenes.new_language()
    if MONO:
        drawn = mono.Canvas(Panel(), framebuf)
        mono_start.show_start(drawn, "0.1.0", texts, SCREEN_TEXTS, labels.STARTING)
    else:
        drawn = Brush(Panel(), framebuf, BytesIO(DATA))
        start.show_start(drawn, "0.1.0", texts, SCREEN_TEXTS, labels.STARTING)


def measure_first():
    """Prints the one call of the first picture, and for how long the driver sleeps in it."""
    costs = Costs()
    loop_ns = 1_000_000_000
    for _ in range(ROUNDS):
        loop_ns = min(loop_ns, ns_of_known_loop())
        costs.again()
        counted[1] = 0
        costs.of("first", show_first, None)
    costs.tell("first picture", loop_ns)
    print("first picture|sleeps|0|%d" % (counted[1] * 1_000_000))


def ns_of_known_loop():
    """Returns the best of some."""
    best = 1_000_000_000
    for _ in range(5):
        begin = clock.time_ns()
        for _ in range(5):
            known_loop()
        best = min(best, (clock.time_ns() - begin) // 5)
    return best


gc.disable()
Panel = __import__(Board.PANEL, None, None, ("Panel",)).Panel
measure_first()
for row in PAGES:
    if not MONO or row[1] in (show.GLANCE, show.LOST):
        measure(*row)
