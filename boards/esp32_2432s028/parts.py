"""What else hangs at the pins of the ESP32-2432S028. Data only, for tools/pins.py.

The SD card's slot (5, 18, 19, 23) is free while no card is in it.
"""

ON_BOARD = {
    4: "red of the LED",
    12: "the panel's output",
    16: "green of the LED",
    17: "blue of the LED",
    25: "touch, clock",
    26: "loudspeaker",
    32: "touch, data to it",
    33: "touch, select",
    34: "light sensor",
    36: "touch, interrupt",
    39: "touch, data from it",
}
PULLED_UP = (0,)
PANEL_IS_WIRED = False  # it sits on the board
