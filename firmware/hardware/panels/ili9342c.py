"""Driver of an ILI9342C panel on SPI: an ILI9341 whose memory is 320 columns wide, 240 rows high.

Registers as M5Stack's own library sets them for its glass; the makers' curves of grey stay.
"""

from hardware.panels import ili9341


class Panel(ili9341.Panel):
    """An ILI9342C wired as the board says; otherwise as st7789.Panel."""

    # SETEXTC comes first: without it the controller keeps what follows locked.
    _registers = b"\x04\xc8\xff\x93\x42\x03\xc0\x12\x12\x02\xc1\x03\x04\xb6\x08\x82\x27"
