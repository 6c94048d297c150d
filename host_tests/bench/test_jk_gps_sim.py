"""The simulated JK pack: its frames by hand and against real ones, its timing and its faults."""

import json
import os
import re
import select

import pytest

from tools.bench.bms import jk_gps_frame as wire
from tools.bench.bms.jk_gps_sim import JkGpsSim
from tools.bench.esp32.chip import Chip
from tools.bench.esp32.serial_line import SerialLine
from tools.plant import Plant

READ_ALL = bytes.fromhex("4e5700130000000006030000000000006800000129")
READ_VIA_3 = bytes.fromhex("4e5700130000000003030000000000006800000126")
READ_83 = bytes.fromhex("4e57001300000000030300830000000068000001a9")
PASSWORD = bytes.fromhex("4e570014000000000502000000000000006800000128")
CHARGE_OFF = bytes.fromhex("4e57001400000000020300ab000000000068000001d1")
UTP_MINUS_5 = bytes.fromhex("4e57001500000000020300a5fffb0000000068000003c6")
BYTE_US = 10_000_000 / 115_200


@pytest.fixture
def plant():
    return Plant(temp_c=8.0)


@pytest.fixture
def sim(plant):
    return JkGpsSim(plant)


def ask(sim, request, t_us=0):
    """Returns the whole reply, or b"" if none comes."""
    sim.receive(request, t_us)
    return sim.take(t_us + 5_000_000)


def table(reply):
    """Splits a reply into code -> data, with the sizes of jk.md table gps_regs."""
    sizes = {0x85: 1, 0x86: 1, 0x89: 4, 0xAA: 4, 0xB2: 10, 0xB4: 8, 0xB5: 4, 0xB6: 4, 0xB7: 15}
    sizes |= {0xB9: 4, 0xBA: 24, 0xC0: 1, 0x9D: 1}
    sizes |= dict.fromkeys((0xA9, 0xAB, 0xAC, 0xAE, 0xAF, 0xB1, 0xB3, 0xB8), 1)
    items, at = {}, 11
    while at < len(reply) - 9:
        code = reply[at]
        size = 1 + reply[at + 1] if code == 0x79 else sizes.get(code, 2)
        items[code] = reply[at + 1 : at + 1 + size]
        at += 1 + size
    return items


# -- frames ---------------------------------------------------------------------------------------


def test_a_reply_has_the_length_and_checksum_of_the_page(sim):
    reply = ask(sim, READ_ALL)
    assert len(reply) == 291  # 16S with C0, jk.md §1.4
    assert reply[:2] == b"NW"
    assert int.from_bytes(reply[2:4], "big") == 291 - 2
    assert reply[8:11] == b"\x06\x00\x01"
    assert reply[-5] == 0x68 and reply[-4:-2] == b"\0\0"
    assert int.from_bytes(reply[-2:], "big") == sum(reply[:-2]) % 65536


def test_hand_made_frame():
    """Reply with register 83 = 55.78 V: the sum is counted by hand."""
    frame = wire.frame(3, b"\x83\x15\xca")
    assert frame == bytes.fromhex("4e57 0015 00000000 03 00 01 8315ca 00000000 68 0000 0288")


def test_items_come_in_ascending_order_and_none_is_missing(sim, shared):
    page = (shared / "protocols" / "jk.md").read_text(encoding="utf-8")
    rows = page.split("<!-- table: gps_regs -->")[1].split("\n\n")[0]
    want = {int(m[1], 16) for m in re.finditer(r"^\| ([0-9A-F]{2}) \|.*\| RW? \|", rows, re.M)}
    items = table(ask(sim, READ_ALL))
    assert list(items) == sorted(items)
    assert set(items) == want


def test_a_real_unit_sends_the_same_items_in_the_same_sizes(sim, shared):
    path = shared / "captures" / "jk" / "jk_gps_status_16s_b1a24s15p_11262h_charging.json"
    real = bytes.fromhex("".join(json.loads(path.read_text())["chunks"]))
    ours = ask(sim, READ_ALL)
    assert len(ours) == len(real)
    layout = {code: len(data) for code, data in table(real).items()}
    assert {code: len(data) for code, data in table(ours).items()} == layout


@pytest.mark.parametrize(
    "temp_dc, vendor, over99, under99",
    [
        (250, 25, 25, 25),
        (980, 98, 98, 98),
        (10, 1, 1, 99),
        (0, 0, 0, 100),
        (-10, 101, 100, 101),
        (-20, 102, 101, 102),
        (-50, 105, 104, 105),
        (-400, 140, 139, 140),
        (None, 300, 300, 300),
    ],
)
def test_temperatures_in_each_of_the_three_codes(temp_dc, vendor, over99, under99):
    for rule, raw in zip(wire.TEMP_RULES, (vendor, over99, under99), strict=True):
        assert int.from_bytes(wire.t100(temp_dc, rule), "big") == raw


@pytest.mark.parametrize(
    "ma, version, raw",
    [
        (2_080, 1, 0x80D0),
        (10_120, 1, 0x83F4),
        (-8_800, 1, 0x0370),
        (0, 1, 0),
        (5_000, 0, 9_500),
        (-10_000, 0, 11_000),
        (0, 0, 10_000),
    ],
)
def test_currents_in_both_codes(ma, version, raw):
    """The figures of jk.md §1.6."""
    assert int.from_bytes(wire.cur84(ma, version), "big") == raw


def test_version_0_has_neither_c0_nor_an_actual_capacity(plant):
    items = table(ask(JkGpsSim(plant, version=0), READ_ALL))
    assert 0xC0 not in items and items[0xB9] == bytes(4)


def test_the_figures_are_the_plant_s(sim, plant):
    plant.charger_on = True
    plant.set_temp(-3)
    plant.step(20)
    items = table(ask(sim, READ_ALL))
    assert items[0x81] == b"\x00\x67"  # -3 °C
    assert items[0x8B] == b"\x02\x00"  # battery_undertemp
    assert items[0x8C] == b"\x00\x02"  # charging is cut, discharging is not
    assert int.from_bytes(items[0x83], "big") == plant.pack_mv // 10
    assert [int.from_bytes(items[0x79][i + 2 : i + 4], "big") for i in range(0, 48, 3)] == list(
        plant.cell_mv
    )


# -- requests -------------------------------------------------------------------------------------


def test_all_requests_of_the_page_are_understood(sim, shared):
    page = (shared / "protocols" / "jk.md").read_text(encoding="utf-8")
    rows = page.split("<!-- table: gps_requests -->")[1].split("\n\n")[0]
    requests = re.findall(r"^\| (\w+) \| ((?:[0-9A-F]{2} ?)+)\|$", rows, re.M)
    assert len(requests) == 14
    for t_s, (name, text) in enumerate(requests, 1):
        sim.receive(bytes.fromhex(text), t_s * 1_000_000)
        sim.take(t_s * 1_000_000 + 900_000)
        assert sim.requests == t_s, name
    assert sim.rejected == 0


def test_read_all_by_command_3_is_answered_in_kind(sim):
    reply = ask(sim, READ_VIA_3)
    assert reply[8] == 3 and len(reply) == 291


def test_read_one(sim, plant):
    reply = ask(sim, READ_83)
    assert table(reply) == {0x83: (plant.pack_mv // 10).to_bytes(2, "big")}


def test_writing_needs_the_password_first(sim, plant):
    assert ask(sim, CHARGE_OFF) == b""
    assert plant.bms.charge_switch is True
    ask(sim, PASSWORD, 1_000_000)
    reply = ask(sim, CHARGE_OFF, 2_000_000)
    assert plant.bms.charge_switch is False
    assert reply[8] == 2 and reply[11:-9] == b"\xab"
    ask(sim, UTP_MINUS_5, 3_000_000)
    assert plant.bms.charge_utp_dc == -50
    assert ask(sim, CHARGE_OFF, 60_000_000) == b""  # the password wears off


@pytest.mark.parametrize("at", range(21))
def test_no_damaged_request_is_answered(sim, at):
    damaged = bytearray(READ_ALL)
    damaged[at] ^= 0x10
    sim.receive(bytes(damaged), 0)
    sim.receive(b"\0" * 70, 10_000)
    assert sim.requests == 0 and sim.rejected > 0
    assert ask(sim, READ_ALL, 1_000_000)  # and the next good one is


def test_requests_are_found_in_any_chunks_and_in_garbage(sim):
    for i, byte in enumerate(b"\x55NWN\x00" + READ_ALL):
        sim.receive(bytes([byte]), 87 * i)
    assert sim.requests == 1


def test_a_request_with_a_pause_in_it_is_forgotten(sim):
    sim.receive(READ_ALL[:10], 0)
    sim.receive(READ_ALL[10:], 200_000)
    assert sim.requests == 0


# -- timing and faults ----------------------------------------------------------------------------


def test_bytes_come_at_the_line_rate_after_the_latency(sim):
    sim.receive(READ_ALL, 1_000_000)
    assert sim.take(1_064_000) == b""
    first_us = sim.next_byte_us()
    assert first_us == pytest.approx(1_065_000 + BYTE_US, abs=1)
    assert len(sim.take(first_us)) == 1
    assert len(sim.take(1_065_000 + int(100 * BYTE_US) + 1)) == 99
    assert len(sim.take(1_065_000 + int(291 * BYTE_US) - 20)) == 190
    assert len(sim.take(1_065_000 + int(291 * BYTE_US) + 1)) == 1
    assert sim.next_byte_us() is None


def test_frozen_repeats_byte_for_byte(sim, plant):
    before = ask(sim, READ_ALL)
    sim.frozen = True
    plant.set_soc(10)
    plant.step(5)
    assert ask(sim, READ_ALL, 10_000_000) == before
    sim.frozen = False
    assert ask(sim, READ_ALL, 20_000_000) != before


def test_silent_says_nothing(sim):
    sim.silent = True
    assert ask(sim, READ_ALL) == b"" and sim.requests == 1


def test_an_absent_sensor_is_out_of_every_range(sim, plant):
    plant.sensor_absent = (0,)
    assert table(ask(sim, READ_ALL))[0x81] == (300).to_bytes(2, "big")
    assert table(ask(sim, READ_ALL, 9_000_000))[0x82] == b"\x00\x08"


# -- the cable ------------------------------------------------------------------------------------


class Slave:
    """The firmware's end of a line's pty."""

    def __init__(self, sim, uart=(115_200, 26, 25), garbled=False, unplugged=False):
        chip = Chip()
        chip.uarts[1] = uart
        self.line = SerialLine(sim, 1, 26, 25, chip)
        self.line.garbled = garbled
        self.line.unplugged = unplugged
        self.fd = self.line.open()

    def write(self, data, t_us):
        os.write(self.fd, data)
        self.line.chip_wrote(len(data), t_us)

    def read(self, n):
        data = b""
        while len(data) < n and select.select([self.fd], [], [], 0.3)[0]:
            data += os.read(self.fd, 4096)
        return data


def test_a_real_pty_carries_request_and_reply(sim):
    slave = Slave(sim)
    slave.write(READ_ALL, 0)
    assert slave.line.to_device == 21 and sim.requests == 1
    # The request takes 1.8 ms on the wire, the answer comes 65 ms later.
    assert slave.line.pump(66_000) == 0
    assert slave.line.next_due_us() == pytest.approx(65_000 + 22 * BYTE_US + 3_000, abs=2)
    n = slave.line.pump(80_000)
    assert n == pytest.approx((80_000 - 66_823) / BYTE_US, abs=1)
    assert slave.line.pump(200_000) == 291 - n
    reply = slave.read(291)
    assert len(reply) == 291 and sum(reply[:-2]) % 65536 == int.from_bytes(reply[-2:], "big")
    slave.line.close()


def test_binary_bytes_pass_the_pty_unchanged(sim):
    slave = Slave(sim)
    sim._out = bytes(range(256))
    sim._out_at = sim._out_us = 0
    slave.line.pump(1_000_000)
    assert slave.read(256) == bytes(range(256))
    slave.line.close()


@pytest.mark.parametrize("uart", [(115_200, 26, 27), (9_600, 26, 25)])
def test_wrong_pins_or_rate_give_no_valid_reply(sim, uart):
    slave = Slave(sim, uart)
    slave.write(READ_ALL, 0)
    assert (sim.requests == 0) == (uart[0] != 115_200)  # the wrong rate garbles the request too
    sim.receive(READ_ALL, 2_000_000)
    slave.line.pump(4_000_000)
    reply = slave.read(291)
    assert len(reply) == (0 if uart[2] == 27 else 291)
    assert not reply.startswith(b"NW")
    slave.line.close()


def test_unplugged_carries_nothing_either_way(sim):
    slave = Slave(sim, unplugged=True)
    slave.write(READ_ALL, 0)
    assert sim.requests == 0
    sim.receive(READ_ALL, 1_000_000)
    slave.line.unplugged = False
    assert slave.line.pump(1_066_000) == 11
    slave.line.unplugged = True
    assert slave.line.pump(2_000_000) == 0
    slave.line.unplugged = False
    assert slave.line.pump(3_000_000) == 0  # what was sent meanwhile is lost
    slave.line.close()


def test_noise_damages_most_replies_but_not_all_bytes(sim):
    slave = Slave(sim, garbled=True)
    clean = JkGpsSim(sim.plant)
    good = 0
    for t_s in range(1, 41):
        sim.receive(READ_ALL, t_s * 1_000_000)
        slave.line.pump(t_s * 1_000_000 + 900_000)
        noisy = slave.read(280)
        want = ask(clean, READ_ALL, t_s * 1_000_000)
        good += noisy == want
        assert 270 < len(noisy) < 310
    assert 0 <= good < 15
    slave.line.close()
