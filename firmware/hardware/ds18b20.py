"""A DS18B20 of our own on a pin; imported only where the settings ask for it.

Nothing waits for a conversion: each step takes the result of the last and begins the next. The
pulses of one step block the loop for 8 ms. Facts: the sensor's data sheet (scratchpad, CRC, 85 °C
at power-up), and MicroPython's `onewire`.
"""

from machine import Pin
from onewire import OneWire

from compat import const, ticks_diff

_SKIP_ROM = const(0xCC)  # the only sensor on the wire
_CONVERT = const(0x44)
_READ = const(0xBE)
_CONVERSION_MS = const(800)  # 750 at 12 bits
_KEEP_MS = const(5000)  # so old may a reading be
_POWER_UP = const(0x550)  # 85 °C: there has been no conversion since power came
# All data bits low, as a wire shorted to ground has them, pass the CRC; these bits are fixed.
_CONFIG = const(4)
_CONFIG_MASK = const(0x9F)
_CONFIG_FIXED = const(0x1F)
_LOWEST_DC = const(-550)
_HIGHEST_DC = const(1250)


class Probe:
    """`dc`: its temperature in 0.1 °C, None while unknown. `failures`: readings that were none."""

    def __init__(self, pin_number):
        self.dc = None
        self.failures = 0
        self._wire = OneWire(Pin(pin_number))
        self._scratchpad = bytearray(9)
        self._converting = False
        self._asked_ms = 0
        self._good_ms = 0

    def step(self, now):
        """Reads, and asks anew; call once a second. Allocates nothing."""
        if self._converting:
            if 0 <= ticks_diff(now, self._asked_ms) < _CONVERSION_MS:
                return
            self._converting = False
            if self._read():
                self._good_ms = now
            else:
                self.failures += 1
        age_ms = ticks_diff(now, self._good_ms)
        if not 0 <= age_ms <= _KEEP_MS:
            self.dc = None
            self._good_ms = now  # so that the age cannot turn over
        wire = self._wire
        if wire.reset():
            wire.writebyte(_SKIP_ROM)
            wire.writebyte(_CONVERT)
            self._converting = True
            self._asked_ms = now
        else:
            self.failures += 1

    def _read(self):
        """Takes a finished conversion; returns True if it was good."""
        wire = self._wire
        buf = self._scratchpad
        if not wire.reset():
            return False
        wire.writebyte(_SKIP_ROM)
        wire.writebyte(_READ)
        wire.readinto(buf)
        if wire.crc8(buf) or buf[_CONFIG] & _CONFIG_MASK != _CONFIG_FIXED:
            return False
        raw = buf[0] | buf[1] << 8  # 1/16 °C
        if raw == _POWER_UP:
            return False
        if raw & 0x8000:
            raw -= 0x10000
        dc = raw * 10 + 8 >> 4
        if not _LOWEST_DC <= dc <= _HIGHEST_DC:
            return False
        self.dc = dc
        return True
