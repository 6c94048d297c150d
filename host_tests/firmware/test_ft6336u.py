"""The driver of the FT6336U against one on its bus, which minds what its registers are for."""

import importlib
import sys
import types

import pytest

from tools import boards

ADDRESS = 0x38
# Registers that exist, from public register lists: places of two fingers, thresholds, modes, ids.
THERE = {*range(0x0F), 0x80, 0x85, *range(0x86, 0x8A), *range(0x91, 0x97), *range(0x9F, 0xAB)}
THERE |= {0xAF, 0xBC}
WRITABLE = {0x00, 0x80, 0x85, *range(0x86, 0x8A), *range(0x91, 0x97), 0xA4, 0xA5}
READY_MS = 300  # after its reset
PERIOD_MS = 10  # between two reports


class Ft6336u:
    """`fingers`: [(x, y)], at most two. `errors` tells what the data sheet forbids."""

    def __init__(self):
        self.now_ms = READY_MS
        self.fingers = []
        self.event = 2  # contact
        self.errors = []
        self.reads = 0
        self.answers = True
        self.junk = False  # as it tells when it has only just got going
        self._read_ms = -PERIOD_MS

    def read(self, address, register, size, hz):
        if not self.answers:
            raise OSError(19)
        self._check(address, register, size, hz)
        self.reads += 1
        found = bytearray(0x100)
        if self.junk:
            return bytes([0xFF]) * size
        found[0x02] = len(self.fingers)
        for i in range(2):
            at = 0x03 + 6 * i
            if i < len(self.fingers):
                x, y = self.fingers[i]
                found[at : at + 4] = self.event << 6 | x >> 8, x & 255, i << 4 | y >> 8, y & 255
            else:
                found[at : at + 4] = b"\xff" * 4
        return bytes(found[register : register + size])

    def write(self, address, register, data, hz):
        self._check(address, register, len(data), hz)
        if not {*range(register, register + len(data))} <= WRITABLE:
            self.errors.append(f"{register:02X} is written")

    def _check(self, address, register, size, hz):
        if address != ADDRESS:
            self.errors.append(f"address {address:02X}")
        if hz > 400_000:
            self.errors.append(f"{hz} Hz")
        if not {*range(register, register + size)} <= THERE:
            self.errors.append(f"{size} registers from {register:02X}")
        if self.now_ms < READY_MS:
            self.errors.append(f"{self.now_ms} ms after its reset")
        if self.now_ms - self._read_ms < PERIOD_MS:
            self.errors.append(f"asked again after {self.now_ms - self._read_ms} ms")
        self._read_ms = self.now_ms


class Bus:
    """machine.I2C with the chip on it."""

    chip = None
    made = []

    def __init__(self, number, scl, sda, freq):
        self.made.append((number, scl, sda))
        self._hz = freq

    def readfrom_mem_into(self, address, register, buf):
        buf[:] = self.chip.read(address, register, len(buf), self._hz)

    def writeto_mem(self, address, register, data):
        self.chip.write(address, register, data, self._hz)


@pytest.fixture
def chip(monkeypatch):
    """The chip; `pen` is its driver on an M5Stack Core2."""
    found = Ft6336u()
    bus = type("I2C", (Bus,), {"chip": found, "made": []})
    machine = types.SimpleNamespace(I2C=bus, Pin=lambda number: number)
    board = boards.load("m5stack_core2")
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.delitem(sys.modules, board.TOUCH, raising=False)
    found.pen = importlib.import_module(board.TOUCH).Pen()
    assert bus.made == [(board.PANEL_I2C, board.PANEL_SCL, board.PANEL_SDA)]
    yield found
    sys.modules.pop(board.TOUCH, None)


def touched(chip, *fingers):
    chip.now_ms += 20
    chip.fingers = list(fingers)
    return chip.pen.touched()


@pytest.mark.parametrize(
    "place, part",
    [
        ((0, 0), (0, 0)),
        ((160, 120), (2048, 2048)),
        ((319, 239), (4083, 4078)),
        ((54, 270), (691, 4095)),  # a printed circle below the glass
    ],
)
def test_where_it_is_touched(chip, place, part):
    assert touched(chip, place) and (chip.pen.across, chip.pen.down) == part
    assert not touched(chip) and (chip.pen.across, chip.pen.down) == part
    assert touched(chip, place, (20, 20)) and (chip.pen.across, chip.pen.down) == part
    assert chip.errors == []


@pytest.mark.parametrize("event, there", [(0, True), (1, False), (2, True), (3, False)])
def test_a_finger_that_has_just_been_lifted_is_none(chip, event, there):
    chip.event = event
    assert touched(chip, (100, 100)) == there


def test_what_it_tells_before_it_has_got_going_is_no_finger(chip):
    chip.junk = True
    assert not touched(chip) and chip.errors == []


def test_nobody_is_asked_before_the_task_begins_and_then_not_too_often(chip):
    assert chip.reads == 0
    chip.now_ms = 100
    touched(chip)
    chip.now_ms += 5 - 20
    touched(chip)
    assert chip.errors == [
        "120 ms after its reset",
        "125 ms after its reset",
        "asked again after 5 ms",
    ]


def test_a_chip_that_does_not_answer_is_asked_seldom_and_found_again(chip):
    chip.answers = False
    asked = []
    chip.read = lambda *_: asked.append(1) or (_ for _ in ()).throw(OSError(110))
    assert [touched(chip, (100, 100)) for _ in range(300)] == [False] * 300
    assert len(asked) == 3
    del chip.read
    chip.answers = True
    assert any(touched(chip, (100, 100)) for _ in range(101))


@pytest.mark.parametrize(
    "how, said",
    [
        (lambda chip: chip.read(0x39, 2, 5, 100_000), "address 39"),
        (lambda chip: chip.read(ADDRESS, 2, 5, 1_000_000), "1000000 Hz"),
        (lambda chip: chip.read(ADDRESS, 2, 20, 100_000), "20 registers from 02"),
        (lambda chip: chip.write(ADDRESS, 2, b"\x00", 100_000), "02 is written"),
    ],
)
def test_the_emulated_chip_minds_its_data_sheet(chip, how, said):
    how(chip)
    assert chip.errors == [said]
