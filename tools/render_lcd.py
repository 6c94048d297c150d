"""Draws scenes of the screen as PNG files: `python -m tools.render_lcd OUTDIR [SCENE ...]`."""

import argparse
import sys
from pathlib import Path

from PIL import Image

from screen import palette
from tools import cpython_framebuf as framebuf
from tools import scenes

SCALE = 3


def image_of(buffer, width, height, scale=SCALE):
    """Returns a GS4_HMSB picture in its true colours, enlarged `scale` times."""
    image = Image.new("RGB", (width, height))
    fb = framebuf.FrameBuffer(buffer, width, height, framebuf.GS4_HMSB)
    for y in range(height):
        for x in range(width):
            index = fb.pixel(x, y)
            image.putpixel((x, y), tuple(palette.RGB[3 * index : 3 * index + 3]))
    return image.resize((width * scale, height * scale), Image.NEAREST)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("outdir", type=Path)
    parser.add_argument("scene", nargs="*", help=f"some of: {', '.join(scenes.SCENES)}")
    args = parser.parse_args(argv)
    unknown = [name for name in args.scene if name not in scenes.SCENES]
    if unknown:
        parser.error(f"no such scene: {', '.join(unknown)}")
    args.outdir.mkdir(parents=True, exist_ok=True)
    for name in args.scene or scenes.SCENES:
        path = args.outdir / f"{name}.png"
        image_of(scenes.draw(name, framebuf), scenes.WIDTH, scenes.HEIGHT).save(path)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
