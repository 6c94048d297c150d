"""Frames of 300 bytes of a simulated JK unit, as BLE and RS485 carry them, after jk.md §3.4…§3.8.

Both layouts: `Unit.wide` chooses that of 32 cells. Independent of lib/bms on purpose: what the
firmware decodes must not come from its own tables.
"""

import struct

PREAMBLE = b"\x55\xaa\xeb\x90"
SETTINGS, STATUS, DEVICE = 1, 2, 3
_SIZE = 300
_ABSENT_DC = -2000

# Bits of the alarm word by the names of the plant's alarms (jk.md table ble_alarms).
_ALARM_BITS = {
    "mos_overtemp": 1,
    "cell_overvoltage": 4,
    "pack_overvoltage": 5,
    "charge_overcurrent": 6,
    "battery_overtemp": 8,  # of charging
    "battery_undertemp": 9,  # of charging
    "cell_undervoltage": 11,
    "pack_undervoltage": 12,
    "discharge_overcurrent": 13,
}


class Unit:
    """Who the simulated unit is. `sw` decides about the layout; see jk.md table ble_variants.

    `offered`: registers in its capability bitmap, as jk.md table capability_sets writes them.
    """

    def __init__(self, model, hw, sw, offered=""):
        self.model = model
        self.hw = hw
        self.sw = sw
        self.offered = registers(offered)
        self.address = 1
        self.wide = self.generation >= 11

    @property
    def generation(self):
        """The software's major number."""
        return int(self.sw.partition(".")[0])


def registers(text):
    """Returns the numbers in "02-06 0B": registers in hexadecimal, and ranges of them."""
    numbers = []
    for part in text.split():
        low, _, high = part.partition("-")
        numbers += range(int(low, 16), int(high or low, 16) + 1)
    return numbers


_COMMON = " 64 67-6C 96-97 9B-9C 9E-A2 A5-A7 A9"


def units():
    """Returns new Units of each generation that jk.md describes, by name."""
    return {
        "24s": Unit("JK_B2A24S20P", "10.XG", "10.07"),
        "v11": Unit("JK_B2A25SRP", "11A", "11.55", "01-08 0B-28 2A-2B 2D 39" + _COMMON + " C8"),
        "v14": Unit("JK_PB2A16S15P", "14.XA", "14.20", "01-23 25 27-28 2B 2D-30 39" + _COMMON),
        "v15": Unit("JK_PB2A16S20P", "15A", "15.41", "00-23 27-28 2B 2D-30 32-34 37-39" + _COMMON),
        "v19": Unit(
            "JK_PB2A16S20P", "19H", "19.27", "00-23 25 27-28 2B 2D-30 32-33 37-3B" + _COMMON
        ),
    }


def status(picture, unit, counter=0):
    """Returns a status frame (jk.md §3.6)."""
    wide = unit.wide
    frame = _new(STATUS, counter)
    later = 32 if wide else 0
    cells = picture.cell_mv
    _put(frame, 6, f"<{len(cells)}H", *cells)
    _put(frame, 54 + later // 2, "<I", (1 << len(cells)) - 1)
    _put_statistics(frame, 58 + later // 2, cells)
    _put(frame, 64 + later // 2, f"<{len(cells)}H", *[50 + i for i in range(len(cells))])
    d = later
    _put(frame, d + 118, "<IIi", picture.pack_mv, _watts_mw(picture), picture.current_ma)
    temps = [_ABSENT_DC if dc is None else dc for dc in picture.temps_fine_dc]
    _put(frame, d + 130, "<hh", *temps)
    _put(frame, 144 if wide else 134, "<h", picture.mos_fine_dc)
    alarms = sum(1 << bit for name, bit in _ALARM_BITS.items() if name in picture.alarms)
    _put(frame, 166 if wide else 136, "<I" if wide else "<H", alarms)
    _put(frame, d + 141, "<BiI", picture.soc_pct, picture.remaining_mah, picture.capacity_mah)
    _put(frame, d + 150, "<IIB", picture.cycles, picture.cycle_capacity_mah, 100)
    _put(frame, d + 162, "<I??", picture.runtime_s, picture.charge_on, picture.discharge_on)
    frame[d + 182] = 0xFF  # sensor mask: not to be trusted
    _put(frame, d + 188, "<H", 919)
    if wide:
        _put_wide_status(frame, picture, unit)
    return _close(frame)


def settings(picture, unit, counter=0):
    """Returns a settings frame (jk.md §3.7)."""
    frame = _new(SETTINGS, counter)
    bms = picture.bms
    cells = len(picture.cell_mv)
    words = [3500, bms.cell_uvp_mv, bms.cell_uvpr_mv, bms.cell_ovp_mv, bms.cell_ovpr_mv, 10]
    words += [bms.cell_ovpr_mv, bms.cell_uvpr_mv, 3450, 3350, bms.cell_uvp_mv - 100]
    words += [100_000, 30, 60, 150_000, 300, 60, 5, 2000]
    words += [bms.charge_otp_dc, bms.charge_otp_dc - 50, 700, 650]
    words += [bms.charge_utp_dc, bms.charge_utpr_dc, bms.mos_otp_dc, bms.mos_otp_dc - 200]
    words += [cells, bms.charge_switch, bms.discharge_switch, _balance_switch(bms)]
    words += [picture.capacity_mah, 1500, 3400]
    _put(frame, 6, f"<{len(words)}i", *words)
    if unit.wide:
        _put(frame, 270, "<I", unit.address)
        _put(frame, 284, "<bbB", 0, 10, 24)
        _put(frame, 296, "<bb", -20, -10)
    return _close(frame)


def device(picture, unit, counter=0):
    """Returns a device frame (jk.md §3.8). Its passcodes are the factory's."""
    frame = _new(DEVICE, counter)
    _put(frame, 6, "<16s8s8s", unit.model.encode(), unit.hw.encode(), unit.sw.encode())
    _put(frame, 38, "<II16s16s", picture.runtime_s, 22, b"Bench", b"1234")
    _put(frame, 78, "<8s11s", b"240914", b"40119491480")
    _put(frame, 102, "<16s16s", b"bench", b"123456")
    if unit.wide:
        frame[134:140] = b"JK-BMS"
        for register in unit.offered:
            frame[150 + register // 8] |= 1 << register % 8
        _put(frame, 184, "<BBI", 1, 0, 0x67FF)
        _put(frame, 266, "<BB", 10, 120)
    return _close(frame)


BUILDERS = {SETTINGS: settings, STATUS: status, DEVICE: device}


def _new(kind, counter):
    frame = bytearray(_SIZE)
    frame[0:4] = PREAMBLE
    frame[4] = kind
    frame[5] = counter & 0xFF
    return frame


def _close(frame):
    frame[-1] = sum(frame[:-1]) & 0xFF
    return bytes(frame)


def _put(frame, at, layout, *values):
    struct.pack_into(layout, frame, at, *values)


def _put_statistics(frame, at, cells):
    """Average, difference, and the positions of highest and lowest, 0-based on the wire."""
    low, high = min(cells), max(cells)
    average = round(sum(cells) / len(cells))
    _put(frame, at, "<HHBB", average, high - low, cells.index(high), cells.index(low))


def _put_wide_status(frame, picture, unit):
    _put(frame, 234, "<H", picture.pack_mv // 10)
    _put(frame, 246, "<I", 10 * picture.runtime_s)
    _put(frame, 254, "<h", picture.mos_fine_dc)
    if unit.generation >= 14:
        _put(frame, 256, "<hh", _ABSENT_DC, _ABSENT_DC)  # T4 and T5 are not fitted
    _put(frame, 270, "<I", 86_400)


def _balance_switch(bms):
    return bool(getattr(bms, "balance_switch", True))


def _watts_mw(picture):
    return abs(picture.pack_mv * picture.current_ma) // 1000
