"""The panel's driver at the level of its pins, read by the emulated controller of the bench."""

import importlib
import sys
import time

import pytest

from host_tests.mp import fake_panel
from screen import model
from tools.bench.panels.panel import Panel as Glass
from tools.draw import cpython_framebuf, render_lcd, scenes


@pytest.fixture
def st7789(monkeypatch):
    """The driver with a fake machine and sleep."""
    monkeypatch.setitem(sys.modules, "machine", fake_panel)
    monkeypatch.setitem(sys.modules, "board", fake_panel.Board)
    monkeypatch.delitem(sys.modules, "hardware.panels.st7789", raising=False)
    monkeypatch.setattr(time, "sleep_ms", lambda ms: slept.append(ms), raising=False)
    fake_panel.transfers.clear()
    fake_panel.duties.clear()
    slept.clear()
    yield importlib.import_module("hardware.panels.st7789")
    sys.modules.pop("hardware.panels.st7789", None)


slept = []


class Both(scenes.Glass):
    """Hands on what is sent to the driver, and keeps the picture as it should be."""

    def __init__(self, panel):
        super().__init__(panel.width, panel.height)
        self._panel = panel

    def send(self, x, y, w, h, data):
        super().send(x, y, w, h, data)
        self._panel.send(x, y, w, h, data)

    def shift(self):
        self._panel.shift()


class Rig:
    """Driver, screen and glass."""

    def __init__(self, st7789, scene="normal"):
        self.glass = Glass()
        self.panel = st7789.Panel()
        self.picture, self.screen = scenes.new_screen(cpython_framebuf, glass=Both(self.panel))
        self.model = scenes.model_of(scene, model.Model())

    def listen(self):
        """Has the glass take what was sent; returns the number of bytes."""
        sent = 0
        for dc, data in fake_panel.transfers:
            self.glass.feed(dc, data)
            sent += len(data)
        fake_panel.transfers.clear()
        assert self.glass.errors == []
        return sent

    def draw(self):
        """Draws everything; returns the bytes of each piece."""
        pieces = []
        while self.screen.update(self.model):
            pieces.append(self.listen())
        return pieces

    def expected(self, dx=0, dy=0):
        """Returns the picture in RGB, moved, black where nothing is."""
        wide, high = self.picture.width, self.picture.height
        data = self.picture.pixels
        colours = [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]
        rgb = {colour: bytes(render_lcd.rgb_of(colour)) for colour in set(colours)}
        out = bytearray()
        for y in range(-dy, high - dy):
            for x in range(-dx, wide - dx):
                inside = 0 <= x < wide and 0 <= y < high
                out += rgb[colours[y * wide + x]] if inside else b"\0\0\0"
        return bytes(out)


@pytest.mark.parametrize("scene", ("normal", "alarm", "lost"))
def test_the_glass_shows_the_picture(st7789, scene):
    rig = Rig(st7789, scene)
    rig.draw()
    rig.panel.light(80)
    rig.listen()
    assert rig.glass.lit
    assert rig.glass.rgb() == rig.expected()


def test_wiring(st7789):
    Rig(st7789)
    # MISO must be told off: its default pin is MOSI on this board.
    assert fake_panel.setup["spi"] == (2, 20_000_000, 18, 19, None)
    assert fake_panel.setup["pwm"][0] == 4


def test_a_panel_whose_supply_is_switched_gets_it_first(st7789, monkeypatch):
    monkeypatch.setattr(fake_panel.Board, "PANEL_POWER", 21)
    fake_panel.levels.clear()
    Rig(st7789)
    order = list(fake_panel.levels)
    assert order.index(21) < order.index(fake_panel.Board.PANEL_RST)
    assert fake_panel.levels[21] == 1


def test_start_keeps_the_times_of_the_data_sheet(st7789):
    Rig(st7789)
    assert slept[0] >= 1  # reset pulse, at least 10 us
    assert slept[1] >= 120  # from reset to SLPOUT
    assert slept[2] >= 5  # from SLPOUT to the next command
    assert sum(slept) < 300
    assert fake_panel.transfers[0] == (0, b"\x11")
    assert None not in fake_panel.transfers


def test_dark_until_light_is_asked_for(st7789):
    rig = Rig(st7789)
    rig.draw()
    assert not rig.glass.on and fake_panel.duties == [0]
    rig.panel.light(80)
    rig.listen()
    assert rig.glass.on
    assert fake_panel.duties == [0, 65535 * 80 // 100]


@pytest.mark.parametrize("percent, duty", [(0, 0), (50, 32767), (100, 65535)])
def test_brightness(st7789, percent, duty):
    rig = Rig(st7789)
    rig.panel.light(percent)
    rig.panel.light(percent)
    assert fake_panel.duties == [0, duty, duty]
    assert fake_panel.transfers.count((0, b"\x29")) == 1


def test_pieces_are_small_and_only_what_changed_is_sent(st7789):
    rig = Rig(st7789)
    pieces = rig.draw()
    assert max(pieces) < 3600
    assert rig.draw() == [] and fake_panel.transfers == []
    scenes.change(rig.model, "current_ma", -23_500)
    rig.model.pack.seq += 1
    assert sum(rig.draw()) < 8_000
    rig.panel.light()
    rig.listen()
    assert rig.glass.rgb() == rig.expected()


def test_shift_leaves_nothing_behind(st7789):
    rig = Rig(st7789)
    rig.draw()
    rig.panel.light()
    seen = set()
    for _ in range(9):
        rig.screen.shift()
        rig.draw()
        moved = [
            (dx, dy)
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if rig.glass.rgb() == rig.expected(dx, dy)
        ]
        assert len(moved) == 1
        seen.add(moved[0])
    assert len(seen) == 9 and (0, 0) in seen


def test_a_glass_as_large_as_the_controllers_memory_is_not_moved_over_its_edge(
    st7789, monkeypatch
):
    monkeypatch.setattr(fake_panel.Board, "PANEL_X", 0)
    monkeypatch.setattr(fake_panel.Board, "PANEL_Y", 0)
    monkeypatch.setattr(st7789.Panel, "width", 320)
    monkeypatch.setattr(st7789.Panel, "height", 240)
    rig = Rig(st7789)
    for _ in range(9):
        rig.screen.shift()
        rig.draw()  # the glass would complain


def test_same_stream_from_micropython(st7789, micropython64):
    places = ("lib", "firmware", "tools/draw", "host_tests/mp")
    result = micropython64("host_tests/mp/stream_st7789.py", places=places)
    real = []
    for line in result.stdout.splitlines():
        dc, data = line.split()
        real.append((int(dc), bytes.fromhex(data)))
    rig = Rig(st7789, "alarm")
    while rig.screen.update(rig.model):
        pass
    rig.panel.light(80)
    assert real == fake_panel.transfers
