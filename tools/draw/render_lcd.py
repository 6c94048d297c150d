"""Draws scenes of the screen as PNG files: `python -m tools.draw.render_lcd OUTDIR [SCENE ...]`.

`--size 320x240`, before OUTDIR, draws them as a panel of that size shows them.
"""

import argparse
import sys
from pathlib import Path

from screen.draw import palette
from tools.draw import cpython_framebuf as framebuf
from tools.draw import panel_layouts, scenes

try:
    from PIL import Image
except ImportError:  # after `make demo` alone
    sys.exit("render_lcd draws with Pillow, which is not here: `make check` installs it")

SCALE = 3


def rgb(index):
    """Returns one of the screen's colours as (red, green, blue) of 0..255."""
    colour = palette.COLOURS[2 * index] << 8 | palette.COLOURS[2 * index + 1]
    return rgb_of(colour)


def rgb_of(colour):
    """Returns an RGB565 value as (red, green, blue) of 0..255."""
    levels = ((colour >> 11, 31), (colour >> 5 & 63, 63), (colour & 31, 31))
    return tuple(value * 255 // most for value, most in levels)


def image_of(glass, scale=SCALE):
    """Returns what a scenes.Glass shows, enlarged `scale` times."""
    image = Image.new("RGB", (glass.width, glass.height))
    values = [
        glass.pixels[at] << 8 | glass.pixels[at + 1] for at in range(0, len(glass.pixels), 2)
    ]
    image.putdata([rgb_of(value) for value in values])
    return image.resize((glass.width * scale, glass.height * scale), Image.NEAREST)


def size_of(text):
    """Returns (width, height) of a size as "320x240" tells it."""
    width, height = map(int, text.split("x"))
    return width, height


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument(
        "--size",
        type=size_of,
        default=(scenes.WIDTH, scenes.HEIGHT),
        metavar="WIDTHxHEIGHT",
        help="of the panel",
    )
    parser.add_argument("outdir", type=Path)
    parser.add_argument("scene", nargs="*", help=f"some of: {', '.join(scenes.SCENES)}")
    args = parser.parse_args(argv)
    unknown = [name for name in args.scene if name not in scenes.SCENES]
    if unknown:
        parser.error(f"no such scene: {', '.join(unknown)}")
    args.outdir.mkdir(parents=True, exist_ok=True)
    with panel_layouts.scenes_for(*args.size) as shown:
        for name in args.scene or scenes.SCENES:
            path = args.outdir / f"{name}.png"
            image_of(shown.draw(name, framebuf, shown.Glass(*args.size))).save(path)
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
