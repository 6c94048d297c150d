"""Named scenes of the screen: a pack's figures and what the application adds.

Runs on CPython and on MicroPython, so that tests can compare the two pixel by pixel.
"""

from io import BytesIO

from bms import alarms, check
from bms import pack as p
from heat import states as s
from screen import model as m
from screen.canvas import Canvas
from screen.fonts.glyphs import DATA
from screen.footer import Names
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
_EXTREME = {
    p.SOC_PCT: 100,
    p.PACK_MV: 130_500,
    p.CURRENT_MA: -888_800,
    p.CELL_MIN_MV: 4_188,
    p.CELL_MAX_MV: 4_208,
    p.CELL_DELTA_MV: 1_080,
    p.TEMP_MIN_DC: -288,
    p.TEMP_MAX_DC: 1288,
}
_LINKS = {"link": m.ANSWERING, "wifi": m.CONNECTED, "mqtt": m.CONNECTED}
_HEATING = {
    "heater_state": s.HEATING,
    "heater_on": True,
    "heater_mw": 38_200,
    "heater_ready_s": 1_730,
}
_NOT_HEATING = {"heater_state": s.FAULT, "heater_reason": s.NOT_HEATING}

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
        {"heater_state": s.BLOCKED, "heater_reason": s.STALE, "link": m.SILENT},
        999,
    ),
    "start": (None, 0, (), {"wifi": m.TRYING, "mqtt": m.TRYING, "link": m.NOISE}, 7),
    "alarm": (_EMPTY, 0, (alarms.CELL_UNDERVOLTAGE, alarms.LOW_SOC), {}, 102),
    "fault": (_COLD, 0, (), _NOT_HEATING, 100),
    "wrong_data": ({}, 0, (), {"verdict": check.CELL_SUM}, 100),
    "extreme": (_EXTREME, 9, (alarms.CELL_COUNT_MISMATCH,), _HEATING, 100),
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


def model_of(name, model):
    """Fills a Model with a scene."""
    figures, age_s, raised, extra, uptime_s = SCENES[name]
    for key, value in _LINKS.items():
        setattr(model, key, value)
    for key, value in extra.items():
        setattr(model, key, value)
    model.take(pack_of(figures, age_s, raised), NOW, uptime_s)
    return model


def change(model, name, value):
    """Changes an attribute of a model, or a figure of its pack (None: unknown) by its slot's name.

    Not for MicroPython: there may be no such names on a device.
    """
    if hasattr(model, name):
        setattr(model, name, value)
    elif value is None:
        model.pack.drop(getattr(p, name.upper()))
    else:
        model.pack.put(getattr(p, name.upper()), value)


def new_screen(framebuf, errors=()):
    """Returns (buffer, canvas, screen) with the names above."""
    buffer = bytearray(WIDTH * HEIGHT // 2)
    fb = framebuf.FrameBuffer(buffer, WIDTH, HEIGHT, framebuf.GS4_HMSB)
    canvas = Canvas(fb, WIDTH, HEIGHT)
    names = Names(alarms.NAMES, check.NAMES, s.STATE_NAMES, s.REASON_NAMES)
    return buffer, canvas, Screen(canvas, SETTINGS, names, BytesIO(DATA), errors)


SETTLED = 8  # updates after which a page is complete


def draw(name, framebuf):
    """Returns the canvas' bytes (GS4_HMSB) of a scene."""
    buffer, _canvas, screen = new_screen(framebuf, ERRORS if name == "settings_error" else ())
    for _ in range(SETTLED):  # the page of errors draws a line a call
        screen.update(model_of(name, m.Model()))
    return buffer
