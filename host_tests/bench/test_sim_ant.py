"""What can be done to the simulated ANT units: switches, writes, saving, passwords, sleep."""

import struct

import pytest

from tools.bench.bms import ant_frame
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.ant_sim import AntNewSim as RadioAntNew
from tools.plant import Plant

S = 1_000_000
DISCHARGE_OFF, CHARGE_OFF, CHARGE_ON = 1, 4, 6  # ant.md §2.6
UTP, UTPR = 0x44, 0x46  # §2.5
OLD_CHARGE_OFF = bytes.fromhex("a5a5fa0000fa")
PASSWORD = [
    bytes.fromhex(f"a5a5{part}") for part in ("f1313254", "f2333459", "f335365e", "f4373863")
]


class Desk:
    """A unit that is asked by hand, a second at a time."""

    def __init__(self, sim):
        self.sim = sim
        self.bms = sim.plant.bms
        self.t_us = 0

    def ask(self, request):
        self.t_us += S
        self.sim.receive(bytes(request), self.t_us)
        return self.sim.take(self.t_us + S)

    def write(self, register, celsius):
        return self.ask(ant_frame.new_frame(0x22, register, struct.pack("<h", celsius)))

    def control(self, number):
        return self.ask(ant_frame.new_frame(0x51, number))

    def save(self):
        return self.ask(bytes.fromhex("7ea15107000038e4aa55"))

    def wait(self, seconds):
        self.t_us += round(seconds * S)
        self.sim.look(self.t_us)


@pytest.fixture
def new():
    return Desk(AntNewSim(Plant()))


@pytest.fixture
def old():
    return Desk(AntOldSim(Plant()))


def test_a_switch_is_acknowledged_at_once_and_acts_later(new):
    assert new.control(CHARGE_OFF)[6:8] == b"\x01\x00"
    assert new.bms.charge_switch is True
    new.wait(1.2)
    assert new.bms.charge_switch is False
    new.control(CHARGE_ON)
    new.wait(3)
    assert new.bms.charge_switch is False
    new.wait(3)
    assert new.bms.charge_switch is True


def test_switched_off_by_hand_shows_as_code_and_bit(new):
    new.control(DISCHARGE_OFF)
    new.wait(3)
    reply = new.ask(bytes.fromhex("7ea1010000be1855aa55"))
    data = reply[6:]
    t0 = 28 + 2 * 16 + 2 * 2
    assert data[t0 + 12] == 15 and data[t0 + 13] == 1  # discharge first: ant.md fact 4
    assert struct.unpack_from("<Q", data, 4)[0] == 1 << 17


def test_a_write_is_lost_unless_it_is_saved(new):
    reply = new.write(UTP, -7)
    assert reply[6:8] == struct.pack("<h", -7) and reply[10:12] == b"\xff\x0a"
    assert new.bms.charge_utp_dc == -70
    new.wait(301)
    assert new.bms.charge_utp_dc == 0
    new.write(UTP, -7)
    assert new.save()[6:8] == b"\x01\x00" and new.sim.saved == 1
    new.wait(900)
    assert new.bms.charge_utp_dc == -70


def test_without_permission_nothing_is_written_though_it_is_echoed(new):
    new.sim.level = 2
    reply = new.write(UTP, -7)
    assert reply[6:8] == struct.pack("<h", -7)
    assert reply[10:18] == bytes.fromhex("ff01000444000300")
    assert new.bms.charge_utp_dc == 0
    assert new.control(4)[6:8] == b"\x03\x00"
    new.wait(10)
    assert new.bms.charge_switch is True


def test_settings_without_permission_are_ff_and_the_factory_s_are_refused(new):
    new.sim.level = 1
    assert new.ask(bytes.fromhex("7ea10238002c1871aa55"))[6:50] == b"\xff" * 44
    request = ant_frame.new_frame(0x02, 0x180)[:5] + b"\x04"
    request += struct.pack("<H", ant_frame.crc16(request[1:])) + b"\xaa\x55"
    reply = new.ask(request)
    assert reply[12:20] == bytes.fromhex("ff01000480010900")


def test_a_password_grants_its_level(new):
    new.sim.level = 1
    wrong = new.ask(ant_frame.new_frame(0x23, 0x16A, b"987654321cba"))
    assert wrong[6:8] == b"\x01\x00" and wrong[10:12] == b"\xff\x05"
    right = new.ask(bytes.fromhex("7ea1236a010c3132333435363738396162632062aa55"))
    assert right[6:8] == b"\x05\x00" and right[10:12] == b"\xaa\x55"
    new.write(UTPR, 8)
    assert new.bms.charge_utpr_dc == 80


def test_an_unknown_control_is_refused(new):
    assert new.control(99)[6:8] == b"\x04\x00"


def test_an_older_unit_refuses_until_its_password_has_come(old):
    assert old.ask(OLD_CHARGE_OFF) == bytes.fromhex("a5a5f50001f6")
    assert old.bms.charge_switch is True
    replies = b"".join(old.ask(part) for part in PASSWORD)
    assert replies == bytes.fromhex("a5a5f50001f6" * 3 + "a5a5f4373863")  # old_auth_ok
    assert old.ask(OLD_CHARGE_OFF) == OLD_CHARGE_OFF
    assert old.bms.charge_switch is False


def test_the_parts_of_a_password_may_come_at_one_go(old):
    replies = old.ask(b"".join(PASSWORD))
    assert replies == bytes.fromhex("a5a5f50001f6" * 3 + "a5a5f4373863") and old.sim.unlocked


def test_a_wrong_password_locks_again(old):
    old.sim.unlocked = True
    for part in PASSWORD[:3]:
        assert old.ask(part) == part
    wrong = ant_frame.old_short(b"\xa5\xa5", 0xF4, 0x3939)
    assert old.ask(wrong) == bytes.fromhex("a5a5f50001f6") and not old.sim.unlocked


def test_parameters_and_keep_alive(old):
    assert old.ask(bytes.fromhex("5a5aff0000ff")) == bytes.fromhex("5a5aff0000ff")
    old.bms.charge_utp_dc = -20
    assert old.ask(bytes.fromhex("5a5a25000025"))[3:5] == b"\xff\xfe"
    assert old.ask(bytes.fromhex("5a5a63000063"))[3:5] == b"\xff\xff"


def test_a_radio_sleeps_without_current_and_a_wire_does_not():
    plant = Plant()
    radio = RadioAntNew(plant, auto_sleep_s=180)
    request = bytes.fromhex("7ea1010000be1855aa55")
    radio.take(0)
    radio.receive(request, 10 * S)
    assert len(radio.take(11 * S)) == 1
    radio.receive(request, 200 * S)
    assert radio.take(201 * S) == [] and radio.asleep
    plant.charger_on = True
    plant.step(5)
    radio.receive(request, 202 * S)
    radio.take(202 * S)
    assert not radio.asleep and len(radio.take(203 * S)) == 1
    wire = Desk(AntNewSim(Plant()))
    wire.wait(5000)
    assert wire.ask(request)
