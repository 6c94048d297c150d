"""A BMS on a UART: buffer and baud rate, half duplex, and why there are no figures."""

import importlib
import json
import sys
import types

import pytest

import words
from bms import catalog, detect
from bms.jk.jk_frames import DEVICE_FRAME, STATUS_FRAME
from bms.pack import PackState
from host_tests.dialects import WITHHELD
from host_tests.firmware.fake_chip import Chip

DE = 22
KNOWN = (catalog.WIRED, catalog.SIGNS + catalog.SWAPPED)


@pytest.fixture
def chip(monkeypatch):
    chip = Chip()
    clock = types.ModuleType("time")
    clock.ticks_ms = lambda: chip.now
    monkeypatch.setitem(sys.modules, "machine", chip.module())
    monkeypatch.setitem(sys.modules, "time", clock)
    sys.modules.pop("links.uart_link", None)
    yield chip
    sys.modules.pop("links.uart_link", None)


@pytest.fixture
def link_module(chip):
    return importlib.import_module("links.uart_link")


def test_bytes_pass_in_both_directions(chip, link_module):
    link = link_module.UARTLink(1, 25, 26, 115_200, ((), ()))
    assert chip.uart_args == ((1,), {"baudrate": 115_200, "rx": 25, "tx": 26, "rxbuf": 921})
    buf = bytearray(8)
    assert link.readinto(buf) == 0
    chip.received = b"0123456789"
    assert link.readinto(buf) == 8 and buf == b"01234567"
    assert link.readinto(buf) == 2 and buf == b"89234567"
    assert link.readinto(buf) == 0
    link.write(b"question and rest", 8)
    assert chip.sent == b"question" and link.up


def test_the_first_buffer_is_as_large_as_the_one_it_takes_the_place_of(chip, link_module):
    """startup.py has made one of that size, and no other is sure to fit where it lay."""
    link = link_module.UARTLink(1, 25, 26, 115_200, ((), ()), None, 33_000)
    assert chip.uart_args[1]["rxbuf"] == 33_000
    link.trim(0)
    assert chip.uart_args[1]["rxbuf"] == 921


def test_when_the_driver_has_nothing_after_all(link_module, monkeypatch):
    link = link_module.UARTLink(1, 25, 26, 115_200, ((), ()))
    monkeypatch.setattr(link._uart, "any", lambda: 5)  # readinto then returns None
    assert link.readinto(bytearray(8)) == 0


def dialect(name):
    return catalog.create(name, PackState(), 256, 1000)


class Rig:
    """A link with a buffer, that is watched once a second."""

    def __init__(self, chip, module, **keywords):
        self.chip = chip
        self.module = module
        self.link = module.UARTLink(1, 25, 26, 115_200, KNOWN, **keywords)
        self.dialect = dialect("ant_new")
        self._buf = bytearray(256)

    @property
    def reason(self):
        return words.WIRE_NAMES.split(b"\n")[self.link.reason].decode()

    def seconds(self, n, data=b"", answering=False):
        """Lets seconds pass, in each of which `data` arrives."""
        for _ in range(n):
            self.chip.received = data
            self.link.readinto(self._buf)
            self.link.watch(answering, self.dialect)
        return self.reason

    def count(self, reason):
        names = words.WIRE_NAMES.split(b"\n")
        return self.link.counts[names.index(reason.encode())]


@pytest.fixture
def rig(chip, link_module):
    rig = Rig(chip, link_module)
    rig.seconds(3, b"\x7e\xa1\x11", answering=True)
    return rig


# -- the line -------------------------------------------------------------------------------------


@pytest.mark.parametrize("baud, room", [(115_200, 921), (19_200, 320), (9_600, 320), (2_400, 320)])
def test_the_buffer_holds_the_worst_gap(chip, link_module, baud, room):
    link_module.UARTLink(1, 25, 26, baud, KNOWN)
    assert chip.uart_args[1]["rxbuf"] == room
    assert room >= 308  # the longest frame that is asked for
    assert room >= baud / 10 * 0.08 - 1  # what comes while the loop is held for 50 ms, and more


def test_the_baud_rate_can_be_changed(chip, link_module):
    link = link_module.UARTLink(1, 25, 26, 115_200, KNOWN)
    link.retune(19_200)
    assert chip.uart_args == ((), {"baudrate": 19_200})


def test_without_a_pin_nothing_is_driven(chip, link_module):
    link = link_module.UARTLink(1, 25, 26, 115_200, KNOWN)
    link.write(b"0123456789a", 11)
    assert not link.sending and chip.trace == []
    link.free_bus(0)


# -- half duplex ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "baud, size, sent_ms", [(115_200, 11, 1), (19_200, 10, 6), (9_600, 11, 12)]
)
def test_the_driver_is_on_until_all_is_sent(chip, link_module, baud, size, sent_ms):
    link = link_module.UARTLink(1, 25, 26, baud, KNOWN, DE)
    assert chip.levels[DE] == 0
    chip.sending = True
    link.write(bytes(size), size)
    assert chip.levels[DE] == 1 and link.sending
    chip.now = 2
    link.free_bus(chip.now)
    assert link.sending
    chip.now = sent_ms
    link.free_bus(chip.now)
    assert link.sending, "the UART has not said so"
    chip.sending = False
    link.free_bus(chip.now)
    assert chip.levels[DE] == 0 and not link.sending


def test_a_uart_that_seems_done_at_once_is_not_believed(chip, link_module):
    """txdone() can be true before the driver has moved the first byte into its FIFO."""
    link = link_module.UARTLink(1, 25, 26, 19_200, KNOWN, DE)
    link.write(bytes(10), 10)
    for chip.now in range(6):
        link.free_bus(chip.now)
        assert chip.levels[DE] == 1
    chip.now = 7
    link.free_bus(chip.now)
    assert chip.levels[DE] == 0


def test_a_uart_that_is_never_done_does_not_keep_the_bus(chip, link_module):
    link = link_module.UARTLink(1, 25, 26, 115_200, KNOWN, DE)
    chip.sending = True
    link.write(bytes(11), 11)
    chip.now = 90
    link.free_bus(chip.now)
    assert chip.levels[DE] == 1
    chip.now = 110
    link.free_bus(chip.now)
    assert chip.levels[DE] == 0


# -- why there are no figures ---------------------------------------------------------------------


def test_figures_are_no_reason(rig):
    assert rig.reason == "none" and rig.link.losses == 0 and sum(rig.link.counts) == 0


def test_a_start_is_given_ten_seconds(chip, link_module):
    rig = Rig(chip, link_module)
    assert rig.seconds(10) == "none"
    assert rig.seconds(1) == "silent" and rig.count("silent") == 1 and rig.link.losses == 0


def test_silence_and_noise(rig):
    assert rig.seconds(1) == "silent"
    assert rig.link.losses == 1
    assert rig.seconds(1, b"\x00\xff\x13") == "noise"
    # Asked in vain now and then: silence between is no other reason.
    for _ in range(5):
        assert rig.seconds(4) == "noise"
        assert rig.seconds(1, b"\x13") == "noise"
    assert rig.count("noise") == rig.count("silent") == 1
    assert rig.seconds(12) == "silent"
    assert rig.seconds(1, b"ok", answering=True) == "none"
    assert rig.link.losses == 1


@pytest.mark.parametrize(
    "data, name",
    [
        ("4e570113000000000600", "speaks_jk_gps"),
        ("55aaeb900201", "speaks_jk_modbus"),
        ("aa55aaff027d", "speaks_ant_old"),
        ("a55a5d821000148500", "speaks_jk_display"),
    ],
)
def test_another_dialect_is_named(rig, data, name):
    rig.seconds(1)
    assert rig.seconds(1, b"\x00\x13" + bytes.fromhex(data)) == name
    assert rig.seconds(5, b"\x13") == name
    assert rig.count(name) == 1


@pytest.mark.parametrize(
    "name, reason", [("jk_gps", "silent_uart_protocol_0"), ("jk_modbus", "silent_uart_protocol_1")]
)
def test_a_silent_jk_may_have_its_port_set_to_something_else(rig, name, reason):
    rig.dialect = dialect(name)
    rig.seconds(1)
    assert rig.seconds(12) == reason
    assert rig.seconds(1, b"\x13") == "noise"
    assert rig.seconds(1) == "noise"
    assert rig.seconds(12) == reason


@pytest.mark.parametrize("name", ["jk_display", "jk_modbus", "jk_gps"])
@pytest.mark.parametrize("phase", [0, 40])
def test_a_and_b_swapped_are_noticed_on_the_display_port(rig, shared, name, phase):
    """As somebody recorded it (jk.md §7 F6)."""
    path = shared / "field" / "jk_display_corrupt_ab_swapped_v19.json"
    data = bytes.fromhex(json.loads(path.read_text())["chunks"][0])
    rig.dialect = dialect(name)
    rig.seconds(1)
    assert rig.seconds(1, data[phase : phase + 120]) == "a_b_swapped"


def test_a_and_b_swapped_are_noticed_wherever_a_jk_talks_unasked(rig, shared):
    sources = [
        (shared / "streams" / "jk" / f"jk_display_{name}_part1.bin").read_bytes()[:6000]
        for name in ("a55a_13s", "5aa5_pb16s")
    ]
    bus = json.loads((shared / "field" / "bus_master_and_slave.json").read_text())["chunks"][0]
    for data in (*sources, bytes.fromhex(bus)):
        for sent, swapped in ((data, False), (inverted(data), True)):
            rig.seconds(1, b"", answering=True)
            reasons = {rig.seconds(1, sent[at : at + 120]) for at in range(0, len(sent), 120)}
            assert ("a_b_swapped" in reasons) == swapped
            assert rig.link.reason == rig.module.SWAPPED or not swapped


def inverted(data):
    """Returns what a UART makes of bytes on an inverted line: it begins at each falling edge."""
    line = [0]
    for byte in data:
        line += [1] + [1 - (byte >> bit & 1) for bit in range(8)] + [0]
    found = bytearray()
    at = 1
    while at + 9 < len(line):
        if line[at - 1] and not line[at]:
            found.append(sum(line[at + 1 + bit] << bit for bit in range(8)))
            at += 9
        at += 1
    return bytes(found)


def test_its_own_dialect_damaged_is_noise(rig):
    assert rig.seconds(3, b"\x7e\xa1\x11\x00\x00") == "noise"


def test_bytes_behind_those_that_came_do_not_count(rig):
    rig.seconds(1, b"\x00" * 8 + bytes.fromhex("aa55aaff"), answering=True)
    assert rig.seconds(1, b"\x00\x01") == "noise"


def test_frames_of_another_unit(rig):
    rig.seconds(1)
    rig.dialect.foreign = 1
    assert rig.seconds(1, b"\x55") == "other_unit"


@pytest.mark.parametrize(
    "withheld, name", [(1, "no_device_info"), (2, "unknown_generation"), (3, "contradiction")]
)
def test_withheld_frames_are_named_as_their_decoder_names_them(rig, withheld, name):
    rig.dialect.frames = types.SimpleNamespace(withheld_frames=5, withheld=withheld)
    assert rig.seconds(1, b"\x55") == name == WITHHELD[withheld]
    assert rig.seconds(1, b"\x55") == name


def test_the_link_is_renewed_when_lost_and_each_minute(rig):
    assert not rig.link.renewed
    rig.seconds(1)
    assert rig.link.renewed
    rig.link.renewed = False
    rig.seconds(58)
    assert not rig.link.renewed
    rig.seconds(1)
    assert rig.link.renewed


def test_a_trial_on_the_line_is_not_begun_anew_in_its_midst(rig):
    """links.auto retunes for each."""
    rig.seconds(1)
    rig.link.renewed = False
    for _, _, _, whole_ms in detect.UART_TRIALS:
        rig.seconds(whole_ms // 1000)
        rig.link.retune(9600)
        assert not rig.link.renewed
    rig.seconds(59)
    assert not rig.link.renewed
    rig.seconds(1)
    assert rig.link.renewed


def test_a_neighbour_that_is_lost_is_asked_again_what_it_is(link_module, monkeypatch):
    monkeypatch.delitem(sys.modules, "links.member", raising=False)
    first = dialect("jk_modbus")
    unit = first.add(PackState(), 2)
    neighbour = importlib.import_module("links.member").Member(unit, 30)
    assert neighbour.frames is unit.frames
    unit.frames.assume(15)
    unit.settings.due(0)
    unit.settings.found()
    assert unit.due(0, 1000) == STATUS_FRAME
    neighbour.reset()
    assert unit.due(0, 1000) == DEVICE_FRAME
