"""What a bench is made of: program, board, pack, BMSs, lapse."""

import os
import sys

from tools import boards, image, rendered
from tools.bench.bms import simulators
from tools.cost import chip_heaps

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What the model of the chip grants Python beside Wi-Fi (docs/memory.md) in the unix port's bytes.
# Objects of 64 bits are twice as large, bytecode and texts are not: what an image adds to the heap
# from its first line until the device is built, was measured 1.52 times as large as on a chip. The
# rest of the factor is for fragments: the stand-ins make garbage that a chip does not make.
_WIDER_PERCENT = 160
_STAND_INS = 58_500
_DEVICE_HEAP = chip_heaps.TWO_AREAS * _WIDER_PERCENT // 100 + _STAND_INS
# A board with PSRAM has megabytes.
_PSRAM_HEAP = 2_000_000
# Running from sources takes room to compile them, too.
_SOURCES_HEAP = 900_000
# The last holds what an image has as files, and is too much to be made in a device's memory.
_PLACES = ("firmware", "lib", "build/rendered")
_RENDERED = ("languages.codes", "relay.discovery", "website.page_files")


class BenchConfig:
    """What a bench is made of. Every attribute may be changed before the bench is made."""

    def __init__(self, run_dir):
        self.run_dir = run_dir  # working directory of the firmware: settings.json, state.json ...
        self.micropython = find_micropython()  # command of the unix port
        self.main = os.path.join(ROOT, "firmware", "main.py")  # program to run
        self.board_name = "lilygo_t_display"
        self.paths = [os.path.join(ROOT, name) for name in _PLACES]
        for name in _RENDERED:
            rendered.write(name, None, self.paths[-1])
        self.board = None  # object with the names of board.py; default: that of board_name
        self.plant = None  # the true pack; default tools.plant.Plant()
        self.bms_name = simulators.DEFAULT  # which BMS is simulated: simulators.NAMES
        self.bms = None  # or one that is ready made
        self.other_bms = ()  # BMSs of packs in parallel to the first
        self.psram = False  # the chip has it, whatever the BMS needs
        self.compiled = False  # the firmware runs from an image, see compile()
        self.dead_man = False  # the switch hangs at the pin through tools.dead_man
        self.lapse = 1  # virtual seconds per real second, 1..600
        self.heap_bytes = _SOURCES_HEAP  # while the BMS is on a wire
        self.ticks_start_ms = 0  # what ticks_ms() says at reset; near 2**30 to try the wrap
        self.wall_s = None  # the wall clock at t = 0, s since 2000 UTC, as a time server tells it
        self.env = {}  # added to the environment of the firmware's process

    def heap_with_psram(self):
        """Returns the size of the heap of a chip with PSRAM."""
        return max(_PSRAM_HEAP, self.heap_bytes)

    def load_board(self):
        """Returns an object with the names of board.py, which the firmware is to find, too."""
        if self.board is None:
            self.board = boards.load(self.board_name)
        # From its sources the firmware runs on boards that are no variant of another.
        board_dir = os.path.join(ROOT, "boards", self.board_name)
        if board_dir not in self.paths:
            self.paths = [*self.paths, board_dir]
        return self.board

    def compile(self, psram=False):
        """Runs the firmware as `run_image` does, from the board's image as its sources are now;
        from now on it is the one for the chip that there is, with `psram` or without.
        """
        self.compiled = True
        self.run_image(image.kept(self.board_name, squeezed=not psram))

    def run_image(self, folder):
        """Runs the firmware as a device has it: the image in `folder`, in an ESP32's heap."""
        self.main = os.path.join(folder, "main.py")
        self.paths = [os.path.join(folder, "lib"), str(folder)]  # and the root
        self.heap_bytes = _DEVICE_HEAP


def find_micropython():
    """Returns the `micropython` beside this Python, or the name, to be found on the PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "micropython")
    return beside if os.path.exists(beside) else "micropython"
