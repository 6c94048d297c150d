"""The settings errors, wrapped at spaces, one screenful after the other. Loaded only if there are
any."""

from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.draw.brush import ABSENT, ADVANCES, FIRST, INDEX, ROW
from screen.draw.fonts.barlow import FACES, TEXT

_LINES = const(5)  # below the headline
_FIELDS = const(6)
_TURN_S = const(8)  # each screenful
_SPACE = const(32)
_NO_TEXT = const(-1)


class Errors:
    """Shows texts (str). Preparing them allocates; showing does not. `page`: see pages.glance."""

    def __init__(self, errors):
        from screen.draw.letters import encoded  # needed once

        self._count = len(errors)
        lines = []
        for error in errors:
            wrap(encoded(error), TEXT, layout.LINE_PX, lines)
        self._lines = tuple(lines)
        self._pages = max(1, (len(lines) + _LINES - 1) // _LINES)
        self.page = (layout.LINES[: _FIELDS * ROW], (self.show,) * _FIELDS)

    def seconds(self):
        """How long it takes to show everything twice."""
        return 2 * _TURN_S * self._pages

    def show(self, sheet, field, _what, model, _live):
        """Shows the headline, or a line."""
        page = model.uptime_s // _TURN_S % self._pages
        if field == 0:
            if not sheet.changed(field, page, pal.ON_AMBER):
                return False
            sheet.text.fixed(self._count, 0).add(b" ")
            text = sheet.say(labels.ERRORS if self._count > 1 else labels.ERROR)
            if self._pages > 1:
                text.add(b"  ").fixed(page + 1, 0).add(b"/").fixed(self._pages, 0)
            return True
        line = page * _LINES + field - 1
        if line >= len(self._lines):
            line = _NO_TEXT
        if not sheet.changed(field, line, pal.WHITE):
            return False
        if line != _NO_TEXT:
            sheet.text.add(self._lines[line])
        return True


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


def number_of(face, code):
    """Returns the number of a character's glyph, -1 if the face has none."""
    at = code - FACES[face][FIRST]
    index = FACES[face][INDEX]
    if at < 0:
        return -1
    if not index:
        return at if at < len(FACES[face][ADVANCES]) else -1
    if at >= len(index) or index[at] == ABSENT:
        return -1
    return index[at]


def width(face, text, start, end):
    """Returns the width in pixels of text[start:end] (bytes; absent glyphs have none)."""
    advances = FACES[face][ADVANCES]
    total = 0
    for i in range(start, end):
        number = number_of(face, text[i])
        if number >= 0:
            total += advances[number]
    return total
