"""What an owner runs, with what Windows has: nothing of Unix, other letters in files and pipes."""

import ast
import json
import os
import pathlib
import subprocess
import sys

import pytest

from tools import ROOT
from tools.packmate.deploy import contents

BOARD = "adafruit_feather_s3_tft"
# A file of Windows has these letters where nobody says otherwise, and no Ω among them.
LETTERS = "cp1252"
COMMANDS = (
    "setup check flash deploy selftest keys bundle logs history support traceback backup restore"
).split()


def run(*words, answers="", module="tools.packmate"):
    """Runs packmate, or another module; returns (exit status, all that it said)."""
    done = subprocess.run(
        [sys.executable, "-m", "host_tests.tools.like_windows", module, *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": LETTERS},
        input=answers.encode(LETTERS),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(LETTERS)


def test_every_command_is_there():
    status, said = run("--help")
    assert status == 0
    assert all(f"\n    {command}" in said for command in COMMANDS)


def test_settings_are_made_and_judged(tmp_path):
    answers = ["Bus", *"12111", "26.2", "14.6", "1280", "van", "secret", *[""] * 4, "y"]
    status, said = run(
        "setup", "--board", BOARD, "--folder", tmp_path, answers="\n".join(answers) + "\n"
    )
    assert status == 0, said
    assert "mat's resistance" in said and "Traceback" not in said
    files = tmp_path / "settings.json", tmp_path / "secrets.json"
    assert json.loads(files[0].read_text("utf-8"))["heater_mat_mohm"] == 26_200
    status, said = run("check", *files, "--board", BOARD)
    assert (status, said.rstrip().endswith("the settings are right")) == (0, True)


def test_lines_may_end_as_notepad_ends_them(tmp_path):
    answers = ["Übersee", "1", "1", "van", " se cret ", *[""] * 9, "y"]
    status, said = run(
        "setup", "--board", BOARD, "--folder", tmp_path, answers="\r\n".join(answers) + "\r\n"
    )
    assert status == 0, said
    assert '  name = "Übersee"' in said
    files = tmp_path / "settings.json", tmp_path / "secrets.json"
    assert json.loads(files[1].read_text("utf-8"))["wifi_password"] == " se cret "
    for path in files:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run("check", *files, "--board", BOARD)[0] == 0


def test_what_a_console_has_no_letter_for_is_no_failure(tmp_path):
    """Box-drawing characters, Ω and the like: whatever somebody writes into a setting."""
    path = tmp_path / "settings.json"
    path.write_text('{"┌Ω→": 1, "name": "Übersee", "bms_dialect": "日本"}', "utf-8")
    status, said = run("check", path, "--board", BOARD)
    assert status == 1
    assert "???: unknown setting" in said and "bms_dialect" in said
    assert "Traceback" not in said


def test_a_file_of_powershell_is_a_text(tmp_path):
    legend, kept = tmp_path / "legend.json", tmp_path / "kept.txt"
    legend.write_text('{"app": {"q": [{"name": "make", "module": "app", "line": 3, ', "utf-8")
    with legend.open("a", encoding="utf-8") as file:
        file.write('"inside": [], "calls": []}]}}')
    kept.write_text(
        'Traceback (most recent call last):\n  File "app.py", line 1, in q\nE: é\n',
        "utf-16",
        newline="\r\n",
    )
    status, said = run("traceback", kept, "--legend", legend)
    assert (status, "= make, app.py from line 3" in said) == (0, True), said
    assert "E: é" in said


def test_what_makes_an_image_is_there():
    assert run("--help", module="tools.image")[0] == 0


def test_a_port_of_windows_is_tried(tmp_path):
    (tmp_path / "main.py").write_text("pass\n", "utf-8")
    status, said = run("deploy", BOARD, "COM3", "--image", tmp_path)
    assert status == 1
    assert "COM3 cannot be opened" in said


def test_a_firmware_is_looked_at_before_esptool(tmp_path):
    (tmp_path / "f.bin").write_bytes(bytes(100))
    status, said = run("flash", BOARD, "COM3", tmp_path / "f.bin")
    assert (status, "is no firmware of an ESP32" in said) == (1, True)


def test_paths_on_the_device_are_not_those_of_windows(tmp_path):
    (tmp_path / "lib" / "bms").mkdir(parents=True)
    (tmp_path / "lib" / "bms" / "pack.mpy").write_bytes(b"M")
    assert list(contents(tmp_path)) == ["lib/bms/pack.mpy"]


def sources():
    """Returns the paths of our modules that packmate loads."""
    program = "import sys, tools.packmate.__main__\nfor m in sys.modules.values():\n"
    program += "    print(getattr(m, '__file__', ''))"
    places = os.pathsep.join(str(ROOT / place) for place in ("lib", "firmware", "."))
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = [pathlib.Path(line) for line in done.stdout.splitlines()]
    return [path for path in found if path.is_relative_to(ROOT / "tools")]


def without_letters(source):
    """Returns the calls in a source that read or write text in whatever letters a system has."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
        text = ast.unparse(call)
        if name in ("read_text", "write_text"):
            bad = "utf-8" not in text
        else:
            bad = name == "open" and "b'" not in text or "text=True" in text
        if bad and "encoding=" not in text:
            found.append(text)
    return found


def test_every_text_has_its_letters_named():
    paths = sources()
    assert {ROOT / "tools" / "image.py", ROOT / "tools" / "packmate" / "setup.py"} <= set(paths)
    assert [(path, c) for path in paths for c in without_letters(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "source", ["p.read_text()", "open(p)", "open(p, 'w')", "run(c, text=True)", "p.write_text(t)"]
)
def test_a_text_without_letters_is_noticed(source):
    assert without_letters(source) == [source]
