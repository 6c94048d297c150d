"""The colours of the night: little green and hardly any blue, which blind the eye for the dark.

As bright as those of the day, since the backlight is what is turned down: see palette.COLOURS.
"""

COLOURS = (
    b"\x00\x00"
    b"\x61\xa3\xc3\x27\xfc\x29"  # 1-3 white: salmon
    b"\x29\xa0\x53\x20\x7c\xa0"  # 4-6 green: olive
    b"\x59\x40\xaa\x80\xfb\xc0"  # 7-9 amber
    b"\x58\x81\xa9\x02\xf9\x83"  # 10-12 red
    b"\x49\x06\x92\x0b\xdb\x11"  # 13-15 blue: rose
)
