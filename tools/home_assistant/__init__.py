"""A Home Assistant of its own, with all that it has: for the picture of the dashboard.

It is the release of requirements-home-assistant.txt, which needs Python 3.13, in build/. All that
it would ask a person at its first start is in the files of its folder: owner, MQTT, dashboard.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

from tools import ROOT
from tools.bench.net.broker import free_port

REQUIREMENTS = ROOT / "requirements-home-assistant.txt"
DASHBOARD = ROOT / "docs" / "home-assistant" / "dashboard.yaml"
PAST = ROOT / "tools" / "home_assistant" / "earlier_states.py"
_PLACE = ROOT / "build" / "home-assistant"
_NEEDS = "3.13"
_START_S = 180
_CONFIGURATION = """\
homeassistant:
  time_zone: UTC
  unit_system: metric
  auth_providers:
    - type: trusted_networks
      trusted_networks: [127.0.0.1/32]
      allow_bypass_login: true
http:
  server_host: 127.0.0.1
  server_port: {port}
recorder:
  commit_interval: 1
frontend:
history:
energy:
lovelace:
  mode: yaml
past:
"""
_LANGUAGE = {"language": "en", "number_format": "language", "time_format": "24"}
_OWNER = "0123456789abcdef0123456789abcdef"


class NoHomeAssistantError(Exception):
    """There is none, and none can be installed; the message says why."""


def installed():
    """Returns the Python that has it: PACKMATE_HOME_ASSISTANT, or the one in build/; or None."""
    given = os.environ.get("PACKMATE_HOME_ASSISTANT")
    if given:
        return given
    own = _PLACE / "bin" / "python"
    return str(own) if (_PLACE / "ready").exists() else None


def install():
    """Returns the Python that has it, and installs it where that is needed: some minutes."""
    found = installed()
    if found:
        return found
    base = find_python(_NEEDS)
    if base is None:
        raise NoHomeAssistantError(
            "Home Assistant needs a Python 3.13, and there is none here; what is announced is "
            "held against its own schemas all the same: make test ARGS=-k=home_assistant_schemas"
        )
    subprocess.run([base, "-m", "venv", "--clear", str(_PLACE)], check=True)
    pip = [str(_PLACE / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    done = subprocess.run([*pip, "install", "-r", str(REQUIREMENTS)])
    if done.returncode:
        raise NoHomeAssistantError("Home Assistant could not be installed")
    (_PLACE / "ready").touch()
    return installed()


def find_python(*versions):
    """Returns a Python of one of these versions, as "3.13", or None."""
    for version in versions:
        kept = pathlib.Path.home() / ".pyenv" / "versions"
        found = [sys.executable, shutil.which("python" + version)]
        for candidate in filter(None, [*found, *kept.glob(version + ".*/bin/python")]):
            ask = [str(candidate), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            if subprocess.run(ask, capture_output=True, text=True).stdout.strip() == version:
                return str(candidate)
    return None


class HomeAssistant:
    """One that runs, in `folder`, with the broker on a port of the loopback interface.

    past: what tools.home_assistant.earlier_states has it believe of the time before. `address`: of
    its pages, to which it lets its owner in without a password.
    """

    def __init__(self, folder, broker_port, past=None):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._child = None
        self._write_files(broker_port, past or {})

    def __enter__(self):
        python = install()
        log = open(self.folder / "log", "wb")  # noqa: SIM115 - the child keeps it
        self._child = subprocess.Popen(
            [python, "-m", "homeassistant", "-c", str(self.folder), "--skip-pip"],
            stdout=log,
            stderr=log,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )
        log.close()
        try:
            self.wait(self._answers, _START_S)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(20)
        self._child.kill()
        self._child.wait()

    def wait(self, condition, limit_s):
        """Waits until `condition()` holds; raises RuntimeError with what it has said else."""
        end = time.monotonic() + limit_s
        while not condition():
            if self._child.poll() is not None or time.monotonic() > end:
                said = (self.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"Home Assistant does not get there:\n{said[-4000:]}")
            time.sleep(0.5)

    def knows_past(self):
        """True once it believes what it was told of the time before."""
        return (self.folder / "past.done").exists()

    def _answers(self):
        try:
            urllib.request.urlopen(self.address + "/manifest.json", timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _write_files(self, broker_port, past):
        folder = self.folder
        own = folder / "custom_components" / "past"
        own.mkdir(parents=True)
        shutil.copy(PAST, own / "__init__.py")
        _dump(own / "manifest.json", {"domain": "past", "name": "Past", "version": "1"})
        _dump(folder / "past.json", past)
        (folder / "configuration.yaml").write_text(_CONFIGURATION.format(port=self.port))
        shutil.copy(DASHBOARD, folder / "ui-lovelace.yaml")
        store = folder / ".storage"
        store.mkdir()
        for name, (version, minor, data) in _stored(broker_port).items():
            told = {"version": version, "minor_version": minor, "key": name, "data": data}
            _dump(store / name, told)


def _stored(broker_port):
    """Returns {name: (version, minor version, content)} of what it keeps."""
    steps = ["user", "core_config", "analytics", "integration"]
    owner = {
        "id": _OWNER,
        "group_ids": ["system-admin"],
        "is_owner": True,
        "is_active": True,
        "name": "Owner",
        "system_generated": False,
        "local_only": False,
    }
    auth = {"users": [owner], "groups": [], "credentials": [], "refresh_tokens": []}
    broker = {
        "entry_id": _OWNER,
        "domain": "mqtt",
        "title": "MQTT",
        "source": "user",
        "unique_id": None,
        "version": 1,
        "minor_version": 2,
        "data": {"broker": "127.0.0.1", "port": broker_port},
        "options": {},
        "subentries": [],
        "discovery_keys": {},
        "disabled_by": None,
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "created_at": "2025-04-01T00:00:00+00:00",
        "modified_at": "2025-04-01T00:00:00+00:00",
    }
    return {
        "onboarding": (4, 1, {"done": steps}),
        "auth": (1, 1, auth),
        "core.config_entries": (1, 5, {"entries": [broker]}),
        f"frontend.user_data_{_OWNER}": (1, 1, {"language": _LANGUAGE}),
    }


def _dump(path, told):
    path.write_text(json.dumps(told))
