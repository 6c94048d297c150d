"""A whole bench with a real broker, started, with waiting, commanding and looking."""

import json
import pathlib
import time

import pytest

from host_tests.device.panel_text import shows
from tools.bench import desk as desk_module
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk


class Room:
    """A Desk that is started, with waiting and commanding."""

    def __init__(self, tmp_path, monkeypatch, name, password="", lapse=10, **settings):
        monkeypatch.setitem(desk_module.SECRETS, "bms_password", password)
        config = BenchConfig(str(tmp_path))
        config.bms_name = name
        config.lapse = lapse
        self.desk = Desk(Bench(config), {"mqtt_interval_s": 1, **settings})
        self.folder = tmp_path

    def __enter__(self):
        self.desk.start()
        return self

    def __exit__(self, *_):
        self.desk.stop()

    @property
    def bms(self):
        return self.desk.bench.plant.bms

    def state(self):
        """Returns the last state message."""
        return self.desk.state()["believed"] or {}

    def wait(self, wanted, limit_s=40):
        """Waits until the state message has these members; returns it."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            state = self.state()
            if all(state.get(key, "?") == value for key, value in wanted.items()):
                return state
            time.sleep(0.1)
        shown = {key: self.state().get(key, "?") for key in wanted}
        pytest.fail(f"{wanted} never came: {shown}\n" + "\n".join(self.console()))

    def console(self):
        return self.desk.bench.snapshot()["console"]

    def base(self):
        """Returns what the device's topics begin with, None before it is at the broker."""
        return self.desk.log.base_of("packmate", "availability")

    def send(self, topic, payload, retain=False):
        """Publishes below the device's base topic."""
        self.desk.log.publish(f"{self.base()}/{topic}", payload, retain)

    def wait_shown(self, text, ink, limit_s=30):
        """Waits until the panel shows a text."""
        end = time.monotonic() + limit_s
        while not self.shows(text, ink):
            if time.monotonic() > end:
                pytest.fail(f"{text!r} is never shown\n" + "\n".join(self.console()))
            time.sleep(0.1)

    def wait_gone(self, text, ink, limit_s=30):
        """Waits until the panel no longer shows a text."""
        end = time.monotonic() + limit_s
        while self.shows(text, ink):
            assert time.monotonic() < end, f"{text!r} is shown for ever"
            time.sleep(0.1)

    def shows(self, text, ink):
        """True if the panel shows a text in this ink."""
        return shows(self.desk.bench.picture(), text, ink)

    def config(self, platform, key):
        """Returns what Home Assistant was told of an entity, None if nothing."""
        unit = self.base().split("/")[-1]
        told = self.desk.log.latest(f"homeassistant/{platform}/packmate_{unit}/{key}/config")
        return told if told and told["payload"] else None  # an empty one clears it

    def wait_config(self, platform, key, limit_s=30):
        """Waits until Home Assistant is told of an entity."""
        end = time.monotonic() + limit_s
        while self.config(platform, key) is None:
            assert time.monotonic() < end, key
            time.sleep(0.1)

    def everything(self):
        """Returns all that the firmware has put out: messages, console, files."""
        found = [json.dumps(self.desk.log.last(200)), "\n".join(self.console())]
        found.append(json.dumps(self.desk.log.latest(f"{self.base()}/state")))
        for path in pathlib.Path(self.folder).rglob("*"):
            if path.is_file() and path.name != "secrets.json":
                found.append(path.read_bytes().decode("latin-1"))
        return "\n".join(found)
