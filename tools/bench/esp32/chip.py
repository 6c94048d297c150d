"""The ESP32 around its processor: pins, PWM, timers, watchdog, UART and SPI set-up, Wi-Fi state.

Pure: fed with the records of standins/bench_ops.py and with virtual time; knows no process. It
outlives the firmware, as hardware does: pins keep their level while the processor is dead, and
through a reset of the processors alone, until the new start sets them.
"""

import struct

from tools.bench.net.access_point import AccessPoint
from tools.bench.standins import bench_ops as ops

# machine.reset_cause()
PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
CAUSES = {PWRON_RESET: "power_on", HARD_RESET: "reset", WDT_RESET: "watchdog"}

_OUTPUT = 2  # bit of a pin's mode


class _Timer:
    """A hardware timer; `fired` wraps at 2**16."""

    def __init__(self):
        self.due_us = None
        self.period_us = 0
        self.repeat = False
        self.fired = 0

    def run(self, t_us):
        """Fires as often as is due by `t_us`."""
        while self.due_us is not None and self.due_us <= t_us:
            self.fired = self.fired + 1 & 0xFFFF
            self.due_us = self.due_us + self.period_us if self.repeat else None
            if self.due_us is not None and self.due_us < t_us:
                # Interrupts do not queue up: one is pending at most.
                self.due_us += (t_us - self.due_us) // self.period_us * self.period_us


class Chip:
    """Hardware state. Times are virtual, in µs since the bench was started.

    `on_output(pin, level, t_us)` is called when an output changes (level None: it floats now, and
    the board's pull resistors decide), `on_spi(id, data, t_us)` on every transfer,
    `on_uart_tx(id, n, t_us)` when bytes went into a UART's pty.
    """

    def __init__(self):
        self.on_output = None
        self.on_spi = None
        self.on_uart_tx = None
        self.wifi = AccessPoint()
        self.inputs = 0
        self.driven = 0
        self.rtc_jump_us = 0  # by how much its wall clock has gone wrong
        self.idf_taken = 0  # bytes of the IDF's memory that something has used up
        self.reset_cause = PWRON_RESET
        self.overruns = 0
        self._clear_pins()
        self._clear()
        self._handlers = {
            ops.PIN: self._pin,
            ops.MODE: self._mode,
            ops.PWM: self._pwm,
            ops.PWM_OFF: self._pwm_off,
            ops.SPI: self._spi,
            ops.SPI_INIT: self._spi_init,
            ops.UART: self._uart,
            ops.UART_TX: self._uart_tx,
            ops.TIMER: self._timer,
            ops.TIMER_OFF: self._timer_off,
            ops.WDT: self._wdt,
            ops.FEED: self._feed,
            ops.STAGE: self._stage,
            ops.LINK: self._link,
            ops.JOIN: self._join,
            ops.OVERRUN: self._overrun,
        }

    def _clear_pins(self):
        self.levels = [None] * ops.PINS  # of outputs; None where the pin floats
        self.duty = {}  # pin -> (freq_hz, duty 0..65535)
        self._latches = [0] * ops.PINS
        self._modes = [0] * ops.PINS

    def _clear(self):
        self.spi = {}  # id -> (baud, sck, mosi)
        self.uarts = {}  # id -> (baud, tx, rx)
        self.timers = [_Timer() for _ in range(ops.TIMERS)]
        self._timers_changed()
        self.watchdog_due_us = None
        self.watchdog_us = None
        self.bite_releases = False  # the watchdog's bite resets the system, pins and all

    def reset(self, cause, t_us, keeps_pins=False):
        """Resets the chip: timers and watchdog stop, and outputs float.

        `keeps_pins`: only the processors are reset, as a panic and machine.reset() do.
        """
        if not keeps_pins:
            for pin, level in enumerate(self.levels):
                if level is not None:
                    self._output(pin, None, t_us)
            self._clear_pins()
        self._clear()
        self.idf_taken = 0
        self.wifi.reset()
        self.reset_cause = cause

    def handle(self, op, arg, n, t_us, body):
        """Takes one record; raises ValueError for one that does not exist."""
        handler = self._handlers.get(op)
        if handler is None:
            raise ValueError(f"unknown record {op}")
        handler(arg, n, t_us, body)

    def drive(self, pin, level):
        """An outside thing drives an input to 0 or 1, or lets go of it (None)."""
        bit = 1 << pin
        self.driven = self.driven & ~bit if level is None else self.driven | bit
        self.inputs = self.inputs | bit if level else self.inputs & ~bit

    def fired(self):
        """Returns cell FIRED."""
        return self._fired

    def duty_permille(self, pin):
        """Returns how much of the time an output is high, by PWM or by level."""
        if pin in self.duty:
            return self.duty[pin][1] * 1000 // 65535
        return 1000 * (self.levels[pin] or 0)

    def next_due_us(self):
        """Returns when the next timer, watchdog or Wi-Fi event is due, or None."""
        due = self.watchdog_due_us
        timer_us = self._timer_due_us
        if due is None or timer_us is not None and timer_us < due:
            due = timer_us
        wifi_us = self.wifi.due_us
        return wifi_us if due is None or wifi_us is not None and wifi_us < due else due

    def run(self, t_us):
        """Lets timers and Wi-Fi do what is due; returns True if the watchdog bites."""
        if self._timer_due_us is not None and self._timer_due_us <= t_us:
            for timer in self.timers:
                timer.run(t_us)
            self._timers_changed()
        self.wifi.run(t_us)
        return self.watchdog_due_us is not None and t_us >= self.watchdog_due_us

    def _timers_changed(self):
        """Works out what is asked for at every hop of time."""
        due = [timer.due_us for timer in self.timers if timer.due_us is not None]
        self._timer_due_us = min(due, default=None)
        self._fired = sum(timer.fired << 16 * i for i, timer in enumerate(self.timers))

    # -- records --------------------------------------------------------------------------------

    def _output(self, pin, level, t_us):
        self.levels[pin] = level
        if self.on_output:
            self.on_output(pin, level, t_us)

    def _settle(self, pin, t_us):
        level = self._latches[pin] if self._modes[pin] & _OUTPUT else None
        if pin in self.duty:
            level = 1 if self.duty[pin][1] else 0
        if level != self.levels[pin]:
            self._output(pin, level, t_us)

    def _pin(self, pin, n, t_us, _):
        self._latches[pin] = n
        self._settle(pin, t_us)

    def _mode(self, pin, n, t_us, _):
        self._modes[pin] = n & 15
        self.duty.pop(pin, None)
        self._settle(pin, t_us)

    def _pwm(self, pin, _, t_us, body):
        self.duty[pin] = struct.unpack("<IH", body)
        self._settle(pin, t_us)

    def _pwm_off(self, pin, _, t_us, __):
        self.duty.pop(pin, None)
        self._settle(pin, t_us)

    def _spi(self, bus, _, t_us, body):
        if self.on_spi:
            self.on_spi(bus, body, t_us)

    def _spi_init(self, bus, _, __, body):
        self.spi[bus] = struct.unpack("<Ibb", body)

    def _uart(self, uart, _, __, body):
        self.uarts[uart] = struct.unpack("<Ibb", body)

    def _uart_tx(self, uart, n, t_us, _):
        if self.on_uart_tx:
            self.on_uart_tx(uart, n, t_us)

    def _timer(self, index, _, t_us, body):
        timer = self.timers[index]
        timer.period_us, repeat = struct.unpack("<qB", body)
        timer.repeat = bool(repeat)
        timer.due_us = t_us + timer.period_us
        self._timers_changed()

    def _timer_off(self, index, _, __, ___):
        self.timers[index].due_us = None
        self._timers_changed()

    def _wdt(self, _, __, t_us, body):
        self.watchdog_us = 1000 * struct.unpack("<I", body)[0]
        self.watchdog_due_us = t_us + self.watchdog_us
        self.bite_releases = False

    def _stage(self, _, n, __, ___):
        self.bite_releases = n == 1

    def _feed(self, _, __, t_us, ___):
        if self.watchdog_us is not None:
            self.watchdog_due_us = t_us + self.watchdog_us

    def _link(self, _, n, t_us, __):
        self.wifi.link(t_us, n)

    def _join(self, _, __, t_us, body):
        self.wifi.join(t_us, body)

    def _overrun(self, _, n, __, ___):
        self.overruns += n
