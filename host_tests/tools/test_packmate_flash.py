"""`packmate flash` by the real esptool, into a chip whose loader is an emulated one."""

import importlib.util
import random

import pytest

from host_tests.tools.rom_loader import ERASE_FLASH, FLASH_BYTES, RomLoader
from tools.packmate import flash
from tools.packmate.__main__ import main

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("esptool") is None, reason="esptool is not installed: `make test`"
)
BOARDS = {"lilygo_t_display": 0, "adafruit_feather_s3_tft": 9}  # and their chips' numbers


def firmware(path, chip_id):
    head = b"\xe9\x01\x02\x2f" + bytes(8) + bytes((chip_id, 0)) + bytes(10)
    path.write_bytes(head + random.Random(chip_id).randbytes(9000) + b"\xff" * 9000 + b"end!")
    return path


@pytest.mark.parametrize("board", BOARDS)
def test_the_firmware_is_where_the_chip_looks_for_it(board, tmp_path):
    path = firmware(tmp_path / "f.bin", BOARDS[board])
    with RomLoader(BOARDS[board]) as chip:
        assert main(["flash", board, chip.port, str(path)]) == 0
    data = path.read_bytes()
    at = flash.firmware_of(board)[2]
    assert chip.flash[at : at + len(data)] == data
    assert ERASE_FLASH not in chip.commands
    assert chip.flash[-4096:] == b"\x5a" * 4096  # the rest stays: settings, too


def test_all_else_is_erased_where_that_is_asked_for(tmp_path):
    path = firmware(tmp_path / "f.bin", 9)
    with RomLoader(9) as chip:
        assert main(["flash", "adafruit_feather_s3_tft", chip.port, str(path), "--erase"]) == 0
    size = len(path.read_bytes())
    assert chip.flash == path.read_bytes() + b"\xff" * (FLASH_BYTES - size)


@pytest.mark.parametrize("chip_id, spoils", [(0, True), (9, False)])
def test_a_spoilt_byte_and_another_chip_are_failures(chip_id, spoils, tmp_path, capsys):
    path = firmware(tmp_path / "f.bin", 0)
    with RomLoader(chip_id, spoils) as chip:
        assert main(["flash", "lilygo_t_display", chip.port, str(path)]) == 1
    assert "esptool has failed" in capsys.readouterr().err
