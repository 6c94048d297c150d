"""One JK unit on an RS485 bus, and what is to be asked of it next (jk.md §4)."""

from bms.jk.jk_frames import DEVICE_FRAME, NO_DEVICE_INFO, SETTINGS_FRAME, STATUS_FRAME, JkFrames
from bms.reread import Reread
from compat import const, ticks_add, ticks_diff

_LAST_ADDRESS = const(15)
_TRIES = const(2)  # at one address, in one form
_LONG_AGO_MS = const(60_000)


class BusUnit:
    """`address`: 0…15, None while it is not known which unit is ours; `plain`: it is read by
    function 03. `unanswered` counts questions without a reply since the last one.
    """

    def __init__(self, pack, address):
        self.pack = pack
        self.frames = JkFrames(pack)
        self.address = address
        self.searching = address is None
        self.plain = False
        self.unanswered = 0
        self.settings = Reread()
        self._answered = False
        self._status_ms = 0

    def reset(self):
        """Forgets what the unit is; one that was only sought may be another next time."""
        self.frames.reset()
        self.settings.reset()
        self._answered = False
        if self.searching:
            self.address = None

    def begin_search(self):
        """Has it be asked at the first address where it is not known which one it has."""
        if self.address is None:
            self.address = 1

    def answers(self):
        """True if it answered when it was asked last."""
        return self._answered and not self.unanswered

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        self.settings.settle(now)
        if ticks_diff(now, self._status_ms) > _LONG_AGO_MS:
            self._status_ms = ticks_add(now, -_LONG_AGO_MS)

    def due(self, now, poll_ms):
        """Returns the type of the frame to ask for now, 0 for none."""
        frames = self.frames
        if frames.withheld == NO_DEVICE_INFO:
            return DEVICE_FRAME
        if self.settings.due(now):
            return SETTINGS_FRAME
        if frames.seen[STATUS_FRAME] and ticks_diff(now, self._status_ms) < poll_ms:
            return 0
        self._status_ms = now
        return STATUS_FRAME

    def hear(self, kind):
        """Notes that the unit answered with a frame of this type."""
        self._answered = True
        self.unanswered = 0
        if kind == SETTINGS_FRAME:
            self.settings.found()
        if self.frames.proven:
            self.searching = False

    def miss(self):
        """Notes that it did not answer: the other form is next, and then the next address."""
        self.unanswered = self.unanswered + 1 & 0xFFFF
        if not self._answered and self.unanswered % _TRIES == 0:
            self.plain = not self.plain
            if self.searching and not self.plain:
                self.address = self.address % _LAST_ADDRESS + 1
