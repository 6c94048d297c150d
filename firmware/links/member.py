"""Further units of an RS485 bus: the first one's link reads for all, and its dialect decodes."""

from array import array

from links.uart_link import NONE, REASON_COUNT, UARTLink


class Counters:
    """Those of a framer, which count with the first unit's."""

    def __init__(self):
        self.frames = self.bad_checksum = self.bad_length = self.dropped = 0


class Member:
    """The face of a dialect for a unit that was added to a bus; `unit`: a jk_bus.BusUnit."""

    NAME = "jk_modbus"
    unanswered = 0

    def __init__(self, unit, freeze_s):
        self.unit = unit
        self.pack = unit.pack
        self.frames = unit.frames
        self.framer = Counters()
        self.FREEZE_S = freeze_s

    def feed(self, buf, n, now):
        """Has nothing to take: the bus has taken it."""
        return 0

    def request(self, now, out):
        """Has nothing to ask: the bus asks."""
        return 0

    def settle(self, now):
        """Has nothing to settle."""

    def reset(self):
        """Forgets nothing: the bus does, when it is lost."""


class MemberLink(UARTLink):
    """Why there are no figures of one unit; see UARTLink."""

    def __init__(self):
        self.renewed = self.sending = False
        self.reason = NONE
        self.counts = array("H", bytes(2 * REASON_COUNT))
        self.losses = 0
        self.begin_watch()

    def trim(self):
        """Has nothing to give back."""

    def readinto(self, buf):
        """Reads nothing."""
        return 0

    def release(self, now):
        """Has nothing to let go of."""
