"""The time of day, from the network; imported only where something is planned by it.

Nothing waits: one question over UDP, the answer taken when it is there (RFC 4330; MicroPython's
`ntptime` would hold everything for as long as a name server and a time server like).
"""

import os
import socket
import time

from machine import RTC

from compat import const, ticks_diff
from hardware.resolver import Resolver, sockaddr

_HOST = "pool.ntp.org"
_PORT = const(123)
_ANSWER_MS = const(5_000)
_AGAIN_MS = const(60_000)  # after a failure
_RENEW_MS = const(21_600_000)  # crystals are off by seconds a day
_VALID_MS = const(172_800_000)
_DAY_S = const(86_400)
_BYTES = const(48)
_CLIENT = const(0x23)  # version 4, a client asks
_SERVER = const(4)
_SINCE_1900_S = {2000: 3_155_673_600, 1970: 2_208_988_800}  # by the port's epoch
_FIRST_S = 3_913_056_000  # 2024: smaller ones have wrapped, in 2036
_WRAP_S = 1 << 32

_IDLE = const(0)
_RESOLVING = const(1)
_ASKING = const(2)


class Clock:
    """Knows the time for two days after it has been told last. `failures`: times it was not."""

    def __init__(self, utc_offset_min):
        self.failures = 0
        self._offset_s = utc_offset_min * 60
        self._known = False
        self._good_ms = 0
        self._tried = False
        self._tried_ms = 0
        self._state = _IDLE
        self._asked_ms = 0
        self._resolver = Resolver()
        self._sock = None
        self._mark = b""  # of our question; the answer has it, too

    def step(self, wifi, now):
        """Asks for the time when it is due and there is a network. Call once a second.

        wifi: hardware.wifi.Wifi.
        """
        if self._known and not 0 <= ticks_diff(now, self._good_ms) <= _VALID_MS:
            self._known = False
        try:
            if self._state == _RESOLVING:
                self._resolve(now)
            elif self._state == _ASKING:
                self._listen(now)
            elif wifi.up and self._is_due(now):
                self._tried = True
                self._tried_ms = now
                self._state = _RESOLVING
                self._resolver.begin(_HOST, wifi.name_server(), now)
        except (OSError, MemoryError):
            self._end(False)

    def day_s(self):
        """Returns the seconds since local midnight, None while nobody has told the time."""
        return (int(time.time()) + self._offset_s) % _DAY_S if self._known else None

    def day(self):
        """Returns the number of the local day since the epoch, None while the time is unknown."""
        return (int(time.time()) + self._offset_s) // _DAY_S if self._known else None

    def _is_due(self, now):
        if not self._tried:
            return True
        since = ticks_diff(now, self._tried_ms)
        fresh = self._known and 0 <= ticks_diff(now, self._good_ms) < _RENEW_MS
        return not fresh and not 0 <= since < _AGAIN_MS

    def _resolve(self, now):
        address = self._resolver.step(now)
        if address is None:
            return
        if not address:
            self._end(False)
            return
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._mark = os.urandom(8)
        question = bytes((_CLIENT,)) + bytes(_BYTES - 9) + self._mark
        self._sock.sendto(question, sockaddr(address, _PORT))
        self._asked_ms = now
        self._state = _ASKING

    def _listen(self, now):
        answer = bytearray(_BYTES)
        n = self._sock.readinto(answer)
        # An answer to this very question, from a server that has the time itself.
        good = n == _BYTES and answer[0] & 7 == _SERVER and 0 < answer[1] < 16
        if good and bytes(answer[24:32]) == self._mark:
            self._set(int.from_bytes(answer[40:44], "big"))
            self._good_ms = now
            self._end(True)
        elif ticks_diff(now, self._asked_ms) >= _ANSWER_MS:
            self._end(False)

    def _set(self, seconds):
        if seconds < _FIRST_S:
            seconds += _WRAP_S
        when = time.gmtime(seconds - _SINCE_1900_S[time.gmtime(0)[0]])
        year, month, day, hour, minute, second, weekday = when[:7]
        RTC().datetime((year, month, day, weekday + 1, hour, minute, second, 0))

    def _end(self, told):
        self._state = _IDLE
        if told:
            self._known = True
        else:
            self.failures += 1
        self._resolver.end()
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()
