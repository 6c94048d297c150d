"""What has just happened, each once: for Home Assistant's event entity, and whoever else listens.

A message is {"event_type": "alarm", "name": "cell_overvoltage", "ts": 1900000000}. Imported where
there is PSRAM.
"""

import words as w
from compat import const
from mqtt.remote import put
from mqtt.reports import NOTHING

_SOON_MS = const(500)  # until the next one, while several are to be told
_TYPES = ("alarm", "heater_fault", "heater_warning")
_TABLES = (w.ALARM_TEXTS, w.REASON_TEXTS, w.WARNING_TEXTS)


class EventReport:
    """name: the last part of its topic; state: the relay.state.StateReport of a pack whose alarms
    are told; heater: the heat.heater.Heater whose faults and warnings are; None for none. codes:
    the Language of languages.codes.

    What is there at the first look is told, too: after a restart rather twice than never. An alarm
    is new again when it has been away, which is seen only while the figures are good.
    """

    retained = False

    def __init__(self, name, unit, state, heater, codes, interval_ms):
        self.name = name
        self.interval_ms = self._calm_ms = interval_ms
        self._unit = unit
        self._state = state
        self._heater = heater
        self._codes = codes
        self._told = [set(), set(), set()]  # of each type the numbers that are there and told

    def write(self, message, now):
        """Writes one; returns its length, NOTHING if there is none."""
        waiting = self._find(now)
        self.interval_ms = _SOON_MS if len(waiting) > 1 else self._calm_ms
        if not waiting:
            return NOTHING
        kind, number = waiting[0]
        self._told[kind].add(number)
        codes = self._codes
        codes.read(_TABLES[kind], number)
        name = bytearray(w.LINE_BYTES)
        end = codes.copy(name, 0)
        stamp = b"null" if message.clock is None else message.clock.stamp
        text = b'{"event_type":"%s","name":"%s","ts":%s}' % (
            _TYPES[kind].encode(),
            bytes(name[:end]),
            bytes(stamp),
        )
        return put(message, text)

    def _find(self, now):
        """Returns (type, number) of each that is new, and forgets those that are over."""
        found = []
        if self._state is not None and self._state.good(now):
            there = set()
            for i, bits in enumerate(self._unit.pack.alarms):
                there |= _numbers(bits, 8 * i)
            found += self._add_new(0, there)
        if self._heater is not None:
            found += self._add_new(1, _numbers(self._heater.latched, 1))
            found += self._add_new(2, _numbers(self._heater.warnings, 1))
        return found

    def _add_new(self, kind, there):
        self._told[kind] = told = self._told[kind] & there
        return [(kind, number) for number in sorted(there - told)]


def _numbers(bits, first):
    """Returns the numbers of the bits that are set, the lowest being `first`."""
    return {first + bit for bit in range(16) if bits >> bit & 1}
