"""What the set-up does to the chip: the way into it, its network, its password, its two files."""

import importlib
import json
import sys
import types

import pytest

from host_tests.firmware.disk_rig import Disk, run
from starting import config

HELD, RELEASED = 0, 1
POWER_ON, HARD, WATCHDOG, SOFT = 1, 2, 3, 5


class Chip:
    """A chip whose button is held from and to some ms, and what it is told. `resets`: how often
    it was reset, with what is in the RTC's memory then."""

    def __init__(self):
        self.now = 0
        self.held = (0, 0)
        self.cause = SOFT
        self.kept = b""
        self.resets = []
        self.shown_ms = None

    def memory(self, data=None):
        if data is None:
            return self.kept
        self.kept = data

    def reset(self):
        self.resets.append(self.kept)

    def level(self):
        return HELD if self.held[0] <= self.now < self.held[1] else RELEASED

    def sleep_ms(self, ms):
        self.now += ms


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """(a Chip, the function that looks whether a set-up is asked for)."""
    chip = Chip()
    pin = types.SimpleNamespace(value=chip.level)
    machine = types.ModuleType("machine")
    machine.reset_cause = lambda: chip.cause
    machine.reset = chip.reset
    machine.RTC = lambda: chip
    machine.Pin = type("Pin", (), {"IN": 0, "PULL_UP": 1, "__new__": lambda *_: pin})
    board = types.SimpleNamespace(BUTTON_1=35)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.setattr("time.sleep_ms", chip.sleep_ms, raising=False)
    monkeypatch.delitem(sys.modules, "starting.set_up_asked", raising=False)
    module = importlib.import_module("starting.set_up_asked")

    def show(brush, texts, table, number):
        chip.shown_ms = chip.now

    monkeypatch.setattr(module, "show_texts", show)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.json").write_text("{}")
    yield chip, lambda: module.look(None, None)
    sys.modules.pop("starting.set_up_asked")


# -- the way into it ------------------------------------------------------------------------------


def test_a_start_as_usual_takes_no_time(asked):
    chip, look = asked
    for chip.cause in (POWER_ON, HARD, WATCHDOG, SOFT):
        look()
    assert chip.resets == [] and chip.now == 0


def test_a_long_press_asks_for_it_once_the_button_is_let_go(asked):
    chip, look = asked
    chip.held = (0, 4_000)
    look()
    assert chip.resets == [b"set-up"]
    assert 2_000 <= chip.shown_ms < 2_100 and 4_000 <= chip.now < 4_100


def test_a_short_press_does_not(asked):
    chip, look = asked
    chip.held = (0, 1_800)
    look()
    assert chip.resets == [] and chip.shown_ms is None and chip.now < 2_000


def test_a_jammed_button_keeps_nobody_from_heating(asked):
    chip, look = asked
    chip.held = (0, 10**9)
    look()
    assert chip.resets == [] and chip.now <= 12_100


def test_a_new_device_is_set_up_when_it_is_switched_on(asked, tmp_path):
    chip, look = asked
    (tmp_path / "settings.json").unlink()
    for chip.cause in (HARD, WATCHDOG, SOFT):
        look()
    assert chip.resets == []  # nobody was there: it got on with its work
    chip.cause = POWER_ON
    look()
    assert chip.resets == [b"set-up"]


# -- its network ----------------------------------------------------------------------------------


class Radio:
    """network.WLAN with both interfaces."""

    IF_STA, IF_AP, SEC_WPA2 = 0, 1, 3

    def __init__(self):
        self.calls = []
        self.heard = []

    def __call__(self, interface):
        self.calls.append(("interface", interface))
        return self

    def active(self, flag):
        self.calls.append(("active", flag))

    def config(self, **settings):
        self.calls.append(("config", settings))

    def scan(self):
        if self.heard is None:
            raise OSError("Wifi Internal State Error")
        return self.heard


@pytest.fixture
def radio(monkeypatch):
    found = Radio()
    network = types.ModuleType("network")
    network.WLAN = found
    monkeypatch.setitem(sys.modules, "network", network)
    monkeypatch.delitem(sys.modules, "portal.hotspot", raising=False)
    found.module = importlib.import_module("portal.hotspot")
    yield found
    sys.modules.pop("portal.hotspot")


def test_the_network_is_protected_before_it_is_switched_on(radio):
    radio.module.Hotspot("Packmate-00be01", "a password").close()
    assert radio.calls == [
        ("interface", Radio.IF_AP),
        (
            "config",
            {"ssid": "Packmate-00be01", "key": "a password", "security": 3, "max_clients": 2},
        ),
        ("active", True),
        ("active", False),
    ]


def test_a_search_gives_each_network_once_the_strongest_first(radio):
    mac = bytes(6)
    radio.heard = [
        (b"far", mac, 1, -80, 3, False),
        (b"near", mac, 6, -70, 3, False),
        (b"near", mac, 11, -40, 3, False),
        (b"open", mac, 1, -60, 0, False),
        (b"", mac, 1, -30, 3, True),
        (b"\xff\xfe", mac, 1, -30, 3, False),
    ]
    assert radio.module.scan() == [("near", -40, False), ("open", -60, True), ("far", -80, False)]
    radio.heard = None
    assert radio.module.scan() == []


# -- its password ---------------------------------------------------------------------------------


@pytest.fixture
def password(monkeypatch, tmp_path):
    board = types.SimpleNamespace(PANEL="hardware.panels.st7789")
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.delitem(sys.modules, "portal.own_password", raising=False)
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("portal.own_password")
    yield module, board
    sys.modules.pop("portal.own_password")


def test_the_password_is_made_once_and_not_told_on_the_console(password, tmp_path, capsys):
    module, _ = password
    first = module.find("240ac400be01")
    assert module.find("240ac400be01") == first and (tmp_path / "hotspot.txt").read_text() == first
    (tmp_path / "hotspot.txt").write_text("short")
    second = module.find("240ac400be01")
    assert second != first and module.find("240ac400be01") == second
    assert first not in capsys.readouterr().out


def test_a_flash_that_takes_nothing_is_no_obstacle(password, tmp_path):
    (tmp_path / "hotspot.txt").mkdir()
    module, _ = password
    assert len(module.find("240ac400be01")) == 10


def test_without_a_screen_the_console_tells_the_known_one(password, tmp_path, capsys):
    module, board = password
    board.PANEL = "hardware.panels.no_panel"
    assert module.find("240ac400be01") == "packmate-00be01"
    assert "packmate-00be01" in capsys.readouterr().out
    assert not (tmp_path / "hotspot.txt").exists()


# -- its name server ------------------------------------------------------------------------------


class Socket:
    """A UDP socket: what comes, and what goes to whom."""

    def __init__(self):
        self.comes = []
        self.gone = []
        self.deaf = False

    def setblocking(self, flag):
        assert flag is False

    def bind(self, address):
        self.address = address

    def recvfrom(self, size):
        if not self.comes:
            raise OSError(11)
        return self.comes.pop(0)

    def sendto(self, data, sender):
        if self.deaf:
            raise OSError(12)
        self.gone.append((data, sender))


def test_questions_are_answered_and_noise_is_not(monkeypatch):
    sock = Socket()
    fake = types.SimpleNamespace(AF_INET=2, SOCK_DGRAM=2, socket=lambda *_: sock)
    fake.getaddrinfo = lambda host, port: [(host, port)]
    from portal import name_server

    monkeypatch.setattr(name_server, "socket", fake)
    server = name_server.NameServer("192.168.4.1")
    asked = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x01x\x00\x00\x01\x00\x01"
    assert sock.address == 53
    sock.comes = [(asked, "phone"), (b"noise", "x"), (asked, "other")]
    server.step()
    assert [sender for _, sender in sock.gone] == ["phone", "other"]
    assert sock.gone[0][0].endswith(bytes((192, 168, 4, 1)))
    sock.deaf = True
    sock.comes = [(asked, "phone")] * 100
    server.step()
    assert len(sock.comes) == 96  # the page has its turn, too


# -- its two files --------------------------------------------------------------------------------

OLD = {"settings.json": b'{"wifi_ssid": "old"}', "secrets.json": b'{"wifi_password": "o"}'}
NEW = ({"wifi_ssid": "new", "name": "Van"}, {"wifi_password": "n"})


@pytest.fixture
def use(monkeypatch):
    """Returns a function that puts a Disk below those who write and read the files."""
    from kept import two_files

    def put(disk):
        for module in (two_files, config):
            monkeypatch.setattr(module, "open", disk.text, raising=False)
        monkeypatch.setattr("os.rename", disk.rename)
        monkeypatch.setattr("os.stat", disk.stat)
        return disk

    put.replace = two_files.replace
    return put


def found(disk):
    """Returns what a start finds, after it has made up for a cut."""
    config.settle()
    return tuple(
        json.loads(disk.files[name]) if name in disk.files else None
        for name in ("settings.json", "secrets.json")
    )


@pytest.mark.parametrize("files", [{}, OLD])
def test_a_cut_anywhere_leaves_both_files_old_or_both_new(use, files):
    before = tuple(json.loads(text) for text in files.values()) or (None, None)
    whole = run(use(Disk(files)), lambda: use.replace(*NEW))
    seen = []
    for budget in range(whole):
        disk = use(Disk(files))
        assert run(disk, lambda: use.replace(*NEW), budget) is None
        left = found(disk)
        assert left in (before, NEW)
        seen.append(left == NEW)
        again = dict(disk.files)  # and so does a cut in the next attempt
        for second in range(0, whole, 7):
            disk = use(Disk(again))
            run(disk, lambda: use.replace(*NEW), second)
            assert found(disk) in (before, NEW)
        disk = use(Disk(again))
        use.replace(*NEW)
        assert found(disk) == NEW and set(disk.files) == {"settings.json", "secrets.json"}
    assert seen == sorted(seen) and set(seen) == {False, True}


def test_a_start_makes_up_for_a_cut_before_it_reads(use):
    disk = use(Disk({**OLD, "settings.new": b'{"name": "Van"}'}))
    values, _, _, _ = config.load_settings(3000, 100_000)
    assert values["name"] == "Van" and "settings.new" not in disk.files
