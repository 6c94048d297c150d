"""`packmate deploy` with the real mpremote against a real MicroPython."""

import json
import os
import re

import pytest
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from host_tests.tools.pty_rig import PtyDevice
from tools import ROOT
from tools.packmate.__main__ import main
from tools.packmate.deploy import refusal, slot_of_usb
from tools.packmate.prompt import Device

BOARD = "lilygo_t_display"
LARGE = bytes(range(256)) * 24  # more than one chunk


@pytest.fixture
def image(tmp_path):
    """Makes a small image; returns its folder."""
    folder = tmp_path / "image"
    for name, data in {
        "boot.py": b"print('boot.py runs')\n",
        "main.py": b"print('main.py runs')\nimport time\nwhile True:\n    time.sleep(1)\n",
        "settings.example.json": b"{}\n",
        "lib/app.mpy": LARGE,
        "lib/screen/draw/glyphs.bin": b"\x00\xff'\"\\\n",
        "lib/words.mpy": b"",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(autouse=True)
def legend(tmp_path, monkeypatch):
    """Where the legend of the image sent last is kept, here."""
    monkeypatch.setattr("tools.packmate.deploy.LEGEND", tmp_path / "kept" / "legend.json")
    return tmp_path / "kept" / "legend.json"


@pytest.fixture
def device(tmp_path):
    with PtyDevice(tmp_path) as made:
        yield made


@pytest.fixture
def deploy(image, device, capsys):
    """Deploys, and lets main.py start; returns (exit status, what was printed, errors too)."""

    def run(*more, port=device.port):
        words = [BOARD, port, "--image", str(image), "--no-selftest", *map(str, more)]
        status = main(["deploy", *words])
        assert status or device.wait_for("main.py runs")
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def sent(text):
    """Returns the paths of the image's files that were sent, in their order."""
    return re.findall(r"^ *\d+%  (\S+)$", text, re.MULTILINE)


def test_a_first_deployment_brings_all_and_restarts(deploy, image, device):
    status, text = deploy()
    assert status == 0, text
    assert tree(device.flash) == tree(image)
    assert sent(text)[0] == "boot.py" and sent(text)[-1] == "main.py"
    assert "6 of 6 files sent, 0 old ones removed, verified" in text
    assert "no settings.json on the device: it opens a Wi-Fi network now" in text
    assert device.kept() == b"set-up"  # which boot.py looks for
    assert device.starts[-2:] == ["soft", "reset"]
    assert device.watchdog() == [3_600_000]


def test_a_running_program_is_stopped_and_a_second_deployment_sends_nothing(deploy, device):
    deploy()
    status, text = deploy()
    assert status == 0, text
    assert sent(text) == []
    assert "0 of 6 files sent" in text


def test_what_was_interrupted_goes_on_where_it_was(tmp_path, image, capsys):
    command = ["--image", str(image), "--no-selftest"]
    (image / "lib/zeta.mpy").write_bytes(LARGE)
    with PtyDevice(tmp_path) as device:
        (device.flash / "main.py").write_text("print('of before')")
        device.cut_after = 14_000  # in lib/zeta.mpy
        assert main(["deploy", BOARD, device.port, *command]) == 1
    captured = capsys.readouterr()
    assert "Run the same command again" in captured.err
    assert "lib/app.mpy" in sent(captured.out) and "lib/zeta.mpy" not in sent(captured.out)
    assert not (tmp_path / "flash/main.py").exists()
    with PtyDevice(tmp_path) as device:
        assert main(["deploy", BOARD, device.port, *command]) == 0
    again = sent(capsys.readouterr().out)
    assert "lib/app.mpy" not in again and again[0] == "lib/zeta.mpy"
    assert tree(tmp_path / "flash") == tree(image)


def test_the_restart_at_the_end_of_a_command_is_no_crash(device):
    for name in ("lib/compat.py", "firmware/hardware/reset_cause.py"):
        path = device.flash / "lib" / name.partition("/")[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes())
    (device.flash / "lib/board.py").touch()
    with Device(device.port):
        pass
    assert device.waits_for(lambda: device.starts[-1] == "reset", 5)
    assert device.kept().startswith(b"packmate\0the watchdog ended it.")


def test_old_files_of_ours_go_and_those_of_others_stay(deploy, image, device):
    kept = ("secrets.json", "state.json", "state.old", "failure.txt", "lib/aioble/core.mpy")
    old = ("lib/config.py", "lib/bms/jk/gone.mpy")
    for name in kept + old:
        (device.flash / name).parent.mkdir(parents=True, exist_ok=True)
        (device.flash / name).write_text("{}")
    status, text = deploy()
    assert status == 0, text
    assert set(tree(device.flash)) == {*tree(image), *kept}
    assert not (device.flash / "lib/bms").exists()
    assert "removed  lib/config.py" in text and "2 old ones removed" in text


def test_what_usb_brings_runs_whatever_was_on_trial(deploy, image, device, tmp_path):
    for name in ("slot", "slot.new", "slots.py", "lib_b/app.mpy"):
        (device.flash / name).parent.mkdir(exist_ok=True)
        (device.flash / name).write_text("lib_b 2 7 \n")
    key = tmp_path / "a.key"
    key.write_text("c0ffee\n")
    status, text = deploy("--update-key", str(key))
    assert status == 0, text
    assert set(tree(device.flash)) == {*tree(image), "update.key", "slot", "lib_b/app.mpy"}
    assert (device.flash / "update.key").read_text() == "c0ffee\n"
    # An older bundle is still a replay.
    assert (device.flash / "slot").read_text() == "lib -1 7 \n"
    assert "6 of 6 files sent" in text
    assert "0 of 6 files sent" in deploy()[1]


@pytest.mark.parametrize("line", [b"", b"lib_b", b"lib_b 1 many \n", b"a b c d e"])
def test_a_slot_of_nonsense_is_one_of_no_bundle(line):
    assert slot_of_usb(line) == b"lib -1 0 \n"


def test_a_damaged_file_is_found_and_repaired(deploy, image, device):
    deploy()
    path = device.flash / "lib/app.mpy"
    path.write_bytes(LARGE[:-1] + b"\x00")
    status, text = deploy()
    assert status == 0, text
    assert sent(text) == ["lib/app.mpy", "main.py"]
    assert tree(device.flash) == tree(image)


def test_what_arrives_damaged_is_noticed_before_anything_runs(deploy, device):
    device.noise = (b"_put('AAEC", b"_put('AAED")  # the beginning of lib/app.mpy
    status, text = deploy()
    assert status == 1 and "lib/app.mpy: has not arrived as it was sent" in text
    assert "main.py" not in tree(device.flash)
    device.noise = (b"", b"")
    status, text = deploy()
    assert status == 0, text


def test_settings_are_only_sent_if_named_and_right(deploy, device, tmp_path):
    own = device.flash / "settings.json"
    own.write_text('{"name": "Boat"}')
    given = tmp_path / "settings.json"
    given.write_text('{"name": "Van", "bms_poll_ms": 1}')
    status, text = deploy("--settings", given)
    assert status == 1
    assert "bms_poll_ms: 1 is under 500\nnothing was sent" in text
    assert list(tree(device.flash)) == ["settings.json"]
    status, text = deploy()
    assert status == 0, text
    assert json.loads(own.read_text()) == {"name": "Boat"}
    given.write_text('{"name": "Van"}')
    status, text = deploy("--settings", given)
    assert status == 0, text
    assert "sent  settings.json" in text
    assert json.loads(own.read_text()) == {"name": "Van"}


def test_it_is_told_what_the_device_will_say_of_its_own_settings(deploy, device):
    (device.flash / "settings.json").write_text('{"bms_writes": true}')
    assert "settings.json of the device: bms_writes: takes about 12 kB" in deploy()[1]
    (device.flash / "settings.json").write_text('{"name": }')
    assert "settings.json of the device: line 1, column 10: is not valid JSON" in deploy()[1]


def test_a_port_that_is_not_there_is_told_in_words(deploy):
    status, text = deploy(port="/dev/ttyNothing9")
    assert status == 1 and "cannot be opened: is the board plugged in" in text


@pytest.mark.parametrize(
    "version, machine, said",
    [
        ((1, 26, 1), "Generic ESP32 module with ESP32", None),
        ((1, 28, 0), "Generic ESP32 module with SPIRAM with ESP32", None),
        ((1, 28, 0), "linux [GCC 14.2.1] version", None),
        (
            (1, 26, 0),
            "Generic ESP32 module with ESP32",
            "MicroPython 1.26.0: 1.26.1 is the oldest",
        ),
        (
            (1, 27, 0),
            "Generic ESP32S3 module with ESP32S3",
            "esp32s3, and lilygo_t_display is for",
        ),
    ],
)
def test_another_chip_and_an_old_micropython_are_refused(version, machine, said):
    found = refusal(version, machine, BOARD)
    assert found is None if said is None else said in found


def test_nothing_is_sent_to_another_chip(deploy, device, monkeypatch):
    monkeypatch.setattr(
        "tools.packmate.prompt.Device.about", lambda device: ((1, 28, 0), "x with ESP32S3")
    )
    status, text = deploy()
    assert status == 1 and "is it this board?" in text
    assert not tree(device.flash)


def test_the_legend_of_what_was_sent_is_kept(deploy, image, legend):
    beside = image.with_name("image.legend.json")
    beside.write_text('{"app": {}}')
    deploy()
    assert legend.read_text() == '{"app": {}}'
    beside.unlink()
    deploy()
    assert not legend.exists()


def test_the_image_of_a_board_is_made_and_sent(device, capsys):
    board = "adafruit_feather_s3_tft"  # quickly made
    device.wait_for(">>> ")
    assert main(["deploy", board, device.port, "--no-selftest"]) == 0
    assert tree(device.flash) == tree(ROOT / "build" / board)
    assert (device.flash / "lib" / "app.mpy").exists()


def test_a_prompt_that_is_missed_is_tried_once_more(deploy, monkeypatch):
    tries = []
    enter = SerialTransport.enter_raw_repl

    def enter_at_the_second(transport):
        tries.append(1)
        if len(tries) == 1:
            raise TransportError("could not enter raw repl")
        enter(transport)

    monkeypatch.setattr(SerialTransport, "enter_raw_repl", enter_at_the_second)
    status, text = deploy()
    assert status == 0, text


SWITCHES_OFF = """
import time
try:
    print("main.py runs")
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    print("switching the BMS's heating off ...")
    time.sleep(1)
    open("off", "w").close()
"""


def test_the_bms_has_time_to_switch_its_heating_off(deploy, image, device, monkeypatch):
    (image / "main.py").write_text(SWITCHES_OFF)
    deploy()
    monkeypatch.setattr("tools.packmate.prompt._AGAIN_S", 0.2)
    status, text = deploy()
    assert status == 0, text
    assert "has the BMS switch its heating off" in text
    assert (device.flash / "off").exists()


def test_a_port_where_nobody_answers_is_told_in_words(deploy, monkeypatch):
    monkeypatch.setattr("tools.packmate.prompt._AGAIN_S", 0.05)
    master, slave = os.openpty()
    try:
        status, text = deploy(port=os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)
    assert status == 1 and "does not come to MicroPython's prompt" in text
