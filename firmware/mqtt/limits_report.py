"""What may be charged now, for an inverter or a charger (relay.charge_limit); imported where the
settings ask for it, on boards with PSRAM."""

import json

from bms import pack as p
from mqtt.remote import put, ts
from relay.charge_limit import CODES, NO_FIGURES
from relay.topics import LIMITS


class LimitsReport:
    """Of all packs together.

    limit: the relay.charge_limit.ChargeLimit of each; packs: [(links.unit.Unit, its
    relay.state.StateReport)]. While the figures of any pack are not to be believed, nothing may be
    charged: nobody knows how cold it is. Not retained: what the broker keeps of a device that is
    gone would be too much an hour later.
    """

    name = LIMITS
    retained = False

    def __init__(self, limit, packs, interval_ms):
        self.interval_ms = interval_ms
        self._limit = limit
        self._packs = packs

    def write(self, message, now):
        """See relay.message."""
        ma, why = self._judge(now)
        text = {
            "ts": ts(message.clock),
            "charge_limit_ma": ma,
            "charge_limit_reason": CODES[why],
        }
        return put(message, json.dumps(text).encode())

    def _judge(self, now):
        """Returns (mA, why not more): of each pack what the worst one may."""
        lowest = None
        for unit, state in self._packs:
            pack = unit.pack
            found = (0, NO_FIGURES)
            if state.good(now):
                found = self._limit.judge(pack.get(p.TEMP_MIN_DC), pack.get(p.TEMP_MAX_DC))
            if lowest is None or found[0] < lowest[0]:
                lowest = found
        return lowest[0] * len(self._packs), lowest[1]
