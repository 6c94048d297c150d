"""The releases of Home Assistant that tests run against: what is installed, and what is said."""

import pathlib
import re
import subprocess
import sys

import pytest

from tools import ROOT, home_assistant
from tools.home_assistant import mqtt_only

# Of these it asks for versions that would have to be compiled for its Python.
OTHERS = {"2024.3": set(), "2025.4": {"ciso8601", "lru-dict"}}


def pins(text):
    """Returns {package: version} of the lines that name one, the packages spelled in one way."""
    found = re.findall(r"^([\w.-]+)==([\w.]+)$", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize("release", mqtt_only.RELEASES)
def test_what_it_imports_is_what_it_asks_for(release):
    python = mqtt_only.installed(release)
    if python is None:
        pytest.skip(f"no Home Assistant {release}: python -m tools.home_assistant.mqtt_only")
    place = pathlib.Path(python).parents[1]
    (asked,) = place.glob("lib/python*/site-packages/homeassistant/package_constraints.txt")
    wanted = pins(asked.read_text())
    got = pins((ROOT / f"requirements-home-assistant-{release}.txt").read_text())
    assert len(got.keys() & wanted.keys()) > 15
    differ = {name for name in got.keys() & wanted.keys() if got[name] != wanted[name]}
    assert differ == OTHERS[release]


def test_a_python_is_found_by_its_version():
    own = ".".join(map(str, sys.version_info[:2]))
    assert home_assistant.find_python("2.1", own) is not None
    assert home_assistant.find_python("2.1", "2.2") is None


def test_what_cannot_be_there_is_said_and_no_fault(monkeypatch, capsys):
    monkeypatch.setattr(mqtt_only, "find_python", lambda *versions: None)
    assert mqtt_only.main() == 0
    assert "2024.3: needs a Python 3.11 or 3.12" in capsys.readouterr().out


def test_what_could_be_there_and_is_not_is_a_fault(monkeypatch, capsys):
    def fail(release, base):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(mqtt_only, "find_python", lambda *versions: "python")
    monkeypatch.setattr(mqtt_only, "install", fail)
    assert mqtt_only.main() == 1
    assert "2025.4: could not be installed" in capsys.readouterr().err
