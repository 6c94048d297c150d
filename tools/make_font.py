"""Makes the fonts and icons of the screen: `python -m tools.make_font [--check]`.

Rasterises Barlow Condensed (SIL Open Font License 1.1) from the npm package
@fontsource/barlow-condensed into `lib/screen/fonts/*.py`: bytes literals with 2 bits per pixel, so
that three levels of each colour smooth the edges. `--check` writes nothing and exits with 1 if a
file is not what would be written. Needs Pillow, pinned: its version decides the last pixel.
"""

import argparse
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tools import icon_shapes

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules" / "@fontsource" / "barlow-condensed"
OUT = ROOT / "lib" / "screen" / "fonts"

FIRST = 32  # first code of the index; 96 codes follow
# Codes of bytes texts that stand for other characters: ASCII has none of them.
SPECIAL = {ord("~"): "…", ord("^"): "°"}
DIGITS = "0123456789"


class Face:
    """What is made of one weight of the font: name, weight, cap height in pixels, characters."""

    def __init__(self, name, weight, cap_px, codes, tabular=False, minus=True):
        self.name = name
        self.weight = weight
        self.cap_px = cap_px
        self.codes = sorted(codes)
        self.tabular = tabular  # digits of one width, so that figures do not jump
        self.minus = minus  # '-' is a minus sign, as wide as '+', and not a hyphen

    def character(self, code):
        """Returns the character that a byte of text stands for."""
        if self.minus and code == ord("-"):
            return "\N{MINUS SIGN}"
        return SPECIAL.get(code, chr(code))


def codes_of(text):
    """Returns the codes of a text, for a Face."""
    return {ord(c) for c in text}


FACES = (
    Face("huge", 600, 62, codes_of(DIGITS + "-:")),
    Face("large", 600, 24, codes_of(DIGITS + "+-.% NODAT"), tabular=True),
    Face("medium", 600, 16, codes_of(DIGITS + "+-.~Wk"), tabular=True),
    Face("text", 600, 13, set(range(FIRST, 127)) - codes_of("~"), minus=False),
    Face("small", 600, 11, codes_of("celtmpVAWkC^%?")),
)


def load(face, package):
    """Returns the font scaled so that a capital letter is exactly `cap_px` high."""
    path = package / "files" / f"barlow-condensed-latin-{face.weight}-normal.woff"
    for size in range(face.cap_px, 3 * face.cap_px):
        font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        if -font.getbbox("H", anchor="ls")[1] >= face.cap_px:
            return font
    raise ValueError(f"no size of {path.name} has capitals of {face.cap_px} px")


def trim(image):
    """Returns (left, top, cropped image) without empty rows and columns (at two bits)."""
    box = image.point(lambda v: 255 if level(v) else 0).getbbox()
    if box is None:
        return 0, 0, image.crop((0, 0, 1, 1))
    return box[0], box[1], image.crop(box)


def level(value):
    """Returns 0..3 for a coverage of 0..255."""
    return (value * 3 + 127) // 255


def pack_gs2(image):
    """Returns the rows of an 8-bit image as GS2_HMSB: leftmost pixel in the lowest bits."""
    width, rows = image.size
    out = bytearray((width + 3) // 4 * rows)
    for y in range(rows):
        for x in range(width):
            out[y * ((width + 3) // 4) + x // 4] |= level(image.getpixel((x, y))) << (x % 4 * 2)
    return bytes(out)


def glyph(font, face, code):
    """Returns (metrics, bitmap) of one glyph: width, rows, left + 64, top + 64, advance."""
    pad = face.cap_px
    character = face.character(code)
    advance = round(font.getlength(character))
    image = Image.new("L", (pad * 4, pad * 3), 0)
    ImageDraw.Draw(image).text((pad, 2 * pad), character, font=font, fill=255, anchor="ls")
    left, top, image = trim(image)
    left -= pad
    top -= pad
    if face.tabular and chr(code) in DIGITS:
        cell = round(font.getlength("0"))
        left += (cell - advance) // 2
        advance = cell
    return bytes((image.width, image.height, left + 64, top + 64, advance)), pack_gs2(image)


def render_face(face, package):
    """Returns the source text of a font module."""
    font = load(face, package)
    index = bytearray(b"\xff" * 96)
    metrics = b""
    bitmap = b""
    for number, code in enumerate(face.codes):
        index[code - FIRST] = number
        five, bits = glyph(font, face, code)
        metrics += five
        bitmap += bits
    what = f"Barlow Condensed {face.weight} (OFL.txt), capitals {face.cap_px} px"
    return module(what, face.cap_px, bytes(index), metrics, bitmap)


def render_icons():
    """Returns the source text of the icon module: one glyph per icon, in the order of SHAPES."""
    index = bytearray(b"\xff" * 96)
    metrics = b""
    bitmap = b""
    for number, shape in enumerate(icon_shapes.SHAPES):
        index[number] = number
        left, top, image = trim(shape())
        metrics += bytes((image.width, image.height, left + 64, top + 64, icon_shapes.SIZE))
        bitmap += pack_gs2(image)
    what = f"icons of tools/icon_shapes.py, {icon_shapes.SIZE} px"
    return module(what, icon_shapes.SIZE, bytes(index), metrics, bitmap)


def literal(data):
    """Returns a bytes literal that keeps to the line length."""
    lines = []
    for at in range(0, len(data), 23):
        lines.append('    b"' + "".join(f"\\x{byte:02x}" for byte in data[at : at + 23]) + '"')
    return "(\n" + "\n".join(lines) + "\n)"


def module(what, height, index, metrics, bitmap):
    """Returns the source text of one generated module."""
    total = len(index) + len(metrics) + len(bitmap)
    return (
        f'"""Made by tools/make_font.py: {what}, {total} bytes."""\n\n'
        f"HEIGHT = {height}\n"
        f"INDEX = {literal(index)}\n"
        f"METRICS = {literal(metrics)}\n"
        f"BITMAP = {literal(bitmap)}\n"
    )


def render_all(package):
    """Returns {file name: source text} of every generated module."""
    files = {f"{face.name}.py": render_face(face, package) for face in FACES}
    files["icons.py"] = render_icons()
    return files


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="unpacked npm package")
    args = parser.parse_args(argv)
    wrong = 0
    for name, text in render_all(args.package).items():
        path = OUT / name
        if path.is_file() and path.read_text() == text:
            continue
        wrong += 1
        if args.check:
            print(f"{path.relative_to(ROOT)} is not what tools/make_font.py makes")
        else:
            path.write_text(text)
            print(f"{path.relative_to(ROOT)}: {len(text)} characters")
    if not args.check:
        shutil.copyfile(args.package / "LICENSE", OUT / "OFL.txt")
    return 1 if args.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
