"""The command as pip installs it: nothing of the checkout is beside it, and nothing is missing."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from host_tests.tools.stranger import tracked
from tools import ROOT

BOARD = "esp32_s3_devkit+no_panel"  # its image is made in a moment
tomllib = pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Returns a folder for the import path, with what pip would have laid there."""
    place = tmp_path_factory.mktemp("site-packages")
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert wanted["package-dir"] == {"packmate": "."}
    found = {path for pattern in wanted["package-data"]["packmate"] for path in ROOT.glob(pattern)}
    for name in tracked():
        if ROOT / name in found:
            (place / "packmate" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / "packmate" / name)
    return place


def run(installed, folder, *words, answers=""):
    """Runs the entry point as pip's script does; returns (exit status, all that it said)."""
    program = "import sys; from packmate.tools.packmate.installed import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(installed)},
        input=answers,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_is_what_the_command_begins_with():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'packmate = "packmate.tools.packmate.installed:main"' in text


def test_settings_are_made_and_judged_in_any_folder(installed, tmp_path):
    answers = "\n".join(["Bus", "1", "1", "van", "secret", *[""] * 9, "y"]) + "\n"
    status, said = run(installed, tmp_path, "setup", "--board", BOARD, answers=answers)
    assert status == 0, said
    assert json.loads((tmp_path / "settings.json").read_text("utf-8"))["wifi_ssid"] == "van"
    words = ("check", "settings.json", "secrets.json", "--board", BOARD)
    status, said = run(installed, tmp_path, *words)
    assert (status, said.endswith("the settings are right\n")) == (0, True), said


def test_broken_json_is_told_with_its_line(installed, tmp_path):
    (tmp_path / "settings.json").write_text('{"name": "Van"\n "bms_dialect": "jk_gps"}')
    status, said = run(installed, tmp_path, "check", "settings.json", "--board", BOARD)
    assert status == 1
    assert "settings.json: line 2, column 2: is not valid JSON" in said


def test_an_image_is_made_of_what_is_there(installed, tmp_path):
    status, said = run(installed, tmp_path, "deploy", BOARD, "COM99")
    assert (status, "COM99 cannot be opened" in said) == (1, True), said
    made = installed / "packmate" / "build" / BOARD
    assert {"boot.py", "main.py", "lib"} <= {path.name for path in made.iterdir()}
