"""Updating the screen allocates nothing, whatever changes, once each size of a field was used;
and what the screen needs in memory does not grow with the panel."""

import gc
import sys
from io import BytesIO

import framebuf
import harness

import words as w
from bms import pack as p
from languages.english import DATA as TEXTS
from screen import layout
from screen import model as m
from screen.draw.brush import Brush
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from screen.show import Screen


class Glass:
    """A panel that looks at nothing."""

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def send(self, x, y, w, h, pixels):
        assert x >= 0 and y >= 0 and x + w <= self.width and y + h <= self.height

    def shift(self):
        pass


class Heater:
    """What the pages read of heat.heater.Heater; it is its own law and charger."""

    state = reason = latched = duty_permille = power_mw = cold_min = cold_charged_mah = 0
    mode = boost_s = preheat = source = warnings = 0
    wh_today = ready_s = ready_wh = probe_dc = on_dc = off_dc = mat_w = loss_w = None
    present = False

    def __init__(self):
        self.law = self.charger = self


SETTINGS = {"name": "Packmate", "data_max_age_s": 10}
ERRORS = ("heater_on_dc: 900 is over 200",) * 9
GLYPHS = BytesIO(DATA)
SLOTS = (
    p.SOC_PCT,
    p.PACK_MV,
    p.CURRENT_MA,
    p.POWER_MW,
    p.CELL_MIN_MV,
    p.CELL_MAX_MV,
    p.CELL_DELTA_MV,
    p.TEMP_MIN_DC,
    p.TEMP_MAX_DC,
    p.CHARGE_ON,
    p.DISCHARGE_ON,
    p.HEATING,
    p.CHARGE_UTP_DC,
    p.CELL_UVPR_MV,
)
# From empty to larger than any pack; the figures pass every change of unit and sign.
SCALES = (0, 1, -1, 37, -999, 5_000, -55_555, 1_234_567, -123_456_789, 999_999_999)

model = m.Model()
model.heater = heater = Heater()
pack = p.PackState()
screen = None


def update(uptime_s):
    pack.seq = pack.seq + 1 & 0xFFFF
    model.take(pack, 5000, uptime_s)
    while screen.update(model):
        pass


def press():
    screen.button(model)
    update(1000)


def tour():
    """Shows every page once, so that every size of a piece is known."""
    for second in (0, 1000):
        update(second)
    pack.touch(p.STATUS, 5000)
    update(1000)
    for _ in range(5):
        press()
    model.handed_over_s = 9
    update(1100)
    heater.state = w.FAULT
    heater.latched = 1
    update(1200)
    heater.state = heater.latched = model.handed_over_s = 0
    update(1201)
    update(1300)


def drawing(width, height):
    """Returns the bytes that drawing takes on a panel, with every size of a field in use."""
    global screen, pack
    texts = Language(BytesIO(TEXTS))
    glass = Glass(width, height)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    brush = Brush(glass, framebuf, GLYPHS)
    size = gc.mem_alloc() - before
    screen = Screen(brush, SETTINGS, texts, ERRORS, True)
    pack = p.PackState()
    before = gc.mem_alloc()
    tour()
    size += gc.mem_alloc() - before
    gc.enable()
    return size


# Addresses of 64 bits make the objects beside the buffer twice as large.
BOUND = 5_120 if sys.maxsize < 1 << 31 else 6_400
PANELS = ((240, 135), (135, 240), (320, 240), (480, 320))
if layout.MORE_FIGURES:  # the pages for large panels: see alloc_screen_large.py
    PANELS = PANELS[2:]
sizes = [drawing(*size) for size in PANELS]
print("drawing takes", sizes)
assert max(sizes) <= BOUND, sizes


def changing_digits():
    pack.touch(p.STATUS, 5000)
    for value in SCALES:
        for slot in SLOTS:
            pack.put(slot, value)
        update(1000)
    for slot in SLOTS:
        pack.drop(slot)
    update(1001)


def unchanged():
    update(1000)
    update(1000)


def messages():
    for bit in range(62):
        pack.raise_alarm(bit)
    for state in range(w.FAULT):
        heater.state = state
        heater.reason = 1
        heater.power_mw = 38_000
        model.heater_on = state == 2
        model.wifi = state % 3
        model.mqtt = state % 3
        for second in range(50):
            update(1300 + second)
        pack.clear_alarms()
        model.verdict = state % 3
        model.frozen = state == 4
        update(2000 + state)
    model.verdict = 0
    model.frozen = False
    heater.state = heater.reason = 0


def pages():
    for age_ms in (0, 9_000, 11_000, 59_000, 61_000, 6_100_000, 90_000_000):
        pack.touch(p.STATUS, 5000 - age_ms)
        for link in range(3):
            model.why = link
            update(1300)
    pack.touch(p.STATUS, 5000)


def heater_figures():
    """All that the heater's pages show, on whichever of them is shown."""
    pack.touch(p.STATUS, 5000)
    for value in (0, 7, 1_234, 99_999, 1_000_000):
        heater.duty_permille = heater.power_mw = heater.cold_min = heater.cold_charged_mah = value
        heater.boost_s = heater.wh_today = heater.ready_s = heater.ready_wh = value
        heater.probe_dc = -value
        heater.on_dc = -(value % 300)
        heater.off_dc = value % 250
        heater.mode = heater.preheat = heater.source = value % 3
        heater.present = value > 7
        heater.mat_w = value
        heater.loss_w = value if value == 7 else None
        pack.put(p.TEMP_MIN_DC, value % 900)
        update(1000)
        heater.probe_dc = heater.ready_s = heater.wh_today = None
        update(1000)


def heater_states():
    for state in range(w.FAULT):
        heater.state = state
        for reason in range(26):
            heater.reason = reason
            update(1000)
    heater.state = heater.reason = 0


def faults():
    for latched in (1, 3, 256, 511, 512):
        heater.latched = latched
        for second in range(0, 90, 8):
            model.held_ms = second * 25
            update(2000 + second)


def countdown():
    for seconds in (9, 10, 599, 3600, 7200):
        model.handed_over_s = seconds
        update(1300)


def round_trip():
    """Every page, from one to the next."""
    update(1300)
    for _ in range(6):
        press()
    screen.shift()
    update(1300)


harness.check_no_alloc("changing digits", changing_digits)
harness.check_no_alloc("unchanged", unchanged)
harness.check_no_alloc("messages", messages)
harness.check_no_alloc("pages", pages)
harness.check_no_alloc("pages by the button", round_trip)
update(1300)
press()
harness.check_no_alloc("figures", changing_digits)
pack.touch(p.STATUS, 5000)
update(1000)
press()
harness.check_no_alloc("heater page, figures", heater_figures)
harness.check_no_alloc("heater page, states", heater_states)
press()
harness.check_no_alloc("heater report", heater_figures)
press()
harness.check_no_alloc("settings errors", changing_digits)
press()
model.handed_over_s = 1
update(1300)
harness.check_no_alloc("countdown", countdown)
heater.state = w.FAULT
heater.latched = 1
update(2000)
harness.check_no_alloc("faults", faults)
print("OK")
