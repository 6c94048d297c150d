"""Files of an image that are made when the image is: what the device only reads, piece by piece.

FILES names each by the module that it is made from, which a device then does not carry, nor what
only this module imports: `languages.english` becomes lib/languages/english.bin. A firmware
that runs from sources, or has its modules frozen, has the module itself.
"""

import importlib
import os
import pathlib
import tempfile
import zlib

from languages.file import render, spelled_out
from tools import web_page
from tools.draw import panel_layouts


def data(module, _board, _roomy=True):
    """Returns what the module has under the name DATA."""
    return module.DATA


def checked(module, _board, _roomy=True):
    """Returns the same with its CRC-32 behind it, low byte first."""
    return _with_crc(module.DATA)


def language(module, board, _roomy=True):
    """Returns the same of a language; spelled out for a mono panel, whose letters are ASCII."""
    if board is None or board.PANEL not in panel_layouts.MONO:
        return _with_crc(module.DATA)
    return _with_crc(render([spelled_out(text) for text in module.TEXTS]))


def _with_crc(data):
    return data + zlib.crc32(data).to_bytes(4, "little")


def rendered_for(module, _board, roomy=True):
    """Returns what the module renders for boards with PSRAM, or for those without."""
    return module.render(roomy)


def write(name, board, folder):
    """Writes the file of a module below a folder, as an image has it; whole, or not at all."""
    target = pathlib.Path(folder) / (name.replace(".", "/") + ".bin")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = FILES[name](importlib.import_module(name), board)
    if target.is_file() and target.read_bytes() == made:
        return
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(made)
    os.replace(file.name, target)


# Module -> function(the module, imported; the board's data module; whether the image has what only
# boards with PSRAM do) that returns bytes.
FILES = {
    "screen.draw.fonts.glyphs": data,
    "languages.english": language,
    "languages.german": language,
    "languages.codes": checked,
    "relay.discovery": rendered_for,
    "website.page_files": web_page.data,
}
