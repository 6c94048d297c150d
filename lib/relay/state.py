"""The state message: one JSON object about pack, heater and device, in the project's vocabulary.

It is written into a fixed bytearray, integers only, without an allocation. Unknown is `null`. The
buffer is as large as the longest message that can be, so that nothing can overflow.
"""

from bms import alarms
from bms import pack as p
from bms.wire import put_bytes
from compat import const
from relay import view as v
from relay.json_out import (
    INT_ROOM,
    NULL,
    Names,
    figures_room,
    put_bool,
    put_figures,
    put_value,
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
    )
)
_LIVE_KEYS = (
    b',"soc_pct":',
    b',"pack_mv":',
    b',"current_ma":',
    b',"power_mw":',
    b',"remaining_mah":',
    b',"capacity_mah":',
    b',"soh_pct":',
    b',"cycles":',
    b',"cycle_capacity_mah":',
    b',"runtime_s":',
    b',"mos_temp_dc":',
    b',"balancer_temp_dc":',
    b',"temp_min_dc":',
    b',"temp_max_dc":',
    b',"cell_count":',
    b',"cell_min_mv":',
    b',"cell_max_mv":',
    b',"cell_delta_mv":',
    b',"cell_avg_mv":',
    b',"cell_min_index":',
    b',"cell_max_index":',
    b',"charge_on":',
    b',"discharge_on":',
    b',"balancing":',
    b',"balance_current_ma":',
    b',"heating":',
    b',"heating_ma":',
    b',"charger_present":',
    b',"alarms_raw":',
)

# The two settings of the BMS that the heater goes by; read seldom, they do not age with the rest.
_LIMIT_SLOTS = bytes((p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC))
_LIMIT_KEYS = (b',"charge_utp_dc":', b',"charge_utpr_dc":')

_DEVICE_SLOTS = bytes(range(v.FIGURES))
_DEVICE_KEYS = (
    b',"link_up":',
    b',"plausible":',
    b',"frozen":',
    b',"heater_on":',
    b',"heater_duty_permille":',
    b',"heater_power_mw":',
    b',"heater_wh_today":',
    b',"frames":',
    b',"bad_checksums":',
    b',"bad_lengths":',
    b',"dropped_bytes":',
    b',"heap_free":',
    b',"heap_min_free":',
    b',"uptime_s":',
    b',"resets":',
    b',"loop_max_ms":',
    b',"rssi_dbm":',
    b',"wifi_losses":',
    b',"mqtt_connects":',
    b',"mqtt_failures":',
    b',"commands_done":',
    b',"commands_refused":',
)

_CHOICE_SLOTS = bytes(range(v.FIGURES, v.FIGURES + 7))
_CHOICE_KEYS = (
    b',"heater_state":',
    b',"heater_reason":',
    b',"heater_mode":',
    b',"verdict":',
    b',"reset_cause":',
    b',"mqtt_failure":',
    b',"command_refusal":',
)

_FRESH = b'{"fresh":'
_AGE = b',"data_age_s":'
_SEQ = b',"seq":'
_CELLS = b',"cell_mv":'
_TEMPS = b',"temps_dc":'
_ALARM = b',"alarm":'
_ALARMS = b',"alarms":'
_FAULT = b',"heater_fault":'
_FAULTS = b',"heater_faults":'
_PUNCTUATION = const(48)  # brackets, the four literals of the members above, the closing brace

_ALARM_NAMES = Names(alarms.NAMES)
_COMMA = const(44)
_OPEN = const(91)
_CLOSE = const(93)


class StateMessage:
    """Builds the state message of one pack.

    buf: the bytearray it is built in; `len(buf)` is enough for the longest message.
    max_age_ms: older data are stale and shown as null.
    """

    def __init__(self, view, max_age_ms):
        self.buf = bytearray(self.room(view))
        self.view = view
        self._max_age_ms = max_age_ms

    @staticmethod
    def room(view):
        """Returns the length in bytes of the longest message with this view's names."""
        room = figures_room(_LIVE_KEYS) + figures_room(_LIMIT_KEYS) + figures_room(_DEVICE_KEYS)
        for i in range(len(_CHOICE_KEYS)):
            room += len(_CHOICE_KEYS[i]) + view.names(_CHOICE_SLOTS[i]).longest
        for key in (_FRESH, _AGE, _SEQ, _CELLS, _TEMPS, _ALARM, _ALARMS, _FAULT, _FAULTS):
            room += len(key)
        room += p.MAX_CELLS * 6 + p.MAX_TEMPS * 7 + 2 * INT_ROOM + _PUNCTUATION
        return room + _ALARM_NAMES.room + view.fault_names.room

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
        fresh = self.fresh(pack, now)
        good = view.get(v.PLAUSIBLE, 0) != 0
        shown = fresh and good
        at = put_bool(buf, put_bytes(buf, 0, _FRESH), fresh)
        at = put_bytes(buf, at, _AGE)
        if pack.seen(p.STATUS):
            at = put_value(buf, at, pack.age_ms(p.STATUS, now) // 1000)
        else:
            at = put_bytes(buf, at, NULL)
        at = put_value(buf, put_bytes(buf, at, _SEQ), pack.seq)
        at = put_figures(buf, at, pack, _LIVE_SLOTS, _LIVE_KEYS, p.BOOLS, shown)
        at = _put_lists(buf, at, pack, shown)
        at = put_figures(buf, at, pack, _LIMIT_SLOTS, _LIMIT_KEYS, p.BOOLS, good)
        at = put_figures(buf, at, view, _DEVICE_SLOTS, _DEVICE_KEYS, v.BOOLS, True)
        at = _put_choices(buf, at, view)
        at = put_bool(buf, put_bytes(buf, at, _FAULT), view.faults != 0)
        start = put_bytes(buf, at, _FAULTS)
        at = view.fault_names.put_raised(buf, start, view.faults, 0)
        at = _close_list(buf, start, at)
        buf[at] = 125
        return at + 1


def _put_lists(buf, at, pack, shown):
    at = put_bytes(buf, at, _CELLS)
    at = _put_cells(buf, at, pack) if shown else put_bytes(buf, at, NULL)
    at = put_bytes(buf, at, _TEMPS)
    at = _put_temps(buf, at, pack) if shown else put_bytes(buf, at, NULL)
    at = put_bytes(buf, at, _ALARM)
    at = put_bool(buf, at, _any(pack.alarms)) if shown else put_bytes(buf, at, NULL)
    at = put_bytes(buf, at, _ALARMS)
    return _put_alarms(buf, at, pack) if shown else put_bytes(buf, at, NULL)


def _put_cells(buf, at, pack):
    start = at
    for i in range(pack.cells):
        buf[at] = _COMMA
        at = put_value(buf, at + 1, pack.cell_mv[i])
    return _close_list(buf, start, at)


def _put_temps(buf, at, pack):
    start = at
    for i in range(pack.temps):
        buf[at] = _COMMA
        at += 1
        if pack.temp_valid[i]:
            at = put_value(buf, at, pack.temps_dc[i])
        else:
            at = put_bytes(buf, at, NULL)
    return _close_list(buf, start, at)


def _any(bits):
    for byte in bits:
        if byte:
            return True
    return False


def _put_alarms(buf, at, pack):
    start = at
    for i in range(len(pack.alarms)):
        at = _ALARM_NAMES.put_raised(buf, at, pack.alarms[i], i << 3)
    return _close_list(buf, start, at)


def _close_list(buf, start, at):
    """Turns ",a,b" from `start` into "[a,b]"; returns the end."""
    if at == start:
        at += 1
    buf[start] = _OPEN
    buf[at] = _CLOSE
    return at + 1


def _put_choices(buf, at, view):
    for i in range(len(_CHOICE_SLOTS)):
        slot = _CHOICE_SLOTS[i]
        at = put_bytes(buf, at, _CHOICE_KEYS[i])
        at = view.names(slot).put(buf, at, view.get(slot, -1))
    return at
