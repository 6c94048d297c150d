"""Named scenes of the pages that only boards with memory for them have: see scenes.

Runs on CPython and on MicroPython, as scenes does.
"""

from io import BytesIO

import words as s
from bms import alarms, check
from bms import pack as p
from screen import book, facts
from screen import model as m
from screen.draw import palette
from screen.draw.fonts.glyphs import DATA
from screen.draw.painter import Painter

try:
    from tools.draw import scenes
except ImportError:  # on MicroPython beside this file
    import scenes

SETTINGS = {
    "name": "Packmate",
    "data_max_age_s": 10,
    "heater_output": "gpio",
    "screen_first": "glance",
    "temperature_unit": "celsius",
    "screen_brightness_pct": 80,
    "screen_night": "off",
    "screen_night_pct": 20,
    "screen_night_from": "20:00",
    "screen_night_to": "07:00",
    "screen_off_min": 0,
    "screen_wake_ma": 5000,
}
_ENERGY = {
    p.REMAINING_MAH: 243_600,
    p.CAPACITY_MAH: 280_000,
    p.CYCLES: 143,
    p.SOH_PCT: 98,
    p.MOS_TEMP_DC: 312,
}
_RESTS = {p.CURRENT_MA: 120}
_FULL = {
    p.SOC_PCT: 100,
    p.PACK_MV: 55_260,
    p.CURRENT_MA: 50_300,
    p.REMAINING_MAH: 279_000,
    p.CELL_MIN_MV: 3_449,
    p.CELL_MAX_MV: 3_471,
    p.CELL_DELTA_MV: 22,
}
_COLD = {
    p.SOC_PCT: 64,
    p.PACK_MV: 52_810,
    p.CURRENT_MA: 0,
    p.TEMP_MIN_DC: -123,
    p.TEMP_MAX_DC: -98,
    p.CHARGE_ON: 0,
}
_EXTREME = scenes.EXTREME | {
    p.MOS_TEMP_DC: 1034,
    p.REMAINING_MAH: 999_900,
    p.CAPACITY_MAH: 1_000_000,
    p.CYCLES: 9_999,
    p.SOH_PCT: 100,
}
_HEATING = {
    "heater_state": s.HEATING,
    "heater_on": True,
    "heater_power_mw": 38_200,
    "heater_duty_permille": 1000,
    "heater_ready_s": 1_730,
}
_TROUBLE = {
    "wifi": m.TRYING,
    "mqtt": m.TRYING,
    "wifi_reason": 2,
    "mqtt_reason": 8,
    "wifi_losses": 12,
    "losses": 3,
    "address": b"",
    "rssi_dbm": None,
    "reset_cause": 3,
    "boots": 99_999,
    "crash": b"ZeroDivisionErr",
}
# Of three packs; `bad`: a bit for each without figures.
_THREE = {"packs": 3, "shown": 2}
_NIGHT = {"screen_night": "always"}
_FAHRENHEIT = {"temperature_unit": "fahrenheit"}
_LOW = (alarms.CELL_UNDERVOLTAGE, alarms.LOW_SOC)

# Name: (page, figures over those of scenes or None, cells, temperatures, age in s, alarms, model,
# settings).
SCENES = {
    "big": (book.BIG, {}, 0, 0, 0, (), {"heater_state": s.IDLE}, {}),
    "big_full": (book.BIG, _FULL, 0, 0, 0, (), {}, {}),
    "big_rests": (book.BIG, _RESTS, 0, 0, 0, (), {}, {}),
    "big_cold": (book.BIG, _COLD, 0, 0, 0, (alarms.CHARGE_UNDERTEMP,), _HEATING, {}),
    "big_extreme": (book.BIG, _EXTREME, 0, 0, 9, (alarms.CELL_COUNT_MISMATCH,), {}, {}),
    "big_stale": (book.BIG, {}, 0, 0, 23, (), {}, {}),
    "big_fahrenheit": (book.BIG, _COLD, 0, 0, 0, (), {}, _FAHRENHEIT),
    "big_night": (book.BIG, {}, 0, 0, 0, (), {}, _NIGHT),
    "cells": (book.CELLS, {p.BALANCING: 0}, 16, 0, 0, (), {}, {}),
    "cells_4": (book.CELLS, {p.BALANCING: 0}, 4, 0, 0, (), {}, {}),
    "cells_32": (book.CELLS, {p.BALANCING: 1, p.BALANCE_MASK: 0x804}, 32, 0, 0, (), {}, {}),
    "cells_wire": (book.CELLS, {p.BAD_WIRE: 7}, 16, 0, 0, (alarms.WIRE_RESISTANCE,), {}, {}),
    "cells_extreme": (book.CELLS, _EXTREME, 24, 0, 0, (), {}, {}),
    "warmth": (book.WARMTH, {}, 0, 4, 0, (), {"heater_probe_dc": 246}, {}),
    "warmth_8": (book.WARMTH, _EXTREME, 0, 8, 0, (), {"heater_probe_dc": -288}, {}),
    "warmth_fahrenheit": (book.WARMTH, _COLD, 0, 3, 0, (), {}, _FAHRENHEIT),
    "energy": (book.ENERGY, {}, 0, 0, 0, (), {}, {}),
    "energy_extreme": (book.ENERGY, _EXTREME, 0, 0, 0, (), {}, {}),
    "alarms_none": (book.ALARMS, {}, 0, 0, 0, (), {}, {}),
    "alarms": (book.ALARMS, {}, 0, 0, 0, _LOW, {}, {}),
    "alarms_cold": (book.ALARMS, _COLD, 0, 0, 0, (alarms.CHARGE_UNDERTEMP,), {}, {}),
    "alarms_data": (book.ALARMS, {}, 0, 0, 0, (), {"verdict": check.CELL_SUM}, {}),
    "links": (book.LINKS, {}, 0, 0, 0, (), {}, {}),
    "links_trouble": (book.LINKS, {}, 0, 0, 23, (), _TROUBLE, {}),
    "links_second": (book.LINKS, {}, 0, 0, 0, (), dict(_TROUBLE, network=2, wifi_reason=5), {}),
    "links_unused": (book.LINKS, {}, 0, 0, 0, (), {"wifi": 0, "mqtt": 0, "rssi_dbm": None}, {}),
    "about": (book.ABOUT, {}, 0, 0, 0, (), {}, {}),
    "welcome": (book.WELCOME, None, 0, 0, 0, (), {"wifi": 0, "mqtt": 0}, {}),
    "history": (book.HISTORY, {}, 0, 0, 0, (), {}, {}),
    "history_cold": (book.HISTORY, _COLD, 0, 0, 0, (), {}, {}),
    "glance_night": (book.show.GLANCE, {}, 0, 0, 0, _LOW, {}, _NIGHT),
    "heater_fahrenheit": (
        book.show.HEATER,
        _COLD,
        0,
        0,
        0,
        (),
        dict(_HEATING, heater_on_dc=0, heater_off_dc=50),
        _FAHRENHEIT,
    ),
    "glance_extreme_fahrenheit": (
        book.show.GLANCE,
        _EXTREME,
        0,
        0,
        9,
        (alarms.CELL_COUNT_MISMATCH,),
        {},
        _FAHRENHEIT,
    ),
    "figures_extreme_fahrenheit": (book.show.FIGURES, _EXTREME, 0, 0, 9, (), {}, _FAHRENHEIT),
    "cells_night": (book.CELLS, {p.BALANCING: 1, p.BALANCE_MASK: 4}, 16, 0, 0, (), {}, _NIGHT),
    "warmth_night": (book.WARMTH, _COLD, 0, 4, 0, (), {}, _NIGHT),
    "history_night": (book.HISTORY, _COLD, 0, 0, 0, (), {}, _NIGHT),
    "alarms_night": (book.ALARMS, {}, 0, 0, 0, _LOW, {}, _NIGHT),
    "links_night": (book.LINKS, {}, 0, 0, 23, (), _TROUBLE, _NIGHT),
    "glance_pack": (book.show.GLANCE, {}, 0, 0, 0, (), _THREE, {}),
    "glance_packs_missing": (book.show.GLANCE, {}, 0, 0, 0, (), {"packs": 3, "bad": 5}, {}),
    "glance_packs_phone": (
        book.show.GLANCE,
        {},
        0,
        0,
        0,
        (),
        {"packs": 3, "bad": 2, "handed_over_s": 581},
        {},
    ),
    "big_pack": (book.BIG, {}, 0, 0, 0, (), _THREE, {}),
    "cells_pack": (book.CELLS, {p.BALANCING: 0}, 16, 0, 0, (), _THREE, {}),
    "warmth_pack": (book.WARMTH, {}, 0, 8, 0, (), _THREE, {}),
    "energy_pack": (book.ENERGY, {}, 0, 0, 0, (), _THREE, {}),
    "alarms_pack": (book.ALARMS, {}, 0, 0, 0, _LOW, _THREE, {}),
}

_ABOUT = {
    "version": b"0.1.0, Python 1.27",
    "board": b"Feather ESP32-S3 TFT",
    "about": b"JK_B2A8S20P 11.48",
    "address": b"192.168.178.123",
    "rssi_dbm": -61,
    "python_free": 1_923_000,
    "reset_cause": 1,
    "boots": 17,
    "totals": (182_340, 164_110, 0, 0),
}


def fill(model, name):
    """Fills a Facts with a scene; returns it."""
    _page, figures, cells, temps, age_s, raised, extra, _settings = SCENES[name]
    model.heater = scenes.Heater()
    for changes in (scenes._LINKS, _ABOUT, extra):
        for key, value in changes.items():
            if key != "bad":
                scenes.put(model, key, value)
    pack = scenes.pack_of(figures, age_s, raised)
    if figures is not None:
        for slot, value in _ENERGY.items():
            pack.put(slot, figures.get(slot, value))
        put_cells(pack, cells)
        put_temps(pack, temps)
    model.take(pack, scenes.NOW, 10_000)
    model.curve = Day(figures is _COLD)
    return model


class Heated:
    """What the screen looks at of bms.heated."""

    lax_pack = 0


class Bank:
    """What the screen looks at of bms.bank: which packs have no figures, a bit for each."""

    blind = 0
    heated = Heated

    def __init__(self, packs, bad):
        self.ok = bytearray([not bad >> i & 1 for i in range(packs)])

    @property
    def good(self):
        return sum(self.ok)


class Day:
    """What a page reads of history.curve.Curve: a day with a gap, and a cold night if `cold`."""

    columns = 240
    busy = False

    def __init__(self, cold):
        self.known = bytearray(b"\7" * 240)
        self.known[70:85] = bytes(15)
        self.soc_pct = bytearray([40 + abs(i - 100) * 50 // 140 for i in range(240)])
        self.temp_dc = [(60 if cold else 150) + abs(i - 90) - 120 * cold for i in range(240)]

    def power_w(self, column):
        return -150 - column % 40 * 5 if column < 100 else (column - 100) * 8

    def begin(self, uptime_s, day_s):
        pass

    def step(self):
        return False


def put_cells(pack, cells):
    low = pack.get(p.CELL_MIN_MV)
    high = pack.get(p.CELL_MAX_MV)
    pack.cells = cells
    for i in range(cells):
        pack.cell_mv[i] = low + (high - low) * (i * 7 % 11) // 10
    if cells:
        pack.cell_mv[2] = low
        pack.cell_mv[cells - 1] = high
        pack.put(p.CELL_MIN_INDEX, 3)
        pack.put(p.CELL_MAX_INDEX, cells)
        pack.cell_mv[0] = (low + high) // 2


def put_temps(pack, temps):
    pack.temps = temps
    low = pack.get(p.TEMP_MIN_DC)
    high = pack.get(p.TEMP_MAX_DC)
    for i in range(temps):
        pack.put_temp(i, low + (high - low) * i // max(temps - 1, 1))
    if temps > 3:
        pack.drop_temp(2)


def new_screen(framebuf, settings=None, glass=None, errors=(), new=False, bank=None):
    """Returns (glass, screen)."""
    glass = glass or scenes.Glass()
    glass.light = lambda pct: None
    brush = Painter(glass, framebuf, BytesIO(DATA))
    asked = dict(SETTINGS)
    asked.update(settings or {})
    screen = book.Book(brush, asked, scenes.new_language(), errors, True, new, bank, history=True)
    return glass, screen


def turn_to(screen, model, page):
    """Presses the button until a page is there."""
    scenes.settle(screen, model)
    for _ in range(20):
        if screen.page == page:
            return
        screen.button(model)
        scenes.settle(screen, model)
    raise ValueError("there is no such page")


def show_pack(screen, model, shown):
    """Swipes until a pack is there; on a small panel that is what is to be seen."""
    while model.shown != shown:
        screen.swipe(model, 1)
    scenes.settle(screen, model)


def draw(name, framebuf, glass=None):
    """Returns the glass with a scene on it."""
    page = SCENES[name][0]
    extra = SCENES[name][6]
    bank = Bank(extra["packs"], extra.get("bad", 0)) if "packs" in extra else None
    day = palette.COLOURS
    try:
        glass, screen = new_screen(
            framebuf, SCENES[name][7], glass, new=page == book.WELCOME, bank=bank
        )
        model = fill(facts.Facts(), name)
        turn_to(screen, model, page)
        if "shown" in extra:
            show_pack(screen, model, extra["shown"])
    finally:
        palette.COLOURS = day
    return glass
