"""The state message: one JSON object about pack, heater and device, in the project's vocabulary.

It is written into a fixed bytearray, integers only, without an allocation. Unknown is `null`. The
buffer is as large as the longest message that can be, so that nothing can overflow.
"""

from bms import pack as p
from bms.alarms import NAMES
from bms.wire import put_bytes
from compat import const
from relay import view as v
from relay.json_out import INT_ROOM, NULL, name_room, put_bool, put_name, put_value

# The names of all members, in the order in which they are written.
_KEYS = (
    b"fresh\ndata_age_s\nseq\nunprotected\n"
    # _LIVE_SLOTS
    b"soc_pct\npack_mv\ncurrent_ma\npower_mw\nremaining_mah\ncapacity_mah\nsoh_pct\ncycles\n"
    b"cycle_capacity_mah\nruntime_s\nmos_temp_dc\nbalancer_temp_dc\ntemp_min_dc\ntemp_max_dc\n"
    b"cell_count\ncell_min_mv\ncell_max_mv\ncell_delta_mv\ncell_avg_mv\ncell_min_index\n"
    b"cell_max_index\ncharge_on\ndischarge_on\nbalancing\nbalance_current_ma\nheating\n"
    b"heating_ma\ncharger_present\nalarms_raw\nalarms_raw_high\n"
    b"cell_mv\ntemps_dc\nalarms\nalarm_count\nalarm\n"
    # _LIMIT_SLOTS
    b"charge_utp_dc\ncharge_utpr_dc\n"
    # the figures of relay.view
    b"link_up\nplausible\nfrozen\nheater_on\nheater_duty_permille\nheater_power_mw\n"
    b"heater_wh_today\nframes\nbad_checksums\nbad_lengths\ndropped_bytes\nheap_free\n"
    b"heap_min_free\nuptime_s\nresets\nloop_max_ms\nrssi_dbm\nwifi_losses\nmqtt_connects\n"
    b"mqtt_failures\ncommands_done\ncommands_refused\nlink_losses\nheater_ready_s\n"
    b"heater_ready_wh\nheater_boost_s\nheater_probe_dc\nheater_on_dc\nheater_off_dc\n"
    b"heater_own_on_dc\nheater_own_off_dc\nheater_cold_min\nheater_cold_charged_mah\n"
    b"heater_learned_j_k\nhanded_over_s\nwifi_failures\n"
    # its choices
    b"heater_state\nheater_reason\nheater_mode\nverdict\nreset_cause\nmqtt_failure\n"
    b"command_refusal\nlink_reason\nwifi_reason\nheater_preheat\nheater_charger\n"
    b"heater_fault\nheater_faults\n"
)
# Figures of the pack that live: null as soon as they are stale or implausible.
_LIVE_SLOTS = bytes(
    (
        p.SOC_PCT,
        p.PACK_MV,
        p.CURRENT_MA,
        p.POWER_MW,
        p.REMAINING_MAH,
        p.CAPACITY_MAH,
        p.SOH_PCT,
        p.CYCLES,
        p.CYCLE_CAPACITY_MAH,
        p.RUNTIME_S,
        p.MOS_TEMP_DC,
        p.BALANCER_TEMP_DC,
        p.TEMP_MIN_DC,
        p.TEMP_MAX_DC,
        p.CELL_COUNT,
        p.CELL_MIN_MV,
        p.CELL_MAX_MV,
        p.CELL_DELTA_MV,
        p.CELL_AVG_MV,
        p.CELL_MIN_INDEX,
        p.CELL_MAX_INDEX,
        p.CHARGE_ON,
        p.DISCHARGE_ON,
        p.BALANCING,
        p.BALANCE_CURRENT_MA,
        p.HEATING,
        p.HEATING_MA,
        p.CHARGER_PRESENT,
        p.ALARMS_RAW,
        p.ALARMS_RAW_HIGH,
    )
)
# The two settings of the BMS that the heater goes by; read seldom, they do not age with the rest.
_LIMIT_SLOTS = bytes((p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC))
_DEVICE_SLOTS = bytes(range(v.FIGURES))
_CHOICE_SLOTS = bytes(range(v.FIGURES, v.FIGURES + v.CHOICES))

_MOST_ALARMS = const(10)  # named; `alarm_count` tells if there are more
_MOST_FAULTS = const(9)
_OTHER_FIGURES = const(3)  # age, sequence number, alarms
_PUNCTUATION = const(30)  # the brackets of four lists, four truth values, the closing brace
_QUOTE = const(34)
_COMMA = const(44)
_COLON = const(58)
_OPEN = const(91)
_CLOSE = const(93)


class StateMessage:
    """Builds the state message of one pack.

    buf: the bytearray it is built in; `len(buf)` is enough for the longest message.
    max_age_ms: older data are stale and shown as null. writes: relay.writes.Writes or None, which
    adds its members.
    """

    def __init__(self, view, max_age_ms, writes=None, buf=None):
        self.view = view
        self.writes = writes
        if buf is None:
            buf = bytearray(_room(view) + (writes.room if writes is not None else 0))
        self.buf = buf
        self._max_age_ms = max_age_ms
        self._key = 0  # where in _KEYS the next name begins
        self._raised = 0  # bits of a set that were seen

    def fresh(self, pack, now):
        """True while the pack's figures are recent, and their content moves."""
        return pack.fresh(p.STATUS, now, self._max_age_ms) and not self.view.get(v.FROZEN, 0)

    def shows(self, pack, now):
        """True while the pack's figures are fresh and plausible, so that they are told."""
        return self.view.get(v.PLAUSIBLE, 0) != 0 and self.fresh(pack, now)

    def build(self, pack, now):
        """Writes the message about `pack` at `now` into `buf`; returns its length in bytes."""
        view = self.view
        buf = self.buf
        at = self._put_pack(pack, now)
        at = self._put_figures(at, view, _DEVICE_SLOTS, v.BOOLS, True)
        for slot in _CHOICE_SLOTS:
            at = put_name(buf, self._put_key(at), view.names(slot), view.get(slot, -1))
        at = put_bool(buf, self._put_key(at), view.faults != 0)
        start = self._put_key(at)
        self._raised = 0
        reasons = view.names(v.HEATER_REASON)
        at = self._put_raised(start, reasons, 1, view.faults, _MOST_FAULTS)
        at = _close_list(buf, start, at)
        if self.writes is not None:
            at = self.writes.put(buf, at, pack, view.get(v.PLAUSIBLE, 0) != 0)
        buf[at] = 125
        return at + 1

    def _put_pack(self, pack, now):
        """Writes the beginning: everything that is the pack's own; returns the end."""
        buf = self.buf
        shown = self.shows(pack, now)
        self._key = 0
        at = put_bool(buf, self._put_key(0), self.fresh(pack, now))
        buf[0] = 123  # over the first comma
        age_s = pack.age_ms(p.STATUS, now) // 1000 if pack.seen(p.STATUS) else None
        at = put_value(buf, self._put_key(at), age_s)
        at = put_value(buf, self._put_key(at), pack.seq)
        at = put_bool(buf, self._put_key(at), pack.unprotected)
        at = self._put_figures(at, pack, _LIVE_SLOTS, p.BOOLS, shown)
        at = self._put_lists(at, pack, shown)
        good = self.view.get(v.PLAUSIBLE, 0) != 0
        return self._put_figures(at, pack, _LIMIT_SLOTS, p.BOOLS, good)

    def _put_key(self, at):
        """Writes `,"name":` with the next name of _KEYS; returns the end."""
        buf = self.buf
        keys = _KEYS
        buf[at] = _COMMA
        buf[at + 1] = _QUOTE
        at += 2
        end = keys.find(b"\n", self._key)
        for i in range(self._key, end):
            buf[at] = keys[i]
            at += 1
        self._key = end + 1
        buf[at] = _QUOTE
        buf[at + 1] = _COLON
        return at + 2

    def _put_figures(self, at, source, slots, bools, shown):
        """Writes members for `slots` of `source`, those below `bools` as tri-states."""
        for slot in slots:
            at = self._put_key(at)
            value = source.get(slot) if shown else None
            if slot < bools:
                at = put_bool(self.buf, at, value)
            else:
                at = put_value(self.buf, at, value)
        return at

    def _put_lists(self, at, pack, shown):
        """Writes cells, temperatures and alarms."""
        buf = self.buf
        if not shown:
            for _ in range(5):
                at = put_bytes(buf, self._put_key(at), NULL)
            return at
        start = at = self._put_key(at)
        for i in range(pack.cells):
            buf[at] = _COMMA
            at = put_value(buf, at + 1, pack.cell_mv[i])
        start = at = self._put_key(_close_list(buf, start, at))
        for i in range(pack.temps):
            buf[at] = _COMMA
            at = put_value(buf, at + 1, pack.temps_dc[i] if pack.temp_valid[i] else None)
        start = at = self._put_key(_close_list(buf, start, at))
        self._raised = 0
        for i in range(len(pack.alarms)):
            at = self._put_raised(at, NAMES, i << 3, pack.alarms[i], _MOST_ALARMS)
        at = self._put_key(_close_list(buf, start, at))
        at = self._put_key(put_value(buf, at, self._raised))
        return put_bool(buf, at, self._raised != 0)

    def _put_raised(self, at, table, line, bits, most):
        """Writes `,"name"` for each set bit, bit 0 being `line`, up to `most`; counts them all."""
        while bits:
            if bits & 1:
                if self._raised < most:
                    self.buf[at] = _COMMA
                    at = put_name(self.buf, at + 1, table, line)
                self._raised += 1
            bits >>= 1
            line += 1
        return at


def learn(known, pack):
    """Notes in `known` what the pack shows that it has; returns True if something is new.

    known: bytearray of two: bit set of the battery sensors that ever had a value, and the most
    cells. Call it while the pack's data are good.
    """
    fitted = known[0]
    for i in range(pack.temps):
        if pack.temp_valid[i]:
            fitted |= 1 << i
    new = fitted != known[0] or pack.cells > known[1]
    known[0] = fitted
    known[1] = max(known[1], pack.cells)
    return new


def _close_list(buf, start, at):
    """Turns ",a,b" from `start` into "[a,b]"; returns the end."""
    if at == start:
        at += 1
    buf[start] = _OPEN
    buf[at] = _CLOSE
    return at + 1


def _room(view):
    """Returns the bytes of the longest message that there can be."""
    figures = len(_LIVE_SLOTS) + len(_LIMIT_SLOTS) + len(_DEVICE_SLOTS) + _OTHER_FIGURES
    room = len(_KEYS) + 3 * _KEYS.count(b"\n") + figures * INT_ROOM + _PUNCTUATION
    for slot in _CHOICE_SLOTS:
        room += name_room(view.names(slot))
    room += p.MAX_CELLS * 6 + p.MAX_TEMPS * 7  # each with its comma
    room += _MOST_ALARMS * (name_room(NAMES) + 1)
    return room + _MOST_FAULTS * (name_room(view.names(v.HEATER_REASON)) + 1)
