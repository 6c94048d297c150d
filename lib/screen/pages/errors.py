"""The page of settings errors: readable, one screenful after the other."""

from compat import const
from screen import palette as pal
from screen.font import width
from screen.fonts.barlow import TEXT

_LINES_Y = const(26)
_PITCH = const(18)
_LINES = const(6)
_WIDTH = const(232)
_PAGE_S = const(8)
_SPACE = const(32)


class Errors:
    """Shows texts (str), wrapped at spaces. Preparing them allocates; showing does not."""

    def __init__(self, widgets, errors):
        self._widgets = widgets
        self._count = len(errors)
        self._page = -1
        self._next = 0  # line to be drawn by the next call
        lines = []
        for error in errors:
            wrap(error.encode(), TEXT, _WIDTH, lines)
        self._lines = tuple(lines)
        self._pages = max(1, (len(lines) + _LINES - 1) // _LINES)

    def seconds(self):
        """How long it takes to show everything twice."""
        return 2 * _PAGE_S * self._pages

    def open(self):
        """Forgets what was drawn: the canvas is black."""
        self._page = -1

    def show(self, model, _live):
        """Shows the screenful whose turn it is, a line a call: six at once would hold the loop.

        Returns True if there is another.
        """
        page = model.uptime_s // _PAGE_S % self._pages
        if page != self._page:
            self._page = page
            self._next = page * _LINES
            self._begin()
        elif self._next < len(self._lines) and self._next < (page + 1) * _LINES:
            line = self._lines[self._next]
            y = _LINES_Y + self._next % _LINES * _PITCH
            self._widgets.pen.draw(TEXT, line, 0, len(line), 4, y, pal.WHITE)
            self._next += 1
        else:
            return False
        return True

    def _begin(self):
        """Draws the headline and clears the rest."""
        widgets = self._widgets
        text = widgets.text.start(b"SETTINGS: ").fixed(self._count, 0)
        text.add(b" errors" if self._count > 1 else b" error")
        if self._pages > 1:
            text.add(b"   ").fixed(self._page + 1, 0).add(b"/").fixed(self._pages, 0)
        widgets.line(TEXT, 3, 2, 234, 19, pal.ON_AMBER)
        canvas = widgets.canvas
        canvas.fill(2, _LINES_Y - 1, canvas.width - 4, canvas.height - _LINES_Y - 1, 0)


def wrap(text, face, room, lines):
    """Appends `text` (bytes) to `lines` in pieces no wider than `room` pixels."""
    start = 0
    while start < len(text):
        end = start
        space = -1
        while end < len(text) and width(face, text, start, end + 1) <= room:
            if text[end] == _SPACE:
                space = end
            end += 1
        if end < len(text) and space > start:
            end = space
        if end == start:
            end += 1  # one glyph wider than the page: go on all the same
        lines.append(text[start:end])
        start = end
        while start < len(text) and text[start] == _SPACE:
            start += 1
