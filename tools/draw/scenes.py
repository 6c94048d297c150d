"""Named scenes of the screen: a pack's figures and what the application adds.

Runs on CPython and on MicroPython, so that tests can compare the two pixel by pixel.
"""

from io import BytesIO

import words as s
from bms import alarms, check
from bms import pack as p
from languages import english
from screen import model as m
from screen.draw.brush import Brush
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from screen.show import Screen

WIDTH = 240
HEIGHT = 135
NOW = 1_000_000
SETTINGS = {"name": "Packmate", "data_max_age_s": 10}
ERRORS = (
    "settings.json: heater_on_dc: 900 is over 200",
    "settings.json: wifi_pasword: no such setting",
    'settings.json: heater_mode: "always" is none of off, charger, charger_or_soc',
)

_NORMAL = {
    p.SOC_PCT: 87,
    p.PACK_MV: 53_270,
    p.CURRENT_MA: -23_400,
    p.CELL_MIN_MV: 3_324,
    p.CELL_MAX_MV: 3_336,
    p.CELL_DELTA_MV: 12,
    p.TEMP_MIN_DC: 180,
    p.TEMP_MAX_DC: 210,
    p.CHARGE_ON: 1,
    p.DISCHARGE_ON: 1,
    p.CHARGE_UTP_DC: 0,
    p.CHARGE_OTP_DC: 550,
    p.CELL_UVP_MV: 2_600,
    p.CELL_UVPR_MV: 2_900,
    p.CELL_OVP_MV: 3_600,
}
_COLD = {
    p.SOC_PCT: 64,
    p.PACK_MV: 52_810,
    p.CURRENT_MA: 0,
    p.CELL_MIN_MV: 3_298,
    p.CELL_MAX_MV: 3_303,
    p.CELL_DELTA_MV: 5,
    p.TEMP_MIN_DC: -40,
    p.TEMP_MAX_DC: -20,
    p.CHARGE_ON: 0,
}
_CHARGING = {
    p.SOC_PCT: 100,
    p.PACK_MV: 55_260,
    p.CURRENT_MA: 50_300,
    p.CELL_MIN_MV: 3_449,
    p.CELL_MAX_MV: 3_471,
    p.CELL_DELTA_MV: 22,
}
_EMPTY = {
    p.SOC_PCT: 6,
    p.PACK_MV: 45_120,
    p.CURRENT_MA: -2_100,
    p.CELL_MIN_MV: 2_588,
    p.CELL_MAX_MV: 2_904,
    p.CELL_DELTA_MV: 316,
    p.DISCHARGE_ON: 0,
    p.TEMP_MIN_DC: -3,
    p.TEMP_MAX_DC: 124,
}
EXTREME = {
    p.SOC_PCT: 100,
    p.PACK_MV: 130_500,
    p.CURRENT_MA: -888_800,
    p.CELL_MIN_MV: 4_188,
    p.CELL_MAX_MV: 4_208,
    p.CELL_DELTA_MV: 1_080,
    p.TEMP_MIN_DC: -288,
    p.TEMP_MAX_DC: 1288,
}
_LINKS = {"wifi": m.CONNECTED, "mqtt": m.CONNECTED}
_HEATING = {
    "heater_state": s.HEATING,
    "heater_on": True,
    "heater_power_mw": 38_200,
    "heater_duty_permille": 1000,
    "heater_wh_today": 87,
    "heater_ready_s": 1_730,
    "heater_ready_wh": 31,
    "heater_on_dc": 0,
    "heater_off_dc": 50,
}
_NOT_HEATING = {
    "heater_state": s.FAULT,
    "heater_reason": s.NOT_HEATING,
    "heater_latched": 1 << s.NOT_HEATING - 1,
}

_STUCK_ON = {
    "heater_state": s.FAULT,
    "heater_reason": s.OVER_TEMPERATURE,
    "heater_latched": 1 << s.OVER_TEMPERATURE - 1 | 1 << s.STUCK_ON - 1,
    "held_ms": 1250,
}
_IDLE = {
    "heater_state": s.IDLE,
    "heater_on_dc": 0,
    "heater_off_dc": 50,
    "heater_ready_s": 0,
    "sense_present": True,
}
_WAITING = {
    "heater_state": s.WAITING_CHARGER,
    "heater_on_dc": -20,
    "heater_off_dc": 20,
    "heater_ready_s": 5_640,
    "heater_ready_wh": 118,
}
_TOO_WEAK = dict(
    _WAITING,
    heater_state=s.BLOCKED,
    heater_reason=s.TOO_WEAK,
    heater_mat_w=38,
    heater_loss_w=61,
    heater_ready_s=None,
)
_FULL = dict(
    _HEATING,
    sense_present=True,
    sense_source=4,
    heater_mode=s.MODE_CHARGER_OR_SOC,
    heater_boost_s=700,
    heater_preheat=2,
    heater_probe_dc=214,
    heater_cold_min=74,
    heater_cold_charged_mah=340,
)

# How often the button was pressed, where it was.
PRESSES = {
    "figures": 1,
    "figures_cold": 1,
    "heating_by_charger": 2,
    "heater_idle": 2,
    "heater_waiting": 2,
    "heater_blocked": 2,
    "report": 3,
    "report_full": 3,
}

# Name: (figures over _NORMAL or None for a pack never seen, age in s, alarms, model, uptime in s).
SCENES = {
    "normal": ({}, 0, (), {"heater_state": s.IDLE}, 100),
    "charging": (_CHARGING, 1, (), {"heater_state": s.OFF, "mqtt": m.TRYING}, 100),
    "heating": (_COLD, 0, (), _HEATING, 100),
    "waiting": (_COLD, 2, (), {"heater_state": s.WAITING_CHARGER, "mqtt": m.NOT_USED}, 100),
    "stale": ({}, 23, (), {"heater_state": s.BLOCKED, "heater_reason": s.STALE}, 100),
    "lost": (
        {},
        754,
        (),
        {"heater_state": s.BLOCKED, "heater_reason": s.STALE, "why": 1},
        999,
    ),
    "start": (None, 0, (), {"wifi": m.TRYING, "mqtt": m.TRYING, "why": 2}, 7),
    "alarm": (_EMPTY, 0, (alarms.CELL_UNDERVOLTAGE, alarms.LOW_SOC), {}, 102),
    "fault": (_COLD, 0, (), _NOT_HEATING, 100),
    "wrong_data": ({}, 0, (), {"verdict": check.CELL_SUM}, 100),
    "extreme": (EXTREME, 9, (alarms.CELL_COUNT_MISMATCH,), _HEATING, 100),
    "figures": ({}, 0, (), {"heater_state": s.IDLE}, 100),
    "figures_cold": (_EMPTY, 0, (), {}, 100),
    "faults": (_COLD, 0, (), _STUCK_ON, 100),
    "heating_by_charger": (_COLD, 0, (), dict(_HEATING, sense_present=True), 100),
    "heater_idle": ({}, 0, (), _IDLE, 100),
    "heater_waiting": (_COLD, 0, (), _WAITING, 100),
    "heater_blocked": (_COLD, 0, (), _TOO_WEAK, 100),
    "report": (_COLD, 0, (), _HEATING, 100),
    "report_full": (_COLD, 0, (), _FULL, 100),
    "handed_over": ({}, 20, (), {"handed_over_s": 581}, 100),
    "settings_error": (None, 0, (), {}, 2),
}


def pack_of(figures, age_s, raised):
    """Returns a PackState with figures over _NORMAL; None leaves it as never seen."""
    pack = p.PackState()
    if figures is None:
        return pack
    for slot in _NORMAL:
        pack.put(slot, figures.get(slot, _NORMAL[slot]))
    for slot in figures:
        pack.put(slot, figures[slot])
    pack.put(p.POWER_MW, p.power_mw(pack.get(p.PACK_MV), pack.get(p.CURRENT_MA)))
    for bit in raised:
        pack.raise_alarm(bit)
    pack.touch(p.STATUS, NOW - age_s * 1000)
    return pack


class Charger:
    """What a page reads of heat.charger.ChargerSense."""

    def __init__(self):
        self.present = False
        self.source = 0


class Heater:
    """What a page reads of heat.heater.Heater; it is its own law."""

    def __init__(self):
        self.state = s.OFF
        self.reason = s.NONE
        self.latched = self.warnings = 0
        self.mode = s.MODE_CHARGER
        self.duty_permille = self.power_mw = self.cold_min = self.cold_charged_mah = 0
        self.boost_s = self.preheat = 0
        self.wh_today = self.ready_s = self.ready_wh = self.probe_dc = None
        self.on_dc = self.off_dc = self.mat_w = self.loss_w = None
        self.law = self
        self.charger = Charger()


def put(model, key, value):
    """Changes an attribute of a model; heater_… and sense_… are those of its heater."""
    part, _, name = key.partition("_")
    if key == "heater_on" or part not in ("heater", "sense"):
        setattr(model, key, value)
    else:
        setattr(model.heater if part == "heater" else model.heater.charger, name, value)


def model_of(name, model):
    """Fills a Model with a scene."""
    figures, age_s, raised, extra, uptime_s = SCENES[name]
    model.heater = Heater()
    for key, value in _LINKS.items():
        put(model, key, value)
    for key, value in extra.items():
        put(model, key, value)
    model.take(pack_of(figures, age_s, raised), NOW, uptime_s)
    return model


def change(model, name, value):
    """Changes an attribute of a model, or a figure of its pack (None: unknown) by its slot's name.

    Not for MicroPython: there may be no such names on a device.
    """
    if hasattr(model, name) or name.startswith(("heater_", "sense_")):
        put(model, name, value)
    elif value is None:
        model.pack.drop(getattr(p, name.upper()))
    else:
        model.pack.put(getattr(p, name.upper()), value)


class Glass:
    """A panel that keeps what is sent (docs/panels.md has what a driver is). `sent`: the boxes.

    `pixels`: RGB565, high byte first, row by row; nothing outside the glass is accepted.
    """

    def __init__(self, width=WIDTH, height=HEIGHT):
        self.width = width
        self.height = height
        self.pixels = bytearray(2 * width * height)
        self.sent = []
        self.shifts = 0

    def send(self, x, y, w, h, data):
        """Takes a box of pixels."""
        data = memoryview(data)
        assert 0 <= x and 0 <= y and x + w <= self.width and y + h <= self.height
        assert len(data) == 2 * w * h
        self.sent.append((x, y, w, h))
        for row in range(h):
            at = 2 * ((y + row) * self.width + x)
            self.pixels[at : at + 2 * w] = data[2 * row * w : 2 * (row + 1) * w]

    def shift(self):
        """Counts only."""
        self.shifts += 1


def new_language():
    """Returns the language's texts, with the codes that they replace."""
    texts = Language(BytesIO(english.DATA))
    texts.codes = {
        s.STATE_TEXTS: s.STATE_NAMES,
        s.REASON_TEXTS: s.REASON_NAMES,
        s.VERDICT_TEXTS: check.NAMES,
        s.ALARM_TEXTS: alarms.NAMES,
    }
    return texts


def new_screen(framebuf, errors=(), glass=None):
    """Returns (glass, screen)."""
    glass = glass or Glass()
    brush = Brush(glass, framebuf, BytesIO(DATA))
    return glass, Screen(brush, SETTINGS, new_language(), errors, True)


def settle(screen, model):
    """Updates until the page is complete."""
    while screen.update(model):
        pass


def draw(name, framebuf, glass=None):
    """Returns the glass with a scene on it."""
    glass, screen = new_screen(framebuf, ERRORS if name == "settings_error" else (), glass)
    model = model_of(name, m.Model())
    settle(screen, model)
    for _ in range(PRESSES.get(name, 0)):
        screen.button(model)
        settle(screen, model)
    return glass
