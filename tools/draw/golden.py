"""Golden pictures of the screen: `python -m tools.draw.golden [--write] [--sheets FOLDER]`.

Every page in every situation on every panel has its CRC-32 in host_tests/screen/golden.txt, which
a test compares. `--write` makes the file anew, once the pictures have been looked at: `--sheets`
draws them side by side, a PNG a panel. Without either it says which ones are others.
"""

import argparse
import binascii
import contextlib
import importlib
import io
import pathlib
import sys

from languages import english, german
from screen.draw.language import Language
from tools import ROOT
from tools.draw import cpython_framebuf, panel_layouts, render_mono, scenes

FILE = ROOT / "host_tests" / "screen" / "golden.txt"
PANELS = ((240, 135), (240, 240), (320, 170), (320, 240))
MONO_DRIVER = "hardware.panels.sh1106"  # both controllers show the same: host_tests/screen
LANGUAGES = {"english": english, "german": german}


@contextlib.contextmanager
def drawers(width, height):
    """Gives {scene: function(language) that returns the glass with it on such a panel}."""
    with panel_layouts.scenes_for(width, height) as scenes:
        more = importlib.import_module("tools.draw.book_scenes")
        found = {}
        for module, prefix in ((scenes, ""), (more, "book_")):
            for name in module.SCENES:
                found[prefix + name] = _drawer(module, name, scenes, (width, height))
        yield found


def _drawer(module, name, scenes, size):
    def draw(language="english"):
        kept = scenes.new_language
        data = LANGUAGES[language].DATA
        try:
            scenes.new_language = lambda: Language(io.BytesIO(data))
            return module.draw(name, cpython_framebuf, scenes.Glass(*size))
        finally:
            scenes.new_language = kept

    return draw


def pictures():
    """Yields (name, glass) of every page, panel, situation and language."""
    for width, height in PANELS:
        for language in LANGUAGES:
            with drawers(width, height) as found:
                for name, draw in found.items():
                    yield f"{width}x{height} {language} {name}", draw(language)
    for language in LANGUAGES:
        yield from mono_pictures(language)


def mono_pictures(language):
    """Yields (name, glass) of every situation on a mono panel, its first and last picture, and the
    last day."""
    names = (*scenes.SCENES, "first", "rest", "history")
    for name, panel in render_mono.draw(MONO_DRIVER, names, language).items():
        glass = scenes.Glass(panel.width, panel.height)
        places = [(x, y) for y in range(panel.height) for x in range(panel.width)]
        glass.pixels[:] = b"".join(b"\xff\xff" if panel.glows(*at) else b"\0\0" for at in places)
        yield f"128x64 {language} {name}", glass


def crc(glass):
    """Returns what stands in the file for a picture."""
    return f"{binascii.crc32(glass.pixels):08x}"


def wanted():
    """Returns {name: CRC-32} as the file has it."""
    if not FILE.is_file():
        return {}
    rows = (line.rpartition(" ") for line in FILE.read_text().splitlines())
    return {name: found for name, _, found in rows}


def draw_sheets(folder, found):
    """Writes one PNG for each panel and language, with all its pictures; returns their paths."""
    from tools.draw.render_lcd import image_of

    folder.mkdir(parents=True, exist_ok=True)
    groups = {}
    for name, glass in found:
        groups.setdefault(name.rpartition(" ")[0], []).append(image_of(glass, 1))
    paths = []
    for name, images in groups.items():
        paths.append(folder / f"{name.replace(' ', '_')}.png")
        _sheet_of(images, 6).save(paths[-1])
    return paths


def draw_sheet(path, size, names):
    """Writes one PNG of these scenes of book_scenes, enlarged, as such a panel has them."""
    from tools.draw.render_lcd import image_of

    with drawers(*size) as found:
        _sheet_of([image_of(found["book_" + name](), 2) for name in names], 3).save(path)


def _sheet_of(images, columns):
    from PIL import Image

    wide, high = images[0].width + 6, images[0].height + 6
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * wide, rows * high), (70, 70, 70))
    for at, image in enumerate(images):
        sheet.paste(image, (3 + at % columns * wide, 3 + at // columns * high))
    return sheet


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="tools.draw.golden", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--write", action="store_true", help="make the file anew")
    parser.add_argument("--sheets", type=pathlib.Path, metavar="FOLDER", help="draw them, too")
    args = parser.parse_args(argv)
    found = list(pictures())
    if args.sheets:
        for path in draw_sheets(args.sheets, found):
            print(path)
    lines = {name: crc(glass) for name, glass in found}
    if args.write:
        FILE.write_text("".join(f"{name} {code}\n" for name, code in lines.items()))
        return 0
    before = wanted()
    others = [name for name in lines.keys() | before.keys() if lines.get(name) != before.get(name)]
    for name in sorted(others):
        print(f"another picture: {name}")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
