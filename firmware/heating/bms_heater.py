"""The JK's own heating output in the place of our pin; what it can do: heat.options.bms_output."""

from bms import writer as w
from bms.pack import STATUS
from heat.options.bms_output import NOTHING, BMSOutput
from words import SETTLING

# What to ask the BMS for, by BMSOutput's command.
_COMMANDS = bytes((0, w.HEATING, w.UTP, w.UTPR, w.START, w.STOP))


class BMSHeater:
    """Has the interface of heater_output.HeaterOutput, of which only `on` means something here:
    the output follows the heater's answer by way of step().
    """

    def __init__(self, unit, thresholds, max_age_ms):
        self.on = False
        self._max_age_ms = max_age_ms
        self.logic = BMSOutput(thresholds)
        self._pack = unit.pack
        self._commands = unit.commands

    def renew(self, now):
        """Nothing: there is no lease that the BMS would know."""

    def off(self):
        """Nothing: the heater's next step switches off."""

    def close(self):
        """Nothing: without us, the BMS goes by its own switch and thresholds."""

    def look(self, now):
        """Learns what the output does; before the heater's step."""
        pack = self._pack
        self.logic.look(pack, pack.fresh(STATUS, now, self._max_age_ms))
        self.on = self.logic.on
        if self._commands is not None and self._commands.busy:
            self.logic.confirmed_off = False  # it may be about to switch on

    def step(self, heater, wish, elapsed_ms, now):
        """Has the BMS do what the heater's step has decided, if it can be reached."""
        if not heater.inputs.link_up:
            return
        logic = self.logic
        law = heater.law
        settling = heater.guard.veto == SETTLING and not heater.latched
        logic.step(wish, settling, self._pack, law.on_dc, law.off_dc, elapsed_ms)
        if logic.command != NOTHING and self._commands is not None:
            self._commands.ask(_COMMANDS[logic.command], logic.value, now)
