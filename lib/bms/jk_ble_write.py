"""Writing to a JK unit over BLE (jk.md §3.11): the few registers that Packmate has a use for.

A register means different things in different variants (0x27 is the heating switch of one and the
resistance of a wire in another), so that nothing is written before the variant is proven, nor
what the unit's own bitmap does not offer. The unit acknowledges everything, also what it refuses:
read the settings back.
"""

from bms import pack as p
from bms.jk_ble import put_command
from bms.jk_frames import JK02_32S, UNKNOWN
from compat import const

_SWITCH = const(0)  # 0 or 1
_DECI = const(1)  # 0.1 °C in 32 bits
_WHOLE = const(2)  # whole °C in 8 bits
_NONE = const(0)

# Slot, kind, register and value bytes in JK02_24S, JK02_32S and JK04; 0: the variant has none.
_WRITES = bytes(
    (p.CHARGE_SWITCH, _SWITCH, 0x1D, 4, 0x1D, 4, _NONE, 0)
    + (p.DISCHARGE_SWITCH, _SWITCH, 0x1E, 4, 0x1E, 4, _NONE, 0)
    + (p.BALANCE_SWITCH, _SWITCH, 0x1F, 4, 0x1F, 4, 0x6C, 1)
    + (p.CHARGE_UTP_DC, _DECI, 0x18, 4, 0x18, 4, _NONE, 0)
    + (p.CHARGE_UTPR_DC, _DECI, 0x19, 4, 0x19, 4, _NONE, 0)
    + (p.HEATING_SWITCH, _SWITCH, _NONE, 0, 0x27, 4, _NONE, 0)
    + (p.HEATING_START_DC, _WHOLE, _NONE, 0, 0x37, 1, _NONE, 0)
    + (p.HEATING_STOP_DC, _WHOLE, _NONE, 0, 0x38, 1, _NONE, 0)
)
_ROW = const(8)
_MIN_DC = const(-300)  # jk.md §5.3
_MAX_DC = const(200)


def write(out, frames, slot, value):
    """Writes the command that sets `slot` (a pack slot) to `value` in the slot's unit.

    `frames` is the JkFrames of the unit. Writable: the charge, discharge, balance and heating
    switches (0 or 1), the charge low-temperature thresholds and the heater's own start and stop
    temperatures (-300…200; the heater's in steps of 10). Returns the command's length. Raises
    ValueError, with the reason, for what cannot or must not be written.
    """
    if not frames.proven or frames.variant == UNKNOWN:
        raise ValueError("the variant is not proven yet")
    row = _row(slot)
    at = row + 2 * frames.variant
    register = _WRITES[at]
    if register == _NONE:
        raise ValueError("this variant has no such register")
    if frames.variant == JK02_32S and not frames.offers(register):
        raise ValueError("this unit does not offer the register")
    return put_command(out, register, _WRITES[at + 1], _raw(_WRITES[row + 1], value))


def can_write(frames, slot):
    """True if `write` would take the slot now."""
    for row in range(0, len(_WRITES), _ROW):
        if _WRITES[row] == slot:
            register = _WRITES[row + 2 * frames.variant]
            if not frames.proven or frames.variant == UNKNOWN or register == _NONE:
                return False
            return frames.variant != JK02_32S or frames.offers(register)
    return False


def _row(slot):
    for row in range(0, len(_WRITES), _ROW):
        if _WRITES[row] == slot:
            return row
    raise ValueError("slot cannot be written")


def _raw(kind, value):
    if kind == _SWITCH:
        if value not in (0, 1):
            raise ValueError("a switch is 0 or 1")
        return value
    if not _MIN_DC <= value <= _MAX_DC:
        raise ValueError("a temperature is -300..200")
    if kind == _DECI:
        return value
    if value % 10:
        raise ValueError("a temperature of the heater is in steps of 10")
    return value // 10
