"""The report about the device, with what there is to say of its clock; for boards with PSRAM."""

from compat import ticks_diff
from mqtt.remote import ts
from mqtt.reports import DeviceReport


class ClockedReport(DeviceReport):
    """See mqtt.reports. Without the time the clock says why it has none."""

    def __init__(self, device, interval_ms):
        super().__init__(device, interval_ms)
        self._was_set = False

    def write(self, message, now):
        """See relay.message."""
        if not super().write(message, now):
            return 0
        clock = self._device.clock
        message.put_json(b'"%s"' % self._judge(clock))
        message.put(_set_ts(clock, now))
        return message.finish()  # once more: over the end that is there

    def _judge(self, clock):
        if clock is None or not clock.host:
            return b"no_server"
        if clock.known:
            self._was_set = True
            return b"set"
        return b"expired" if self._was_set else b"unset"


def _set_ts(clock, now):
    """Returns when a server has told the time last, in s since 1970; None while it is unknown."""
    if clock is None or not clock.known:
        return None
    stamp = ts(clock)
    return None if stamp is None else stamp - ticks_diff(now, clock.good_ms) // 1000
