"""A simulated JK unit that talks to its RS485 display, in both variants (jk.md §2)."""

from tools.bench.bms import jk_display_frame as wire
from tools.bench.bms.bms_sim import Talker

_STEPS = 5


class JkDisplaySim(Talker):
    """Variant A5 5A: status, colours, backlight, again and again; the line is never free."""

    NAME = "jk_display"
    baud = 2400

    def cycle(self, picture):
        """See Talker.cycle."""
        return wire.a55a_cycle(picture)

    def status(self, picture):
        """See BmsSim.status."""
        return wire.status(picture)


class JkDisplayPbSim(Talker):
    """Variant 5A A5 of the PB series: blocks of pack and cells once in 5.9 s, menus between."""

    NAME = "jk_display"
    baud = 2400

    def __init__(self, plant):
        super().__init__(plant)
        self._step = 0

    def cycle(self, picture):
        """See Talker.cycle."""
        self._step = (self._step + 1) % _STEPS
        return wire.pb_cycle(picture, self._step)

    def status(self, picture):
        """See BmsSim.status."""
        return wire.totals(picture) + wire.cells_block(picture)
