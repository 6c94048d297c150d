"""How this start of the chip came about, and how the next one will."""

import board
import machine

from compat import const

_CAUSE_BITS = const(0x3F)
# What the register says after a brown-out: ESP-IDF's handler has the system or a processor reset
# (3, 12), and leaves a note; where the hardware does it alone, it is 15.
_BROWN_OUT = b"\x03\x0c\x0f"
# What attempts.py keeps: its mark, the failed starts, and a reason. This one stays only where no
# exception came in its place; the dots are the number of the start that was asked for.
_MARK = b"packmate"
_COUNT = const(8)
_MOST = const(5)  # starts that it counts: SAFE there, and the one after it
_ASKED = b"the watchdog ended it"


def restart(clear=True):
    """Resets the chip because somebody wants it: see `ask`. Does not return."""
    ask(clear)
    machine.reset()


def ask(clear=True):
    """Has the reset that comes next taken for no crash.

    clear: nor for a failed start, and those before it are forgotten. The start that follows, if it
    fails, is both again.
    """
    rtc = machine.RTC()
    kept = rtc.memory()
    failed = 0 if clear or len(kept) <= _COUNT else kept[_COUNT]
    rtc.memory(_mark(failed, failed + 1))


def has_crashed():
    """True if this start came by watchdog, brown-out, panic or machine.reset() after an exception.

    For MicroPython a brown-out is a power-on (ports/esp32/modmachine.c, 1.26 to 1.28: of
    esp_reset_reason, both ESP_RST_POWERON and ESP_RST_BROWNOUT are PWRON_RESET), and the chip's
    own register knows better: ESP-IDF (components/esp_system/port/brownout.c and
    port/soc/*/reset_reason.c, 5.2 to 5.5; alike on ESP32, S3 and C3) has ESP_RST_POWERON where it
    is 1, and on a C3 20, and ESP_RST_BROWNOUT where it is 15, or 3 or 12 with the note of its
    handler. So a main switch is no brown-out: once the voltage was gone, it is 1.
    """
    kept = machine.RTC().memory()
    for start in range(1, _MOST):
        if kept == _mark(start, start):
            return False
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return machine.mem32[board.RESET_CAUSE] & _CAUSE_BITS in _BROWN_OUT
    return cause == machine.WDT_RESET or cause == machine.HARD_RESET


def _mark(count, start):
    return _MARK + bytes((count,)) + _ASKED + b"." * start
