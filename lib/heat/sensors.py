"""The battery's sensors as the heater trusts them: settled, and without jumps.

A cell holds kilojoules for each kelvin: between two readings it cannot change by 5 °C. A reading
that does is set aside until three in a row agree on it; what was known before stays meanwhile.
"""

from array import array

from bms.pack import MAX_TEMPS
from compat import const

SENSORS = const(9)  # MAX_TEMPS of the pack, and behind them a probe of our own on a cell
JUMP_DC = const(50)
NEEDED = const(3)  # readings that must agree
# Isolated jumps are forgiven; one every other reading adds up to a sensor that is not believed.
_TROUBLE_JUMP = const(2)
_TROUBLE_LIMIT = const(6)


class Sensors:
    """Follows each sensor of one pack, reading by reading.

    `cold_dc`, `hot_dc`, `mean_dc`: of the accepted temperatures, None before there are any.
    `raw_cold_dc`, `raw_hot_dc`: extremes of the last reading, jumps included.
    `settled`: every sensor that is there has been accepted. `pending`: readings, so far, that a
    jump has been waiting for company. `erratic`: jumps keep coming. `epoch` changes when
    temperatures before and after must not be compared.
    """

    def __init__(self):
        self.temps_dc = array("h", bytes(2 * SENSORS))
        self.accepted = bytearray(SENSORS)
        self.count = 0  # sensors in the last reading
        self.readings = 0  # since the last restart, up to NEEDED
        self.pending = 0
        self.settled = False
        self.erratic = False
        self.epoch = 0
        self.cold_dc = None
        self.hot_dc = None
        self.mean_dc = None
        self.raw_cold_dc = None
        self.raw_hot_dc = None
        self._present = bytearray(SENSORS)
        self._candidate_dc = array("h", bytes(2 * SENSORS))
        self._agreeing = bytearray(SENSORS)
        self._trouble = 0
        self._probe_dc = None

    def restart(self):
        """Believes nothing until three new readings: after boot, a lost link, a lost sensor."""
        for i in range(SENSORS):
            self.accepted[i] = 0
            self._agreeing[i] = 0
        self.readings = 0
        self.pending = 0
        self.settled = False
        self.erratic = False
        self.cold_dc = None
        self.hot_dc = None
        self.mean_dc = None
        self._trouble = 0
        self._next_epoch()

    def take(self, pack, probe_dc=None):
        """Takes the reading that `pack` holds now, and what a probe on a cell says."""
        self.look(pack, probe_dc)
        jumped = False
        for i in range(SENSORS):
            if self._present[i] and self._follow(i, self._dc(pack, i)):
                jumped = True
        if self.readings < NEEDED:
            self.readings += 1
        self.pending = self.pending + 1 if jumped else 0
        self._count_trouble(jumped)
        self._summarise()

    def look(self, pack, probe_dc):
        """Notes which sensors are there, any change of which starts all over; and raw extremes."""
        self._probe_dc = probe_dc
        changed = False
        count = 0
        for i in range(SENSORS):
            if i == MAX_TEMPS:
                here = 0 if self._probe_dc is None else 1
            else:
                here = 1 if i < pack.temps and pack.temp_valid[i] else 0
            count += here
            if here != self._present[i]:
                self._present[i] = here
                changed = True
        self.count = count
        if changed:
            self.restart()
        self.raw_cold_dc = None
        self.raw_hot_dc = None
        for i in range(SENSORS):
            if self._present[i]:
                dc = self._dc(pack, i)
                if self.raw_cold_dc is None or dc < self.raw_cold_dc:
                    self.raw_cold_dc = dc
                if self.raw_hot_dc is None or dc > self.raw_hot_dc:
                    self.raw_hot_dc = dc

    def _dc(self, pack, i):
        return pack.temps_dc[i] if i < MAX_TEMPS else self._probe_dc

    def _follow(self, i, dc):
        """Takes one sensor's reading; returns True while it waits as a jump."""
        if self.accepted[i] and _near(dc, self.temps_dc[i]):
            self.temps_dc[i] = dc
            self._agreeing[i] = 0
            return False
        if self._agreeing[i] and _near(dc, self._candidate_dc[i]):
            self._agreeing[i] += 1
        else:
            self._agreeing[i] = 1
        self._candidate_dc[i] = dc
        if self._agreeing[i] < NEEDED:
            return self.accepted[i] != 0
        self.accepted[i] = 1
        self.temps_dc[i] = dc
        self._agreeing[i] = 0
        self._next_epoch()
        return False

    def _count_trouble(self, jumped):
        if jumped:
            if self._trouble < 2 * _TROUBLE_LIMIT:
                self._trouble += _TROUBLE_JUMP
        elif self._trouble:
            self._trouble -= 1
        if self._trouble >= _TROUBLE_LIMIT:
            self.erratic = True
        elif self._trouble == 0:
            self.erratic = False

    def _summarise(self):
        self.cold_dc = None
        self.hot_dc = None
        self.mean_dc = None
        total_dc = 0
        accepted = 0
        settled = self.count > 0 and self.readings >= NEEDED
        for i in range(SENSORS):
            if self.accepted[i]:
                dc = self.temps_dc[i]
                if self.cold_dc is None or dc < self.cold_dc:
                    self.cold_dc = dc
                if self.hot_dc is None or dc > self.hot_dc:
                    self.hot_dc = dc
                total_dc += dc
                accepted += 1
            elif self._present[i]:
                settled = False
        if accepted:
            self.mean_dc = total_dc // accepted
        self.settled = settled

    def _next_epoch(self):
        self.epoch = self.epoch + 1 & 0xFFFF


def _near(a_dc, b_dc):
    return -JUMP_DC <= a_dc - b_dc <= JUMP_DC
