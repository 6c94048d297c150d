"""Home Assistant's MQTT integration alone, of the releases that people have: for tests.

    python -m tools.home_assistant.mqtt_only

makes an environment for each release whose Python is here, with what that integration imports and
nothing else (requirements-home-assistant-RELEASE.txt, and a tenth of Home Assistant itself). `make
test` does it. For all of Home Assistant, with its pages, see tools.home_assistant.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from tools import ROOT
from tools.home_assistant import find_python

# Of each its last version, and the versions of Python that it runs on.
RELEASES = {"2024.3": ("2024.3.3", "3.11", "3.12"), "2025.4": ("2025.4.4", "3.13")}
# What it imports of the other integrations, beside those that MQTT has entities of.
_OTHERS = "file_upload homeassistant http media_player mqtt network persistent_notification"
_OTHERS += " stream sun websocket_api zone"
_MQTT = ("homeassistant", "components", "mqtt")
_SCHEMAS = pathlib.Path(__file__).with_name("own_schemas.py")
_ALL = "all"  # a file in an environment that has all


def installed(release):
    """Returns the Python that has a release, None where that is not installed."""
    place = _place(release)
    return str(place / "bin" / "python") if (place / _ALL).exists() else None


def install(release, base):
    """Installs a release anew, with `base`, a Python of a version that it runs on. Raises
    CalledProcessError if that fails."""
    place = _place(release)
    subprocess.run([base, "-m", "venv", "--without-pip", "--clear", str(place)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "-qq"]
    pip += ["--disable-pip-version-check"]
    needs = ["--no-deps", "--no-compile", "-r", str(_requirements(release))]
    subprocess.run([*pip, "install", *needs], check=True)
    with tempfile.TemporaryDirectory() as folder:
        itself = ["--no-deps", "-d", folder, f"homeassistant=={RELEASES[release][0]}"]
        subprocess.run([*pip, "download", *itself], check=True)
        (wheel,) = pathlib.Path(folder).iterdir()
        _unpack(wheel, next(place.glob("lib/python*/site-packages")))
    (place / _ALL).touch()


def _unpack(wheel, folder):
    """Unpacks Home Assistant's core, its MQTT integration, and what that imports."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: pathlib.PurePath(name).parts for name in archive.namelist()}
        wanted = {parts[3] for parts in files.values() if parts[:3] == _MQTT}
        wanted |= {f"{name}.py" for name in _OTHERS.split()} | {"__init__.py"}
        for name, parts in files.items():
            integration = parts[2] if parts[1] == "components" else "__init__.py"
            if {integration, integration + ".py"} & wanted:
                archive.extract(name, folder)


def judge(release, messages):
    """Returns what a release makes of messages of discovery, [[topic, payload], ...]: see
    own_schemas."""
    done = subprocess.run(
        [installed(release), "-I", str(_SCHEMAS)],
        input=json.dumps(messages),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return json.loads(done.stdout)


def _place(release):
    return ROOT / ".venv" / f"home-assistant-{release}"


def _requirements(release):
    return ROOT / f"requirements-home-assistant-{release}.txt"


def main():
    """Installs what can be; returns 1 if something has failed."""
    failed = 0
    for release, (_, *versions) in RELEASES.items():
        base = find_python(*versions)
        if base is None:
            print(f"Home Assistant {release}: needs a Python {' or '.join(versions)}")
            continue
        try:
            install(release, base)
        except subprocess.CalledProcessError:
            print(f"Home Assistant {release}: could not be installed", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
