"""What comes before the application: its settings, and the memory that is not Python's.

An ESP32's Python heap grows into the memory from which radio, drivers and sockets take theirs, and
it grows most while the application is imported. So these get their share before that; and what
sockets need later is kept free by a receive buffer far larger than the BMS needs, which is cut to
size when all is built (docs/memory.md).
"""

# What a Startup has is put there here.
# pyright: reportAttributeAccessIssue=false

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


class Startup:
    """What a start has found: `settings`, `secrets`, what is wrong with them (`errors`), the state
    of last time, and the radio (`wifi`, a hardware.wifi.Wifi).

    `state` is the state file's content, `record` the heater's part of it (see config.load_state);
    `picture` is the picture.Picture that is shown; `unit` identifies the chip: hexadecimal, as
    bytes; `memory` is a heaps.Heaps.
    """


def prepare(picture, frugal=False):
    """Returns the Startup. `frugal`: without Wi-Fi, whatever is set.

    What reads settings is some 8 kB of tables and texts, and is dropped at once; so is this module
    afterwards (main.py), and the Startup itself when the device is built.
    """
    early = Startup()
    early.picture = picture
    early.memory = Heaps()
    early.memory.tell("start")
    _read(early)
    if frugal:
        early.settings["wifi_ssid"] = early.settings["mqtt_host"] = ""
        early.errors.append(
            "memory: two starts have failed, so this one is without Wi-Fi; a board without "
            "PSRAM has room for it if screen_pages is false"
        )
    for error in early.errors:
        print(error)
    early.memory.tell("settings")
    early.unit = hexlify(machine.unique_id())
    _take_memory(early)
    early.memory.tell("radio and drivers")
    return early


def _read(early):
    import config

    early.settings, early.secrets, early.errors = config.load_settings(
        board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000
    )
    early.errors.extend(early.picture.errors)
    early.state, early.record = config.load_state()
    for name in _READERS:
        unload(name)


def _take_memory(early):
    settings = early.settings
    name = "packmate-" + str(early.unit, "ascii")[-6:]
    early.wifi = Wifi(settings, early.secrets, name)
    try:
        early.wifi.start(ticks_ms())
    except OSError as error:
        # Screen and heater do without; the next start tries again.
        early.errors.append("wifi: no memory for the radio (%s)" % error)
    links = [pack["bms_link"] for pack in (settings,) + tuple(settings["packs"])]
    if "ble" in links:
        from links import ble

        ble.switch_on(early.errors)
    if "uart" in links:
        machine.UART(board.BMS_UART, rx=board.BMS_RX, tx=board.BMS_TX, rxbuf=SPARE)
