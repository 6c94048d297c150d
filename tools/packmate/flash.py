"""Puts MicroPython onto a board, by esptool, with the chip and the place that belong to it."""

import importlib.util
import pathlib
import re
import struct
import subprocess
import sys

from tools import ROOT
from tools.packmate import PackmateError, check

# MicroPython that loads the image.
OLDEST = (1, 26, 1)
# For which MicroPython the board's firmware is built: its manifest says it.
_FIRMWARE = re.compile(r"\bBOARD=(ESP32_GENERIC(?:_(\w+))?)(?: BOARD_VARIANT=(\w+))?")
_BAUD = "460800"  # as micropython.org has it: half a minute; esptool's own takes two
# Where in the flash the chip looks for its loader (esptool's documentation, "Flash modes").
_STARTS = {"esp32": 0x1000, "esp32s2": 0x1000}
# esp_app_format.h, esp_image_header_t: 0xE9 first, the chip's number from byte 12.
_MAGIC = 0xE9
_CHIPS = {0: "esp32", 2: "esp32s2", 5: "esp32c3", 9: "esp32s3", 12: "esp32c2", 13: "esp32c6"}


def firmware_of(board_name):
    """Returns (how MicroPython's files for a board are called, its chip, the flash's offset)."""
    check.load_board(board_name)
    folder = board_name.partition("+")[0]
    manifest = (ROOT / "boards" / folder / "manifest.py").read_text(encoding="utf-8")
    found = _FIRMWARE.search(manifest)
    if found is None:
        raise PackmateError(f"boards/{folder}/manifest.py names no BOARD=ESP32_GENERIC…")
    chip = "esp32" + (found[2] or "").lower()
    name = f"{found[1]}-{found[3]}" if found[3] else found[1]
    return name, chip, _STARTS.get(chip, 0)


def places():
    """Returns the folders where a firmware may lie: here, and where browsers put files."""
    return pathlib.Path(), pathlib.Path.home() / "Downloads"


def newest(board_name, folders):
    """Returns the newest of the board's firmwares in some folders; PackmateError if there is none.

    They are found by the names that micropython.org gives them; versions to come are not taken.
    """
    name, _, _ = firmware_of(board_name)
    wanted = re.compile(re.escape(name) + r"-\d{8}-v(\d+)\.(\d+)(?:\.(\d+))?\.bin")
    found = []
    for folder in folders:
        for path in folder.glob(f"{name}-*.bin"):
            match = wanted.fullmatch(path.name)
            version = tuple(int(part or 0) for part in match.groups()) if match else ()
            if version >= OLDEST:
                found.append((version, path))
    if not found:
        least = ".".join(map(str, OLDEST))
        page = name.partition("-")[0]
        raise PackmateError(
            f"no {name}-….bin of version {least} or later is here, or in Downloads: get it from\n"
            f"https://micropython.org/download/{page}/ and run the command again, or name the file"
        )
    path = max(found)[1]
    print(f"firmware: {path}")
    return path


def chip_of_file(path):
    """Returns the chip that a firmware is for, or None; PackmateError if it is no firmware."""
    try:
        with open(path, "rb") as file:
            head = file.read(24)
    except OSError as error:
        raise PackmateError(f"{path}: cannot be read: {error.strerror}") from None
    if len(head) < 24 or head[0] != _MAGIC:
        raise PackmateError(
            f"{path}: is no firmware of an ESP32 (it begins with another byte than 0xE9): take "
            "the .bin, not the .uf2 or .app-bin, from micropython.org"
        )
    return _CHIPS.get(struct.unpack_from("<H", head, 12)[0])


def command(board_name, port, path, erase=False):
    """Returns the command line of esptool; PackmateError if the file is for another chip."""
    name, chip, offset = firmware_of(board_name)
    found = chip_of_file(path)
    if found != chip:
        raise PackmateError(
            f"{path}: is for {found or 'another chip'}, the board has {chip}: take {name}-….bin"
        )
    esptool = [sys.executable, "-m", "esptool", "--chip", chip, "--port", port, "--baud", _BAUD]
    return [*esptool, "write-flash", *(["--erase-all"] if erase else []), hex(offset), str(path)]


def flash(board_name, find_port, path=None, erase=False):
    """Runs esptool. path: the firmware; without one it is looked for."""
    path = path or newest(board_name, places())
    chip_of_file(path)
    if importlib.util.find_spec("esptool") is None:
        raise PackmateError(f'esptool is not installed: "{sys.executable}" -m pip install esptool')
    if subprocess.run(command(board_name, find_port(), path, erase)).returncode:
        raise PackmateError(
            "esptool has failed. Some boards must be told to wait for it: hold BOOT, press and "
            "release RESET, let go of BOOT, and run the command again"
        )
    print("MicroPython is on the board. Press its reset button if nothing starts; then:")
    print(f"  packmate deploy {board_name}")
