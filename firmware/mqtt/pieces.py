"""An update that comes in pieces over MQTT: BASE/update/data, one message a piece.

A piece is one byte, 0, or 1 for a bundle that may be older than what runs; how many bytes of the
bundle came before it (32 bits, big-endian); and its bytes, MOST_BYTES of them at most. One without
bytes says that that was all. Each is answered like a command: `done`, and the next may come;
`not_possible`: there is no room yet, the same once more; `invalid`: it is not what follows, and
the bundle is to begin anew. What came before may come again: its answer was lost.
"""

from compat import const
from relay.commands import ACCEPTED, INVALID, NOT_ALLOWED, NOT_POSSIBLE
from update.marks import INSTALL, KEY, OLDER, read

MOST_BYTES = const(512)
HEAD = const(5)


class Pieces:
    """Takes them. device: whose updater it is."""

    def __init__(self, device):
        self._device = device
        self._arriving = None
        self._got = -1  # bytes

    def ask(self, payload):
        """Takes a piece, as bytes; returns an answer of relay.commands."""
        if read(KEY) is None:
            return NOT_ALLOWED  # nobody could be believed
        size = len(payload) - HEAD
        if not 0 <= size <= MOST_BYTES or payload[0] > 1:
            return INVALID
        at = int.from_bytes(payload[1:HEAD], "big")
        under_way = self._arriving is not None and not self._arriving.over
        under_way = under_way and self._device.updater.is_busy()
        if under_way and size and at + size == self._got:
            return ACCEPTED  # again
        if not at and size:
            return self._begin(payload, under_way)
        if at != self._got or size and not under_way:
            return INVALID
        return self._go_on(payload, size)

    def _begin(self, payload, under_way):
        if under_way:
            self._arriving.break_off("another one was begun")
            return NOT_POSSIBLE
        from update.arriving import Arriving  # when the first one comes

        arriving = Arriving()
        wish = OLDER if payload[0] else INSTALL
        if not self._device.updater.ask(wish, arriving.fetch):
            return NOT_POSSIBLE
        self._device.journal.note("command", "update, by MQTT: done")
        self._arriving = arriving
        arriving.give(payload[HEAD:])
        self._got = len(payload) - HEAD
        return ACCEPTED

    def _go_on(self, payload, size):
        if not size:  # of a whole one it is known already
            self._arriving.end()
            return ACCEPTED
        if not self._arriving.ready():
            return NOT_POSSIBLE
        self._arriving.give(payload[HEAD:])
        self._got += size
        return ACCEPTED
