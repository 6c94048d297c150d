"""Switches of the BMS that the owner wants off at times; the rules: heat.options.inhibit.

Charging, while the pack is too cold for it; discharging, while a mat that is stuck on hangs there.
"""

from bms.command import CONFIRMED
from bms.writer import CHARGE, DISCHARGE
from heat.options.inhibit import CLAIMED, HELD, SwitchHold


class _Holder:
    """Holds one switch of one BMS off, through its queue of commands, while it has one."""

    def __init__(self, unit, command, holds, shift):
        self.hold = SwitchHold(holds >> shift & 3)
        self.shift = shift  # of its memory among all
        self.command = command
        self._unit = unit
        self._changes = -1  # what there was before us is none of our business
        self._own = None  # what we have asked for, while it may be under way

    def step(self, want, elapsed_ms, now):
        """Looks at the switch, and asks for what is needed."""
        commands = self._unit.commands
        if commands is None:
            return
        by_person = False
        if self._changes < 0:
            self._changes = commands.changes
        if commands.changes != self._changes:
            self._changes = commands.changes
            if commands.command == self.command and commands.state == CONFIRMED:
                by_person = commands.value == 0 and self._own != 0
        if not commands.busy:
            self._own = None
        hold = self.hold
        hold.step(want, commands.switch(self.command, now), by_person, elapsed_ms)
        if hold.request is not None:
            self._own = hold.request
            commands.ask(self.command, hold.request, now)
            self._changes = commands.changes


class Holds:
    """All held switches of all BMSs. `inhibit`: hold charging at all; `holds`: Heater.holds."""

    def __init__(self, units, inhibit, holds):
        self._inhibit = inhibit
        self._holders = []
        shift = 0
        for unit in units:
            self._holders.append(_Holder(unit, CHARGE, holds, shift))
            self._holders.append(_Holder(unit, DISCHARGE, holds, shift + 2))
            shift += 4

    def step(self, device, elapsed_ms, now):
        """Call after each step of the heater."""
        heater = device.heater
        want = self._want_charging_off(heater.inputs)
        cut = heater.cut_discharge
        unsaved = inhibited = False
        holds = 0
        for holder in self._holders:
            hold = holder.hold
            if holder.command == CHARGE:
                holder.step(want, elapsed_ms, now)
                inhibited = inhibited or hold.memory == CLAIMED or hold.memory == HELD
            elif cut:
                holder.step(True, elapsed_ms, now)
            else:
                hold.give_up()  # nobody but its owner switches it on again
            holds |= hold.memory << holder.shift
            unsaved = unsaved or hold.unsaved
        heater.holds = holds
        heater.inputs.inhibited = inhibited
        if unsaved and device.save_soon():
            for holder in self._holders:
                holder.hold.unsaved = False

    def _want_charging_off(self, inputs):
        """True while the pack is too cold to be charged, False when it is not, else None."""
        if not self._inhibit:
            return False
        cold_dc = inputs.sensors.cold_dc
        if not inputs.trusted or cold_dc is None or inputs.protect_dc is None:
            return None
        if cold_dc < inputs.protect_dc:
            return True
        return False if cold_dc >= inputs.recover_dc else None
