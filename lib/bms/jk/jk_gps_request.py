"""Requests of the JK GPS port (jk.md §1.2, §1.3)."""

from bms.wire import put_bytes, put_u16be
from compat import const

# Commands, and the value of the type byte that marks a request.
ACTIVATE = const(1)
WRITE = const(2)
READ_ONE = const(3)
PASSWORD = const(5)
READ_ALL = const(6)
REQUEST = const(0)

_PREFIX = b"NW\x00\x13\x00\x00\x00\x00"
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
