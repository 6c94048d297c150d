"""Shapes of the screen's icons, drawn large and reduced: input of make_font.py."""

from PIL import Image, ImageDraw

SIZE = 18  # px, height and greatest width of an icon
_GRID = 15  # the shapes are drawn on a grid of so many units
_OVER = 16  # and so many times as large as they will be
_SCALE = _OVER * SIZE / _GRID


class _Pad:
    """A large drawing on the grid, white on black."""

    def __init__(self):
        self._image = Image.new("L", (SIZE * _OVER, SIZE * _OVER), 0)
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points, ink=255):
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=ink)

    def box(self, x0, y0, x1, y1, ink=255):
        self.polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), ink)

    def disc(self, x, y, radius, ink=255):
        box = [(v - radius) * _SCALE for v in (x, y)] + [(v + radius) * _SCALE for v in (x, y)]
        self._draw.ellipse(box, fill=ink)

    def arc(self, x, y, radius, width, start, end):
        box = [(v - radius) * _SCALE for v in (x, y)] + [(v + radius) * _SCALE for v in (x, y)]
        self._draw.arc(box, start, end, fill=255, width=round(width * _SCALE))

    def small(self):
        return self._image.resize((SIZE, SIZE), Image.BOX)


def charge():
    """A battery with a bolt in it: it may be charged."""
    pad = _Pad()
    pad.box(5, 0, 10, 2)
    pad.box(2, 1.5, 13, 15)
    pad.polygon(((9.2, 3), (4.2, 9.2), (7, 9.2), (5.8, 13.6), (10.8, 7.4), (8, 7.4)), 0)
    return pad.small()


def discharge():
    """A bulb: the loads may have current."""
    pad = _Pad()
    pad.disc(7.5, 5, 5)
    pad.polygon(((3.4, 7.6), (11.6, 7.6), (9.8, 11), (5.2, 11)))
    pad.box(5.2, 11.8, 9.8, 13)
    pad.box(6.2, 13.8, 8.8, 15)
    return pad.small()


def heat():
    """A flame."""
    pad = _Pad()
    outer = ((8.2, 0), (8.6, 3), (11.6, 6), (12.8, 9), (12.2, 12), (10.2, 14.4), (7.5, 15))
    outer += ((4.8, 14.4), (2.8, 12), (2.2, 9.2), (3.2, 6.4), (4.6, 4.8), (5, 7), (6.2, 7.4))
    outer += ((6.6, 5), (6.4, 2.6))
    pad.polygon(outer)
    pad.polygon(((7.8, 8), (9.4, 10.2), (9.7, 12), (9, 13.4), (7.5, 14), (6, 13.4), (5.4, 12)), 0)
    return pad.small()


def wifi():
    """A dot with two arcs above it."""
    pad = _Pad()
    pad.arc(7.5, 13, 11, 2.2, 222, 318)
    pad.arc(7.5, 13, 6.6, 2.2, 222, 318)
    pad.disc(7.5, 12.6, 2)
    return pad.small()


def cloud():
    """A cloud: the MQTT broker."""
    pad = _Pad()
    pad.disc(4, 9.8, 3.7)
    pad.disc(8.2, 6.6, 4.6)
    pad.disc(11.6, 10, 3.4)
    pad.box(4, 8, 11.6, 13.5)
    return pad.small()


def question():
    """A question mark: not known."""
    pad = _Pad()
    pad.arc(7.5, 4.6, 4.2, 2.2, 180, 450)
    pad.box(6.4, 6.6, 8.6, 10.6)
    pad.box(6.4, 12.2, 8.6, 14.4)
    return pad.small()


def struck(shape):
    """Returns the shape with a stroke through it: the thing is off."""

    def draw():
        picture = shape()
        band = _Pad()
        band.polygon(((-2, 14.5), (14.5, -2), (17, 0.5), (0.5, 17)))
        stroke = _Pad()
        stroke.polygon(((0, 13.8), (13.8, 0), (15, 1.2), (1.2, 15)))
        picture.paste(0, mask=band.small())
        picture.paste(255, mask=stroke.small())
        return picture

    return draw


_PLAIN = (charge, discharge, heat, wifi, cloud)

# By their numbers in lib/screen/draw/brush.py: a struck-out icon is STRUCK after the plain.
SHAPES = _PLAIN + tuple(struck(shape) for shape in _PLAIN) + (question,)
