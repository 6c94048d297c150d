"""The Modbus side of a simulated JK unit: requests, acknowledgements, registers (jk.md §4).

A register's address is a base plus the byte offset of the vendor's map, which lies 6 bytes into
the frames of 300 bytes; registers are big endian, the frames little endian.
"""

import struct

from tools.bench.bms.ant_frame import crc16
from tools.bench.bms.jk_ble_frame import DEVICE, SETTINGS, STATUS

READ, WRITE, ERROR = 3, 0x10, 0x80
BAD_FUNCTION, BAD_ADDRESS, BAD_VALUE = 1, 2, 3
TRIGGERS = {0x1620: STATUS, 0x161E: SETTINGS, 0x161C: DEVICE}
BASES = {0x1000: SETTINGS, 0x1200: STATUS, 0x1400: DEVICE}
_MAP = 6
_MAP_BYTES = 292

# Offsets in a frame of 32-bit figures, and of pairs of bytes; the rest are words of 16 bits.
_LONGS = {
    SETTINGS: {*range(6, 278, 4)},
    STATUS: {70, 146, 150, 154, 158, 166, 174, 178, 182, 186, 194, 246, 262, 266, 270},
    DEVICE: {38, 42},
}
_PAIRS = {
    SETTINGS: {284, 286, 296},
    STATUS: {78, 172, 190, 198, 200, 214, 244, 274, 280},
    DEVICE: {*range(6, 38, 2), *range(46, 298, 2)},
}

# What may be written: register -> (attribute of the plant's BMS, True for a switch).
WRITABLE = {
    0x105C: ("charge_utp_dc", False),
    0x1060: ("charge_utpr_dc", False),
    0x1070: ("charge_switch", True),
    0x1074: ("discharge_switch", True),
    0x1078: ("balance_switch", True),
}


def closed(data):
    """Returns bytes with their CRC, low byte first."""
    return data + struct.pack("<H", crc16(data))


def acknowledgement(address, register, count=1):
    """Returns the answer to a write: 8 bytes."""
    return closed(struct.pack(">BBHH", address, WRITE, register, count))


def question(address, kind):
    """Returns the request for a frame of a type: 11 bytes."""
    register = next(place for place, sent in TRIGGERS.items() if sent == kind)
    return closed(struct.pack(">BBHHBH", address, WRITE, register, 1, 2, 0))


def error(address, function, code):
    """Returns an error reply: 5 bytes."""
    return closed(bytes((address, function | ERROR, code)))


def registers(frame, kind):
    """Returns the register map, big endian, that belongs to a frame of 300 bytes."""
    data = bytearray(_MAP_BYTES)
    at = _MAP
    while at < _MAP + _MAP_BYTES:
        size = 4 if at in _LONGS[kind] else 2
        piece = frame[at : at + size]
        if at not in _PAIRS[kind]:
            piece = piece[::-1]
        data[at - _MAP : at - _MAP + size] = piece
        at += size
    return bytes(data)
