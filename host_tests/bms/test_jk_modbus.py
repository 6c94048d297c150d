"""JK over RS485: captures, both forms against a played bus, addresses, echoes, errors."""

import pytest

from bms import pack as p
from bms.jk.jk_modbus import JkModbus, put_trigger
from bms.jk.jk_modbus_plain import COMPLETE, MORE_BLOCKS, PlainReader
from bms.pack import PackState
from host_tests import dialects
from host_tests.bms.jk_modbus_rig import LISTEN_MS, SETTINGS, STATUS, Unit, talk
from host_tests.dialects import (
    CHUNK,
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
from tools.mp.samples import acknowledged, crc16, jk_device


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


def test_the_plain_form_tells_nothing_that_it_did_not_read():
    dialect = JkModbus(PackState(wires=True), CHUNK, address=3)
    assert any(SETTINGS[80:144]) and not SETTINGS[280]
    talk(dialect, Unit("plain"), 8000)
    pack = dialect.pack
    assert pack.seen(p.SETTINGS) and pack.seen(p.STATUS) and pack.cells == 8
    assert not any(pack.cell_res_mohm) and not pack.has(p.CHARGE_PHASE)


@pytest.mark.parametrize("before", [1, 2, 3])
@pytest.mark.parametrize("kind", [1, 2, 3])
def test_nothing_of_one_frame_is_left_in_the_next(before, kind):
    reader = PlainReader()
    fill(reader, before, 0xA5)
    fill(reader, kind, 0)
    read = bytearray(294)
    if kind != 1:
        read[280 - 6] = 0xFF  # no phase of charging
    assert reader.place.buf[6:] == read and reader.place.buf[4] == kind


def fill(reader, kind, byte):
    """Has a frame read of which each byte is the same."""
    reader.start(kind)
    more = MORE_BLOCKS
    while more == MORE_BLOCKS:
        out = bytearray(6)
        reader.request(out, 1)
        more = reader.take(bytes([byte]) * 2 * out[5], 0, 2 * out[5])
    assert more == COMPLETE


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


def test_settings_are_read_once_and_then_seldom():
    dialect = start(JkModbus, address=3)
    sent = talk(dialect, Unit("framed"), 3_000_000)
    assert [request[3] for _, request in sent].count(0x1E) == 1
    assert [request[3] for _, request in sent].count(0x1C) == 1
