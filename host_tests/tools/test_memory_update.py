"""An update over Wi-Fi on a board without PSRAM: the memory that it takes instead of the
application, and what a start has beside it that comes after one."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from settings import settings_memory
from settings import table as settings
from tools import image
from tools.cost import boot_play, chip_heaps, memory
from tools.packmate import bundles

BOARD = "lilygo_t_display"
SETTINGS = {"update_url": "http://192.168.1.2:8080/van.bundle"}
_STEPS = 12  # steps of an update between two looks at the heap
_UNTIL_SIGNED = """
UART()  # in place of the ballast, which a start takes later
import instead
with open("update.todo", "w") as file:
    file.write("1")
Download.path = "/bundle"
os.statvfs = lambda path: (4096, 4096, 512, 400)
work = instead.{update.instead.Update}(found[0])
steps = iter(work)
"""
_DONE = """
assert next(steps, None) is None
with open("slot") as file:
    assert file.read() == "lib_b 2 0 \\n"
"""


def files(folder, **texts):
    """Returns {path on the device: file here}."""
    found = {}
    for name, text in texts.items():
        path = folder / name
        path.write_text(text)
        found["/" + name.replace("_", ".")] = str(path)
    return found


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="module")
def bundle(key, tmp_path_factory):
    """Returns the file of a bundle of the very image: its header is as long as it gets."""
    lib = bundles.files_of(image.kept(BOARD))
    data = bundles.build(key, image.load_board(BOARD).NAME, lib, 100, "9.0.0")
    path = tmp_path_factory.mktemp("bundle") / "bundle"
    path.write_bytes(data)
    return path


def test_it_fits_where_the_application_is_not(bundle, key, tmp_path):
    there = files(tmp_path, update_key=bundles.public_text(key))
    there["/bundle"] = str(bundle)
    size = bundle.stat().st_size
    go_on = f"for _ in range({_STEPS}):\n    next(steps, None)"
    more = [("update", _UNTIL_SIGNED)]
    more += [(f"update, {n}", go_on) for n in range(2 * size // 1024 // _STEPS + 2)]
    more += [("slot", _DONE)]
    stages = boot_play.play(SETTINGS, more=more, there=there, until="settings, radio")
    assert chip_heaps.follow(stages)[1] == []
    assert max(stage.live for stage in stages) < 65_000 and stages[-1].live > 55_000


def test_where_there_is_no_room_to_follow_one_the_settings_are_refused():
    values = settings.load({"bms_dialect": "jk_modbus", **SETTINGS})[0]
    errors = []
    settings_memory.refuse(values, errors)
    assert values["update_url"] == "" and "no room to follow an update" in errors[0]
    values = settings.load({"screen_pages": False, "bms_dialect": "jk_modbus", **SETTINGS})[0]
    settings_memory.refuse(values, [])
    assert values["update_url"]


@pytest.mark.parametrize("slot", ["lib 1 0 \n", ""])
def test_a_start_after_one_has_room_for_what_is_to_be_done_then(slot, tmp_path):
    there = files(tmp_path, slot=slot) if slot else {}
    stages = boot_play.play(SETTINGS, there=there)
    assert chip_heaps.follow(memory.traffic(stages))[1] == []
