"""A fake `machine` at its lowest layer: pins remember, timers fire as time passes."""

import contextlib
import sys
import time
import types

PERIOD = 1 << 30  # of the ESP32's tick counter


class Chip:
    """What the fakes below share: the time, the pins' levels, and what was done to them."""

    def __init__(self):
        self.now = 0
        self.levels = {}
        self.inputs = {}
        self.trace = []
        self.timers = []
        self.fed_ms = []
        self.watchdog_ms = None
        self.registers = Registers()
        self.received = b""
        self.sent = b""
        self.uart_args = None
        self.sending = False  # the UART has bytes to send

    def pass_time(self, ms):
        """Lets time pass in steps of 10 ms; timers fire in them."""
        for _ in range(ms // 10):
            self.now = (self.now + 10) % PERIOD
            for timer in self.timers:
                timer.tick(10)

    def module(self):
        """Returns a fake `machine` that belongs to this chip."""
        module = types.ModuleType("machine")
        for cls in (Pin, Timer, WDT, UART):
            setattr(module, cls.__name__, type(cls.__name__, (cls,), {"chip": self}))
        module.mem32 = self.registers
        return module


class Registers:
    """machine.mem32 of the watchdog in timer group 0; writes count only while it is unlocked."""

    GROUP = 0x3FF5F000
    CONFIG0, PROTECT, KEY = 0x48, 0x64, 0x50D83AA1

    def __init__(self):
        self.words = {self.CONFIG0: 0, self.PROTECT: 0}
        self.deaf = False  # writes have no effect

    @property
    def stage_0(self):
        """1 interrupt, 3 reset of the system."""
        return self.words[self.CONFIG0] >> 29 & 3

    def __getitem__(self, address):
        return self.words[address - self.GROUP]

    def __setitem__(self, address, value):
        offset = address - self.GROUP
        unlocked = offset == self.PROTECT or self.words[self.PROTECT] == self.KEY
        if unlocked and not self.deaf:
            self.words[offset] = value


class Pin:
    """machine.Pin; `chip.trace` keeps each level that was written."""

    chip: Chip
    IN, OUT, PULL_UP = 0, 1, 2

    def __init__(self, number, mode, pull=None, value=None):
        self.number = number
        if mode == Pin.OUT:
            self.value(value)

    def value(self, level=None):
        """Reads an input (high unless the test says otherwise) or writes an output."""
        if level is None:
            return self.chip.inputs.get(self.number, 1)
        self.chip.levels[self.number] = level
        self.chip.trace.append((self.number, level))
        return None


class Timer:
    """machine.Timer, periodic only."""

    chip: Chip
    PERIODIC = 1

    def __init__(self, number):
        self.period = self.left = self.callback = None
        self.chip.timers.append(self)

    def init(self, mode, period, callback):
        """Starts it."""
        assert mode == Timer.PERIODIC
        self.period = self.left = period
        self.callback = callback

    def deinit(self):
        """Stops it."""
        self.left = None

    def tick(self, ms):
        """Lets time pass."""
        if self.left is not None:
            self.left -= ms
            if self.left <= 0:
                self.left = self.period
                self.callback(self)


class WDT:
    """machine.WDT; `chip.fed_ms` keeps the times at which it was fed."""

    chip: Chip

    def __init__(self, timeout):
        self.chip.watchdog_ms = timeout
        # As ESP-IDF's task watchdog does: on, stage 0 an interrupt, stage 1 a reset of the system.
        self.chip.registers.words[Registers.CONFIG0] = 1 << 31 | 1 << 29 | 3 << 27
        self.feed()

    def feed(self):
        """Notes the time."""
        self.chip.fed_ms.append(self.chip.now)


class UART:
    """machine.UART on `chip.received` and `chip.sent`."""

    chip: Chip

    def __init__(self, *args, **keywords):
        self.chip.uart_args = args, keywords

    def init(self, *args, **keywords):
        """Changes the line's parameters."""
        self.chip.uart_args = args, keywords

    def txdone(self):
        """True if nothing is being sent."""
        return not self.chip.sending

    def any(self):
        """Returns the number of bytes that wait."""
        return len(self.chip.received)

    def readinto(self, buf, n):
        """Like the ESP32's: None if there is nothing."""
        part = self.chip.received[:n]
        self.chip.received = self.chip.received[n:]
        buf[: len(part)] = part
        return len(part) or None

    def write(self, buf, n):
        """Sends."""
        self.chip.sent += bytes(buf[:n])


@contextlib.contextmanager
def chip_under(monkeypatch, *modules):
    """Gives a Chip under these modules of the firmware, which are loaded anew, then forgotten."""
    chip = Chip()
    board = types.ModuleType("board")
    board.TIMER_GROUP_0 = Registers.GROUP
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.setitem(sys.modules, "machine", chip.module())
    monkeypatch.setattr(time, "ticks_ms", lambda: chip.now, raising=False)
    for name in modules:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield chip
    for name in modules:
        sys.modules.pop(name, None)
