# For those who build MicroPython themselves: Packmate and aioble frozen into the firmware. In
# MicroPython's ports/esp32:
#
#     make BOARD=ESP32_GENERIC BOARD_VARIANT=SPIRAM \
#         FROZEN_MANIFEST=.../boards/m5stack_core2/manifest.py
#
# Nothing but settings.json, secrets.json and state.json is then on the file system. Paths are
# relative to this file, and the first line adds what stock firmware has (asyncio ...). Without
# PSRAM copy lib/relay/discovery.bin of an image as well: it is too large to be made on the device.
include("$(PORT_DIR)/boards/manifest.py")
require("aioble-central")
require("aioble-client")
module("board.py")
freeze("../../lib")
freeze("../../firmware")
