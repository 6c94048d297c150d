"""Makes the fonts and icons of the screen: `python -m tools.make_font [--check]`.

Rasterises Barlow Condensed (SIL Open Font License 1.1) from the npm package
@fontsource/barlow-condensed into `lib/screen/fonts/barlow.py`: bytes literals with 2 bits per
pixel, so that three levels of each colour smooth the edges. `--check` writes nothing and exits
with 1 if the file is not what would be written. Needs Pillow, pinned: its version decides the last
pixel.
"""

import argparse
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tools import icon_shapes

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules" / "@fontsource" / "barlow-condensed"
OUT = ROOT / "lib" / "screen" / "fonts" / "barlow.py"

FIRST = 32  # first code that a text may hold
ABSENT = 0xFF  # in an index
# Codes of bytes texts that stand for other characters: ASCII has none of them.
SPECIAL = {ord("~"): "…", ord("^"): "°"}
DIGITS = "0123456789"

HEADER = '''"""Made by tools/make_font.py: Barlow Condensed (OFL.txt), one tuple a size, and icons.

A tuple holds: height of capitals and digits in pixels; code of the first byte of the index; index,
the number of each code's glyph (255: none); metrics, 7 bytes a glyph: width, rows, left + 64,
top + 64, advance, where its data start (2 bytes); data. Data are bitmaps (GS2_HMSB, one after the
other, as a framebuf of single bytes) or, as plain bytes, runs: see pack_runs() in the tool.
"""

from compat import const
from screen.palette import GS8

# Positions in FACES.'''


class Face:
    """What is made of one weight of the font: name, weight, cap height in pixels, characters."""

    def __init__(self, name, weight, cap_px, codes, tabular=False, minus=True, runs=False):
        self.name = name
        self.weight = weight
        self.cap_px = cap_px
        self.codes = sorted(codes)
        self.tabular = tabular  # digits of one width, so that figures do not jump
        self.minus = minus  # '-' is a minus sign, as wide as '+', and not a hyphen
        self.runs = runs  # stored as runs: less than half of the bytes for glyphs of this size

    def character(self, code):
        """Returns the character that a byte of text stands for."""
        if self.minus and code == ord("-"):
            return "\N{MINUS SIGN}"
        return SPECIAL.get(code, chr(code))


def codes_of(text):
    """Returns the codes of a text, for a Face."""
    return {ord(c) for c in text}


FACES = (
    Face("huge", 600, 62, codes_of(DIGITS + "-:"), runs=True),
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


def pack_runs(image):
    """Returns the columns of an 8-bit image as runs of one level, from the top down.

    A column is a byte n << 5 | count: n equal columns side by side have these `count` runs. A run
    is a byte level << 6 | length. What is left below the last run is empty.
    """
    width, rows = image.size
    columns = []
    for x in range(width):
        runs = []
        for y in range(rows):
            value = level(image.getpixel((x, y)))
            if runs and runs[-1] >> 6 == value and runs[-1] & 63 < 63:
                runs[-1] += 1
            else:
                runs.append(value << 6 | 1)
        if runs[-1] >> 6 == 0:
            runs.pop()
        if len(runs) > 31:
            raise ValueError(f"{len(runs)} runs in one column")
        if columns and columns[-1][1] == runs and columns[-1][0] < 7:
            columns[-1][0] += 1
        else:
            columns.append([1, runs])
    return b"".join(bytes([n << 5 | len(runs), *runs]) for n, runs in columns)


def glyph(font, face, code):
    """Returns (metrics, data) of one glyph: width, rows, left + 64, top + 64, advance."""
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
    data = pack_runs(image) if face.runs else pack_gs2(image)
    return (image.width, image.height, left + 64, top + 64, advance), data


class Table:
    """The tables of one face, filled glyph by glyph."""

    def __init__(self, height, first, codes):
        self.height = height
        self.first = first
        self.index = bytearray([ABSENT] * codes)
        self.metrics = b""
        self.data = b""

    def add(self, code, metrics, data):
        """Appends the glyph of a code: its five metrics and where its data start."""
        self.index[code - self.first] = len(self.metrics) // 7
        self.metrics += bytes((*metrics, len(self.data) >> 8, len(self.data) & 0xFF))
        self.data += data

    def source(self, what, runs):
        """Returns the source text of the face's tuple."""
        total = len(self.index) + len(self.metrics) + len(self.data)
        data = literal(self.data, 8 if runs else 12)
        if not runs:
            parts = (data, str(len(self.data)), "1", "GS8")
            data = "(\n" + "".join(f"            {part},\n" for part in parts) + "        )"
        return (
            f"    # {what}, {total} bytes.\n"
            f"    (\n"
            f"        {self.height},\n"
            f"        {self.first},\n"
            f"        {literal(bytes(self.index), 8)},\n"
            f"        {literal(self.metrics, 8)},\n"
            f"        {data},\n"
            f"    ),\n"
        )


def render_face(face, package):
    """Returns the source text of one face."""
    font = load(face, package)
    table = Table(face.cap_px, face.codes[0], face.codes[-1] - face.codes[0] + 1)
    for code in face.codes:
        table.add(code, *glyph(font, face, code))
    what = f"Barlow Condensed {face.weight}, capitals {face.cap_px} px"
    return table.source(what, face.runs)


def render_icons():
    """Returns the source text of the icons: one glyph per icon, in the order of SHAPES."""
    table = Table(icon_shapes.SIZE, 0, len(icon_shapes.SHAPES))
    for number, shape in enumerate(icon_shapes.SHAPES):
        left, top, image = trim(shape())
        metrics = (image.width, image.height, left + 64, top + 64, icon_shapes.SIZE)
        table.add(number, metrics, pack_gs2(image))
    return table.source(f"Icons of tools/icon_shapes.py, {icon_shapes.SIZE} px", False)


def literal(data, indent):
    """Returns a bytes literal that keeps to the line length, to be put at an indent."""
    space = " " * (indent + 4)
    step = (99 - indent - 7) // 4
    lines = []
    for at in range(0, len(data), step):
        digits = "".join(f"\\x{byte:02x}" for byte in data[at : at + step])
        lines.append(f'{space}b"{digits}"')
    if len(lines) == 1 and len(lines[0]) < 99:
        return lines[0].strip()
    return "\n".join(["(", *lines, " " * indent + ")"])


def render_all(package):
    """Returns the source text of the generated module."""
    names = [face.name.upper() for face in FACES] + ["ICONS"]
    consts = "".join(f"{name} = const({number})\n" for number, name in enumerate(names))
    faces = [render_face(face, package) for face in FACES]
    return f"{HEADER}\n{consts}\nFACES = (\n{''.join(faces)}{render_icons()})\n"


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="unpacked npm package")
    args = parser.parse_args(argv)
    text = render_all(args.package)
    same = OUT.is_file() and OUT.read_text() == text
    if args.check:
        if not same:
            print(f"{OUT.relative_to(ROOT)} is not what tools/make_font.py makes")
        return 0 if same else 1
    OUT.write_text(text)
    shutil.copyfile(args.package / "LICENSE", OUT.with_name("OFL.txt"))
    print(f"{OUT.relative_to(ROOT)}: {len(text)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
