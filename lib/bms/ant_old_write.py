"""Commands to older ANT units (ant.md §1.5): switches, thresholds, applying, the password.

Each is answered by its echo when it was done and by register F5 when it was refused; a locked unit
refuses until the password's four parts have been sent and the last of them has been echoed.
"""

from bms import pack as p
from bms.ant_old import put_short
from compat import const

_READ = b"\x5a\x5a"
_WRITE = b"\xa5\xa5"
_APPLY = const(0xFF)
_FIRST_PASSWORD = const(0xF1)
_PASSWORD = const(8)  # characters

PARTS = const(4)  # of a password

# Slot, register; switches are 0 or 1.
_SWITCHES = bytes((p.CHARGE_SWITCH, 0xFA) + (p.DISCHARGE_SWITCH, 0xF9))
# Thresholds in whole °C; the registers come from one source only.
_THRESHOLDS = bytes((p.CHARGE_UTP_DC, 37) + (p.CHARGE_UTPR_DC, 38))
_MIN_DC = const(-300)
_MAX_DC = const(200)


def write(out, slot, value):
    """Writes the command that sets `slot` (a pack slot) to `value` in the slot's unit.

    Writable: the charge and discharge switches (0 or 1), and the charge low-temperature
    thresholds (-300…200 in steps of 10; to be followed by `apply`). Returns the command's length;
    raises ValueError for anything else.
    """
    for row in range(0, len(_SWITCHES), 2):
        if _SWITCHES[row] == slot:
            if value not in (0, 1):
                raise ValueError("a switch is 0 or 1")
            return put_short(out, _WRITE, _SWITCHES[row + 1], value)
    for row in range(0, len(_THRESHOLDS), 2):
        if _THRESHOLDS[row] == slot:
            if value % 10 or not _MIN_DC <= value <= _MAX_DC:
                raise ValueError("a threshold is -300..200 in steps of 10")
            return put_short(out, _WRITE, _THRESHOLDS[row + 1], value // 10)
    raise ValueError("slot cannot be written")


def read(out, register):
    """Writes the request for one parameter; returns its length."""
    return put_short(out, _READ, register, 0)


def apply(out):
    """Writes the command that applies and keeps written parameters; returns its length."""
    return put_short(out, _WRITE, _APPLY, 0)


def unlock(out, password, part):
    """Writes part 0…3 of a password (8 ASCII bytes), two characters each; returns its length.

    Send the four in order. Neither they nor their echoes may be logged. Raises ValueError for a
    password of another length.
    """
    if len(password) != _PASSWORD or not 0 <= part < PARTS:
        raise ValueError("a password has 8 characters, in parts 0..3")
    value = password[2 * part] << 8 | password[2 * part + 1]
    return put_short(out, _WRITE, _FIRST_PASSWORD + part, value)
