"""The report for a Victron GX device (relay.victron); imported where the settings ask for it."""

import json

from compat import const
from mqtt.remote import put
from mqtt.reports import NOTHING
from words import HEATING, STATE_NAMES, name

_EVERY_MS = const(5000)  # a battery that is silent for a minute is lost for the driver


class VictronReport:
    """Of a pack. state: the relay.state.StateReport of the same one; description: a
    relay.victron.Description; heater: the heat.heater.Heater, None without one."""

    retained = False

    def __init__(self, topic, state, description, heater, interval_ms):
        self.name = topic
        self.interval_ms = min(interval_ms, _EVERY_MS)
        self._state = state
        self._description = description
        self._heater = heater

    def write(self, message, now):
        """Writes it; returns its length, NOTHING while the driver would not take it.

        It wants all or nothing of what it cannot do without; and silence is what tells it that the
        figures are old.
        """
        if not self._state.good(now):
            return NOTHING
        figures = self._description.figures()
        if figures is None:
            return NOTHING
        if self._heater is not None:
            self._add_heater(figures, self._heater)
        return put(message, json.dumps(figures).encode())

    def _add_heater(self, figures, heater):
        law = heater.law
        figures["custom_field"] = "heater: " + name(STATE_NAMES, heater.state)
        figures["heating"] = heater.state == HEATING
        for key, value, scale in (
            ("heater_power", heater.power_mw, 1000),
            ("heater_temperature_start", law.on_dc, 10),
            ("heater_temperature_stop", law.off_dc, 10),
        ):
            if value is not None:
                figures[key] = value / scale
