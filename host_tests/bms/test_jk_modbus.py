"""JK over RS485: captures, both forms against a played bus, addresses, echoes, errors."""

import pytest

from bms import pack as p
from bms.jk.jk_modbus import JkModbus, put_trigger
from bms.pack import PackState
from host_tests import dialects
from host_tests.dialects import (
    differences,
    feed,
    feed_capture,
    load,
    name_of,
    start,
    values,
    variant_of,
    why_withheld,
)
from tools.bench.bms.jk_modbus_sim import JkBusMasterSim, JkModbusSim
from tools.mp.samples import acknowledged, crc16, jk02_status, jk300, jk_device
from tools.plant import Plant

DEVICE = jk_device(b"JK-PB2A16S20P", b"15A", b"15.41")
STATUS = jk02_status(wide=True)
SETTINGS = jk300(
    1,
    {10: b"\xf0\x0a\0\0", 18: b"\x42\x0e\0\0", 98: b"\xce\xff\xff\xff", 102: b"\x32\0\0\0"}
    | {114: b"\x08\0\0\0", 118: b"\x01\0\0\0", 270: b"\x03\0\0\0", 282: b"\x01\0"},
)
LISTEN_MS = 5000  # before the first question
FRAMES = {0x1C: DEVICE, 0x1E: SETTINGS, 0x20: STATUS}


@pytest.mark.parametrize("path", dialects.captures("jk_modbus"), ids=name_of)
def test_captures(path):
    capture = load(path)
    address = capture["expected"].get("ack_address", capture["expected"].get("address"))
    dialect = start(JkModbus, address=address)
    dialect.frames.assume(15)
    decoded = feed_capture(dialect, capture)
    if capture["kind"] in ("ack", "command"):
        assert decoded == 0 and dialect.framer.others == 1 and dialect.framer.dropped == 0
    else:
        assert decoded == 1 and differences(values(dialect), capture) == {}


@pytest.mark.parametrize(
    "version, variant, withheld",
    [
        (b"3.3.0", "unknown", "unknown_generation"),  # an active balancer: none has such a bus
        (b"10.07", "jk02_24s", "nothing"),
        (b"15.41", "jk02_32s", "nothing"),
    ],
)
def test_which_layout_a_unit_on_a_bus_has(version, variant, withheld):
    dialect = start(JkModbus, address=1)
    device = jk_device(b"JK-B2A24S15P", b"10.XW", version)
    feed(dialect, acknowledged(device, 0x1C))
    assert variant_of(dialect) == variant and why_withheld(dialect) == withheld


@pytest.mark.parametrize("filler", [b"", b"\0"])
def test_the_filler_is_optional(filler):
    dialect = start(JkModbus, address=1)
    dialect.frames.assume(15)
    frame = STATUS + filler + crc16(b"\x01\x10\x16\x20\0\x01") + filler
    assert feed(dialect, frame, frame) == 2


def test_a_frame_without_its_acknowledgement_is_nobodys():
    dialect = start(JkModbus, address=1)
    dialect.frames.assume(15)
    assert feed(dialect, STATUS) == 0 and dialect.feed(b"", 0, 1000) == 0
    assert feed(dialect, STATUS + crc16(b"\x01\x10\x16\x1e\0\x01"), now=2000) == 0  # of another
    assert values(dialect) == {}


def test_another_units_frame_is_good_but_not_ours():
    dialect = start(JkModbus, address=1)
    dialect.frames.assume(15)
    assert feed(dialect, acknowledged(STATUS, 0x20, address=2)) == 0
    assert dialect.foreign == 1 and dialect.framer.others == 1 and values(dialect) == {}
    assert feed(dialect, acknowledged(STATUS, 0x20, address=1)) == 1


def test_every_bit_of_frame_and_acknowledgement_counts():
    good = acknowledged(STATUS, 0x20)
    for bit in [*range(2400), *range(2408, 8 * len(good))]:
        damaged = bytearray(good)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        dialect = start(JkModbus, address=1)
        dialect.frames.assume(15)
        assert feed(dialect, bytes(damaged)) == 0, bit


# -- a played bus ---------------------------------------------------------------------------------


class Unit:
    """A unit at an address that speaks one of the two forms, on a line that may echo."""

    LONGS = {
        0x10: [*range(6, 142, 4), 270, 274, 278],
        0x12: [70, 146, 150, 154, 158, 166, 174, 178, 182, 186, 194, 246],
        0x14: [38, 42],
    }
    BYTES = {
        0x10: [284, 286, 288, 290, 292, 294, 296],
        0x12: [172, 190, 198, 200, 214, 234, 244],
        0x14: [*range(6, 38, 2), *range(46, 110, 2)],
    }

    def __init__(self, form, address=3, echo=False):
        self.form = form
        self.address = address
        self.echo = echo

    def answer(self, request):
        """Returns what the line carries after a request; None if it stays silent."""
        assert crc16(request[:-2]) == request
        echo = request if self.echo else b""
        if request[0] != self.address or self.form not in ("framed", "plain"):
            return echo
        if request[1] == 0x10 and self.form == "framed":
            return echo + FRAMES[request[3]] + b"\0" + crc16(request[:6]) + b"\0"
        if request[1] == 3 and self.form == "plain":
            return echo + self.registers(int.from_bytes(request[2:4], "big"), request[5])
        return echo

    def registers(self, register, words):
        """Returns the reply to a read of registers: big endian, pairs of bytes in order."""
        assert words <= 40
        page = register >> 8 if register >> 8 != 0x11 else 0x10
        frame = {0x10: SETTINGS, 0x12: STATUS, 0x14: DEVICE}[page]
        at = register - (page << 8) + 6
        end = at + 2 * words
        data = b""
        while at < end:
            size = 4 if at in self.LONGS[page] else 2
            part = frame[at : at + size]
            data += part if at in self.BYTES[page] else part[::-1]
            at += size
        return crc16(bytes([self.address, 3, 2 * words]) + data)


def talk(dialect, unit, last, first=0):
    """Plays the bus with answers after 50 ms; returns [(ms, request)]."""
    out = bytearray(16)
    sent = []
    due = None
    for now in range(first, last, 10):
        dialect.settle(now)
        if due and now >= due[0]:
            feed(dialect, due[1], now=now)
            due = None
        else:
            dialect.feed(b"", 0, now)
        n = dialect.request(now, out)
        if n:
            sent.append((now, bytes(out[:n])))
            answer = unit.answer(bytes(out[:n]))
            due = (now + 50, answer) if answer else None
    return sent


@pytest.mark.parametrize("form", ["framed", "plain"])
@pytest.mark.parametrize("address", [None, 3])
@pytest.mark.parametrize("echo", [False, True])
def test_both_forms_find_and_read_a_unit(form, address, echo):
    dialect = start(JkModbus, address=address)
    sent = talk(dialect, Unit(form, echo=echo), 20_000)
    assert dialect.address == 3 and dialect.plain == (form == "plain")
    assert dialect.frames.proven and variant_of(dialect) == "jk02_32s" and dialect.unanswered == 0
    got = values(dialect)
    assert got["cell_mv"] == [3300 + i for i in range(8)] and got["current_ma"] == -2000
    assert got["temps_dc"] == [195, 188, 0, 0] and got["soc_pct"] == 50
    assert (got["charge_utp_dc"], got["charge_utpr_dc"]) == (-50, 50)
    assert got["heating_switch"] is True and got["device_addr"] == 3
    assert got["model"] == "JK-PB2A16S20P" and got["sw_version"] == "15.41"
    gaps = [b[0] - a[0] for a, b in zip(sent, sent[1:], strict=False)]
    assert min(gaps) >= 100


def test_the_plain_form_does_not_trust_its_map_for_the_bitmap():
    dialect = start(JkModbus, address=3)
    talk(dialect, Unit("plain"), 5000)
    assert not any(dialect.frames.capabilities)


def test_a_dead_bus_is_searched_without_end_and_without_hurry():
    dialect = start(JkModbus)
    sent = talk(dialect, Unit("none"), 30_000)
    assert len(sent) <= 30_000 // 400 + 1
    asked = {request[0] for _, request in sent}
    assert asked == set(range(1, 16)) and {request[1] for _, request in sent} == {3, 16}
    assert why_withheld(dialect) == "no_device_info" and values(dialect) == {}


def test_a_unit_once_proven_is_not_exchanged_for_its_neighbour():
    dialect = start(JkModbus)
    talk(dialect, Unit("framed", address=5), 15_000)
    assert dialect.address == 5
    dialect.reset()
    assert (
        dialect.address == 5
        and not dialect.frames.proven
        and why_withheld(dialect) == "no_device_info"
    )
    talk(dialect, Unit("framed", address=6), 60_000, 15_000)
    assert dialect.address == 5 and not dialect.frames.proven
    talk(dialect, Unit("framed", address=5), 75_000, 60_000)
    assert dialect.frames.proven


def test_the_search_begins_anew_where_nothing_was_proven():
    dialect = start(JkModbus)
    talk(dialect, Unit("none"), 8_000)
    assert dialect.address > 1
    dialect.reset()
    assert dialect.address is None
    talk(dialect, Unit("framed", address=2), 25_000, 8_000)
    assert dialect.address == 2 and dialect.frames.proven


def test_an_error_reply_ends_the_wait():
    dialect = start(JkModbus, address=3)
    out = bytearray(16)
    assert dialect.request(0, out) == 0
    assert dialect.request(LISTEN_MS, out) == 11
    assert feed(dialect, crc16(b"\x03\x90\x02"), now=LISTEN_MS + 20) == 0
    assert dialect.error == 2 and dialect.framer.others == 1
    assert dialect.request(LISTEN_MS + 100, out) == 11


def test_blocks_nobody_asked_for_change_nothing():
    dialect = start(JkModbus, address=3)
    dialect.frames.assume(15)
    assert feed(dialect, Unit("plain").registers(0x1200, 36)) == 0
    assert values(dialect) == {} and dialect.framer.others == 1


def test_triggers_of_the_page():
    out = bytearray(16)
    assert put_trigger(out, 3, 2) == 11
    assert bytes(out[:11]).hex() == "031016200001020000cf91"
    put_trigger(out, 1, 2)
    assert bytes(out[:11]).hex() == "011016200001020000d6f1"


def test_a_generation_that_nobody_knows_is_withheld():
    dialect = start(JkModbus, address=1)
    feed(dialect, acknowledged(jk_device(b"JK-NEW", b"25", b"25.01"), 0x1C))
    assert feed(dialect, acknowledged(STATUS, 0x20)) == 0
    assert why_withheld(dialect) == "unknown_generation" and not dialect.pack.seen(p.STATUS)


# -- a bus with a master --------------------------------------------------------------------------


def watch(dialect, sim, last, first=0):
    """Lets a simulated bus talk; returns what the dialect sent."""
    out = bytearray(16)
    sent = []
    for now in range(first, last, 20):
        dialect.settle(now)
        taken = sim.take(1000 * now)
        for at in range(0, max(len(taken), 1), 200):
            feed(dialect, taken[at : at + 200], now=now)
        n = dialect.request(now, out)
        if n:
            sent.append((now, bytes(out[:n])))
    return sent


def bus(*addresses):
    """Returns a master with units at some addresses, each with a charge of 10 times its own."""
    members = []
    for address in addresses:
        plant = Plant(temp_c=10.0 + address)
        members.append(JkModbusSim(plant, address=address))
    return JkBusMasterSim(Plant(temp_c=5.0), members)


def test_where_a_master_talks_nothing_is_ever_asked_and_he_is_read():
    dialect = start(JkModbus)
    assert watch(dialect, bus(), 120_000) == []
    assert dialect.master and dialect.address == 0 and dialect.frames.proven
    got = values(dialect)
    assert len(got["cell_mv"]) == 16 and got["temps_dc"][0] == 50 and "charge_utp_dc" in got
    assert not dialect.pack.seen(p.DEVICE)


def test_each_unit_of_a_bus_has_its_own_pack():
    dialect = start(JkModbus, address=0)
    packs = {address: dialect.add(PackState(), address).pack for address in (1, 7, 15)}
    assert watch(dialect, bus(1, 7), 20_000) == []
    assert dialect.pack.temps_dc[0] == 50
    assert [packs[address].temps_dc[0] for address in (1, 7)] == [110, 170]
    assert not packs[15].seen(p.STATUS)


def test_a_unit_that_was_chosen_is_not_exchanged_for_the_master():
    dialect = start(JkModbus, address=7)
    assert watch(dialect, bus(1, 7), 20_000) == []
    assert dialect.pack.temps_dc[0] == 170 and dialect.address == 7 and dialect.foreign
    other = start(JkModbus, address=3)
    assert watch(other, bus(1, 7), 20_000) == []
    assert not other.pack.seen(p.STATUS) and other.foreign


def test_a_master_that_comes_later_is_noticed_and_one_that_goes_is_followed():
    dialect = start(JkModbus, address=3)
    talk(dialect, Unit("framed"), 12_000)
    assert dialect.frames.proven and not dialect.master
    sim = bus()
    sim.take(12_000_000)
    sent = watch(dialect, sim, 60_000, 12_000)
    assert dialect.master and all(now < 12_600 for now, _ in sent)
    sent = talk(dialect, Unit("framed"), 120_000, 60_000)
    assert not dialect.master and 85_000 < sent[0][0] < 95_000


def test_our_own_echo_is_no_master():
    dialect = start(JkModbus, address=3)
    sent = talk(dialect, Unit("framed", echo=True), 30_000)
    assert not dialect.master and len(sent) > 20


def test_further_units_without_a_master_are_asked_in_turn():
    class Pair:
        def answer(self, request):
            return Unit("framed", address=request[0]).answer(request)

    dialect = start(JkModbus, address=3)
    second = dialect.add(PackState(), 4)
    sent = talk(dialect, Pair(), 20_000)
    assert dialect.frames.proven and second.frames.proven and second.pack.get(p.SOC_PCT) == 50
    assert {request[0] for _, request in sent} == {3, 4}
    gaps = [b[0] - a[0] for a, b in zip(sent, sent[1:], strict=False)]
    assert min(gaps) >= 100


def test_sensors_that_nobody_measured_are_not_believed_without_a_device_frame():
    dialect = start(JkModbus)
    frame = bytearray(STATUS)
    frame[256:260] = bytes(4)
    frame[299] = sum(frame[:299]) & 0xFF
    feed(dialect, acknowledged(bytes(frame), 0x20, address=0))
    assert values(dialect)["temps_dc"] == [195, 188]
    frame[256] = 5
    frame[299] = sum(frame[:299]) & 0xFF
    feed(dialect, acknowledged(bytes(frame), 0x20, address=0))
    assert values(dialect)["temps_dc"] == [195, 188, 5, 0]


def test_settings_are_read_once_and_then_seldom():
    dialect = start(JkModbus, address=3)
    sent = talk(dialect, Unit("framed"), 3_000_000)
    assert [request[3] for _, request in sent].count(0x1E) == 1
    assert [request[3] for _, request in sent].count(0x1C) == 1
