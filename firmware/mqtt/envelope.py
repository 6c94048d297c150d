"""A command that says more than its value: who asks, and until when it may be obeyed.

Its payload is one JSON object, {"value": "charger", "id": "k7", "until": 1900000000}; `id` and
`until` may be missing. The id comes back in the answer, and is obeyed once. Loaded only where
there is memory to parse it.
"""

import json

from compat import const
from relay.commands import (
    ACCEPTED,
    BOOST,
    EXPIRED,
    INVALID,
    NO_TIME,
    OVERSIZED,
    REPEATED,
    SET_MODE,
)

ROOM = const(120)  # bytes of a payload
_BEGIN = const(123)
_LONGEST_ID = const(24)
_MEMBERS = ("value", "id", "until")
_REMEMBERED = const(16)


class Envelope:
    """clock: hardware.net.network_time.Clock, or None. `refusal`: why the last command was not
    taken out; `id`: whose it was, "" for nobody's."""

    def __init__(self, clock):
        self.refusal = ACCEPTED
        self._clock = clock
        self.id = ""
        self._seen = []

    def open(self, source, retained, payload, length):
        """Puts the bare value over payload[0:length]; returns its length. Sets `refusal`.

        source: of relay.commands. A payload that is no object stays as it is, and so does one that
        was retained: it is refused for that.
        """
        self.refusal = ACCEPTED
        self.id = ""
        if retained or not length or payload[0] != _BEGIN:
            return length
        if length > ROOM:
            self.refusal = OVERSIZED
            return length
        try:
            told = json.loads(bytes(payload[:length]).decode())
        except ValueError:
            told = None
        self.refusal, value = self._judge(source, told)
        payload[: len(value)] = value
        return len(value)

    def _judge(self, source, told):
        """Returns (refusal, value as bytes)."""
        if not isinstance(told, dict) or any([name not in _MEMBERS for name in told]):
            return INVALID, b""
        value = told.get("value")
        name = told.get("id", "")
        until = told.get("until")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not _is_id(name) or not _is_moment(until):
            return INVALID, b""
        self.id = name
        if name and name in self._seen:
            return REPEATED, b""
        value = value.encode()
        refusal = ACCEPTED if until is None else self._look_at(until, _lowers(source, value))
        if name and refusal == ACCEPTED:
            self._seen = self._seen[1 - _REMEMBERED :] + [name]
        return refusal, value

    def _look_at(self, until, lowers):
        over = None if self._clock is None else self._clock.passed(until)
        if over is None:
            return ACCEPTED if lowers else NO_TIME
        return EXPIRED if over else ACCEPTED


def _lowers(source, value):
    """True for what only switches off: it is obeyed although nobody knows the time."""
    return source == SET_MODE and value == b"off" or source == BOOST and value == b"0"


def _is_id(name):
    """True for a text that needs no escapes in JSON."""
    if not isinstance(name, str) or len(name) > _LONGEST_ID:
        return False
    return all([" " < char < "\x7f" and char not in '"\\' for char in name])


def _is_moment(until):
    return until is None or isinstance(until, int) and not isinstance(until, bool)
