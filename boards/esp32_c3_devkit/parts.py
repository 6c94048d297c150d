"""What else hangs at the pins of an ESP32-C3-DevKitM-1. Data only, for tools/pins.py."""

CHIP = "ESP32_C3"  # its registers have the places of the ESP32-S3's
ON_BOARD = {8: "coloured LED"}
PULLED_UP = (9,)
PANEL_IS_WIRED = True
