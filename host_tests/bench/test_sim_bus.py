"""The cable to a half-duplex bus: what a transceiver lets through, and another device on it."""

import os
import select

import pytest

from tools.bench.bms import simulators
from tools.bench.bms.jk_modbus_sim import JkModbusSim
from tools.bench.esp32.chip import Chip
from tools.bench.esp32.serial_line import SerialLine
from tools.plant import Plant

STATUS = bytes.fromhex("011016200001020000d6f1")
BYTE_US = 10_000_000 / 115_200


class Cable:
    """The firmware's end of a line to a Modbus unit, with its transceiver."""

    def __init__(self, de=22):
        chip = Chip()
        chip.uarts[1] = (115_200, 26, 25)
        self.sim = JkModbusSim(Plant())
        self.line = SerialLine(self.sim, 1, 26, 25, chip)
        self.line.de = de
        self.fd = self.line.open()

    def write(self, data, t_us):
        os.write(self.fd, data)
        self.line.chip_wrote(len(data), t_us)

    def read(self):
        data = b""
        while select.select([self.fd], [], [], 0.2)[0]:
            data += os.read(self.fd, 4096)
        return data

    def exchange(self, on_us=-10, off_us=1_100, t_us=1_000_000):
        """Asks with the driver on in this span about the write; returns what came back."""
        self.line.drive(True, t_us + on_us)
        self.write(STATUS, t_us)
        self.line.drive(False, t_us + off_us)
        self.line.pump(t_us + 500_000)
        return self.read()


@pytest.fixture
def cable():
    cable = Cable()
    yield cable
    cable.line.close()


def test_a_driver_let_go_of_in_time_brings_the_whole_reply(cable):
    assert len(cable.exchange()) == 310
    assert cable.sim.requests == 1 and cable.line.collisions == 0
    assert cable.line.to_device == len(STATUS)


def test_without_the_driver_nothing_reaches_the_bus(cable):
    cable.write(STATUS, 1_000_000)
    cable.line.pump(2_000_000)
    assert cable.sim.requests == 0 and cable.read() == b""


def test_a_driver_let_go_of_too_early_cuts_the_request(cable):
    assert cable.exchange(off_us=int(7.5 * BYTE_US)) == b""
    assert cable.sim.requests == 0 and cable.line.to_device == 7


def test_a_driver_kept_too_long_loses_the_reply_s_start(cable):
    reply = cable.exchange(off_us=50_000)
    assert 0 < len(reply) < 310 and cable.line.collisions == 310 - len(reply)


def test_a_line_of_two_wires_needs_no_driver():
    cable = Cable(de=None)
    cable.write(STATUS, 1_000_000)
    cable.line.pump(2_000_000)
    assert len(cable.read()) == 310
    cable.line.close()


def test_another_device_starts_with_a_clean_line(cable):
    cable.line.drive(True, 1_000_000)
    cable.write(STATUS, 1_000_000)
    cable.line.drive(False, 1_002_000)
    talker = simulators.make("jk_display", Plant())
    cable.line.connect(talker, 1_060_000)
    cable.line.pump(1_060_001)
    assert cable.read() == b""
    cable.line.device.baud = 115_200  # as the chip is set up
    cable.line.pump(3_000_000)
    assert cable.read().find(b"\xa5\x5a\x5d\x82\x10\x00") >= 0


def test_every_simulated_bms_has_what_the_line_and_the_page_need():
    for name in simulators.WIRED:
        sim = simulators.make(name, Plant())
        told = simulators.settings(name)
        assert told["bms_dialect"] == sim.NAME
        assert told["rs485_de_used"] == getattr(sim, "rs485", False)
        assert sim.GENERATIONS[0] == "normal" and sim.baud
    with pytest.raises(ValueError, match="no such BMS: none"):
        simulators.make("none", Plant())
