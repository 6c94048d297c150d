# Packmate frozen into a firmware of your own (manifest.py in the folder above). In MicroPython's
# ports/esp32:
#
#     make BOARD=ESP32_GENERIC BOARD_VARIANT=SPIRAM \
#         FROZEN_MANIFEST=.../boards/m5stack_core2/manifest.py
module("board.py")
include("../manifest.py")
