"""The first picture: what starts here. It comes before the application is in memory."""

from compat import const
from screen import layout
from screen.draw import palette as pal

_LIGHT_PCT = const(80)  # until the settings are known


def show_start(brush, version, texts, table, number):
    """Wipes the panel, writes name, version and a word of the language on it, lights it up.

    Holds the caller for some 50 ms; nothing runs yet.
    """
    _show_name(brush)
    brush.text.start(version.encode())
    _write(brush, 1, pal.GREY)
    texts.put(brush.text.start(b""), table, number)
    _write(brush, 2, pal.GREY)
    brush.panel.light(_LIGHT_PCT)


def show_texts(brush, texts, table, number):
    """Wipes the panel and writes who it is and two lines of the language on it."""
    _show_name(brush)
    for field in (1, 2):
        texts.put(brush.text.start(b""), table, number + field - 1)
        _write(brush, field, pal.GREY)


def show_progress(brush, texts, table, number, percent):
    """Says with a line of the language what is done in the place of all else, and how far it is;
    the panel is wiped at the beginning, of 0 %."""
    if not percent:
        _show_name(brush)
        texts.put(brush.text.start(b""), table, number)
        _write(brush, 1, pal.GREY)
    brush.text.start(b"%d %%" % percent)
    _write(brush, 2, pal.GREY)


def _show_name(brush):
    brush.wipe()
    _finish(brush)
    brush.text.start(b"Packmate")
    _write(brush, 0, pal.WHITE)


def show_lines(brush, lines):
    """Wipes the panel and writes up to three lines, bytes, on it: where nothing else will run."""
    brush.wipe()
    _finish(brush)
    for field in range(len(lines)):
        brush.text.start(lines[field])
        _write(brush, field, pal.WHITE)
    brush.panel.light(_LIGHT_PCT)


def _write(brush, field, ink):
    brush.ink = ink
    brush.take(layout.START, field)
    _finish(brush)


def _finish(brush):
    while brush.pieces:
        brush.step()
