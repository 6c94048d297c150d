"""Further units of an RS485 bus: the first one's link reads for all, and its dialect decodes."""

from array import array

from links.mute import Mute
from links.uart_link import NONE, REASON_COUNT, UARTLink
from words import SILENT_MODBUS


class Member(Mute):
    """The dialect of a unit that was added to a bus; `unit`: a jk_bus.BusUnit. What it counts
    counts with the first unit's."""

    NAME = "jk_modbus"
    SILENCE = SILENT_MODBUS

    def __init__(self, unit, freeze_s):
        super().__init__(unit.pack)
        self.frames = unit.frames
        self.FREEZE_S = freeze_s
        self._unit = unit

    def reset(self):
        """See Dialect.reset."""
        self._unit.reset()

    def reread_each(self, ms):
        """See Dialect.reread_each."""
        self._unit.settings.every_ms = ms


class MemberLink(UARTLink):
    """Why there are no figures of one unit; see UARTLink."""

    def __init__(self):
        self.renewed = self.sending = False
        self.reason = NONE
        self.counts = array("H", bytes(2 * REASON_COUNT))
        self.losses = 0
        self.begin_watch()

    def trim(self, ballast):
        """Has nothing to give back."""

    def readinto(self, buf):
        """Reads nothing."""
        return 0

    def free_bus(self, now):
        """Has nothing to let go of."""
