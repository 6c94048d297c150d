"""What is needed once gives its memory back, on the 32-bit MicroPython."""

import pytest

from tools import image
from tools.cost import memory
from tools.mp import runner

# Garbage of a chunk is collected in the next one.
LOAD_ONCE = (
    "from starting import heaps, startup\nfrom showing import first_picture\n"
    "import hardware.net.wifi, heat.thermal, links.uart_link",
    "picture = first_picture.Picture()\ndel first_picture\ngc.collect()",
    "report('before')",
    "kept = startup.prepare(picture)\ngc.collect()",
    "gc.collect()\nreport('kept')\ndel kept",
    "gc.collect()\nreport('after')",
    "print('left', sum([name in sys.modules for name in ('starting.config', 'settings.table')]))",
)


@pytest.fixture(scope="module")
def tree():
    return image.kept("lilygo_t_display", joined=False)


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
