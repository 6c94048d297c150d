"""JK04 frames of the active balancers: 300 bytes, little-endian IEEE-754 (jk.md §3.9).

They tell cells, balancing and running time: no current, no state of charge, no temperatures.
"""

from array import array

from bms import pack as p
from bms.jk.ieee754 import INVALID, f32le, f64le
from bms.jk.jk02 import CONTRADICTS, HOLDS, PROVES, UNDECIDED
from bms.wire_le import u16le, u32le
from compat import const

_MAX_CELLS = const(24)
_CELLS = const(6)
_MASK = const(214)
_ACTION = const(220)
_BALANCE_A = const(222)
_PACK_V = const(230)
_RUNTIME = const(286)

_MFG_DATE = const(78)
_MFG_BYTES = const(24)  # date and serial number
_SETTINGS_MARKER = const(6)  # the float 1.0, where JK02 has a voltage in mV
_CELL_COUNT = const(34)
_POWER_OFF_V = const(38)
_BALANCE_START_V = const(98)
_BALANCE_TRIGGER_V = const(106)
_BALANCE_SWITCH = const(114)

_MILLI = const(1000)
_FINE = const(64)  # the cells are summed in 1/64 mV: rounding each would add up
_MAX_CELL_MV = const(6000)
_SUM_SLACK_MV = const(200)  # 71 mV is the most that captures show in steady operation
_LIMIT = const(0x3FFFFFFF)


class Jk04:
    """Judges and stores status and settings frames, and knows a balancer by its device frame."""

    def __init__(self, pack):
        self.pack = pack
        self._cell_mv = array("H", bytes(2 * p.MAX_CELLS))
        self._cell_view = memoryview(self._cell_mv)
        self._cells = 0
        self._pack_mv = 0

    def judge(self, buf, at):
        """Reads the cells; returns CONTRADICTS, UNDECIDED, HOLDS or PROVES."""
        if buf[at + _ACTION] > 2 or buf[at + _MASK + 3]:
            return CONTRADICTS
        total = 0
        mask = u32le(buf, at + _MASK)
        self._cells = 0
        for i in range(_MAX_CELLS):
            mv = f32le(buf, at + _CELLS + 4 * i, _MILLI)
            if not 0 <= mv <= _MAX_CELL_MV:  # INVALID is far below
                return CONTRADICTS
            if mask >> i & 1:
                self._cells = i + 1
                total += f32le(buf, at + _CELLS + 4 * i, _MILLI * _FINE)
            elif not _is_zero(buf, at + _CELLS + 4 * i):
                return CONTRADICTS
            self._cell_mv[i] = mv
        self._pack_mv = (total + _FINE // 2) // _FINE
        field = f64le(buf, at + _PACK_V, _MILLI)
        if not -_SUM_SLACK_MV <= self._pack_mv - field <= _SUM_SLACK_MV:
            return HOLDS  # for one frame after the number of cells was changed
        return PROVES if total else UNDECIDED

    def store(self, buf, at):
        """Stores the status frame that was judged last."""
        pack = self.pack
        pack.cell_view[:] = self._cell_view
        pack.cells = self._cells
        pack.put(p.CELL_COUNT, self._cells)
        pack.put(p.PACK_MV, self._pack_mv)
        pack.put(p.BALANCING, 1 if buf[at + _ACTION] else 0)
        _put_float(pack, p.BALANCE_CURRENT_MA, buf, at + _BALANCE_A)
        if u32le(buf, at + _RUNTIME) < _LIMIT:
            pack.put(p.RUNTIME_S, u32le(buf, at + _RUNTIME))
        else:
            pack.drop(p.RUNTIME_S)
        pack.summarise()

    def is_device(self, buf, at):
        """True if a device frame is a balancer's: it has neither date nor serial number."""
        for i in range(at + _MFG_DATE, at + _MFG_DATE + _MFG_BYTES):
            if buf[i]:
                return False
        return True

    def is_settings(self, buf, at):
        """True if a settings frame is one of JK04 (jk.md §3.5)."""
        at += _SETTINGS_MARKER
        return u16le(buf, at) == 0 and u16le(buf, at + 2) == 0x3F80

    def settings_are_sane(self, buf, at):
        """True if every figure of the settings frame is one that such a setting can have."""
        if buf[at + _CELL_COUNT] > _MAX_CELLS or buf[at + _BALANCE_SWITCH] > 1:
            return False
        for offset in (_POWER_OFF_V, _BALANCE_START_V, _BALANCE_TRIGGER_V):
            if not 0 <= f32le(buf, at + offset, _MILLI) <= _MAX_CELL_MV:
                return False
        return True

    def store_settings(self, buf, at):
        """Stores a settings frame."""
        pack = self.pack
        pack.put(p.CELL_COUNT_SETTING, buf[at + _CELL_COUNT])
        pack.put(p.BALANCE_SWITCH, buf[at + _BALANCE_SWITCH])
        _put_float(pack, p.POWER_OFF_MV, buf, at + _POWER_OFF_V)
        _put_float(pack, p.BALANCE_START_MV, buf, at + _BALANCE_START_V)
        _put_float(pack, p.BALANCE_TRIGGER_MV, buf, at + _BALANCE_TRIGGER_V)


def _is_zero(buf, at):
    return u16le(buf, at) == 0 and u16le(buf, at + 2) == 0


def _put_float(pack, slot, buf, at):
    value = f32le(buf, at, _MILLI)
    if value == INVALID:
        pack.drop(slot)
    else:
        pack.put(slot, value)
