"""What comes before the application: its settings, and the memory that is not Python's.

An ESP32's Python heap grows into the memory from which radio, drivers and sockets take theirs, and
it grows most while the application is imported. So these get their share before that; and all that
is left is held by a receive buffer far larger than the BMS needs, which is cut to size when all is
built (docs/memory.md).
"""

# What a Startup has is put there here.
# pyright: reportAttributeAccessIssue=false

import gc
from binascii import hexlify
from time import ticks_ms

import board
import machine

from compat import const
from hardware.net.wifi import Wifi
from starting.attempts import FRUGAL
from starting.heaps import Heaps
from starting.memory_told import LENT, tell
from starting.roominess import is_roomy
from starting.set_up_asked import look
from unload import unload
from update.marks import ON_TRIAL, UNTOLD, WISHED
from version import VERSION

# What only the start needs.
_READERS = (
    "showing.first_picture",
    "screen.start",
    "showing.panels",
    "hardware.screen_files",
    "starting.config",
    "settings.table",
)
_READERS += ("settings.settings_heater", "settings.settings_memory")
# update.marks.WISH and TOLD, and what is there once an update has come (slots.py). In one text:
# MicroPython never forgets a short one that it has read.
_OF_UPDATES = "update.todo update.version slot"
_TWO_AREAS = const(100_000)  # less than two areas of Python's heap are together
_HALF_AN_AREA = const(40_000)
_ROOM = const(16_000)  # for the head of a bundle, before small things lie everywhere
_CRUMBS = const(4_000)  # with a driver's books of 2 kB, too little for another area


class Startup:
    """What a start has found: `settings`, `secrets`, what is wrong with them (`errors`), the state
    of last time, and the radio (`wifi`, a hardware.net.wifi.Wifi).

    `state` is the state file's content, `record` the heater's part of it (see config.load_state);
    `brush` and `texts` are those of the showing.first_picture.Picture that is shown; `unit`
    identifies the chip: hexadecimal, as bytes; `failures`: of the starts before; `memory` is a
    heaps.Heaps. `roomy`: see roominess.is_roomy; `update`: WISHED and so on, of update.marks, or
    0. `ballast`: how large the UART's receive buffer is until the device runs, 0 if that does not
    matter: it holds the IDF's memory while Python's heap would take it. `room`: what is kept free
    for the head of a bundle, where one is taken instead of the application.
    """

    ballast = 0
    room = None


def prepare(picture, failures=0):
    """Returns the Startup. `failures`: how many starts have failed before this one; see attempts.

    What reads settings is some 8 kB of tables and texts, and is dropped at once; so is this module
    afterwards (main.py), and the Startup itself when the device is built.
    """
    early = Startup()
    early.failures = failures
    early.brush = picture.brush
    early.texts = picture.texts
    early.memory = Heaps()
    tell(early.memory, "start")
    early.roomy = is_roomy(early.memory.python_used + gc.mem_free(), picture.errors)
    _read(early, picture)
    if failures >= FRUGAL:
        early.settings["wifi_ssid"] = early.settings["mqtt_host"] = ""
        early.errors.append(
            "memory: two starts have failed, so this one is without Wi-Fi; a board without "
            "PSRAM has room for it if screen_pages is false"
        )
    for error in early.errors:
        print(error)
    tell(early.memory, "settings")
    early.unit = hexlify(machine.unique_id())
    _take_memory(early, failures)
    tell(early.memory, "radio and drivers")
    look(early.brush, early.texts)
    return early


def _read(early, picture):
    from starting import config

    early.settings, early.secrets, early.errors, language = config.load_settings(
        board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000, early.roomy
    )
    if language != "english":
        from hardware.screen_files import open_texts
        from screen.draw.language import Language

        file = open_texts(early.errors, language)
        if file is not None:
            early.texts = Language(file)
    early.errors.extend(picture.errors)
    early.state, early.record = config.load_state()
    early.update = _find_update(config, early)
    for name in _READERS:
        unload(name)


def _find_update(config, early):
    """Returns what this start has to do with an update; nothing loads more than that needs."""
    wish, told_in, slot = _OF_UPDATES.split(" ")
    if config.exists(wish):
        return WISHED
    if config.exists(slot):
        import slots

        on_trial = slots.read()[1] >= 0
        unload("slots")
        if on_trial:
            return ON_TRIAL
    if early.roomy or not early.settings["update_url"]:
        return 0  # there the updater tells it; here nobody asks
    try:
        with open(told_in) as file:
            told = file.read(40)
    except OSError:
        told = ""
    return 0 if told == VERSION else UNTOLD


def _take_memory(early, failures):
    settings = early.settings
    name = "packmate-" + str(early.unit, "ascii")[-6:]
    early.wifi = _make_wifi(early, name)
    try:
        early.wifi.start(ticks_ms())
    except OSError as error:
        # Screen and heater do without; the next start tries again.
        early.errors.append("wifi: no memory for the radio (%s)" % error)
    if early.update == WISHED:
        gc.collect()
        early.room = bytearray(_ROOM)
        from update.instead import take_instead

        take_instead(early)
    links = [pack["bms_link"] for pack in (settings,) + tuple(settings["packs"])]
    if "ble" in links:
        from links import ble

        ble.switch_on(early.errors)
    if "uart" in links:
        if settings["wifi_ssid"] and not early.roomy:
            early.ballast = _ballast(early.memory, failures)
        machine.UART(board.BMS_UART, rx=board.BMS_RX, tx=board.BMS_TX, rxbuf=early.ballast or 256)


def _make_wifi(early, name):
    if early.roomy:
        from hardware.net.networks import Networks

        return Networks(early.settings, early.secrets, name)
    return Wifi(early.settings, early.secrets, name)


def _ballast(memory, failures):
    """Returns how large a buffer keeps Python from growing; after a failure, from growing much.

    Python has its second area after this: the first two are what a board without PSRAM can spare
    beside Wi-Fi. As long as something holds that buffer, Python that needs more gets a
    MemoryError, and not what radio and sockets live from.
    """
    memory.look()
    if memory.python_used + memory.python_free < _TWO_AREAS:
        bytearray(_HALF_AN_AREA)
        memory.look()
    return max(0, memory.idf_largest - _CRUMBS - LENT * failures)
