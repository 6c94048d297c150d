"""Tells how the last run ended, retained; imported only where that was a crash, and told once."""

from compat import const
from kept.crash_file import UNTOLD, keep_told
from kept.pause import write
from mqtt.reports import NOTHING
from relay import topics as t

_NEVER_MS = const(0x0FFFFFFF)
_FULL_MS = const(2_000)  # after which it is gone, or the session is


class CrashReport:
    """See mqtt.reports. session: mqtt.session.Session; what it sends is retained by the broker."""

    retained = False
    name = t.CRASH

    def __init__(self, device, session):
        self.interval_ms = _FULL_MS
        self._session = session
        self._device = device
        self._sent = None  # the session count in which it was sent

    def write(self, message, now):
        """Has it sent; the next time, if the session still is the same, that is enough."""
        if self.interval_ms == _NEVER_MS:
            return NOTHING
        connects = self._device.relay.connects
        if self._sent == connects:
            self.interval_ms = _NEVER_MS
            write(self._device, keep_told)
            return NOTHING
        self._sent = connects
        try:
            with open(UNTOLD, "rb") as file:
                text = file.read()
        except (OSError, MemoryError):  # the next start has memory for it; this one goes on
            self.interval_ms = _NEVER_MS
            return NOTHING
        self._session.publish(self.name, text, len(text), True)
        return NOTHING
