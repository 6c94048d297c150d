"""Makes the fonts and icons of the screen: `python -m tools.draw.make_font [--check]`.

Rasterises Barlow Condensed (SIL Open Font License 1.1) from the npm package
@fontsource/barlow-condensed into `lib/screen/draw/fonts`: the tables of each size in barlow.py
(barlow_small.py has fewer), the pictures of all glyphs in glyphs.py, with 2 bits per pixel, so
that three levels of each colour smooth the edges. `--check` writes nothing and exits with 1 if a
file is not what would be written. Needs Pillow, pinned: its version decides the last pixel.
"""

import argparse
import shutil
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from screen.draw.letters import FIRST_LETTER, LETTERS
from tools import ROOT
from tools.draw import icon_shapes

PACKAGE = ROOT / "node_modules" / "@fontsource" / "barlow-condensed"
OUT = ROOT / "lib" / "screen" / "draw" / "fonts"

FIRST = 32  # first code that a text may hold
ABSENT = 0xFF  # in an index
# Codes of bytes texts that stand for other characters: ASCII has none of them.
SPECIAL = {ord("~"): "…", ord("^"): "°"}
SPECIAL |= {FIRST_LETTER + at: letter for at, letter in enumerate(LETTERS)}
DIGITS = "0123456789"
LOW = 0.82  # of capitals with dots above them, for which a field has no room

TABLES = '''"""Made by tools/draw/make_font.py: Barlow Condensed (OFL.txt), a tuple a size; icons.

A tuple holds: height of capitals and digits in pixels; code of the first byte of the index; index,
the number of each code's glyph (255: none; an empty index has no gaps); advance of each glyph in
pixels; where their records start in glyphs.DATA; bytes a record.
"""

from compat import const

CHECK = const(%s)  # CRC-32 of glyphs.DATA

# Positions in FACES.
%s
FACES = (
%s)
'''

PICTURES = '''"""Made by tools/draw/make_font.py: the pictures of the glyphs of barlow.py.

A record holds: width, rows, left + 64, top + 64; the rows of a bitmap (GS2_HMSB); and zeros, since
all of a face are equally long. In an image this is a file, glyphs.bin: it would fill an eighth of
the heap.
"""

DATA = %s
'''


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
    Face("large", 600, 24, codes_of(DIGITS + "+-. NODATYEKIPackmate"), tabular=True),
    Face("text", 600, 16, {*range(FIRST, 127), *SPECIAL}, tabular=True, minus=False),
    Face("big", 600, 31, codes_of(DIGITS + "+-.:"), tabular=True),
)
ROOMY = "BIG"  # barlow_small.py, for boards without PSRAM, has all but this one


def load(face, package, cap_px=None):
    """Returns the font scaled so that a capital letter is exactly `cap_px` high: the face's."""
    cap_px = cap_px or face.cap_px
    path = package / "files" / f"barlow-condensed-latin-{face.weight}-normal.woff"
    for size in range(cap_px, 3 * cap_px):
        font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        if -font.getbbox("H", anchor="ls")[1] >= cap_px:
            return font
    raise ValueError(f"no size of {path.name} has capitals of {cap_px} px")


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
    """Returns (advance, record) of one glyph."""
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
    return advance, record(left, top, image)


def record(left, top, image):
    """Returns the record of a trimmed picture, without the zeros after it."""
    return bytes((image.width, image.height, left + 64, top + 64)) + pack_gs2(image)


class Table:
    """The tables of one face, filled glyph by glyph."""

    def __init__(self, what, height, first, codes):
        self.what = what
        self.height = height
        self.first = first
        self.index = bytearray([ABSENT] * codes)
        self.advances = bytearray()
        self.records = []

    def add(self, code, advance, record):
        """Appends the glyph of a code."""
        self.index[code - self.first] = len(self.advances)
        self.advances.append(advance)
        self.records.append(record)

    def pictures(self):
        """Returns the records, each filled up to the longest."""
        return b"".join(r + bytes(self.record_bytes() - len(r)) for r in self.records)

    def record_bytes(self):
        """Returns the size of each record."""
        return max(map(len, self.records))

    def index_bytes(self):
        """Returns the index, empty if the codes have no gaps."""
        return b"" if ABSENT not in self.index else bytes(self.index)

    def source(self, start):
        """Returns the source text of the face's tuple."""
        return (
            f"    # {self.what}.\n"
            f"    (\n"
            f"        {self.height},\n"
            f"        {self.first},\n"
            f"        {literal(self.index_bytes(), 8)},\n"
            f"        {literal(bytes(self.advances), 8)},\n"
            f"        {start},\n"
            f"        {self.record_bytes()},\n"
            f"    ),\n"
        )


def table_of(face, package):
    """Returns the Table of one face."""
    font = load(face, package)
    what = f"Barlow Condensed {face.weight}, capitals {face.cap_px} px"
    table = Table(what, face.cap_px, face.codes[0], face.codes[-1] - face.codes[0] + 1)
    low = load(face, package, round(face.cap_px * LOW))
    for code in face.codes:
        table.add(code, *glyph(low if face.character(code) in "ÄÖÜ" else font, face, code))
    return table


def table_of_icons():
    """Returns the Table of the icons: one glyph per icon, in the order of SHAPES."""
    what = f"Icons of icon_shapes.py, {icon_shapes.SIZE} px"
    table = Table(what, icon_shapes.SIZE, 0, len(icon_shapes.SHAPES))
    for number, shape in enumerate(icon_shapes.SHAPES):
        table.add(number, icon_shapes.SIZE, record(*trim(shape())))
    return table


def literal(data, indent):
    """Returns a bytes literal that keeps to the line length, to be put at an indent."""
    if not data:
        return 'b""'
    space = " " * (indent + 4)
    step = (99 - indent - 7) // 4
    lines = []
    for at in range(0, len(data), step):
        digits = "".join(f"\\x{byte:02x}" for byte in data[at : at + step])
        lines.append(f'{space}b"{digits}"')
    if len(lines) == 1 and len(lines[0]) < 99:
        return lines[0].strip()
    return "\n".join(["(", *lines, " " * indent + ")"])


def tables_of(sources, check):
    """Returns the source text of the module with these faces, {name: source}."""
    consts = "".join(f"{name} = const({number})\n" for number, name in enumerate(sources))
    return TABLES % (check, consts, "".join(sources.values()))


def render_all(package):
    """Returns {file name: source text} of the generated modules."""
    names = [face.name.upper() for face in FACES] + ["ICONS"]
    data = b""
    sources = {}
    tables = [*(table_of(face, package) for face in FACES), table_of_icons()]
    for name, table in zip(names, tables, strict=True):
        sources[name] = table.source(len(data))
        data += table.pictures()
    check = f"0x{zlib.crc32(data):08X}"
    small = {name: source for name, source in sources.items() if name != ROOMY}
    return {
        "barlow.py": tables_of(sources, check),
        "barlow_small.py": tables_of(small, check),
        "glyphs.py": PICTURES % literal(data, 0),
    }


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="unpacked npm package")
    args = parser.parse_args(argv)
    others = 0
    for name, text in render_all(args.package).items():
        path = OUT / name
        shown = path.relative_to(ROOT)
        if not args.check:
            path.write_text(text)
            print(f"{shown}: {len(text)} characters")
        elif not path.is_file() or path.read_text() != text:
            print(f"{shown} is not what tools/draw/make_font.py makes")
            others += 1
    if not args.check:
        shutil.copyfile(args.package / "LICENSE", OUT / "OFL.txt")
    return min(others, 1)


if __name__ == "__main__":
    sys.exit(main())
