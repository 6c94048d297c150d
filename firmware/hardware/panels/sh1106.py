"""Driver of a mono panel of 128 x 64 pixels with an SH1106: an SSD1306 but for the following.

Its memory has 132 columns, of which the glass shows those from the third on; its own supply has
another command; it knows page addressing only. Sino Wealth SH1106 datasheet, version 2.3, commands
9 (AD, while the display is off), 10, 18.
"""

from hardware.panels import ssd1306


class Panel(ssd1306.Panel):
    """A mono panel on the board's I2C; otherwise as ssd1306.Panel."""

    _left = 2
    _setup = (
        b"\x00\xae\xd5\x80\xa8\x3f\xd3\x00\x40\xad\x8b\xa1\xc8\xda\x12\xd9\x22\xdb\x35\xa4\xa6"
    )
