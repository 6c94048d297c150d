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
        self._raw_dc = array("h", bytes(2 * SENSORS))
        self._top = 0  # no sensor was there from here on
        self.candidate_dc = array("h", bytes(2 * SENSORS))
        self.agreeing = bytearray(SENSORS)
        self.trouble = 0

    def restart(self):
        """Believes nothing until three new readings: after boot, a lost link, a lost sensor."""
        for i in range(SENSORS):
            self.accepted[i] = 0
            self.agreeing[i] = 0
        self.readings = 0
        self.pending = 0
        self.settled = False
        self.erratic = False
        self.cold_dc = None
        self.hot_dc = None
        self.mean_dc = None
        self.trouble = 0
        self._next_epoch()

    def take(self, pack, probe_dc=None):
        """Takes the reading that `pack` holds now, and what a probe on a cell says."""
        self.look(pack, probe_dc)
        if self.readings < NEEDED:
            self.readings += 1
        jumped = self._follow()
        self.pending = self.pending + 1 if jumped else 0
        self._count_trouble(jumped)

    def look(self, pack, probe_dc):
        """Notes which sensors are there, any change of which starts all over; and raw extremes."""
        present = self._present
        raw_dc = self._raw_dc
        count = 0
        changed = False
        cold_dc = hot_dc = None
        temps = pack.temps
        top = SENSORS if probe_dc is not None else max(temps, self._top)
        for i in range(top):
            here = 0
            if i < temps:
                here = pack.temp_valid[i]
                dc = pack.temps_dc[i]
            if i == MAX_TEMPS:
                here = 0 if probe_dc is None else 1
                dc = probe_dc
            if here != present[i]:
                present[i] = here
                changed = True
            if here:
                count += 1
                raw_dc[i] = dc  # pyright: ignore[reportCallIssue,reportArgumentType]
                if cold_dc is None or dc < cold_dc:
                    cold_dc = dc
                if hot_dc is None or dc > hot_dc:
                    hot_dc = dc
        self._top = SENSORS if probe_dc is not None else temps
        self.count = count
        self.raw_cold_dc = cold_dc
        self.raw_hot_dc = hot_dc
        if changed:
            self.restart()

    def _follow(self):
        """Takes each sensor's reading, and sums them up; returns True while a jump waits."""
        accepted = self.accepted
        temps_dc = self.temps_dc
        jumped = False
        settled = self.count > 0 and self.readings >= NEEDED
        cold_dc = hot_dc = None
        total_dc = number = 0
        for i in range(self._top):
            if not self._present[i]:
                continue
            dc = self._raw_dc[i]
            if accepted[i] and -JUMP_DC <= dc - temps_dc[i] <= JUMP_DC:
                temps_dc[i] = dc
                self.agreeing[i] = 0
            elif self._wait(i, dc):
                jumped = True
            if not accepted[i]:
                settled = False
                continue
            dc = temps_dc[i]
            if cold_dc is None or dc < cold_dc:
                cold_dc = dc
            if hot_dc is None or dc > hot_dc:
                hot_dc = dc
            total_dc += dc
            number += 1
        self.cold_dc = cold_dc
        self.hot_dc = hot_dc
        self.mean_dc = total_dc // number if number else None
        self.settled = settled
        return jumped

    def _wait(self, i, dc):
        """Sets a reading aside until three agree; returns True while it waits as a jump."""
        near = -JUMP_DC <= dc - self.candidate_dc[i] <= JUMP_DC
        self.agreeing[i] = self.agreeing[i] + 1 if self.agreeing[i] and near else 1
        self.candidate_dc[i] = dc
        if self.agreeing[i] < NEEDED:
            return self.accepted[i] != 0
        self.accepted[i] = 1
        self.temps_dc[i] = dc
        self.agreeing[i] = 0
        self._next_epoch()
        return False

    def _count_trouble(self, jumped):
        if jumped:
            if self.trouble < 2 * _TROUBLE_LIMIT:
                self.trouble += _TROUBLE_JUMP
        elif self.trouble:
            self.trouble -= 1
        if self.trouble >= _TROUBLE_LIMIT:
            self.erratic = True
        elif self.trouble == 0:
            self.erratic = False

    def _next_epoch(self):
        self.epoch = self.epoch + 1 & 0xFFFF
