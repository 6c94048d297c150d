"""Settings and version blocks of newer ANT units, by byte address (ant.md §2.5).

A unit that does not grant the permission answers with a block of FF, which would read as -1 °C
everywhere: it is noticed as a whole. The passwords, which have addresses too, are never stored.
"""

from bms import pack as p
from bms.ant.ant_codes import mah
from bms.wire_le import is_text, s16le, text_size, u16le
from compat import const

UNAUTHORISED = const(0)
STORED = const(1)
NOTHING_KNOWN = const(2)

# Address / 2, slot, how.
_PLAIN = const(0)
_HUNDREDS = const(1)  # 0.1 V, 0.1 A
_CELSIUS = const(2)
_MICRO = const(3)  # µAh, two registers
_ROWS = bytes(
    (0x00, p.CELL_OVP_MV, _PLAIN)
    + (0x02 >> 1, p.CELL_OVPR_MV, _PLAIN)
    + (0x08 >> 1, p.PACK_OVP_MV, _HUNDREDS)
    + (0x0A >> 1, p.PACK_OVPR_MV, _HUNDREDS)
    + (0x0C >> 1, p.CELL_UVP_MV, _PLAIN)
    + (0x0E >> 1, p.CELL_UVPR_MV, _PLAIN)
    + (0x14 >> 1, p.PACK_UVP_MV, _HUNDREDS)
    + (0x16 >> 1, p.PACK_UVPR_MV, _HUNDREDS)
    + (0x18 >> 1, p.CELL_DELTA_PROT_MV, _PLAIN)
    + (0x38 >> 1, p.CHARGE_OTP_DC, _CELSIUS)
    + (0x3A >> 1, p.CHARGE_OTPR_DC, _CELSIUS)
    + (0x3C >> 1, p.DISCHARGE_OTP_DC, _CELSIUS)
    + (0x3E >> 1, p.DISCHARGE_OTPR_DC, _CELSIUS)
    + (0x40 >> 1, p.MOS_OTP_DC, _CELSIUS)
    + (0x42 >> 1, p.MOS_OTPR_DC, _CELSIUS)
    + (0x44 >> 1, p.CHARGE_UTP_DC, _CELSIUS)
    + (0x46 >> 1, p.CHARGE_UTPR_DC, _CELSIUS)
    + (0x48 >> 1, p.DISCHARGE_UTP_DC, _CELSIUS)
    + (0x4A >> 1, p.DISCHARGE_UTPR_DC, _CELSIUS)
    + (0x68 >> 1, p.MAX_CHARGE_MA, _HUNDREDS)
    + (0x6A >> 1, p.CHARGE_OCP_DELAY_S, _PLAIN)
    + (0x6C >> 1, p.MAX_DISCHARGE_MA, _HUNDREDS)
    + (0x6E >> 1, p.DISCHARGE_OCP_DELAY_S, _PLAIN)
    + (0x84 >> 1, p.LOW_SOC_PCT, _PLAIN)
    + (0x8E >> 1, p.BALANCE_START_MV, _PLAIN)
    + (0x90 >> 1, p.BALANCE_TRIGGER_MV, _PLAIN)
    + (0x9A >> 1, p.CELL_COUNT_SETTING, _PLAIN)
    + (0x9E >> 1, p.POWER_OFF_MV, _PLAIN)
    + (0xA2 >> 1, p.CAPACITY_NOMINAL_MAH, _MICRO)
    + (0x12C >> 1, p.SLEEP_S, _PLAIN)
    + (0x132 >> 1, p.TEMP_SENSOR_MASK, _PLAIN)
)
_UTP = const(0x44)
_NOT_SET = const(0xFFFF)
_MIN_C = const(-60)
_MAX_C = const(150)

VERSIONS = const(0x26C)  # hardware and software version, 16 characters each
_VERSION_ROOM = const(16)


def is_blank(buf, at, size):
    """True if a block is all FF: nothing that may be read."""
    if size < 2:
        return False
    for i in range(at, at + size):
        if buf[i] != 0xFF:
            return False
    return True


def store(pack, buf, at, address, size):
    """Stores a block of `size` bytes from `address`; UNAUTHORISED, STORED or NOTHING_KNOWN."""
    if size < 2:
        return NOTHING_KNOWN
    if is_blank(buf, at, size):
        return UNAUTHORISED
    verdict = NOTHING_KNOWN
    for row in range(0, len(_ROWS), 3):
        offset = (_ROWS[row] << 1) - address
        how = _ROWS[row + 2]
        if 0 <= offset <= size - (4 if how == _MICRO else 2):
            verdict = STORED
            _store_one(pack, buf, at + offset, _ROWS[row + 1], how)
    _doubt_thresholds(pack, buf, at + _UTP - address, address, size)
    if verdict == STORED:
        pack.put(p.UNAUTHORISED, 0)
    return verdict


def forget(pack, address, size):
    """Marks what a block of `size` bytes from `address` holds as unknown."""
    if address == VERSIONS:
        pack.put_text(p.HW_VERSION, b"", 0, 0)
        pack.put_text(p.SW_VERSION, b"", 0, 0)
    for row in range(0, len(_ROWS), 3):
        if address <= _ROWS[row] << 1 < address + size:
            pack.drop(_ROWS[row + 1])


def store_versions(pack, buf, at, size):
    """Stores the hardware's and the software's version; returns True if they are text."""
    if not is_text(buf, at, size):
        return False
    pack.put_text(p.HW_VERSION, buf, at, text_size(buf, at, _VERSION_ROOM))
    if size >= 2 * _VERSION_ROOM:
        at += _VERSION_ROOM
        if not is_text(buf, at, _VERSION_ROOM):
            return False
        pack.put_text(p.SW_VERSION, buf, at, text_size(buf, at, _VERSION_ROOM))
    return True


def _store_one(pack, buf, at, slot, how):
    raw = u16le(buf, at)
    if how == _CELSIUS:
        celsius = s16le(buf, at)
        if _MIN_C <= celsius <= _MAX_C:
            pack.put(slot, celsius * 10)
        else:
            pack.drop(slot)
    elif how == _MICRO:
        pack.put(slot, mah(u16le(buf, at + 2), raw))
    elif raw == _NOT_SET:
        pack.drop(slot)
    else:
        pack.put(slot, raw * 100 if how == _HUNDREDS else raw)


def _doubt_thresholds(pack, buf, at, address, size):
    """FF in both low-temperature thresholds is no pair of -1 °C: they are not set."""
    if _UTP < address or _UTP + 4 > address + size:
        return
    if u16le(buf, at) == _NOT_SET and u16le(buf, at + 2) == _NOT_SET:
        pack.drop(p.CHARGE_UTP_DC)
        pack.drop(p.CHARGE_UTPR_DC)
