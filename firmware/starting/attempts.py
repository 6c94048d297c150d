"""How often in a row this device has failed to get going, and why the last time.

It is kept in the RTC's memory, which outlives every reset and wears nothing. A power cut clears
it: whoever switches the device off and on gives it a new chance. What is tried, in this order:
everything; everything once more, with more memory for Python (startup.py); without Wi-Fi and MQTT;
safe mode (rescue.py).
"""

from machine import RTC

from compat import const

FRUGAL = const(2)  # failures, after which Wi-Fi and MQTT are left out
SAFE = const(3)  # and after which nothing is tried
GOOD_S = const(120)  # who runs so long has got going
_MARK = b"packmate"
_COUNT = const(8)  # its place behind the mark; the reason follows
_REASON = const(9)
_LONGEST = const(120)


def begin():
    """Counts this start; returns (how many failed before it, why the last one did, as bytes)."""
    kept = RTC().memory()
    count = 0
    reason = b""
    if len(kept) >= _REASON and kept[:_COUNT] == _MARK:
        count = min(kept[_COUNT], SAFE)
        reason = kept[_REASON:]
    _keep(count + 1, reason)
    return count, reason


def failed(error):
    """Keeps why this start has failed; the exception itself is on the console.

    Not where the reset that follows was asked for (hardware/reset_cause.py): nothing has failed.
    """
    kept = RTC().memory()
    if len(kept) >= _REASON and kept[_COUNT]:
        text = "%s: %s" % (type(error).__name__, error)
        _keep(kept[_COUNT], text.encode()[:_LONGEST])


def clear():
    """The device has got going, or a person wants it to try again."""
    RTC().memory(b"")


def _keep(count, reason):
    RTC().memory(_MARK + bytes((count,)) + reason)
