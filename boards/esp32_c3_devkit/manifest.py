# Packmate frozen into a firmware of your own (manifest.py in the folder above). In MicroPython's
# ports/esp32:
#
#     make BOARD=ESP32_GENERIC_C3 FROZEN_MANIFEST=.../boards/esp32_c3_devkit/manifest.py
module("board.py")
include("../manifest.py")
