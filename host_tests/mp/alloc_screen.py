"""Updating the screen allocates nothing, whatever changes, and neither does sending a band.

The pages that are seldom shown are loaded when they are turned to; from then on neither do they.
"""

import sys
from io import BytesIO

import framebuf
import harness

from bms import alarms
from bms import pack as p
from screen import model as m
from screen.canvas import Canvas
from screen.fonts.glyphs import DATA
from screen.footer import Names
from screen.show import Screen

WIDTH = 240
HEIGHT = 135
FAULT = 5
STATE_NAMES = b"off\nidle\nheating\nwaiting_charger\nblocked\nfault"
REASON_NAMES = b"\nnot_heating"

buffer = bytearray(WIDTH * HEIGHT // 2)
fb = framebuf.FrameBuffer(buffer, WIDTH, HEIGHT, framebuf.GS4_HMSB)
canvas = Canvas(fb, WIDTH, HEIGHT)
names = Names(alarms.NAMES, b"plausible\nno_data\ncell_sum", STATE_NAMES, REASON_NAMES)
settings = {"name": "Packmate", "data_max_age_s": 10}
errors = ("heater_on_dc: 900 is over 200",) * 9
screen = Screen(canvas, settings, names, BytesIO(DATA), errors, sys.modules)


class Heater:
    """What the pages read of heat.heater.Heater; it is its own law and charger."""

    state = reason = latched = duty_permille = power_mw = cold_min = cold_charged_mah = 0
    mode = boost_s = preheat = source = 0
    wh_today = ready_s = ready_wh = probe_dc = on_dc = off_dc = mat_w = loss_w = None
    present = False

    def __init__(self):
        self.law = self.charger = self


model = m.Model()
model.heater = heater = Heater()
model.whys = b"silent\nno_frames\nabsent"
pack = p.PackState()
band = framebuf.FrameBuffer(bytearray(WIDTH * 6), WIDTH, 3, framebuf.RGB565)
palette = framebuf.FrameBuffer(bytearray(32), 16, 1, framebuf.RGB565)

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


def update(uptime_s):
    model.take(pack, 5000, uptime_s)
    while screen.update(model):
        pass
    while canvas.any_changed():
        band.blit(fb, 0, -canvas.take_band(), -1, palette)


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
    for bit in range(20):
        pack.raise_alarm(bit)
    for state in range(FAULT):
        heater.state = state
        heater.reason = 1
        heater.power_mw = 38_000
        model.heater_on = state == 2
        model.wifi = state % 3
        model.mqtt = state % 3
        for second in range(50):
            update(1000 + second)
        pack.clear_alarms()
        model.verdict = state % 3
        model.frozen = state == 4
        update(2000 + state)
    model.verdict = 0
    model.frozen = False


def pages():
    for second in range(0, 60, 7):  # settings errors first
        update(second)
    for age_ms in (0, 9_000, 11_000, 59_000, 61_000, 6_100_000, 90_000_000):
        pack.touch(p.STATUS, 5000 - age_ms)
        for link in range(3):
            model.why = link
            update(1000)


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
    for state in range(FAULT):
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
        update(1000)


def press():
    screen.button(model)
    update(1000)


harness.check_no_alloc("changing digits", changing_digits)
harness.check_no_alloc("unchanged", unchanged)
harness.check_no_alloc("messages", messages)
harness.check_no_alloc("pages", pages)
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
update(1000)
harness.check_no_alloc("countdown", countdown)
heater.state = FAULT
heater.latched = 1
update(2000)
harness.check_no_alloc("faults", faults)
print("OK")
