# For those who build MicroPython themselves: Packmate and aioble frozen into the firmware, so that
# their code runs from flash and leaves the RAM to the radios; manifest.py in a board's folder says
# the command, and includes this.
#
# Nothing but settings.json, secrets.json and state.json is then on the file system. Paths are
# relative to this file, and the first line adds what stock firmware has (asyncio ...). Without
# PSRAM copy lib/relay/discovery.bin of an image as well: it is too large to be made on the device.
include("$(PORT_DIR)/boards/manifest.py")
require("aioble-central")
require("aioble-client")
freeze("../lib")
freeze("../firmware")
