"""The picture and what of it has changed since it was last sent.

The picture is a 4-bit framebuf (GS4_HMSB) that the application allocates first of all, since a
split heap may not have 16 kB in one piece later. Changes are kept by bands of BAND_ROWS rows: a
band is what the panel's driver converts and sends in one slice.
"""

from compat import const

BAND_ROWS = const(3)
_CHANGED = b"\x01"


class Canvas:
    """A framebuf with its size and one changed-flag for each band.

    Pages leave the outermost two pixels black, so that the driver can shift the picture.
    """

    def __init__(self, fb, width, height):
        self.fb = fb
        self.width = width
        self.height = height
        self.changed = bytearray((height + BAND_ROWS - 1) // BAND_ROWS)

    def fill(self, x, y, w, h, colour):
        """Fills a box and marks its rows as changed."""
        self.fb.fill_rect(x, y, w, h, colour)
        self.mark(y, h)

    def clear(self):
        """Makes everything black."""
        self.fill(0, 0, self.width, self.height, 0)

    def mark(self, y, rows):
        """Marks rows y … y + rows - 1 as changed; rows outside the canvas are ignored."""
        end = y + rows
        if end > self.height:
            end = self.height
        if y < 0:
            y = 0
        if end <= y:
            return
        changed = self.changed
        band = y // BAND_ROWS
        last = (end - 1) // BAND_ROWS
        while band <= last:
            changed[band] = 1
            band += 1

    def take_band(self):
        """Returns the first row of a changed band and forgets the change; -1 if there is none.

        The last band starts BAND_ROWS above the lower edge, so that every band is full.
        """
        band = self.changed.find(_CHANGED)
        if band < 0:
            return -1
        self.changed[band] = 0
        y = band * BAND_ROWS
        if y + BAND_ROWS > self.height:
            y = self.height - BAND_ROWS
        return y

    def any_changed(self):
        """True while a band waits to be sent."""
        return self.changed.find(_CHANGED) >= 0
