"""What else hangs at the pins of an ESP32-DevKitC. Data only, for tools/pins.py."""

ON_BOARD = {}
PULLED_UP = (0,)
PANEL_IS_WIRED = True  # a module on wires
