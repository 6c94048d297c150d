"""Timer, WDT and RTC of the ESP32 (ports/esp32/machine_timer.c, machine_wdt.c, machine_rtc.c)."""

import struct
import time

import bench_link as link
import bench_ops as ops

_timers = {}
_RTC_FILE = "rtc_memory.bin"
_PWRON_RESET = 1

if link.reset_cause == _PWRON_RESET:
    with open(_RTC_FILE, "wb"):
        pass


class Timer:
    """machine.Timer 0..3. There is one object per timer, as on the ESP32."""

    ONE_SHOT = 0
    PERIODIC = 1

    def __new__(cls, id, *args, **kwargs):
        if not 0 <= id < ops.TIMERS:
            raise ValueError("invalid Timer number")
        timer = _timers.get(id)
        if timer is None:
            timer = object.__new__(cls)
            timer._id = id
            timer._start_us = None
            _timers[id] = timer
        return timer

    def __init__(self, id, *args, **kwargs):
        if args or kwargs:
            self.init(*args, **kwargs)

    def init(self, *, mode=PERIODIC, callback=None, period=0xFFFFFFFF, tick_hz=1000, freq=None):
        period_us = int(1_000_000 / freq) if freq is not None else period * 1_000_000 // tick_hz
        link.timer_callbacks[self._id] = None if callback is None else lambda: callback(self)
        self._start_us = link.now_us()
        self._period_us = max(1, period_us)
        body = struct.pack("<qB", self._period_us, 1 if mode else 0)
        link.post_body(ops.TIMER, self._id, body)
        link.send()

    def deinit(self):
        self._start_us = None
        link.timer_callbacks[self._id] = None
        link.post(ops.TIMER_OFF, self._id, 0)
        link.send()

    def value(self):
        if self._start_us is None:
            raise ValueError("timer not set")
        return (link.now_us() - self._start_us) % self._period_us // 1000


class _TimerGroup:
    """machine.mem32 of the watchdog of timer group 0, in which WDT counts (ESP32 TRM 18.4, 19.3).

    The other registers of the chip are not there, and read 0.
    """

    _CONFIG0 = 0x48
    _PROTECT = 0x64
    _KEY = 0x50D83AA1
    _GROUPS = (0x3FF5F000, 0x6001F000)  # of ESP32 and ESP32-S3

    def __init__(self):
        self._words = {self._CONFIG0: 0, self._PROTECT: 0}

    def arm(self):
        """As ESP-IDF's task watchdog does: stage 0 is an interrupt, which panics."""
        self._words[self._CONFIG0] = 1 << 31 | 1 << 29

    def __getitem__(self, address):
        return self._words.get(self._offset(address), 0)

    def __setitem__(self, address, value):
        offset = self._offset(address)
        if offset not in self._words:
            raise ValueError("no such register: 0x%x" % address)
        if offset != self._PROTECT and self._words[self._PROTECT] != self._KEY:
            return
        self._words[offset] = value
        if offset == self._CONFIG0:
            link.post(ops.STAGE, 0, 1 if value >> 29 & 3 == 3 else 0)
            link.send()

    def _offset(self, address):
        return address & 0xFFF if address & ~0xFFF in self._GROUPS else None


mem32 = _TimerGroup()


class WDT:
    """machine.WDT: cannot be stopped."""

    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        mem32.arm()
        link.post_body(ops.WDT, 0, struct.pack("<I", timeout))
        link.send()

    def feed(self):
        link.post(ops.FEED, 0, 0)
        link.send()


class RTC:
    """machine.RTC: the clock of `time.time()`, and 2 kB that outlive a reset, not a power cut."""

    def memory(self, data=None):
        """Reads or writes what is kept, in a file beside the settings."""
        if data is None:
            try:
                with open(_RTC_FILE, "rb") as file:
                    return file.read()
            except OSError:
                return b""
        if len(data) > 2048:
            raise ValueError("buffer too long")
        with open(_RTC_FILE, "wb") as file:
            file.write(data)

    def datetime(self, when=None):
        if when is None:
            now = time.gmtime()
            micros = time.time_ns() // 1000 % 1_000_000
            return (now[0], now[1], now[2], now[6], now[3], now[4], now[5], micros)
        year, month, day, _, hour, minute, second, micros = when
        seconds = time.mktime((year, month, day, hour, minute, second, 0, 0))
        time.bench_set_clock(seconds * 1_000_000 + micros)

    def init(self, when):
        year, month, day, hour, minute, second, micros, _ = when
        self.datetime((year, month, day, 0, hour, minute, second, micros))
