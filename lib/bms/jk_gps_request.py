"""Requests of the JK GPS port: reading, unlocking, writing (jk.md §1.2, §1.3)."""

from bms import pack as p
from bms.wire import put_bytes, put_u16be
from compat import const

# Commands, and the value of the type byte that marks a request.
ACTIVATE = const(1)
WRITE = const(2)
READ_ONE = const(3)
PASSWORD = const(5)
READ_ALL = const(6)
REQUEST = const(0)

# What may be written: slot, code, data bytes (jk.md §1.3). Thresholds are whole °C on the wire.
_WRITES = bytes(
    (p.CHARGE_SWITCH, 0xAB, 1)
    + (p.DISCHARGE_SWITCH, 0xAC, 1)
    + (p.BALANCE_SWITCH, 0x9D, 1)
    + (p.CHARGE_UTP_DC, 0xA5, 2)
    + (p.CHARGE_UTPR_DC, 0xA6, 2)
)
_UTP_MIN_DC = const(-300)  # jk.md §5.3
_UTP_MAX_DC = const(200)

_PREFIX = b"NW\x00\x13\x00\x00\x00\x00"
_SOURCE_GPS = const(2)
_SOURCE_PC = const(3)


def put_request(out, command, code, data_size=0, value=0, source=_SOURCE_PC):
    """Writes a request with `data_size` bytes of big-endian `value`; returns its length."""
    at = put_bytes(out, 0, _PREFIX)
    out[3] = 0x13 + data_size
    out[at] = command
    out[at + 1] = source
    out[at + 2] = REQUEST
    out[at + 3] = code
    at += 4
    for shift in range(8 * data_size - 8, -8, -8):
        out[at] = value >> shift & 0xFF
        at += 1
    at = put_bytes(out, at, b"\x00\x00\x00\x00\x68\x00\x00")
    total = 0
    for i in range(at):
        total += out[i]
    put_u16be(out, at, total)
    return at + 2


def read_register(out, code):
    """Writes a request for one register (0x79…0xC0) into `out`; returns its length."""
    return put_request(out, READ_ONE, code)


def unlock(out):
    """Writes the password frame that has to precede a write (jk.md §1.3); returns its length."""
    return put_request(out, PASSWORD, 0, 1, 0, _SOURCE_GPS)  # the form that was seen working


def write(out, slot, value):
    """Writes the request that sets `slot` (a pack slot) to `value` in the slot's unit.

    Writable: the charge, discharge and balance switches (0/1; the balance switch is reported not
    to work on firmware 11) and the charge low-temperature thresholds (-300…200, whole °C on the
    wire). Send unlock() first, wait 150 ms, read back afterwards: the BMS's answer tells nothing.
    Raises ValueError for anything else. Returns the request's length.
    """
    for row in range(0, len(_WRITES), 3):
        if _WRITES[row] == slot:
            size = _WRITES[row + 2]
            if size == 1 and value not in (0, 1):
                raise ValueError("a switch is 0 or 1")
            if size == 2:
                if value % 10 or not _UTP_MIN_DC <= value <= _UTP_MAX_DC:
                    raise ValueError("a threshold is -300..200 in steps of 10")
                value = value // 10
            return put_request(out, WRITE, _WRITES[row + 1], size, value)
    raise ValueError("slot cannot be written")
