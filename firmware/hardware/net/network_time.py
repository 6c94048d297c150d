"""The time of day, from the network; imported where something is planned by it, or tells it.

Nothing waits: one question over UDP, the answer taken when it is there (RFC 4330; MicroPython's
`ntptime` would hold everything for as long as a name server and a time server like). Between two
answers the seconds are counted here: small integers, which those since an epoch are not for ever
(a 32-bit MicroPython's end at 2**30, in 2034 where the epoch is 2000).
"""

import os
import socket
import time

from machine import RTC

from compat import const, ticks_add, ticks_diff
from hardware.net.resolver import Resolver, sockaddr

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
_DAYS_1970 = const(25_567)  # since 1900
_DAYS_2000 = const(10_957)  # since 1970
_DAYS_2024 = const(19_723)
_FIRST_S = 3_913_056_000  # 2024: smaller ones have wrapped, in 2036
_WRAP_S = 1 << 32
# 2068: later ones are of a server that thinks it is 1932 to 2023; time.gmtime may not take them.
_END_S = 5_303_157_248
_LAST_DAY = const(115_740)  # since 1970: till then the seconds have ten digits
_DIGITS = const(10)
_NULL = b"null"
_MOST_BACK_S = const(60)  # a server that goes back further has to say so _CONTRARY times
_CONTRARY = const(3)

_IDLE = const(0)
_RESOLVING = const(1)
_ASKING = const(2)


class Clock:
    """Knows the time for two days after it has been told last, at `good_ms`. `failures`: times it
    was not.

    host: the time server's name or address, "" for none. utc_offset_min: of the owner's clock.
    saved: what save() gave before the restart. `stamp`: the time in JSON, as bytes: whole seconds
    since 1970 UTC, or null. calendar: has the number of the local day as its `day`, or None.

    What is told never goes back, over restarts either: where a server says that it is earlier
    than was told, the clock stands until then. More than a minute is not believed, unless three
    answers in a row, a minute apart, say so: else one wrong answer would stop it for years.
    """

    def __init__(self, host, utc_offset_min=0, saved=(), calendar=None):
        self.failures = 0
        self.stamp = _NULL
        self.host = host
        self._offset_s = utc_offset_min * 60
        self._calendar = calendar
        self._known = False
        self.good_ms = 0
        self._tried = False
        self._tried_ms = 0
        self._state = _IDLE
        self._asked_ms = 0
        self._resolver = Resolver()
        self._sock = None
        self._mark = b""  # of our question; the answer has it, too
        self._day = self._second = 0  # since 1970, and of the day
        self._counted_ms = 0  # when that second began
        self._contrary = 0  # answers in a row that went back too far
        self._digits = bytearray(_DIGITS)
        self._told = [0, 0]  # the last day and second that anybody was told
        if _is_moment(saved):
            self._told[:] = saved
        self._learn_from_chip()

    def step(self, wifi, now):
        """Asks for the time when it is due and there is a network. Call it each second at least.

        wifi: hardware.net.wifi.Wifi.
        """
        if self._known:
            if 0 <= ticks_diff(now, self.good_ms) <= _VALID_MS:
                self._count(now)
            else:
                self._known = False
                self.stamp = _NULL
        if self._calendar is not None:
            self._calendar.day = self.day()
        try:
            if self._state == _RESOLVING:
                self._resolve(now)
            elif self._state == _ASKING:
                self._listen(now)
            elif wifi.up and self.host and self._is_due(now):
                self._tried = True
                self._tried_ms = now
                self._state = _RESOLVING
                if not _is_address(self.host):
                    self._resolver.begin(self.host, wifi.name_server(), now)
        except (OSError, MemoryError):
            self._end(False)

    @property
    def known(self):
        """True while the time is known."""
        return self._known

    def day_s(self):
        """Returns the seconds since local midnight, None while nobody has told the time."""
        return (self._second + self._offset_s) % _DAY_S if self._known else None

    def day(self):
        """Returns the number of the local day since 2000, None while the time is unknown."""
        if not self._known:
            return None
        return self._day - _DAYS_2000 + (self._second + self._offset_s) // _DAY_S

    def since_2024_s(self):
        """Returns the seconds since 2024 began (UTC), which never go back; None: nobody knows."""
        if not self._known:
            return None
        return (self._told[0] - _DAYS_2024) * _DAY_S + self._told[1]

    def passed(self, seconds):
        """Returns True if that moment, in seconds since 1970, is over; None: nobody knows."""
        if not self._known:
            return None
        day = seconds // _DAY_S
        return self._day > day or self._day == day and self._second > seconds % _DAY_S

    def save(self):
        """Returns what must survive a restart."""
        return self._told

    # -- counting --------------------------------------------------------------------------------

    def _count(self, now):
        """Moves on by the whole seconds that have passed, and tells them."""
        seconds = ticks_diff(now, self._counted_ms) // 1000
        if seconds <= 0:
            return
        self._counted_ms = ticks_add(self._counted_ms, 1000 * seconds)
        self._second += seconds
        while self._second >= _DAY_S:
            self._second -= _DAY_S
            self._day += 1
        self._tell()

    def _tell(self):
        """Writes the stamp, unless it would go back."""
        day = self._day
        second = self._second
        told = self._told
        if day < told[0] or day == told[0] and second < told[1]:
            day = told[0]
            second = told[1]
        told[0] = day
        told[1] = second
        # day * 86,400 + second in two parts of small integers.
        low = day * 6_400 + second
        high = day * 8 + low // 10_000
        low %= 10_000
        digits = self._digits
        for i in range(_DIGITS):
            if i == 4:
                low = high
            digits[_DIGITS - 1 - i] = 48 + low % 10
            low //= 10
        self.stamp = digits

    def _learn_from_chip(self):
        """Has nothing told that is before the chip's own clock, which runs on over a reset."""
        since = int(time.time()) + _SINCE_1900_S[time.gmtime(0)[0]]
        if since >= _FIRST_S:
            moment = [since // _DAY_S - _DAYS_1970, since % _DAY_S]
            if _is_moment(moment) and moment > self._told:
                self._told[:] = moment

    # -- asking ----------------------------------------------------------------------------------

    def _is_due(self, now):
        if not self._tried:
            return True
        since = ticks_diff(now, self._tried_ms)
        fresh = self._known and 0 <= ticks_diff(now, self.good_ms) < _RENEW_MS
        return not fresh and not 0 <= since < _AGAIN_MS

    def _resolve(self, now):
        address = self.host
        if not _is_address(address):
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
            # The second began that much before it was said, and it has been under way since.
            way_ms = ticks_diff(now, self._asked_ms) // 2
            begun_ms = ticks_add(now, -way_ms - (answer[44] * 1000 >> 8))
            self._end(self._set(int.from_bytes(answer[40:44], "big"), begun_ms, now))
        elif ticks_diff(now, self._asked_ms) >= _ANSWER_MS:
            self._end(False)

    def _set(self, seconds, begun_ms, now):
        """Takes the time, in seconds since 1900; returns False if it is not believed."""
        if seconds < _FIRST_S:
            seconds += _WRAP_S
        if seconds >= _END_S:
            return False
        day = seconds // _DAY_S - _DAYS_1970
        second = seconds % _DAY_S
        back_s = (self._told[0] - day) * _DAY_S + self._told[1] - second
        if back_s > _MOST_BACK_S:
            self._contrary += 1
            if self._contrary < _CONTRARY:
                return False
            self._told[:] = (day, second)
        self._contrary = 0
        when = time.gmtime(seconds - _SINCE_1900_S[time.gmtime(0)[0]])
        year, month, date, hour, minute, second_now, weekday = when[:7]
        RTC().datetime((year, month, date, weekday + 1, hour, minute, second_now, 0))
        self._day = day
        self._second = second
        self._counted_ms = begun_ms
        self.good_ms = now
        self._known = True
        self._tell()
        return True

    def _end(self, told):
        self._state = _IDLE
        if not told:
            self.failures += 1
        self._resolver.end()
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()


def _is_address(host):
    """True for an address in dots: no name has digits only."""
    return host.replace(".", "").isdigit()


def _is_moment(saved):
    """True for a day and a second of it, as save() gives them."""
    if not isinstance(saved, list) or len(saved) != 2:
        return False
    for value in saved:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            return False
    return saved[0] <= _LAST_DAY and saved[1] < _DAY_S
