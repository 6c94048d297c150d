# Packmate frozen into a firmware of your own (manifest.py in the folder above). In MicroPython's
# ports/esp32:
#
#     make BOARD=ESP32_GENERIC_S3 BOARD_VARIANT=SPIRAM_OCT \
#         FROZEN_MANIFEST=.../boards/esp32_s3_devkit/manifest.py
module("board.py")
include("../manifest.py")
