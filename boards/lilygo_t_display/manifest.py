# Packmate frozen into a firmware of your own (manifest.py in the folder above). In MicroPython's
# ports/esp32:
#
#     make BOARD=ESP32_GENERIC FROZEN_MANIFEST=.../boards/lilygo_t_display/manifest.py
module("board.py")
include("../manifest.py")
