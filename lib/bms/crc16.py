"""CRC-16/MODBUS: polynomial 0xA001 reflected, start 0xFFFF, low byte first on the wire.

By half bytes: a table for whole ones is half a kilobyte of RAM, and what is checked is short.
"""

from array import array

from bms.wire_le import put_u16le, u16le


def _table():
    table = array("H", bytes(32))
    for i in range(16):
        crc = i
        for _ in range(4):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table[i] = crc
    return table


_TABLE = _table()


def crc16(buf, start, end):
    """Returns the CRC of buf[start:end]."""
    table = _TABLE
    crc = 0xFFFF
    for i in range(start, end):
        crc ^= buf[i]
        crc = table[crc & 15] ^ crc >> 4
        crc = table[crc & 15] ^ crc >> 4
    return crc


def is_good(buf, start, end):
    """True if the two bytes at `end` are the CRC of buf[start:end]."""
    return crc16(buf, start, end) == u16le(buf, end)


def put_crc(buf, start, end):
    """Writes the CRC of buf[start:end] at `end`; returns the position after it."""
    put_u16le(buf, end, crc16(buf, start, end))
    return end + 2
