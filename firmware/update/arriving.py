"""A bundle that somebody brings piece by piece: a browser, or the broker."""

from time import ticks_ms

from compat import const, ticks_diff
from update.intake import Refused

_PIECES = const(4)
_AGAIN_MS = const(10)
_SILENCE_MS = const(60_000)  # the heater is off meanwhile


class Arriving:
    """Its pieces, between who brings them and the updater, which takes them at its own pace.

    `ready()`: one more is wanted now; then `give` it. `end()` when there are no more, `break_off`
    when they will never come. `over`: nobody takes them any more.
    """

    def __init__(self):
        self.over = False
        self._pieces = []
        self._wanted = False
        self._ended = False
        self._why = ""  # it will never be whole

    def ready(self):
        """True if there is room for a piece, and who takes them has begun."""
        return self._wanted and len(self._pieces) < _PIECES

    def give(self, data):
        """Takes a piece; the bytes are copied."""
        self._pieces.append(bytes(data))

    def end(self):
        """That was all."""
        self._ended = True

    def break_off(self, why):
        """There will be no more. why: in words."""
        self._why = why

    def fetch(self, take):
        """Hands the pieces on: see update.taking.Taking.steps."""
        self._wanted = True
        try:
            yield from self._hand_on(take)
        finally:
            self.over = True

    def _hand_on(self, take):
        since = ticks_ms()
        while not self._why:
            if self._pieces:
                since = ticks_ms()
                if take(self._pieces.pop(0)):
                    return
                yield 0
            elif self._ended:
                return
            elif ticks_diff(ticks_ms(), since) > _SILENCE_MS:
                raise Refused("the rest of it has not come")
            else:
                yield _AGAIN_MS
        raise Refused(self._why)
