"""A status of JK02 of which not all is decoded again: the picture is that of a fresh decoder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bms import pack as p
from bms.framer import DECODED
from bms.jk.frame_sum import FrameSum
from bms.jk.jk02 import Place
from bms.jk.jk_ble import JkBle
from bms.jk.jk_frames import FRAME, JK02_32S, JkFrames
from bms.pack import PackState
from compat import bytes_and
from host_tests.bms.jk_ble_rig import DEVICE_24S, DEVICE_32S, settings_frame
from host_tests.dialects import feed, start, values
from tools.mp.samples import JK_ACK, jk02_status, jk300, jk_device

DEVICES = {
    "narrow": DEVICE_24S,
    "old": jk_device(b"JK-BD6A17S6P", b"6.X", b"6.10"),
    "balancer": jk_device(b"JK_DZ11B2A24S", b"10.X", b"10.07"),
    "wide": DEVICE_32S,
    "new": jk_device(b"JK-PB2A16S20P", b"15A", b"15.41"),
}
NARROW = ("narrow", "old", "balancer")

# Where in the narrow layout, where in the wide one, and what may be there.
FIELDS = {
    "mask": (54, 70, (b"\xff\0\0\0", b"\0\0\0\0", b"\xff\0\0\x80", b"\x7f\0\0\0")),
    "wires": (114, 146, (bytes(4), b"\x04\0\0\0")),
    "mos": (134, 144, (b"\xd2\0", b"\x30\xf8", b"\xd3\0")),
    "temps": (130, 162, (b"\xc3\0\xbc\0", b"\x30\xf8\xbc\0", b"\xc3\0\x30\xf8", bytes(4))),
    "alarms": (136, 166, (bytes(2), b"\0\x02")),
    "balancing": (138, 170, (b"\0\0\0", b"\x10\0\x01")),
    "soc": (141, 173, (b"\x32", b"\0")),
    "remaining": (142, 174, (b"\x50\xc3\0\0", b"\0\0\0\x40", bytes(4))),
    "soh": (158, 190, (b"\x64", b"\xff", b"\0")),
    "runtime": (162, 194, (b"\x10\0\0\0", b"\x11\0\0\0", b"\0\0\0\x7f")),
    "switches": (166, 198, (b"\x01\x01", b"\0\0", b"\x01\0")),
    "heating": (183, 215, (b"\0", b"\x01")),
    "emergency": (186, 218, (bytes(2), b"\x3c\0")),
    "heating_ma": (236, 236, (bytes(2), b"\x10\x27")),
    "charger": (245, 245, (b"\0", b"\x01")),
    "clock": (214, 246, (b"\x01\0", b"\x02\0")),
    "late": (256, 256, (bytes(4), b"\xc3\0\x30\xf8")),
    "resistances": (64, 80, (bytes(4), b"\x20\0\x21\0")),
    "ninth": (22, 22, (bytes(2), b"\x64\0")),
    "phase": (280, 280, (b"\0", b"\x02", b"\x03")),
}
CHOICES = {name: st.sampled_from(choices) for name, (_, _, choices) in FIELDS.items()}
# Of a frame, one or two things change from the one before.
CHANGES = st.lists(
    st.sampled_from(
        [(name, data) for name, (_, _, choices) in FIELDS.items() for data in choices]
        + [("mv", mv) for mv in (3300, 3310, 0)]
        + [("ma", ma) for ma in (-2000, 1500, 0)]
        + 8 * [("mv", 3290)]
    ),
    max_size=2,
)
UNITS = st.integers(0, 1)
STATUS = st.tuples(st.just("status"), UNITS, CHANGES)
STEPS = st.one_of(
    STATUS,
    STATUS,
    STATUS,
    st.tuples(st.just("damaged"), UNITS, st.sampled_from((6, 60, 170, 220, 280))),
    st.tuples(st.just("contradiction"), UNITS, CHANGES),
    st.tuples(st.just("device"), UNITS, st.sampled_from(sorted(DEVICES))),
    st.tuples(st.just("settings"), UNITS),
    st.tuples(st.just("clear"), UNITS),
    st.tuples(st.just("reset"), UNITS),
)


def status(wide, mv, ma, **fields):
    """Returns a status of eight cells with fields as FIELDS names them."""
    frame = bytearray(jk02_status(mv, ma=ma, wide=wide))
    for name, data in fields.items():
        at = FIELDS[name][1 if wide else 0]
        frame[at : at + len(data)] = data
    frame[299] = sum(frame[:299]) & 0xFF
    return bytes(frame)


class Bus:
    """Two units whose frames lie at one place."""

    def __init__(self):
        self.place = Place(*bytes_and("H", FRAME))
        self.sums = [FrameSum(self.place.buf, wide) for wide in (False, True)]
        self.units = [JkFrames(PackState(wires=True)) for _ in range(2)]
        self.devices = ["wide", "wide"]
        self.fields = [{"mv": 3300, "ma": -2000}, {"mv": 3300, "ma": -2000}]

    def take(self, unit, frame):
        """Has a unit's frame decoded as the dialects do; returns the verdict, 0 for a bad sum."""
        frames = self.units[unit]
        self.place.buf[:] = frame
        frame_sum = self.sums[frames.variant == JK02_32S]
        total = frame_sum.look()
        assert total == sum(frame[:299])
        if total & 0xFF != frame[299]:
            return 0
        if not frame_sum.stands:
            frame_sum.keep()
        return frames.take(self.place, 0, 0)

    def name(self, unit, device):
        """A unit says what it is."""
        self.devices[unit] = device
        assert self.take(unit, DEVICES[device]) == DECODED

    def check(self, unit, frame):
        """A status is decoded as by a decoder that has seen none before, or nothing changes."""
        frames = self.units[unit]
        other = Bus()
        other.name(0, self.devices[unit])
        other.units[0].proven, other.units[0].variant = frames.proven, frames.variant
        before = picture(frames.pack)
        if self.take(unit, frame) == DECODED:
            assert other.take(0, frame) == DECODED
            assert picture(frames.pack) == picture(other.units[0].pack)
        else:
            assert picture(frames.pack) == before


def picture(pack):
    """Returns all that a pack tells of its status."""
    slots = (*range(p.CHARGE_SWITCH), *range(p.PACK_MV, p.PACK_OVP_MV))
    figures = {slot: pack.get(slot) for slot in slots}
    temps = [pack.temps_dc[i] if pack.temp_valid[i] else None for i in range(pack.temps)]
    cells = pack.cell_mv[: pack.cells], list(pack.cell_res_mohm[: pack.cells])
    return figures, cells, temps, bytes(pack.alarms), bytes(pack.notices)


@settings(max_examples=300)
@given(st.lists(STEPS, min_size=8, max_size=30))
def test_a_status_means_the_same_whatever_came_before(steps):
    bus = Bus()
    for unit, device in enumerate(("wide", "new")):
        bus.name(unit, device)
    for what, unit, *rest in steps:
        frames = bus.units[unit]
        wide = bus.devices[unit] not in NARROW
        if what == "status":
            bus.fields[unit].update(rest[0])
            bus.check(unit, status(wide, **bus.fields[unit]))
        elif what == "contradiction":
            wrong = bus.fields[unit] | dict(rest[0]) | {"soc": b"\x65"}
            bus.check(unit, status(wide, **wrong))
        elif what == "damaged":
            frame = bytearray(status(wide, **bus.fields[unit]))
            frame[rest[0]] ^= 1
            bus.check(unit, bytes(frame))
        elif what == "device":
            bus.name(unit, rest[0])
        elif what == "settings":
            bus.take(unit, settings_frame())
        elif what == "clear":
            frames.pack.clear()
        else:
            frames.reset()
            bus.name(unit, bus.devices[unit])


OTHERS = {"temps": b"\xc4\0\xbd\0"}
DEAD = {"soc": b"\0", "soh": b"\0", "remaining": bytes(4), "switches": bytes(2), "ma": 0}
DEAD |= {"mos": bytes(2), "temps": bytes(4)}
NO_MASK = {"mask": bytes(4)}
RUNS = {
    "a cell more, and nothing tells it": (NO_MASK, NO_MASK | {"ninth": b"\x64\0"}),
    "a mask of more cells than there can be": (
        {"mask": b"\xff\0\0\x80"},
        {"mask": b"\xff\0\0\x80", "ninth": b"\x64\0"},
    ),
    "zeros, and then a current": (DEAD, DEAD | {"ma": 5}, DEAD, DEAD | {"ma": 5}),
    "a current, and then zeros": (DEAD | {"ma": 5}, DEAD, DEAD | {"ma": 5}),
    "too much charge": ({"remaining": b"\0\0\0\x40"}, {"remaining": b"\0\0\0\x40"}, {}),
    "too long a time": ({}, {"runtime": b"\0\0\0\x7f"}, {}, {"runtime": b"\0\0\0\x7f"}),
    "contradicted": ({}, OTHERS | {"soc": b"\x65"}, OTHERS, {}),
    "contradicted at the same place": ({}, {"ma": 2_000_000}, {}),
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("device", DEVICES)
def test_what_is_seldom(device, run):
    bus = Bus()
    bus.name(0, device)
    for fields in ({}, {}, *RUNS[run], {}, OTHERS, {}):
        frame = status(device not in NARROW, **{"mv": 3300, "ma": -2000} | fields)
        bus.check(0, frame)
        bus.check(0, frame)


def test_a_frame_like_the_one_before_the_pack_was_cleared():
    bus = Bus()
    bus.name(0, "new")
    for _ in range(2):
        bus.check(0, status(True, 3300, 0, soh=b"\x64"))
        bus.units[0].pack.clear()


def test_a_generation_that_was_told_without_a_frame():
    bus = Bus()
    frame = status(True, 3300, 0, late=b"\xc3\0\x30\xf8")
    for device, generation in (("new", 15), ("wide", 11), ("new", 15)):
        bus.devices[0] = device
        bus.units[0].assume(generation)
        bus.check(0, frame)
        bus.check(0, frame)


@pytest.mark.parametrize("noise", [b"AT\r\n", JK_ACK])
@pytest.mark.parametrize("wide", [False, True])
def test_foreign_bytes_inside_a_frame_like_the_one_before(noise, wide):
    dialect = start(JkBle)
    feed(dialect, DEVICE_32S if wide else DEVICE_24S)
    frame = status(wide, 3300, -2000)
    for at in range(5, 301 - len(noise)):
        other = status(wide, 3300 + at, -2000)
        torn = frame[:at] + noise + frame[at:]
        assert feed(dialect, frame, torn, other) == 3, at
        assert values(dialect)["cell_mv"][0] == 3300 + at


@pytest.mark.parametrize("device", ["narrow", "wide"])
def test_a_lost_piece_is_noticed_though_the_sum_fits(device):
    dialect = start(JkBle)
    feed(dialect, DEVICES[device])
    frame = status(device == "wide", 3300, -2000)
    for at in range(6, 290):
        torn = bytearray(frame[:at] + frame)
        torn[5] = torn[5] + torn[299] - sum(torn[:299]) & 0xFF
        before = dialect.framer.bad_frame
        assert feed(dialect, frame, bytes(torn), frame) == 2 + (torn[at:] == frame), at
        assert dialect.framer.bad_frame == before + 1


def test_no_passcode_is_kept_of_a_torn_frame():
    dialect = start(JkBle)
    frame = status(True, 3300, -2000)
    feed(dialect, DEVICES["wide"], frame)
    secret = {at: b"pass%04d" % at for at in range(6, 290, 8)}
    feed(dialect, frame[:40] + jk300(3, secret), frame)
    assert dialect.framer.frames == 3
    assert not any(b"pass0" in kept for each in dialect._sums for kept in each._kept)
