"""The state message of a pack: what it tells, and whether it can be believed."""

from bms import pack as p
from bms.check import PLAUSIBLE
from bms.wire import put_bytes, put_int
from compat import const
from relay.message import STATE, Message, bits_of
from words import ALARM_TEXTS, VERDICT_TEXTS

_COMMA = const(44)
_NULL = b"null"
_MOST_ALARMS = const(10)  # named; `alarm_count` tells if there are more
_NOTICES = const(5)  # all there are
_CELL_ROOM = const(6)  # of a cell or a sensor, with its comma
_TEMP_ROOM = const(7)
_ALARM_ROOM = const(28)  # of the longest name, with its comma
_BRACKETS = const(54)  # and the names of the lists


class Known:
    """What a pack has ever shown that it has: figures by their slot, cells, battery sensors."""

    def __init__(self):
        self.cells = 0
        self.temps = 0  # bit set
        self._slots = bytearray((p.SLOTS + 7) >> 3)

    def has(self, slot):
        """True if the figure was known at least once."""
        return self._slots[slot >> 3] >> (slot & 7) & 1 != 0

    def learn(self, pack):
        """Notes what is new; returns True if anything is. Call it while the data are good."""
        new = False
        slots = self._slots
        for slot in range(p.SLOTS):
            bit = 1 << (slot & 7)
            if not slots[slot >> 3] & bit and pack.has(slot):
                slots[slot >> 3] |= bit
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


class StateMessage(Message):
    """The report of a unit (links.unit.Unit, or what stands for several).

    name: the last part of its topic; codes, open_layout: see Message; max_age_ms: older data are
    stale and told as null. `known`: what the pack has; `renewed` is set whenever that is more than
    before.
    """

    def __init__(self, name, unit, codes, open_layout, max_age_ms, interval_ms):
        self.known = Known()
        room = p.MAX_CELLS * _CELL_ROOM + p.MAX_TEMPS * _TEMP_ROOM + _BRACKETS
        room += (_MOST_ALARMS + _NOTICES) * _ALARM_ROOM
        super().__init__(codes, open_layout, STATE, self.known, room)
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

    def write(self, now):
        """See Message."""
        pack = self._unit.pack
        shown = self.good(now)
        if shown and self.known.learn(pack):
            self.renewed = True
            self._limit = 0
            return 0
        self._put_facts(now, shown)
        self._put_figures(pack, self._unit.check.verdict == PLAUSIBLE, shown)
        return self._put_lists(pack, shown)

    def _put_facts(self, now, shown):
        unit = self._unit
        pack = unit.pack
        check = unit.check
        link = unit.link
        raised = 0
        for bits in pack.alarms:
            raised += bits_of(bits)
        self.begin()
        self.put_bool(self.fresh(now))
        self.put_bool(check.verdict == PLAUSIBLE)
        self.put_bool(check.frozen)
        self.put_bool(unit.answering)
        self.put_bool(pack.unprotected)
        # Of the content, if that stands still: a frame that repeats old figures is as old as they.
        age_ms = check.content_ms if check.frozen else pack.age_ms(p.STATUS, now)
        self.put(age_ms // 1000 if pack.seen(p.STATUS) else None)
        self.put(pack.seq)
        self.put_name(VERDICT_TEXTS, check.verdict)
        self.put_name(link.TEXTS, link.reason)
        self.put(link.losses)
        self.put_bool(raised != 0 if shown else None)
        self.put(raised if shown else None)

    def _put_figures(self, pack, plausible, shown):
        for slot in self.slots:
            # The BMS's settings are read seldom and do not age with the rest.
            good = plausible if slot >= p.PACK_OVP_MV else shown
            value = pack.get(slot) if good else None
            if slot < p.BOOLS:
                self.put_bool(value)
            else:
                self.put(value)

    def _put_lists(self, pack, shown):
        buf = self.buf
        if not shown:
            at = self.put_member(self.lists_at(), b"cell_mv", _NULL)
            at = self.put_member(at, b"temps_dc", _NULL)
            at = self.put_member(at, b"alarms", _NULL)
            return self.close(self.put_member(at, b"notices", _NULL))
        at = self.list_begin(self.lists_at(), b"cell_mv")
        for i in range(pack.cells):
            at = put_int(buf, at, pack.cell_mv[i])
            buf[at] = _COMMA
            at += 1
        at = self.list_begin(self.list_end(at), b"temps_dc")
        for i in range(pack.temps):
            if pack.temp_valid[i]:
                at = put_int(buf, at, pack.temps_dc[i])
            else:
                at = put_bytes(buf, at, _NULL)
            buf[at] = _COMMA
            at += 1
        at = self.list_begin(self.list_end(at), b"alarms")
        at = self._put_alarms(at, pack.alarms)
        at = self.list_begin(self.list_end(at), b"notices")
        at = self._put_alarms(at, pack.notices)
        return self.close(self.list_end(at))

    def _put_alarms(self, at, alarms):
        left = _MOST_ALARMS
        for i in range(len(alarms)):
            at = self.put_raised(at, ALARM_TEXTS, i << 3, alarms[i], left)
            left = max(0, left - bits_of(alarms[i]))
        return at
