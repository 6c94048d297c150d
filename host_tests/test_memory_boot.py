"""What is needed once gives its memory back, on the 32-bit MicroPython."""

import pytest

from host_tests.mp import runner
from tools import image, memory

# Garbage of a chunk is collected in the next one.
LOAD_ONCE = (
    "import startup, wifi, heat.thermal\ngc.collect()",
    "report('before')",
    "kept = startup.Startup()\ngc.collect()",
    "gc.collect()\nreport('kept')\ndel kept",
    "gc.collect()\nreport('after')",
    "print('left', sum([name in sys.modules for name in ('config', 'settings')]))",
)

RELAY = """
import mqtt
from relay.state import StateMessage
from relay.topics import Topics
from relay.view import View

settings = {"mqtt_host": "h", "mqtt_port": 1, "mqtt_user": "", "mqtt_interval_s": 9}
settings.update({"ha_discovery": True, "name": "n"})
message = StateMessage(View(), 1000)
relay = mqtt.Relay(settings, {"mqtt_password": ""}, Topics("t", b"0a"), message, "m", "v")
relay._load_discovery()
relay._drop_discovery()
"""
# Once more, since names stay from the first time.
DISCOVERY = (
    RELAY,
    "gc.collect()\nreport('before')",
    "relay._load_discovery()\ngc.collect()",
    "gc.collect()\nreport('loaded')\nrelay._drop_discovery()",
    "gc.collect()\nreport('after')",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    out = tmp_path_factory.mktemp("memory") / "image"
    image.lay_out("lilygo_t_display", out)
    return out


@pytest.fixture(scope="module")
def plain_tree(tmp_path_factory):
    """The image with private names as they are."""
    out = tmp_path_factory.mktemp("memory") / "plain"
    image.lay_out("lilygo_t_display", out, squeezed=False)
    return out


def run(tree, *chunks):
    """Returns {what: bytes} that the chunks report, after the image's modules are loaded."""
    inside = runner.name_inside(tree)
    plan = {
        "heap": 192 * 1024,
        "files": runner.copies([tree]),
        "path": [f"/{inside}", f"/{inside}/lib", ".frozen"],
        "argv": ["memory"],
        "chunks": [memory.PRELUDE, *chunks],
    }
    result = runner.run_plan(plan)
    assert not runner.failure(result), runner.failure(result)
    lines = [line.rsplit(" ", 1) for line in result.stdout.splitlines()]
    return {what: int(number) for what, number in lines if number.isdigit()}


def test_the_tables_of_settings_go_after_boot(tree):
    said = run(tree, *LOAD_ONCE)
    assert said["left"] == 0
    assert said["after"] < said["kept"]  # the values went into the parts of the device
    assert said["after"] - said["before"] < 5500  # names stay; their table may have grown, once


def test_discovery_goes_when_everything_is_announced(plain_tree):
    said = run(plain_tree, *DISCOVERY)
    assert said["loaded"] - said["before"] > 4000
    assert said["after"] - said["before"] < 200
