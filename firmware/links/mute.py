"""A dialect that says nothing: in the place of one for which there is no memory or no line."""

from bms.framer import Dialect


class Counters:
    """Those of a framer that was never fed."""

    def __init__(self):
        self.fed = self.frames = self.others = 0
        self.bad_checksum = self.bad_length = self.dropped = 0


class Mute(Dialect):
    """See Dialect; asks nothing, and takes no notice of what comes."""

    def __init__(self, pack):
        self.pack = pack
        self.framer = Counters()
        self.unanswered = 0

    def feed(self, buf, n, now):
        """Takes nothing."""
        return 0

    def request(self, now, out):
        """Has nothing to ask."""
        return 0

    def settle(self, now):
        """Has nothing to settle."""

    def reset(self):
        """Has nothing to forget."""
