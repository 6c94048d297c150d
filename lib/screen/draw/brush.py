"""Draws one field at a time into one small buffer, in pieces, and sends each piece to the panel.

There is no picture of the whole panel in memory, so that memory does not grow with the panel: a
field is cut into pieces of at most _PIECE_PIXELS, side by side, and a piece is drawn wholly, sent,
and forgotten. The glyphs come from a file (fonts.glyphs), one after the other. The outermost
pixels of each field are black, so that nothing stays behind when the panel moves the picture by a
pixel.

docs/panels.md says what a panel's driver has to have.
"""

# A row of FACES holds numbers and bytes, each at its place.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportArgumentType=false

from array import array

from compat import const
from screen.draw import palette as pal
from screen.draw.fonts.barlow import FACES, ICONS, TEXT
from screen.draw.text import ROOM, Text

# What a face is made of; the generated module tells more.
_HEIGHT = const(0)
FIRST = const(1)
INDEX = const(2)
ADVANCES = const(3)
_START = const(4)
_RECORD = const(5)

_BIAS = const(64)
ABSENT = const(0xFF)
_HEAD_BYTES = const(4)  # of a record, before the bitmap

_PIECE_PIXELS = const(1200)
_CELL_AT = const(2400)  # the glyph that is being drawn lies behind the piece
BUFFER_BYTES = const(3024)
_NARROW = const(18)  # pixels: room for a digit of any face but HUGE

# The panel that places are given for, and the bytes of a row.
WIDTH = const(240)
HEIGHT = const(135)
ROW = const(6)

# How a field looks: its face, and RIGHT if it ends at its right edge; or one of the others.
RIGHT = const(4)
BAR = const(8)
TILE = const(9)
ICON = const(10)
BLANK = const(11)

# Icons, by their number in tools/draw/icon_shapes.py.
CHARGE = const(0)
DISCHARGE = const(1)
HEAT = const(2)
WIFI = const(3)
CLOUD = const(4)
STRUCK = const(5)  # added to the number of an icon: the same, struck out
QUESTION = const(10)
NO_ICON = const(-1)

# Between the edge of a field and its text, without and with a ground.
_PAD = const(2)
_GROUND_PAD = const(5)
_UNIT_GAP = const(3)
_OUT = const(1)  # a glyph stands out of its advance at the left by no more, at the right never
_FIGURE_ROOM = const(16)  # characters


class Brush:
    """Draws a field on a panel: `text`, `ink`, `icon` and the bar's figures say what; then
    `begin`, and `step` while `pieces` are left. Allocates only when a size is used first.

    `head`: if not 0, `was` stands there in the place of text[:head], in the same ink, and what
    follows in the text is the same; then only that is drawn in which the two differ.

    framebuf: the module. glyphs: an open binary file with what fonts.glyphs has as DATA; what
    cannot be read from it is left out.
    """

    def __init__(self, panel, framebuf, glyphs):
        self.panel = panel
        self.text = Text()
        self.was = Text(_FIGURE_ROOM)
        self.ink = pal.NO_INK
        self.icon = NO_ICON
        self.head = 0
        self.filled = self.tick = self.tick2 = 0  # of a bar, in 0.1 % of its width
        self.pieces = 0  # left to be drawn
        self._new = framebuf.FrameBuffer
        self.glyphs = glyphs
        buf = memoryview(bytearray(BUFFER_BYTES))
        self._buf = buf
        self._frames = {}  # by width
        self._parts = {}  # by size
        self._records = [buf[_CELL_AT : _CELL_AT + face[_RECORD]] for face in FACES]
        self._source = [buf[_CELL_AT + _HEAD_BYTES :], 1, 1, pal.GS2_HMSB]
        self._levels = bytearray(8)  # of the ink `_inked`
        self._inked = pal.NO_INK
        self._ground = 0  # as framebuf's functions take it
        self._palette = (self._levels, 4, 1, pal.RGB565)
        grey = bytearray(8)
        pal.put_levels(grey, pal.GREY)
        self._grey = (grey, 4, 1, pal.RGB565)  # of units
        # Where each character of the text begins, and where the last one ends.
        self._left = array("h", bytes(2 * ROOM + 2))
        self._from = 0  # pixels at the left of a field that stay
        self._read = -1  # where the glyph in the buffer is in the file
        self._x = self._y = self._w = self._h = self._look = self.wide = self._start = 0

    def take(self, rows, field):
        """Takes up a field of a page: rows as in screen.layout."""
        panel = self.panel
        at = ROW * field
        self.begin(
            rows[at] * 2 * panel.width // WIDTH,
            rows[at + 1] * panel.height // HEIGHT,
            rows[at + 2] * 2 * panel.width // WIDTH,
            rows[at + 3],
            rows[at + 4],
        )

    def begin(self, x, y, w, h, look):
        """Takes up a field in this box of the panel."""
        self._x = x
        self._y = y
        self._w = w
        self._h = h
        self._look = look
        # Of one size for each height, where the field is wide enough: each size takes memory.
        self.wide = min(w, _PIECE_PIXELS // h)
        self.pieces = (w + self.wide - 1) // self.wide
        self._from = 0
        if self.ink != self._inked:
            self._inked = self.ink
            self._ground = pal.value(self.ink >> 12)
            pal.put_levels(self._levels, self.ink)
        if look < BAR:
            self._place(look & 3)

    def wipe(self):
        """Takes up the whole panel, in black; the pieces are rows."""
        panel = self.panel
        self._h = _PIECE_PIXELS // panel.width
        self.wide = self._w = panel.width
        self._look = BLANK
        self._from = 0
        self.pieces = (panel.height + self._h - 1) // self._h

    def step(self):
        """Draws and sends the next piece."""
        self.pieces -= 1
        wide = self.wide
        high = self._h
        size = 2 * wide * high
        box = self._frames.get(wide) or self._frame(wide)
        pixels = self._parts.get(size) or self._part(size)
        box.fill_rect(0, 0, wide, high, 0)
        # The last one ends at the edge, so that all are of one size.
        if self._look == BLANK:
            y = min(self.pieces * high, self.panel.height - high)
            self.panel.send(0, y, wide, high, pixels)
            return
        left = min(self._from + self.pieces * wide, self._w - wide)
        if self.ink >> 12:
            box.fill_rect(1 - left, 1, self._w - 2, high - 2, self._ground)
        if self._look == BAR:
            self._paint_bar(box, left)
        elif self._look >= TILE:
            self._paint_icon(box)
        else:
            self._paint_text(box, self._start - left)
            # What hangs below or stands out loses a pixel to the edge.
            box.fill_rect(0, 0, wide, 1, 0)
            box.fill_rect(0, high - 1, wide, 1, 0)
        self.panel.send(self._x + left, self._y, wide, high, pixels)

    def _frame(self, w):
        """Returns framebuf's object for the room of a piece in rows of w pixels."""
        self._frames[w] = frame = self._new(self._buf, w, _PIECE_PIXELS // w, pal.RGB565)
        return frame

    def _part(self, size):
        """Returns the first bytes of the buffer."""
        self._parts[size] = part = self._buf[:size]
        return part

    def _level(self, which):
        """Returns a level of the ink as framebuf's functions take it."""
        return self._levels[2 * which] | self._levels[2 * which + 1] << 8

    def _place(self, face):
        """Finds where the text begins; what has no room is cut, and a figure becomes a dash."""
        text = self.text
        pad = _GROUND_PAD if self.ink >> 12 else _PAD
        room = self._w - 2 * pad
        first = gone = 0
        if self.head:
            first = self._compare()
            gone = self._run(self.was.buf, face, first, self.was.n, 0)
        wide = self._measure(text, face)
        if self.head:
            self._narrow(first, gone, wide, room)
        if wide > room and text.unit < text.n:
            wide = self._measure(text.start(b"-"), face)
        while text.n and wide > room:
            text.n -= 1
            text.unit = min(text.unit, text.n)
            wide = self._left[text.n]
        self._start = pad + room - wide if self._look & RIGHT else pad

    def _compare(self):
        """Returns the first character in which the text differs from what stands there, and leaves
        out of `head` and `was` the last ones that are the same."""
        text = self.text.buf
        was = self.was.buf
        last = self.head
        other = self.was.n
        first = 0
        while first < last and first < other and text[first] == was[first]:
            first += 1
        while last > first and other > first and text[last - 1] == was[other - 1]:
            last -= 1
            other -= 1
        self.head = last
        self.was.n = other
        return first

    def _narrow(self, first, gone, wide, room):
        """Leaves out what is before character `first` and after `head`, since it stands there
        already: what is `wide` now had `gone` pixels between the two."""
        text = self.text
        ends = self._left[self.head]
        if self.head == text.unit < text.n:
            ends -= _UNIT_GAP  # empty, then and now
        begins = min(self._left[first], ends)
        grown = ends - begins - gone
        if wide > room or wide - grown > room:
            if wide > room and wide - grown > room and text.unit < text.n:
                self.pieces = 0  # a dash, then and now
            return
        start = _PAD
        if self._look & RIGHT:
            start += room - wide
            if grown:
                begins = min(grown, 0)
        elif grown:
            ends = max(wide, wide - grown)
        self._from = x = max(start + begins - _OUT, 0)
        span = start + ends - x
        if span <= _NARROW:
            self.wide = min(self.wide, _NARROW)
        self.pieces = (span + self.wide - 1) // self.wide

    def _measure(self, text, face):
        """Notes where each glyph is, from the beginning of the text; returns the width.

        From now on the text has the glyphs' numbers instead of the letters.
        """
        x = self._run(text.buf, face, 0, text.unit, 0)
        if text.unit < text.n:
            x = self._run(text.buf, TEXT, text.unit, text.n, x + _UNIT_GAP)
        self._left[text.n] = x
        return x

    def _run(self, buf, face, start, end, x):
        """As _measure for buf[start:end], which begins at `x`; returns where it ends."""
        left = self._left
        row = FACES[face]
        first = row[FIRST]
        index = row[INDEX]
        advances = row[ADVANCES]
        count = len(index or advances)
        for i in range(start, end):
            left[i] = x
            number = buf[i] - first  # as number_of, without a call for each
            if not 0 <= number < count:
                number = ABSENT
            elif index:
                number = index[number]
            buf[i] = number
            if number != ABSENT:
                x += advances[number]
        return x

    def _paint_text(self, box, start):
        """Draws the glyphs that reach into a piece, at whose left the text is at -`start`.

        From the right, as pieces are: a glyph on the edge of two is read once.
        """
        text = self.text
        numbers = text.buf
        left = self._left
        face = TEXT
        levels = self._grey
        high = FACES[self._look & 3][_HEIGHT]
        # A little high, since descenders need more room below than accents do above.
        top = max(1, (self._h - high) // 2 - (self._look & 3 == TEXT))
        y = top + high - FACES[TEXT][_HEIGHT]
        end = self.wide + _OUT - start
        i = text.n
        while i and left[i] > -start:
            if i == text.unit:
                face = self._look & 3
                y = top
                levels = self._palette
            i -= 1
            x = left[i]
            if x < end and numbers[i] != ABSENT:
                self._glyph(box, face, numbers[i], start + x, y, levels)

    def _glyph(self, box, face, number, x, y, levels):
        row = FACES[face]
        at = row[_START] + number * row[_RECORD]
        record = self._records[face]
        source = self._source
        if at != self._read:
            self._read = -1
            try:
                self.glyphs.seek(at)
                self.glyphs.readinto(record)
            except OSError:
                return
            self._read = at
            source[1] = record[0]
            source[2] = record[1]
        x += record[2] - _BIAS
        y += record[3] - _BIAS
        box.blit(source, x, y, self._ground, levels)

    def _paint_bar(self, box, left):
        wide = self._w - 2
        left -= 1
        top = 3 if self.tick2 else 1
        high = self._h - 2 * top
        box.fill_rect(-left, top, wide, high, pal.value(pal.DIM))
        box.fill_rect(-left, top, self.filled * wide // 1000, high, self._level(3))
        if self.tick2:
            white = pal.value(pal.WHITE & 15)
            box.fill_rect(self.tick * (wide - 2) // 1000 - left, 1, 2, self._h - 2, white)
            box.fill_rect(self.tick2 * (wide - 2) // 1000 - left, 1, 2, self._h - 2, white)

    def _paint_icon(self, box):
        """Draws a symbol; on a TILE in a box, of which an ink without ground has the outline."""
        w = self._w
        h = self._h
        if self._look == TILE:
            if not self.ink >> 12:
                box.fill_rect(1, 1, w - 2, h - 2, pal.value(pal.DIM))
                box.fill_rect(2, 2, w - 4, h - 4, 0)
            for corner in range(4):
                box.pixel(1 + (corner & 1) * (w - 3), 1 + (corner >> 1) * (h - 3), 0)
        size = FACES[ICONS][_HEIGHT]
        if self.icon != NO_ICON:
            self._paint_symbol(box, self.icon, (w - size) // 2, (h - size) // 2)

    def _paint_symbol(self, box, icon, x, y):
        self._glyph(box, ICONS, icon, x, y, self._palette)
