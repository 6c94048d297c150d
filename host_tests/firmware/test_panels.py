"""The drivers of the ILI9341 and the ILI9342C, and each board's, read by the emulated controllers
of the bench."""

import importlib
import sys
import time

import pytest

from hardware import panels
from host_tests.firmware.power_chips import AXP192, AXP2101
from host_tests.mp import fake_panel
from tools import boards
from tools.bench.panels.panel import CONTROLLERS
from tools.bench.panels.panel import Panel as Glass
from tools.draw import cpython_framebuf, render_lcd, scenes

DRIVERS = {  # module: width, height, MADCTL, inverting
    "hardware.panels.ili9341": [
        (320, 240, 0x28, False),
        (240, 320, 0x48, False),
        (320, 240, 0xE8, False),
    ],
    "hardware.panels.ili9342c": [(320, 240, 0x08, True), (240, 320, 0x68, True)],
}
CORE2 = "hardware.panels.m5_core2"
CASES = [(name, *case) for name, cases in DRIVERS.items() for case in cases]
COLOURED = CONTROLLERS.keys() - {"hardware.panels.no_panel"}
BOARDS = [name for name in boards.names() if boards.load(name).PANEL in COLOURED]


def facts_of(width, height, madctl, inverting, reset_pin=23):
    """Returns the facts of a panel whose glass is as large as the memory, as board.py has them."""
    facts = {"WIDTH": width, "HEIGHT": height, "X": 0, "Y": 0, "MADCTL": madctl}
    facts |= {"INVERT": inverting, "RST": reset_pin}
    return {"PANEL_" + fact: value for fact, value in facts.items()}


class Rig:
    """Driver and glass on one clock, on which only sleeping takes time."""

    def __init__(self, monkeypatch, name, facts, chip=None):
        self.now_us = 500_000
        self.reset_pin = facts["PANEL_RST"]
        self.slept = []
        for fact, value in facts.items():
            monkeypatch.setattr(fake_panel.Board, fact, value, raising=False)
        monkeypatch.setitem(sys.modules, "machine", fake_panel)
        monkeypatch.setitem(sys.modules, "board", fake_panel.Board)
        for module in ("hardware.panels.st7789", *DRIVERS, CORE2):
            monkeypatch.delitem(sys.modules, module, raising=False)
            monkeypatch.delattr(panels, module.rpartition(".")[2], raising=False)
        monkeypatch.setattr(time, "sleep_ms", self._sleep_ms, raising=False)
        fake_panel.transfers.clear()
        fake_panel.levels.clear()
        size = [facts["PANEL_" + fact] for fact in "WIDTH HEIGHT X Y MADCTL INVERT".split()]
        self.glass = Glass(*size, CONTROLLERS[name])
        self.glass.feed(0, b"\x11", 0)
        self.glass.feed(0, b"\x29", 10_000)  # before the chip was reset it was awake and shown
        if name == CORE2:
            monkeypatch.setattr(fake_panel.I2C, "devices", {0x34: chip or AXP192()})
        self.panel = importlib.import_module(name).Panel()
        self.listen()

    def _sleep_ms(self, ms):
        self.listen()
        self.slept.append(ms)
        self.now_us += ms * 1000
        if fake_panel.levels.get(self.reset_pin) == 0:
            self.glass.hard_reset(self.now_us)

    def listen(self):
        """Has the glass take what was sent."""
        for dc, data in fake_panel.transfers:
            self.glass.feed(dc, data, self.now_us)
        fake_panel.transfers.clear()

    def draw(self, scene):
        """Draws a scene; returns the picture that was meant."""
        picture = scenes.draw(scene, cpython_framebuf, Both(self))
        self.panel.light(80)
        self.listen()
        return picture


class Both(scenes.Glass):
    """Hands on what is sent to the driver, and keeps the picture as it should be."""

    def __init__(self, rig):
        super().__init__(rig.panel.width, rig.panel.height)
        self._rig = rig

    def send(self, x, y, w, h, data):
        super().send(x, y, w, h, data)
        self._rig.panel.send(x, y, w, h, data)
        self._rig.listen()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[3]:02x}")
def test_the_glass_shows_the_picture(monkeypatch, case):
    name, *panel = case
    show_alarm(Rig(monkeypatch, name, facts_of(*panel)))


@pytest.mark.parametrize("name", BOARDS)
def test_the_glass_of_each_board_shows_the_picture(monkeypatch, name):
    board = boards.load(name)
    show_alarm(Rig(monkeypatch, board.PANEL, facts_of_board(board)))


def facts_of_board(board):
    """Returns what of a board's facts its panel's driver needs."""
    return {fact: value for fact, value in vars(board).items() if fact[:3] in ("PAN", "SPI")}


@pytest.mark.parametrize("kind", [AXP192, AXP2101])
def test_the_power_chip_of_a_core2_lights_its_panel(monkeypatch, kind):
    chip = kind()
    rig = Rig(monkeypatch, CORE2, facts_of_board(boards.load("m5stack_core2")), chip)
    assert chip.resets == 1 and not chip.holds_reset() and chip.panel_mv() == 3300
    assert not chip.lit()
    light_mv = []
    for percent in (1, 50, 100):
        rig.panel.light(percent)
        light_mv.append(chip.light_mv())
        assert chip.lit()
    assert light_mv == sorted(set(light_mv)) and light_mv[-1] == 3300
    rig.panel.light(0)
    assert not chip.lit()
    assert chip.errors == []


@pytest.mark.parametrize("devices", [{}, {0x34: AXP192()}])
def test_without_its_power_chip_a_core2_is_dark_and_works(monkeypatch, devices):
    for chip in devices.values():
        chip.registers[0x03] = 0x41  # of another board
    rig = Rig(monkeypatch, CORE2, facts_of_board(boards.load("m5stack_core2")), AXP192())
    monkeypatch.setattr(fake_panel.I2C, "devices", devices)
    panel = sys.modules[CORE2].Panel()
    panel.light(80)
    assert all(not chip.lit() and chip.errors == [] for chip in devices.values())
    monkeypatch.setattr(fake_panel.I2C, "devices", {})
    rig.panel.light(80)  # that has gone since


def show_alarm(rig):
    """Draws a scene, and compares the glass with the picture that was meant."""
    data = rig.draw("alarm").pixels
    assert rig.glass.errors == []
    assert rig.glass.lit
    colours = [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]
    rgb = {colour: bytes(render_lcd.rgb_of(colour)) for colour in set(colours)}
    assert rig.glass.rgb() == b"".join(rgb[colour] for colour in colours)


@pytest.mark.parametrize("name", DRIVERS)
def test_a_panel_without_a_reset_pin_is_reset_by_command(monkeypatch, name):
    rig = Rig(monkeypatch, name, facts_of(*DRIVERS[name][0], reset_pin=-1))
    assert not rig.glass.on and not rig.glass.asleep
    rig.draw("normal")
    assert rig.glass.errors == [] and rig.glass.lit
    assert sum(rig.slept) < 300


@pytest.mark.parametrize("name", DRIVERS)
def test_dark_until_light_is_asked_for(monkeypatch, name):
    rig = Rig(monkeypatch, name, facts_of(*DRIVERS[name][0]))
    assert not rig.glass.asleep and not rig.glass.on
    rig.panel.light(50)
    rig.listen()
    assert rig.glass.lit


@pytest.mark.parametrize("name", DRIVERS)
def test_a_picture_as_large_as_the_memory_is_not_moved(monkeypatch, name):
    rig = Rig(monkeypatch, name, facts_of(*DRIVERS[name][0]))
    for _ in range(9):
        rig.panel.shift()
        rig.panel.send(0, 0, rig.panel.width, 1, bytes(2 * rig.panel.width))
        rig.panel.send(0, rig.panel.height - 1, rig.panel.width, 1, bytes(2 * rig.panel.width))
    rig.listen()
    assert rig.glass.errors == []


def test_the_same_registers_do_not_suit_both_controllers(monkeypatch):
    monkeypatch.setitem(
        CONTROLLERS, "hardware.panels.ili9341", CONTROLLERS["hardware.panels.ili9342c"]
    )
    rig = Rig(monkeypatch, "hardware.panels.ili9341", facts_of(320, 240, 0x08, True))
    assert "C0 before C8 has unlocked it" in rig.glass.errors
