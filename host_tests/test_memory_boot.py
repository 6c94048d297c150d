"""What is needed once gives its memory back, on the 32-bit MicroPython."""

import pytest

from host_tests.mp import runner
from tools import image, memory

# Garbage of a chunk is collected in the next one.
LOAD_ONCE = (
    "import startup, hardware.wifi, heat.thermal, links.uart_link, heaps\ngc.collect()",
    "report('before')",
    "kept = startup.Startup()\ngc.collect()",
    "gc.collect()\nreport('kept')\ndel kept",
    "gc.collect()\nreport('after')",
    "print('left', sum([name in sys.modules for name in ('config', 'settings')]))",
)

SCREEN = """
from io import BytesIO
import framebuf
import words
from screen.canvas import Canvas
from screen.footer import Names
from screen.model import Model
from screen.show import Screen

class Heater:
    state = reason = latched = duty_permille = power_mw = cold_min = cold_charged_mah = 0
    mode = boost_s = preheat = source = present = 0
    wh_today = ready_s = ready_wh = probe_dc = on_dc = off_dc = mat_w = loss_w = None

class Pack:
    alarms = ()
    def seen(self, group):
        return False
    def age_ms(self, group, now):
        return 0
    def get(self, slot):
        return None

canvas = Canvas(framebuf.FrameBuffer(bytearray(16200), 240, 135, 2), 240, 135)
names = Names(b"", b"", words.STATE_NAMES, words.REASON_NAMES)
settings = {"name": "n", "data_max_age_s": 10}
screen = Screen(canvas, settings, names, BytesIO(bytes(9000)), (), sys.modules)
model = Model()
model.heater = heater = Heater()
heater.law = heater.charger = heater

def show():
    model.take(Pack(), 0, 0)
    while screen.update(model):
        pass

def turn(handed_over_s, latched):
    model.handed_over_s = handed_over_s
    heater.state = words.FAULT if latched else 0
    heater.latched = latched
    show()

def tour():
    for page in range(3):
        show()
        screen.button(model)
    turn(9, 0)
    turn(0, 1)
    turn(0, 0)
    screen.button(model)
    show()

tour()
"""
PAGES = (
    SCREEN,
    "gc.collect()",
    "gc.collect()\nreport('before')\nscreen.button(model)\nshow()",
    "gc.collect()\nreport('heater')\nscreen.button(model)\nshow()",
    "gc.collect()\nreport('report')\nscreen.button(model)\nshow()\nturn(0, 1)",
    "gc.collect()\nreport('fault')\ntour()",
    "gc.collect()",
    "gc.collect()\nreport('after')",
)
# Once more, since names stay from the first time.


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    out = tmp_path_factory.mktemp("memory") / "image"
    image.lay_out("lilygo_t_display", out, joined=False)
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


def test_pages_that_are_seldom_shown_give_their_memory_back(plain_tree):
    said = run(plain_tree, *PAGES)
    for page in ("heater", "report", "fault"):
        assert 500 < said[page] - said["before"] < 5000, page
    assert said["after"] - said["before"] < 200
