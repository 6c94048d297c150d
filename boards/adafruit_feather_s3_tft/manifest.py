# Packmate frozen into a firmware of your own (manifest.py in the folder above). In MicroPython's
# ports/esp32:
#
#     make BOARD=ESP32_GENERIC_S3 FROZEN_MANIFEST=.../boards/adafruit_feather_s3_tft/manifest.py
module("board.py")
include("../manifest.py")
