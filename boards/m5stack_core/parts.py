"""What else hangs at the pins of the M5Stack Core. Data only, for tools/pins.py.

The loudspeaker's amplifier at 25 is left out: it bears another use.
"""

ON_BOARD = {
    4: "select of the SD card",
    19: "data from panel and SD card",
    21: "I2C of the board",
    22: "I2C of the board",
    37: "button C",
}
PULLED_UP = (0, 21, 22, 37, 38, 39)
PANEL_IS_WIRED = False  # it sits on the board
