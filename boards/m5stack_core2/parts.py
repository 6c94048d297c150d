"""What else hangs at the pins of the M5Stack Core2. Data only, for tools/pins.py."""

ON_BOARD = {
    0: "loudspeaker and microphone",
    2: "loudspeaker",
    4: "select of the SD card",
    12: "loudspeaker",
    21: "I2C of the board",
    22: "I2C of the board",
    34: "microphone",
    38: "data from panel and SD card",
    39: "touch, interrupt",
}
PULLED_UP = (0, 21, 22)
PANEL_IS_WIRED = False  # it sits on the board
