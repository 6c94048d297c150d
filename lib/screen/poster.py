"""What the panel shows while a phone sets the device up: the network, its password, and both as a
QR code. A mono panel's image has mono_poster in the place of this module."""

from compat import const
from screen import labels
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from words import SCREEN_TEXTS

_LINE = const(22)
_TEXT_WIDE = const(108)  # room for the password, whatever it is
_MARGIN = const(2)  # modules of white around the code, at the least
_BLACK = b"\x00\x00"
_WHITE = b"\xff\xff"


def show_network(brush, texts, network, modules):
    """Wipes the panel and shows the network: (name, password, address), str; modules: of its QR
    code, a row of bytes for each line of them, 1 for a dark one.

    The code stands at the left of the lines; on a panel that is not wide enough, above them.
    """
    panel = brush.panel
    brush.wipe()
    _finish(brush)
    beside = panel.width >= panel.height + _TEXT_WIDE // 2
    lines = _lines(network, beside)
    if beside:
        side = min(panel.height, panel.width - _TEXT_WIDE)
        x, y, w = side, (panel.height - _LINE * len(lines)) // 2, panel.width - side
        _show_code(panel, modules, side, 0, (panel.height - side) // 2)
    else:
        side = panel.height - _LINE * len(lines)
        x, y, w = 0, side, panel.width
        _show_code(panel, modules, side, (panel.width - side) // 2, 0)
    for label, text, ink in lines:
        brush.text.start(text.encode())
        if not text:
            texts.put(brush.text, SCREEN_TEXTS, label)
        brush.ink = ink
        brush.begin(x, y, w, _LINE, TEXT)
        _finish(brush)
        y += _LINE


def _lines(network, beside):
    """Returns [(label, text, ink)], of which a text, if there is one, stands for the label."""
    name, password, address = network
    if not beside:
        return (0, name, pal.WHITE), (0, password, pal.WHITE), (0, address, pal.GREY)
    at = name.find("-") + 1
    return (
        (labels.SET_UP_NETWORK, "", pal.GREY),
        (0, name[:at], pal.WHITE),
        (0, name[at:], pal.WHITE),
        (labels.SET_UP_PASSWORD, "", pal.GREY),
        (0, password, pal.WHITE),
        (0, address, pal.GREY),
    )


def _show_code(panel, modules, side, left, top):
    """Sends a white square with the code in the middle of it, line by line."""
    size = len(modules)
    scale = side // (size + 2 * _MARGIN)
    edge = (side - size * scale) // 2
    line = blank = _WHITE * side
    for y in range(side):
        row = (y - edge) // scale
        if not 0 <= row < size:
            line = blank
        elif (y - edge) % scale == 0:
            dark = b"".join([(_BLACK if module else _WHITE) * scale for module in modules[row]])
            line = _WHITE * edge + dark + _WHITE * (side - edge - size * scale)
        panel.send(left, top + y, side, 1, line)


def _finish(brush):
    while brush.pieces:
        brush.step()
