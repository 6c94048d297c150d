"""The page of settings errors: readable, one screenful after the other."""

from compat import const
from screen import palette as pal
from screen.text import Text
from screen.widgets import Line

_LINES_Y = const(26)
_PITCH = const(18)
_LINES = const(6)
_WIDTH = const(232)
_PAGE_S = const(8)
_SPACE = const(32)


class Errors:
    """Shows texts, wrapped at spaces. Preparing them allocates; showing does not."""

    def __init__(self, canvas, fonts):
        self._canvas = canvas
        self._fonts = fonts
        self._lines = ()
        self._page = 0
        self._count = 0
        self._text = Text()
        self._title = Line(canvas, 3, 2, 234, 19, fonts.text)

    def set(self, errors):
        """Takes the errors, a sequence of str."""
        font = self._fonts.text
        lines = []
        for error in errors:
            wrap(error.encode(), font, _WIDTH, lines)
        self._lines = tuple(lines)
        self._count = len(errors)

    @property
    def seconds(self):
        """How long it takes to show everything twice."""
        return 2 * _PAGE_S * self._pages()

    def _pages(self):
        return (len(self._lines) + _LINES - 1) // _LINES

    def open(self):
        """Clears the canvas and draws everything anew at the next `show`."""
        self._canvas.clear()
        self._title.reset()
        self._page = -1

    def show(self, uptime_s):
        """Shows the screenful whose turn it is."""
        pages = self._pages()
        page = uptime_s // _PAGE_S % pages if pages else 0
        if page == self._page:
            return
        self._page = page
        text = self._text.start(b"SETTINGS: ").fixed(self._count, 0)
        text.add(b" errors" if self._count > 1 else b" error")
        if pages > 1:
            text.add(b"   ").fixed(page + 1, 0).add(b"/").fixed(pages, 0)
        self._title.show(text, pal.ON_AMBER)
        canvas = self._canvas
        canvas.fill(2, _LINES_Y - 1, canvas.width - 4, canvas.height - _LINES_Y - 1, 0)
        y = _LINES_Y
        for i in range(page * _LINES, min(len(self._lines), (page + 1) * _LINES)):
            line = self._lines[i]
            self._fonts.text.draw(canvas.fb, line, 0, len(line), 4, y, pal.WHITE)
            y += _PITCH


def wrap(text, font, width, lines):
    """Appends `text` (bytes) to `lines` in pieces no wider than `width` pixels."""
    start = 0
    while start < len(text):
        end = start
        space = -1
        while end < len(text) and font.width(text, start, end + 1) <= width:
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
