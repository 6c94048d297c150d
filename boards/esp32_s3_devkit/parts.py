"""What else hangs at the pins of an ESP32-S3-DevKitC-1. Data only, for tools/pins.py."""

ON_BOARD = {38: "coloured LED, v1.1", 48: "coloured LED, v1.0"}
PULLED_UP = (0,)
PANEL_IS_WIRED = True  # a module on wires
