"""CRC-16/MODBUS: polynomial 0xA001 reflected, start 0xFFFF, low byte first on the wire.

By half bytes: a table for whole ones is half a kilobyte of RAM, and most that is checked is short.
What is not, is checked by words: no table, and half the time.
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


def words_are_good(words, at, end, rest):
    """As is_good, of words, little endian, of which two are taken at a time: in half its time.

    From words[at] to words[end], which is the CRC, is an even number of words. rest: the CRC of
    what is before them. The polynomial is (x + 1)(x^15 + x + 1). Divided by the second factor,
    x^16 leaves x^2 + x, so that a word takes two shifts; what the first one leaves is the parity
    of all bits.
    """
    parity = rest
    while at < end:  # with another local variable, each call would take heap: more than 11 words
        high = words[at]
        low = words[at + 1]
        parity ^= high ^ low
        high ^= rest
        high ^= high << 1 ^ low << 2
        high ^= high << 1
        low = high & 15
        rest = high >> 4 ^ low << 10 ^ low << 11
        at += 2
    parity ^= parity >> 8
    parity ^= parity >> 4
    return (rest == 0 or rest == 0xC001) and not 0x6996 >> (parity & 15) & 1


def put_crc(buf, start, end):
    """Writes the CRC of buf[start:end] at `end`; returns the position after it."""
    put_u16le(buf, end, crc16(buf, start, end))
    return end + 2
