"""No dialect allocates on its rarer frames either: settings, device, variants, foreign bytes."""

import struct

import harness
import samples

from bms.ant.ant_new import AntNew
from bms.jk.jk_ble import JkBle
from bms.jk.jk_display import JkDisplay
from bms.jk.jk_modbus import JkModbus
from bms.pack import PackState
from compat import ticks_add

CHUNK = 400


class Rig:
    """A dialect, and one buffer to feed it from."""

    def __init__(self, cls):
        self.dialect = cls(PackState(), CHUNK)
        self.piece = bytearray(CHUNK)
        self.out = bytearray(32)
        self.now = (1 << 30) - 3000
        self.frames = ()

    def hear(self):
        """Feeds each frame in two pieces, with a turn of the loop after each."""
        for frame in self.frames:
            half = len(frame) // 2
            self.feed(frame, 0, half)
            self.feed(frame, half, len(frame))

    def feed(self, frame, start, end):
        """Feeds a part of a frame."""
        for i in range(start, end):
            self.piece[i - start] = frame[i]
        dialect = self.dialect
        dialect.feed(self.piece, end - start, self.now)
        self.now = ticks_add(self.now, 60)
        dialect.settle(self.now)
        dialect.request(self.now, self.out)

    def check(self, name, *frames):
        """Checks that hearing the frames allocates nothing, and that they are decoded."""
        self.frames = frames
        framer = self.dialect.framer
        before = framer.frames
        harness.check_no_alloc(name, self.hear)
        harness.check(framer.frames > before, name + ": nothing was decoded")


def jk04_status():
    """Returns a status of eight cells in floats."""
    fields = {6: struct.pack("<8f", *([3.3015] * 8)), 214: b"\xff", 220: b"\x02"}
    fields[222] = struct.pack("<f", -0.762)
    fields[230] = struct.pack("<d", 8 * 3.3015)
    return samples.jk300(2, fields)


def jk02_settings():
    """Returns settings with all that is signed below zero."""
    cold = struct.pack("<i", -200)
    return samples.jk300(1, {10: b"\xf0\x0a", 82: cold, 98: cold, 102: cold, 282: b"\x01"})


def check_jk_ble():
    """All variants, all kinds of frames, and what the radio module throws in."""
    wide = samples.jk02_status(wide=True)
    narrow = samples.jk02_status()
    device = samples.jk_device(b"JK_B2A20S20P", b"15A", b"15.41")
    alarmed = bytearray(wide)
    alarmed[166:170] = b"\xff\xff\xff\xff"
    alarmed[299] = sum(alarmed[:299]) & 0xFF
    for generation, frames in (
        (15, (wide, bytes(alarmed))),
        (10, (narrow,)),
        (3, (jk04_status(),)),
    ):
        rig = Rig(JkBle)
        rig.dialect.frames.assume(generation)
        rig.check("jk_ble, generation %d" % generation, *frames)
    rig = Rig(JkBle)
    rig.check("jk_ble, device and settings", device, jk02_settings(), wide)
    noisy = wide[:150] + b"AT\r\n" + wide[150:]
    acked = wide[:70] + samples.JK_ACK + wide[70:]
    rig.check("jk_ble, foreign bytes", noisy, acked)
    rig.check("jk_ble, contradictions", narrow, jk04_status(), wide)
    rig.check("jk_ble, another unit", device, samples.jk_device(b"JK", b"1", b"99.1"))


def registers(frame, kind, address):
    """Returns the replies to a plain reading of a whole frame, pairs of bytes swapped."""
    replies = []
    for offset, words in kind:
        data = bytearray(frame[offset + 6 : offset + 6 + 2 * words])
        for i in range(0, len(data), 2):
            data[i], data[i + 1] = data[i + 1], data[i]
        replies.append(samples.crc16(bytes([address, 3, 2 * words]) + bytes(data)))
    return replies


class PlainRig(Rig):
    """Answers each plain request with the block that it asks for."""

    def __init__(self, replies):
        super().__init__(JkModbus)
        dialect = self.dialect
        self.replies = replies
        dialect.resume(1, True)
        dialect.frames.assume(15)
        dialect.units[0].settings.due(self.now)
        dialect.units[0].settings.found()
        dialect.request(ticks_add(self.now, -6000), self.out)  # it listens first
        dialect.request(self.now, self.out)
        harness.check_equal(self.out[1], 3, "function")

    def hear(self):
        """Answers one status, block by block."""
        for reply in self.replies:
            self.feed(reply, 0, len(reply))
            self.now = ticks_add(self.now, 1100)
            self.dialect.request(self.now, self.out)


def check_jk_modbus():
    """Plain reading: the words come in another order, which must not cost memory."""
    blocks = ((0, 36), (138, 38), (228, 13))
    rig = PlainRig(registers(bytes(300), blocks, 1))
    harness.check_no_alloc("jk_modbus, plain", rig.hear)
    harness.check(rig.dialect.framer.others > 10, "no block was taken")
    harness.check(rig.dialect.frames.seen[2] > 2, "no status was put together")
    questions = [samples.crc16(bytes([n, 16, 22, 32, 0, 1, 2, 0, 0])) for n in (1, 7, 15)]
    status = samples.jk02_status(wide=True)
    rig = Rig(JkModbus)
    rig.dialect.add(PackState(), 7)
    questions += [samples.crc16(bytes([n, 3, 0x12, 0, 0, 36])) for n in (1, 7, 15)]
    told = [samples.acknowledged(status, 0x20, n) for n in (0, 7, 9)]
    rig.check("jk_modbus, a master's bus", *(questions + told))
    harness.check(rig.dialect.master and rig.dialect.foreign, "no master was noticed")


def check_jk_display():
    """The variant 5AA5, whose status comes in two blocks."""
    totals = [5280, -65, 75, 15, 2800, 2087, 3300, 20, 0, 1, 3300, 3, 1, 1, 2]
    cells = [3300] * 16 + [2, 75, 2800, 2087, 0, 1, 19, -65, 1, 0, 1]
    frames = (
        samples.display_frame(b"\x5a\xa5", 0x1000, totals),
        samples.display_frame(b"\x5a\xa5", 0x1210, cells),
        samples.display_frame(b"\x5a\xa5", 0x00B0, [0x5AA5, 1, 0x0205, 0]),
        samples.display_status(flags=(0, 8), celsius=-200),
    )
    Rig(JkDisplay).check("jk_display, both variants", *frames)


def check_ant_new():
    """Settings, versions, refusals, replies, and figures beyond 30 bits."""
    ok = b"\xff\x0b\x00\x00"
    big = bytearray(samples.ant_status(cells=1, temps=())[6:-4])
    big[4:20] = b"\xff" * 16
    big[46:66] = b"\xff" * 20
    frames = (
        samples.ant_frame(0x12, 0x38, bytes(range(44)), ok),
        samples.ant_frame(0x12, 0x38, b"\xff" * 44, ok),
        samples.ant_frame(0x12, 0x98, b"\xfe" * 14, ok),
        samples.ant_frame(0x12, 0x26C, b"24BHA0TB120A\0\0\0\x0024BHUB00-220301A", ok),
        samples.ant_frame(0x12, 0x210, b"\x7f" * 8, b"\xff\x01\x00\x04\x4e\x12\x09\x00"),
        samples.ant_frame(0x43, 0x14A, b"\x05\x00", b"\xff\x05\x00\x00"),
        samples.ant_frame(0x15, 0, bytes(40)),
        samples.ant_frame(0x11, 0, bytes(big)),
    )
    Rig(AntNew).check("ant_new, settings and replies", *frames)


check_jk_ble()
check_jk_modbus()
check_jk_display()
check_ant_new()
