"""Frames of simulated JK units over Bluetooth, laid out byte by byte after jk.md §3.

Independent of lib/bms on purpose: what the firmware decodes must not come from its own tables.
A frame knows nothing of notifications; `plant` offers the attributes of tools.plant.Plant.
"""

import struct

SETTINGS, STATUS, DEVICE = 1, 2, 3
ABSENT_DC = -2000  # of a sensor
_BODY = 293  # bytes between the counter and the sum


class Model:
    """A unit: its layout and the texts of its device frame.

    `layout` is jk02_24s, jk02_32s or jk04. `sensors`: how many battery temperatures it sends.
    `registers`: which it offers in its bitmap. `probes`: its controller sends AT now and then.
    """

    def __init__(self, layout, model, hw, sw, sensors=2, registers=(), probes=False):
        self.layout = layout
        self.model = model
        self.hw = hw
        self.sw = sw
        self.sensors = sensors
        self.registers = registers
        self.probes = probes


_OF_11 = (*range(2, 9), *range(0x0B, 0x25), 0x27, 0x28, 0x2A, 0x2B, 0x2D, 0x96, 0x97, 0xA1, 0xC8)
_OF_15 = (*range(0x24), 0x27, 0x28, 0x2B, 0x37, 0x38, 0x39, 0x96, 0x97, 0xA1, 0xC8)

MODELS = {
    "jk02_24s": Model("jk02_24s", "JK-B1A20S15P", "10.XW", "10.07"),
    "jk02_32s": Model("jk02_32s", "JK_B2A20S20P", "11.XW", "11.288H", 2, _OF_11),
    "jk02_32s_pb": Model("jk02_32s", "JK_PB2A16S20P", "15A", "15.41", 4, _OF_15, probes=True),
    "jk04": Model("jk04", "JK-B2A16S", "3.0", "3.3.0"),
    # Nobody has described this generation: whoever decodes it anyway is guessing.
    "jk_unknown": Model("jk02_32s", "JK_B9A16S20P", "29A", "29.01", 4, _OF_15, probes=True),
    # Says that it is a 24S, sends the layout of a 32S.
    "jk_liar": Model("jk02_32s", "JK-B1A20S15P", "10.XW", "10.07"),
}


def finish(kind, counter, body):
    """Returns the frame of 300 bytes around a body that begins at offset 6."""
    frame = b"\x55\xaa\xeb\x90" + bytes([kind, counter & 0xFF]) + bytes(body)
    return frame + bytes([sum(frame) & 0xFF])


def device_frame(model, counter, name="Bench"):
    """Returns a frame of type 3 (§3.8)."""
    body = _Body()
    texts = [(6, 16, model.model), (22, 8, model.hw), (30, 8, model.sw), (46, 16, name)]
    texts.append((62, 16, "1234"))  # the passcode, in clear text as in life
    if model.layout != "jk04":
        texts += [(78, 8, "240301"), (86, 11, "20210100001"), (118, 16, "123456")]
    for at, room, text in texts:
        body.text(at, room, text)
    body.put(38, "I", 8_640_000)
    body.put(42, "I", 12)
    for register in model.registers:
        body.data[150 - 6 + (register >> 3)] |= 1 << (register & 7)
    return finish(DEVICE, counter, body.data)


def settings_frame(model, plant, counter):
    """Returns a frame of type 1 (§3.7, for JK04 §3.9)."""
    body = _Body()
    if model.layout == "jk04":
        body.put(6, "f", 1.0)
        body.put(34, "B", plant.cells)
        body.put(38, "f", 2.5)
        body.put(98, "f", 3.0)
        body.put(106, "f", 0.005)
        body.put(110, "f", 2.0)
        body.put(114, "B", 1)
        return finish(SETTINGS, counter, body.data)
    bms = plant.bms
    words = {
        6: 2600, 10: bms.cell_uvp_mv, 14: bms.cell_uvpr_mv, 18: bms.cell_ovp_mv,
        22: bms.cell_ovpr_mv, 26: 5, 46: 2500, 50: 100_000, 54: 30, 58: 60, 62: 150_000, 66: 300,
        70: 60, 74: 60, 78: 2000, 82: bms.charge_otp_dc, 86: bms.charge_otp_dc - 50, 90: 700,
        94: 650, 98: bms.charge_utp_dc, 102: bms.charge_utpr_dc, 106: bms.mos_otp_dc,
        110: bms.mos_otp_dc - 100, 114: plant.cells, 118: bms.charge_switch,
        122: bms.discharge_switch, 126: getattr(bms, "balance_switch", True),
        130: plant.capacity_mah, 134: 1500, 138: 3000,
    }  # fmt: skip
    for at, value in words.items():
        body.put(at, "i", int(value))
    if model.layout == "jk02_32s":
        body.put(282, "H", int(getattr(bms, "heating_switch", False)))
        start_stop = (60, 50)
        if 0x37 in model.registers:
            start_stop = (3, 7)
            if bms.heating_start_dc is not None:
                start_stop = (bms.heating_start_dc // 10, bms.heating_stop_dc // 10)
        body.put(284, "bb", *start_stop)
    return finish(SETTINGS, counter, body.data)


def status_frame(model, plant, counter):
    """Returns a frame of type 2 (§3.6, for JK04 §3.9)."""
    if model.layout == "jk04":
        return _status_jk04(plant, counter)
    room = 24 if model.layout == "jk02_24s" else 32
    shift = 0 if room == 24 else 32
    body = _Body()
    cells = plant.cell_mv
    body.put(6, f"{len(cells)}H", *cells)
    early = shift // 2  # what lies between the two arrays moves by one of them
    body.put(54 + early, "I", (1 << len(cells)) - 1)
    body.put(58 + early, "HH", sum(cells) // len(cells), max(cells) - min(cells))
    body.put(62 + early, "BB", cells.index(max(cells)), cells.index(min(cells)))
    body.put(64 + early, f"{len(cells)}H", *[55 + i % 7 for i in range(len(cells))])
    _put_figures(body, plant, shift, room)
    if room == 32:
        _put_more_of_32s(body, plant, model)
    return finish(STATUS, counter, body.data)


def _put_figures(body, plant, shift, room):
    temps = [ABSENT_DC if temp is None else temp for temp in plant.temps_dc]
    pack_mv = sum(plant.cell_mv)
    body.put(118 + shift, "I", pack_mv)
    body.put(122 + shift, "I", abs(pack_mv * plant.current_ma) // 1_000_000 * 1000)
    body.put(126 + shift, "i", plant.current_ma)
    body.put(130 + shift, "hh", *temps[:2])
    body.put(134 if room == 24 else 144, "h", plant.mos_temp_dc)
    body.put(136 if room == 24 else 166, "H" if room == 24 else "I", alarms(plant))
    body.put(138 + shift, "hB", 0, 0)
    body.put(141 + shift, "B", plant.soc_pct)
    body.put(142 + shift, "i", plant.soc_pct * plant.capacity_mah // 100)
    body.put(146 + shift, "I", plant.capacity_mah)
    body.put(150 + shift, "II", 37, 3_650_000)
    body.put(158 + shift, "B", 99)
    body.put(162 + shift, "I", plant.runtime_s)
    body.put(166 + shift, "BB", plant.charge_on, plant.discharge_on)
    body.put(182 + shift, "B", 0xFF)
    body.put(183 + shift, "B", plant.bms.heating)
    body.put(214 + shift, "I", int(10 * plant.time_s))


def _put_more_of_32s(body, plant, model):
    temps = [ABSENT_DC if temp is None else temp for temp in plant.temps_dc]
    body.put(234, "H", sum(plant.cell_mv) // 10)
    body.put(236, "h", round(1000 * plant.bms_heater_a))
    body.put(245, "B", bool(plant.charger_on))
    body.put(254, "h", plant.mos_temp_dc)
    if model.sensors == 4:
        body.put(256, "hh", *temps[:2])


def _status_jk04(plant, counter):
    body = _Body()
    volts = [mv / 1000 for mv in plant.cell_mv]
    body.put(6, f"{len(volts)}f", *volts)
    body.put(102, f"{len(volts)}f", *[0.06] * len(volts))
    body.put(202, "ff", sum(volts) / len(volts), max(volts) - min(volts))
    body.put(214, "I", (1 << len(volts)) - 1)
    body.put(218, "BB", volts.index(max(volts)), volts.index(min(volts)))
    body.put(230, "d", sum(volts))
    body.put(286, "I", plant.runtime_s)
    return finish(STATUS, counter, body.data)


def alarms(plant):
    """Returns the alarm word of table ble_alarms for what the plant's BMS has found."""
    bms = plant.bms
    return bms.full << 4 | bms.hot << 8 | bms.cold << 9 | bms.empty << 11


class _Body:
    """The bytes from offset 6 to 298; `put` takes offsets from the frame's first byte."""

    def __init__(self):
        self.data = bytearray(_BODY)

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.data, at - 6, *values)

    def text(self, at, room, text):
        raw = text.encode()[:room]
        self.data[at - 6 : at - 6 + len(raw)] = raw
