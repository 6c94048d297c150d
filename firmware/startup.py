"""What comes before the application: its settings, and the memory that is not Python's.

An ESP32's Python heap grows into the memory from which radio, drivers and sockets take theirs, and
it grows most while the application is imported. So these get their share before that; and what
sockets need later is kept free by a receive buffer far larger than the BMS needs, which is cut to
size when all is built (docs/memory.md).
"""

from binascii import hexlify
from time import ticks_ms

import board
import machine

from hardware.wifi import Wifi
from heaps import Heaps
from links.uart_link import SPARE
from unload import unload

# What only the start needs.
_READERS = ("picture", "screen.start", "panels", "hardware.screen_files", "config", "settings")
_READERS += ("settings_heater",)

early = []  # the Startup, until the device is built


class Startup:
    """Settings, secrets, what is wrong with them, the state of last time, and the radio.

    `state` is the state file's content, `record` the heater's part of it (see config.load_state);
    `picture` is the picture.Picture that is shown; `unit` identifies the chip: hexadecimal, as
    bytes; `memory` a heaps.Heaps. `frugal`: without Wi-Fi, whatever is set. What reads all this
    is some 8 kB of tables and texts, and is dropped at once; this itself, when the device is
    built.
    """

    def __init__(self, picture, frugal=False):
        self.picture = picture
        self.memory = Heaps()
        self.memory.tell("start")
        self._read()
        if frugal:
            self.settings["wifi_ssid"] = self.settings["mqtt_host"] = ""
            self.errors.append(
                "memory: two starts have failed, so this one is without Wi-Fi; a board without "
                "PSRAM has room for it if screen_pages is false"
            )
        for error in self.errors:
            print(error)
        self.memory.tell("settings")
        self.unit = hexlify(machine.unique_id())
        self._take_memory()
        self.memory.tell("radio and drivers")

    def _read(self):
        import config

        self.settings, self.secrets, self.errors = config.load_settings(
            board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000
        )
        self.errors.extend(self.picture.errors)
        self.state, self.record = config.load_state()
        for name in _READERS:
            unload(name)

    def _take_memory(self):
        settings = self.settings
        name = "packmate-" + str(self.unit, "ascii")[-6:]
        self.wifi = Wifi(settings, self.secrets, name)
        try:
            self.wifi.start(ticks_ms())
        except OSError as error:
            # Screen and heater do without; the next start tries again.
            self.errors.append("wifi: no memory for the radio (%s)" % error)
        links = [pack["bms_link"] for pack in (settings,) + tuple(settings["packs"])]
        if "ble" in links:
            from links import ble

            ble.switch_on(self.errors)
        if "uart" in links:
            machine.UART(board.BMS_UART, rx=board.BMS_RX, tx=board.BMS_TX, rxbuf=SPARE)


def run(picture, frugal):
    """Does all this, and keeps it in `early`."""
    early.append(Startup(picture, frugal))
