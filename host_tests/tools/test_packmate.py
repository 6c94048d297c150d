"""packmate beside `deploy`: settings judged and made, logs, tracebacks, backup, flash, ports."""

import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import types

import pytest

from bms.pack import SOC_PCT, PackState
from history.keeper import Keeper
from history.record import EPOCH_S
from history.ring import Ring
from host_tests import a_van
from host_tests.history_rig import Store, plain
from host_tests.tools.pty_rig import PtyDevice
from tools import ROOT, boards
from tools.packmate import PackmateError, check, flash, logs, ports
from tools.packmate.__main__ import main

BOARDS = sorted(p.parent.name for p in (ROOT / "boards").glob("*/board.py"))
SMALL = "lilygo_t_display"
LARGE = "adafruit_feather_s3_tft"


@pytest.fixture
def run(capsys):
    """Runs packmate; returns (exit status, what it printed, what it complained)."""

    def call(*words):
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return call


# -- check ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, secrets, said",
    [
        (b'{"name": "Van"}', b"{}", []),
        (b'{"nme": 1}', b"{}", ["nme: unknown setting"]),
        (b"[]", b"{}", ["the file must hold one JSON object"]),
        (
            b'{"mqtt_host": "x"}',
            b'{"ble_pin": "x"}',
            ["mqtt_host: needs", "secrets.json: ble_pin"],
        ),
        (b'{"bms_writes": true}', b"{}", ["bms_writes: takes about 12 kB"]),
        (
            b'{"heater_output": "gpio", "heater_mat_mohm": 100, "pack_max_mv": 56000}',
            b"{}",
            ["heater_mat_mohm: at 56.00 V"],
        ),
    ],
)
def test_check_says_what_the_device_would(run, tmp_path, settings, secrets, said):
    (tmp_path / "a").write_bytes(settings)
    (tmp_path / "b").write_bytes(secrets)
    status, out, _ = run("check", tmp_path / "a", tmp_path / "b", "--board", SMALL)
    lines = out.splitlines()[:-1]
    assert status == bool(said)
    assert len(lines) == len(said)
    assert all(line.startswith(text) for line, text in zip(lines, said, strict=True))


def test_a_board_with_psram_takes_more(run, tmp_path):
    (tmp_path / "a").write_text('{"bms_writes": true, "bms_dialect": "jk_ble"}')
    assert run("check", tmp_path / "a", "--board", LARGE)[0] == 0


@pytest.mark.parametrize(
    "data, said",
    [
        (b'{\n "name": "Van",\n}', "line 3, column 1: is not valid JSON"),
        (b'{"name": \n"Van" "x"}', "line 2, column 7: is not valid JSON"),
        (b'\xef\xbb\xbf{"name": "Van"}', "byte order mark"),
        (b'{\n"name": "V\xe4n"}', "line 2: is not UTF-8"),
        (b'{"bms_poll_ms": NaN}', "NaN is no number"),
    ],
)
def test_check_tells_where_json_is_broken(run, tmp_path, data, said):
    (tmp_path / "a").write_bytes(data)
    status, _, complaint = run("check", tmp_path / "a", "--board", SMALL)
    assert status == 1 and said in complaint


def test_an_unknown_board_and_a_missing_file_are_told(run, tmp_path):
    assert f"there are: {BOARDS[0]}" in run("check", tmp_path / "a", "--board", "x")[2]
    assert "cannot be read" in run("check", tmp_path / "a", "--board", SMALL)[2]


# -- setup ----------------------------------------------------------------------------------------


def answer(monkeypatch, *lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(line + "\n" for line in lines)))


def made(folder):
    return [json.loads((folder / n).read_text()) for n in ("settings.json", "secrets.json")]


def test_setup_makes_both_files(run, monkeypatch, tmp_path):
    heater = ("2", "1", "2", "30", "2", "0,5", "6", "8.2", "14.6", "5120")
    network = ("van", " pass word ", "broker", "", "me", "secret")
    answer(monkeypatch, "Van", "1", *heater, *network, "bms_poll_ms 2000", "", "y")
    status, out, complaint = run("setup", "--board", SMALL, "--folder", tmp_path)
    assert status == 0, complaint
    settings, secrets = made(tmp_path)
    assert settings == a_van.SETTINGS
    assert secrets == a_van.SECRETS
    assert "pass word" not in out and "secret\n" not in out
    if os.name == "posix":
        assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
    assert run("check", tmp_path / "settings.json", "--board", SMALL)[0] == 0


def test_setup_asks_boards_with_memory_for_a_second_network(run, monkeypatch, tmp_path):
    networks = ("van", "one", "home", "two")
    answer(monkeypatch, "Van", "1", "1", *networks, *[""] * 6)
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    assert made(tmp_path) == [
        {"name": "Van", "wifi_ssid": "van", "wifi_ssid_2": "home"},
        {"wifi_password": "one", "wifi_password_2": "two"},
    ]
    for file in tmp_path.iterdir():
        file.unlink()
    answer(monkeypatch, *[""] * 20)
    assert "second network" not in run("setup", "--board", SMALL, "--folder", tmp_path)[1]


def test_setup_asks_boards_with_memory_for_a_page(run, monkeypatch, tmp_path):
    answer(monkeypatch, "", "1", "1", "van", "", "", "", "3", "short", "long enough", "", "y")
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    assert "web_password: has fewer than 8 letters" in out
    kinds = ("web", "web_mode", "web_boost", "web_thresholds", "web_settings")
    assert made(tmp_path) == [
        {"wifi_ssid": "van", **dict.fromkeys(kinds, True)},
        {"web_password": "long enough"},
    ]
    for file in tmp_path.iterdir():
        file.unlink()
    answer(monkeypatch, "", "1", "1", "van", *[""] * 20)
    out = run("setup", "--board", SMALL, "--folder", tmp_path)[1]
    assert "browsers" not in out and made(tmp_path)[0] == {"wifi_ssid": "van"}


def test_setup_proposes_what_is_there(run, monkeypatch, tmp_path):
    old = {"name": "Van", "bms_dialect": "jk_ble", "bms_link": "ble", "wifi_ssid": "van"}
    (tmp_path / "settings.json").write_text(json.dumps(old))
    (tmp_path / "secrets.json").write_text('{"wifi_password": "kept"}')
    answer(monkeypatch, *[""] * 20)
    assert run("setup", "--board", LARGE, "--folder", tmp_path)[0] == 0
    assert made(tmp_path) == [old, {"wifi_password": "kept"}]


def test_setup_takes_every_other_setting_too(run, monkeypatch, tmp_path):
    packs = [{"bms_dialect": "jk_ble", "ble_name": "two"}]
    more = ("?", "packs " + json.dumps(packs), "on_mat nein", "on_mat true", "ha_prefix ha")
    answer(monkeypatch, "Van", "1", "1", "", *more, "nme 1", "", "y")
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    assert "  mqtt_port [1883]: The broker's port." in out
    assert "on_mat: 'nein' is neither true nor false" in out and "nme: unknown setting" in out
    assert made(tmp_path)[0] == {"name": "Van", "packs": packs, "ha_prefix": "ha"}


def test_setup_asks_for_several_packs(run, monkeypatch, tmp_path):
    packs = ("2", "Bow", "1", "C8:47:8C:00:00:01", "2", "", "2", "", "ANT-24")
    heater = ("2", "1", "1", "1", "", "", "")
    answer(monkeypatch, "Van", "1", *heater, "", "packs", *packs, "1", "", "y")
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    assert "two links might take the same unit" in out
    assert made(tmp_path)[0]["packs"] == [
        {
            "name": "Bow",
            "bms_dialect": "jk_ble",
            "ble_address": "C8:47:8C:00:00:01",
            "on_mat": False,
        },
        {"bms_dialect": "ant_new", "bms_link": "ble", "ble_name": "ANT-24"},
    ]
    assert run("check", tmp_path / "settings.json", "--board", LARGE)[0] == 0


def test_setup_asks_for_the_packs_of_a_bus(run, monkeypatch, tmp_path):
    answer(monkeypatch, "", "2", "1", "1", "", "packs", "1", "one", "1", "", "4", "2", "", "y")
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    settings = made(tmp_path)[0]
    assert (settings["bms_address"], settings["packs"]) == (
        1,
        [{"bms_dialect": "jk_modbus", "bms_address": 2}],
    )


def test_setup_tells_several_on_bluetooth_apart(run, monkeypatch, tmp_path):
    answer(monkeypatch, "", "7", "", "1", "", "packs", "1", "first", "", "1", "second", "", "y")
    status, out, complaint = run("setup", "--board", LARGE, "--folder", tmp_path)
    assert status == 0, complaint
    settings = made(tmp_path)[0]
    assert (settings["ble_name"], settings["packs"][0]["ble_name"]) == ("first", "second")


def test_setup_offers_no_bluetooth_where_there_is_no_memory_for_it(run, monkeypatch, tmp_path):
    answer(monkeypatch, *[""] * 20)
    out = run("setup", "--board", SMALL, "--folder", tmp_path)[1]
    assert "by Bluetooth" not in out


def test_setup_asks_again_and_writes_nothing_that_is_wrong(run, monkeypatch, tmp_path):
    answer(
        monkeypatch, "x" * 25, "Van", "9", "1", "1", "", "mqtt_host broker", "", "wifi_ssid van"
    )
    status, out, complaint = run("setup", "--board", SMALL, "--folder", tmp_path)
    assert "name: is 25 bytes long, over 24" in out
    assert "a number from 1 to 6" in out
    assert "mqtt_host: needs wifi_ssid" in out
    assert status == 1 and "nothing is written" in complaint
    assert not list(tmp_path.iterdir())


# -- the console ----------------------------------------------------------------------------------

LEGEND = {
    "app": {
        "a": [{"name": "App.run", "module": "app", "line": 7, "inside": [], "calls": ["b"]}],
        "b": [
            {"name": "Heater.step", "module": "heat.heater", "line": 3, "inside": [], "calls": []}
        ],
    }
}
TRACEBACK = """Traceback (most recent call last):
  File "app", line 1, in a
  File "app", line 1, in b
ValueError: x
"""
EXPLAINED = "      = Heater.step, heat/heater.py from line 3"


def test_a_traceback_is_explained_by_the_legend_of_the_image_sent_last(run, tmp_path, monkeypatch):
    (tmp_path / "legend").write_text(json.dumps(LEGEND))
    (tmp_path / "text").write_text(TRACEBACK)
    monkeypatch.setattr(logs, "LEGEND", tmp_path / "legend")
    status, out, _ = run("traceback", tmp_path / "text")
    assert status == 0 and EXPLAINED in out.splitlines()
    monkeypatch.setattr(logs, "LEGEND", tmp_path / "none")
    assert run("traceback", tmp_path / "text")[1] == TRACEBACK


def test_the_console_is_shown_and_the_program_goes_on(tmp_path):
    (tmp_path / "legend").write_text(json.dumps(LEGEND))
    (tmp_path / "flash").mkdir()
    main_py = f"import time\nwhile True:\n    time.sleep(0.1)\n    print({TRACEBACK!r}, end='')\n"
    (tmp_path / "flash/main.py").write_text(main_py)
    with PtyDevice(tmp_path) as device:
        command = [sys.executable, "-m", "tools.packmate", "logs", device.port]
        process = subprocess.Popen(
            [*command, "--legend", str(tmp_path / "legend")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            # Who is started in the background hears no Ctrl-C, and nor would this one.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        watch = threading.Timer(10, process.kill)
        watch.start()
        lines = iter(process.stdout)
        assert any(EXPLAINED in line for line in lines)
        process.send_signal(2)
        assert process.wait() == 0
        watch.cancel()
        assert device.starts == ["power"] and device.received == 0


# -- backup ---------------------------------------------------------------------------------------


def test_a_backup_comes_back(run, tmp_path):
    kept = tmp_path / "kept"
    with PtyDevice(tmp_path) as device:
        files = {"settings.json": b'{"name": "Van"}', "state.json": b"x" * 2000 + b"\n"}
        for name, data in {**files, "secrets.json": b"{}", "main.py": b""}.items():
            (device.flash / name).write_bytes(data)
        device.wait_for(">>> ")
        status, out, _ = run("backup", device.port, kept)
        assert status == 0 and "--secrets" in out
        assert {path.name: path.read_bytes() for path in kept.iterdir()} == files
        device.wait_for(">>> ")
        assert run("backup", device.port, kept, "--secrets")[0] == 0
        assert (kept / "secrets.json").read_bytes() == b"{}"
        for name in files:
            (device.flash / name).unlink()
        (device.flash / "secrets.json").write_bytes(b'{"wifi_password": "new"}')
        device.wait_for(">>> ")
        status, out, _ = run("restore", device.port, kept)
        assert status == 0 and "secrets.json was left out" in out
        for name, data in files.items():
            assert (device.flash / name).read_bytes() == data
        assert b"new" in (device.flash / "secrets.json").read_bytes()


# -- history --------------------------------------------------------------------------------------


def keep_history(folder, as_plain):
    """Makes what a device would have in its flash: records of two starts, in two files."""
    records = folder / "records"
    (records / "now").mkdir(parents=True)
    store = Store()
    ring = Ring(store, 9, 40)
    pack = PackState()
    pack.put(SOC_PCT, 50)
    keeper = Keeper(ring, 60, 60, 7)
    for n in range(1603):
        assert keeper.look(pack, n != 1, n == 2, 2, 60 * n, 90_000_000 + 60 * n if n > 1 else None)
        ring.commit()
    kind = "" if as_plain else "p"
    for name, data in (plain(ring) if as_plain else store.files).items():
        path = records / "now" / f"{kind}tail" if name == "tail" else records / f"{kind}{name:08x}"
        path.write_bytes(data)
    assert len(list(records.iterdir())) == 3


@pytest.mark.parametrize("as_plain", [False, True])
def test_the_history_becomes_a_table(run, tmp_path, as_plain):
    table = tmp_path / "van.csv"
    with PtyDevice(tmp_path) as device:
        keep_history(device.flash, as_plain)
        device.wait_for(">>> ")
        status, out, _ = run("history", device.port, table)
    assert status == 0 and "van.csv" in out
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == 1603
    assert [row["time"] for row in rows[:3]] == [
        "2026-11-07T16:00:00Z",
        "2026-11-07T16:01:00Z",
        "2026-11-07T16:02:00Z",
    ]
    assert int(rows[1]["ts"]) == EPOCH_S + 90_000_060
    assert (rows[0]["soc_pct"], rows[1]["soc_pct"], rows[0]["pack_mv"]) == ("50", "", "")
    assert (rows[0]["alarm"], rows[1]["alarm"]) == ("0", "")
    assert rows[2]["heater_on"] == "1" and rows[2]["heater_state"] == "heating"
    assert rows[-1]["record"] == "1604"  # two numbers are marks


def test_a_device_without_history_says_so(run, tmp_path):
    with PtyDevice(tmp_path) as device:
        device.wait_for(">>> ")
        status, _, said = run("history", device.port, tmp_path / "x.csv")
    assert status == 1 and "history_kb" in said


# -- flash and ports ------------------------------------------------------------------------------


def firmware(path, chip):
    path.write_bytes(b"\xe9\x03\x02\x2f" + bytes(8) + bytes((chip, 0)) + bytes(100))
    return path


@pytest.mark.parametrize("board", boards.names())
def test_every_board_says_which_micropython_it_takes(board):
    name, chip, offset = flash.firmware_of(board)
    assert name.endswith("SPIRAM_OCT") == (check.load_board(board).PSRAM == 8)
    assert name.startswith("ESP32_GENERIC") and chip.startswith("esp32")
    assert offset == (0x1000 if chip in ("esp32", "esp32s2") else 0)


def test_esptool_gets_chip_and_place_of_the_board(tmp_path):
    words = flash.command(SMALL, "/dev/x", firmware(tmp_path / "f.bin", 0))[1:]
    path = str(tmp_path / "f.bin")
    baud = "--baud 460800"
    assert (
        words == f"-m esptool --chip esp32 --port /dev/x {baud} write-flash 0x1000 {path}".split()
    )
    words = flash.command(LARGE, "COM3", firmware(tmp_path / "f.bin", 9), erase=True)[1:]
    rest = f"{baud} write-flash --erase-all 0x0 {path}"
    assert words == f"-m esptool --chip esp32s3 --port COM3 {rest}".split()


def test_another_chips_firmware_and_what_is_none_are_refused(run, tmp_path):
    with pytest.raises(PackmateError, match="is for esp32s3, the board has esp32: take ESP32_GEN"):
        flash.command(SMALL, "/dev/x", firmware(tmp_path / "f.bin", 9))
    (tmp_path / "f.uf2").write_bytes(b"UF2\n" + bytes(100))
    assert "is no firmware of an ESP32" in run("flash", SMALL, "/dev/x", tmp_path / "f.uf2")[2]


@pytest.mark.parametrize("failing, status", [(False, 0), (True, 1)])
def test_esptool_is_run_and_its_failure_told(run, tmp_path, monkeypatch, failing, status):
    written = tmp_path / "written"
    stub = f"import sys\nopen({str(written)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
    (tmp_path / "esptool.py").write_text(stub + f"sys.exit({int(failing)})\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found, out, complaint = run("flash", SMALL, "/dev/x", firmware(tmp_path / "f.bin", 0))
    assert found == status
    assert written.read_text().startswith("--chip esp32 --port /dev/x --baud 460800 write-flash")
    assert ("hold BOOT" in complaint) if failing else ("packmate deploy" in out)


def test_a_missing_esptool_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setattr(flash.importlib.util, "find_spec", lambda name: None)
    complaint = run("flash", SMALL, "/dev/x", firmware(tmp_path / "f.bin", 0))[2]
    assert "esptool is not installed" in complaint


def test_the_newest_firmware_beside_is_taken(tmp_path, monkeypatch, capsys):
    for name in (
        "ESP32_GENERIC-20250809-v1.26.0.bin",  # too old
        "ESP32_GENERIC-20250911-v1.26.1.bin",
        "ESP32_GENERIC-20261209-v1.30.0-preview.12.gdeadbeef.bin",
        "ESP32_GENERIC-SPIRAM-20260409-v1.29.0.bin",
        "ESP32_GENERIC_S3-20260409-v1.29.0.bin",
    ):
        firmware(tmp_path / name, 0)
    downloads = tmp_path / "Downloads"
    assert flash.newest(SMALL, (tmp_path, downloads)).name.endswith("v1.26.1.bin")
    downloads.mkdir()
    newer = firmware(downloads / "ESP32_GENERIC-20260109-v1.27.bin", 0)
    assert flash.newest(SMALL, (tmp_path, downloads)) == newer
    assert f"firmware: {newer}" in capsys.readouterr().out
    with pytest.raises(PackmateError, match="no ESP32_GENERIC_C3-….bin .*1.26.1(.|\n)*_C3/ "):
        flash.newest("esp32_c3_devkit", (tmp_path, downloads))


@pytest.mark.parametrize("words", [("/dev/x",), ("/dev/x", "f.bin"), ("f.bin",), ()])
def test_port_and_firmware_can_be_left_out(words, tmp_path, monkeypatch):
    asked = []
    monkeypatch.chdir(tmp_path)
    firmware(tmp_path / "f.bin", 0)
    newest = firmware(tmp_path / "ESP32_GENERIC-20250911-v1.26.1.bin", 0)
    monkeypatch.setattr(flash, "places", lambda: (tmp_path,))
    monkeypatch.setattr(ports, "find", lambda given: given or "/dev/x")
    monkeypatch.setattr(flash, "command", lambda *all: asked.append(all) or [sys.executable, "-V"])
    assert main(["flash", SMALL, *words]) == 0
    path = pathlib.Path("f.bin") if "f.bin" in words else newest
    assert asked == [(SMALL, "/dev/x", path, False)]


def port(device, vid, pid):
    return types.SimpleNamespace(device=device, vid=vid, pid=pid)


def test_the_one_board_on_usb_is_found():
    serial, other = port("COM1", None, None), port("COM7", 0x1A86, 0x55D4)
    native = port("COM8", 0x303A, 0x4001)
    assert ports.find("COM5") == "COM5"
    assert ports.find(None, [serial, other]) == "COM7"
    with pytest.raises(PackmateError, match="no board found on USB"):
        ports.find(None, [serial])
    with pytest.raises(PackmateError, match="name the port: COM7, COM8"):
        ports.find(None, [serial, other, native])
