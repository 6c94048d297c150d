"""The ESP32's `machine` on the bench: the same names, arguments and errors as in 1.26."""

import time

import bench_link as link
import bench_ops as ops
from bench_pin import ADC, PWM, Pin  # noqa: F401  the names of this module
from bench_serial import I2C, SPI, UART  # noqa: F401
from bench_timer import RTC, WDT, Timer, mem32  # noqa: F401
from umachine import time_pulse_us  # noqa: F401

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5
SLEEP = 2
DEEPSLEEP = 4
PIN_WAKE = 2
EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4
TOUCHPAD_WAKE = 5
ULP_WAKE = 6

_FREQUENCIES_MHZ = (20, 40, 80, 160, 240)
_freq_hz = 160_000_000


class Signal:
    """machine.Signal: a Pin whose level may be inverted."""

    def __init__(self, pin, *args, invert=False, **kwargs):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **kwargs)
        self._invert = 1 if invert else 0

    def value(self, value=None):
        if value is None:
            return self._pin.value() ^ self._invert
        self._pin.value((1 if value else 0) ^ self._invert)

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


def reset():
    """Resets the chip; does not return."""
    link.post(ops.RESET, 0, 0)
    link.send()
    while True:
        time.sleep(1)


def soft_reset():
    """Ends the program; the bench starts it anew."""
    reset()


def reset_cause():
    return link.reset_cause


def wake_reason():
    return 0


def freq(hz=None):
    global _freq_hz
    if hz is None:
        return _freq_hz
    if hz // 1_000_000 not in _FREQUENCIES_MHZ:
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _freq_hz = hz // 1_000_000 * 1_000_000


def unique_id():
    return b"\x24\x0a\xc4\x00\xbe\x01"


def idle():
    """Gives other threads time; as short as on the ESP32."""


def lightsleep(ms=None):
    time.sleep_ms(ms if ms is not None else 1 << 30)


sleep = lightsleep


def deepsleep(ms=None):
    lightsleep(ms)
    reset()


def disable_irq():
    return 0


def enable_irq(state):
    pass
