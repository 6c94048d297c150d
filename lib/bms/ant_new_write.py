"""Commands to newer ANT units: switches, thresholds, saving, passwords (ant.md §2.5…§2.7).

A written threshold is lost after minutes unless it is saved. The unit echoes what it was sent even
when it refuses: AntNew.reply_code tells. A switch takes up to six seconds to show in the status.
"""

from bms import pack as p
from bms.ant_new import AUTHENTICATE, CONTROL, WRITE_SETTINGS, put_end, put_head, put_request
from bms.wire_le import put_u16le
from compat import const

# Control commands that Packmate has a use for; others reset, erase, or switch the radio off.
DISCHARGE_OFF = const(1)
DISCHARGE_ON = const(3)
CHARGE_OFF = const(4)
CHARGE_ON = const(6)
SAVE = const(7)
BALANCE_ON = const(13)
BALANCE_OFF = const(14)

# Answers to a control command.
DONE = const(1)
FAILED = const(2)
REFUSED = const(3)

LONGEST = const(24)  # room that a command may need

# Slot, command for 0, command for 1.
_SWITCHES = bytes(
    (p.CHARGE_SWITCH, CHARGE_OFF, CHARGE_ON)
    + (p.DISCHARGE_SWITCH, DISCHARGE_OFF, DISCHARGE_ON)
    + (p.BALANCE_SWITCH, BALANCE_OFF, BALANCE_ON)
)
# Slot, address; whole °C.
_THRESHOLDS = bytes((p.CHARGE_UTP_DC, 0x44) + (p.CHARGE_UTPR_DC, 0x46))
_MIN_DC = const(-300)
_MAX_DC = const(200)
_LEVEL_TO_WRITE = const(3)

# Address and size of the password of each level.
_SLOTS = {1: (0x14A, 8), 2: (0x152, 8), 3: (0x15A, 8), 4: (0x162, 8), 5: (0x16A, 12)}


def write(out, pack, slot, value):
    """Writes the command that sets `slot` (a pack slot) to `value` in the slot's unit.

    Writable: the charge, discharge and balance switches (0 or 1), and the charge low-temperature
    thresholds (-300…200 in steps of 10; to be followed by `save`). Returns the command's length.
    Raises ValueError, with the reason, for anything else, and while the level that the unit
    grants is known to be too low.
    """
    if pack.get(p.PERMISSION, _LEVEL_TO_WRITE) < _LEVEL_TO_WRITE:
        raise ValueError("the unit grants level %d only" % pack.get(p.PERMISSION))
    for row in range(0, len(_SWITCHES), 3):
        if _SWITCHES[row] == slot:
            if value not in (0, 1):
                raise ValueError("a switch is 0 or 1")
            return put_request(out, CONTROL, _SWITCHES[row + 1 + value], 0)
    for row in range(0, len(_THRESHOLDS), 2):
        if _THRESHOLDS[row] == slot:
            if value % 10 or not _MIN_DC <= value <= _MAX_DC:
                raise ValueError("a threshold is -300..200 in steps of 10")
            at = put_head(out, WRITE_SETTINGS, _THRESHOLDS[row + 1], 2)
            put_u16le(out, at, value // 10)
            return put_end(out, at + 2)
    raise ValueError("slot cannot be written")


def save(out):
    """Writes the command that keeps written thresholds; returns its length."""
    return put_request(out, CONTROL, SAVE, 0)


def unlock(out, level, password):
    """Writes the password (bytes) of a level (1…5); returns the command's length.

    Success shows in the level that the status reports. Neither this nor the BMS's answer may be
    logged. Raises ValueError for a level or a length that does not exist.
    """
    if level not in _SLOTS:
        raise ValueError("a level is 1..5")
    address, size = _SLOTS[level]
    if not 0 < len(password) <= size:
        raise ValueError("a password of this level has 1..%d characters" % size)
    at = put_head(out, AUTHENTICATE, address, size)
    for i in range(size):
        out[at + i] = password[i] if i < len(password) else 0
    return put_end(out, at + size)
