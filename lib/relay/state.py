"""The state message of a pack: what it tells, and whether it can be believed."""

from bms import pack as p
from bms.check import PLAUSIBLE
from compat import const
from relay.message import END, STATE, bits_of
from words import ALARM_TEXTS, VERDICT_TEXTS

_MOST_ALARMS = const(10)  # named; `alarm_count` tells if there are more
_NOTICES = const(5)  # all there are
_LISTS = (b"cell_mv", b"temps_dc", b"alarms", b"notices")
_CELL_ROOM = const(6)  # of a cell or a sensor, with its comma
_TEMP_ROOM = const(7)
ALARM_ROOM = const(28)  # of the longest name, with its comma


class Known:
    """What a pack has ever shown that it has: figures by their slot, cells, battery sensors."""

    def __init__(self):
        self.cells = 0
        self.temps = 0  # bit set
        self.seen = bytearray(p.SLOTS)  # 1 for each figure

    def has(self, slot):
        """True if the figure was known at least once."""
        return self.seen[slot] != 0

    def learn(self, pack):
        """Notes what is new; returns True if anything is. Call it while the data are good."""
        new = False
        seen = self.seen
        valid = pack.valid
        if seen != valid:
            for slot in range(p.SLOTS):
                if valid[slot] and not seen[slot]:
                    seen[slot] = 1
                    new = True
        temps = self.temps
        for i in range(pack.temps):
            if pack.temp_valid[i]:
                temps |= 1 << i
        if temps != self.temps or pack.cells > self.cells:
            self.temps = temps
            self.cells = max(pack.cells, self.cells)
            new = True
        return new


class StateReport:
    """The report of a unit (links.unit.Unit, or what stands for several).

    name: the last part of its topic; max_age_ms: older data are stale and told as null. `known`:
    what the pack has; `renewed` is set whenever that is more than before.
    """

    retained = False

    def __init__(self, name, unit, max_age_ms, interval_ms):
        self.known = Known()
        self.name = name
        self.interval_ms = interval_ms
        self.renewed = False
        self._unit = unit
        self._max_age_ms = max_age_ms

    def fresh(self, now):
        """True while the figures are recent, and their content moves."""
        unit = self._unit
        return unit.pack.fresh(p.STATUS, now, self._max_age_ms) and not unit.check.frozen

    def good(self, now):
        """True while the figures are fresh and plausible, so that they are told."""
        return self._unit.check.verdict == PLAUSIBLE and self.fresh(now)

    def write(self, message, now):
        """Writes the report into a relay.message.Message; returns what its `finish` does."""
        pack = self._unit.pack
        shown = self.good(now)
        if shown and self.known.learn(pack):
            self.renewed = True
        message.begin(STATE)
        self._put_facts(message, now, shown)
        self._put_figures(message, pack, shown)
        _put_lists(message, pack, shown)
        return message.finish()

    def _put_facts(self, message, now, shown):
        unit = self._unit
        pack = unit.pack
        check = unit.check
        link = unit.link
        raised = 0
        for bits in pack.alarms:
            raised += bits_of(bits)
        message.put_bool(self.fresh(now))
        message.put_bool(check.verdict == PLAUSIBLE)
        message.put_bool(check.frozen)
        message.put_bool(unit.answering)
        message.put_bool(pack.unprotected)
        # Of the content, if that stands still: a frame that repeats old figures is as old as they.
        age_ms = check.content_ms if check.frozen else pack.age_ms(p.STATUS, now)
        message.put(age_ms // 1000 if pack.seen(p.STATUS) else None)
        message.put(pack.seq)
        message.put_code(VERDICT_TEXTS, check.verdict)
        message.put_code(link.TEXTS, link.reason)
        message.put(link.losses)
        message.put_bool(raised != 0 if shown else None)
        message.put(raised if shown else None)

    def _put_figures(self, message, pack, shown):
        plausible = self._unit.check.verdict == PLAUSIBLE
        known = self.known.seen
        values = pack.values
        valid = pack.valid
        slot = message.slot(known)
        while slot != END:
            # The BMS's settings are read seldom and do not age with the rest.
            good = plausible if slot >= p.PACK_OVP_MV else shown
            value = values[slot] if good and valid[slot] else None
            if slot < p.BOOLS:
                message.put_bool(value)
            else:
                message.put(value)
            slot = message.slot(known)


def _put_lists(message, pack, shown):
    if not shown:
        for name in _LISTS:
            message.put_nothing(name)
        return
    if message.begin_list(b"cell_mv", pack.cells * _CELL_ROOM):
        for i in range(pack.cells):
            message.put_item(pack.cell_mv[i])
        message.end_list()
    if message.begin_list(b"temps_dc", pack.temps * _TEMP_ROOM):
        for i in range(pack.temps):
            message.put_item(pack.temps_dc[i] if pack.temp_valid[i] else None)
        message.end_list()
    _put_alarms(message, b"alarms", pack.alarms, _MOST_ALARMS)
    _put_alarms(message, b"notices", pack.notices, _NOTICES)


def _put_alarms(message, name, alarms, most):
    raised = 0
    for bits in alarms:
        raised += bits_of(bits)
    if message.begin_list(name, min(raised, most) * ALARM_ROOM):
        for i in range(len(alarms)):
            message.put_raised(ALARM_TEXTS, i << 3, alarms[i], most)
            most = max(0, most - bits_of(alarms[i]))
        message.end_list()
