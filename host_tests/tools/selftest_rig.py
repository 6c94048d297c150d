"""What a pty_rig.PtyDevice lacks for a self-test: pins, a panel, a UART, a radio of the ESP32.

Written for the MicroPython at the other end, into its `builtin` folder. What the board's world is
like is in the file `world` beside it (a Python dict); what the program did to its pins is in
`pins`, a line "PIN LEVEL" each, and what it sent to the panel in `spi`, "DC HEX".
"""

from host_tests.tools import pty_rig

_MACHINE = """
import time
from binascii import hexlify
world = eval(open("../world").read())
_pins = open("../pins", "a")
_spi = open("../spi", "a")
levels = {}

class Glass:
    # A controller with one data wire for both ways: a byte in, then the answer out.
    def __init__(self):
        self.on = False
        self.byte = self.bits = 0
        self.out = None
    def select(self):
        self.byte = self.bits = 0
        self.out = None
    def clock(self):
        sck, mosi, cs, dc = world["panel"]
        if levels.get(cs):
            return
        self.bits += 1
        if self.bits <= 8:
            self.byte = self.byte << 1 | levels[mosi]
            if self.bits == 8 and self.byte in (0x28, 0x29):
                self.on = self.byte == 0x29
            if self.bits == 8 and self.byte == 0x0a:
                self.out = 0x98 | self.on << 2
        elif self.out is not None:
            self.level = self.out >> 7 & 1
            self.out = self.out << 1 & 255
glass = Glass()
glass.level = 0

class Pin:
    IN, OUT, PULL_UP = 1, 3, 2
    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.number = number
        if mode == self.IN:
            levels.pop(number, None)
        if value is not None:
            self.value(value)
    def __call__(self, *level):
        return self.value(*level)
    def value(self, *level):
        if not level:
            if self.number in world["high"]:
                return 1
            if world["panel"] and self.number == world["panel"][1] and self.number not in levels:
                return glass.level if world["readable"] else 1
            return levels.get(self.number, 0 if self.number in world["low"] else 1)
        before = levels.get(self.number)
        levels[self.number] = level[0]
        if self.number not in world["panel"]:
            _pins.write("%d %d\\n" % (self.number, level[0]))
            _pins.flush()
        if world["panel"] and self.number == world["panel"][2] and not level[0]:
            glass.select()
        elif world["panel"] and self.number == world["panel"][0] and level[0] and not before:
            glass.clock()

class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        pass
    def duty_u16(self, duty):
        _spi.flush()

class SPI:
    def __init__(self, number, **rest):
        pass
    def write(self, data):
        _spi.write("%d %s\\n" % (levels[world["panel"][3]], str(hexlify(data), "ascii")))

class I2C:
    def __init__(self, number, scl, sda, freq):
        pass
    def scan(self):
        return list(world["on_i2c"])
    def readfrom_mem_into(self, address, register, buf):
        if address not in world["on_i2c"]:
            raise OSError(19)
        buf[0] = 3  # an AXP192's kind; anything else is not looked at
    def writeto_mem(self, address, register, buf):
        pass
    def writeto(self, address, data):
        if address not in world["on_i2c"]:
            raise OSError(19)
        _spi.write("2 %s\\n" % str(hexlify(data), "ascii"))
        _spi.flush()

class UART:
    def __init__(self, number, baudrate, rx, tx, rxbuf):
        self.waiting = b""
        self.asked = 0
    def any(self):
        return len(self.waiting)
    def read(self, n):
        found, self.waiting = self.waiting[:n], self.waiting[n:]
        return found
    def write(self, data):
        answers = world["answers"]
        if answers:
            self.waiting += answers[self.asked % len(answers)]
        self.asked += 1
    def txdone(self):
        return True
"""

_NETWORK = """
from machine import world
class WLAN:
    IF_STA = 0
    def __init__(self, interface):
        self.tried = 0
    def active(self, on):
        pass
    def config(self, **rest):
        pass
    def connect(self, ssid, password=""):
        self.good = password == world["wifi_password"]
    def isconnected(self):
        self.tried += 1
        return self.good and self.tried > 2
    def status(self, what=""):
        if what:
            return -61
        return 1001 if self.good else 202
    def ifconfig(self):
        return "10.0.0.7", "255.0.0.0", "10.0.0.1", "10.0.0.1"
"""

_BLUETOOTH = """
from machine import world
class BLE:
    def active(self, on):
        pass
    def irq(self, heard):
        self.heard = heard
    def gap_scan(self, ms, interval, window, active):
        for address, dbm, data in world["on_air"]:
            self.heard(5, (0, address, 0, dbm, data))
"""

_ONE_WIRE = "class OneWire:\n    def __init__(self, pin):\n        pass\n"
_DS18X20 = """
from machine import world
class DS18X20:
    def __init__(self, wire):
        pass
    def scan(self):
        return [] if world["probe_c"] is None else [b"x"]
    def convert_temp(self):
        pass
    def read_temp(self, rom):
        return world["probe_c"]
"""

MODULES = {
    "machine": pty_rig.MACHINE + _MACHINE,
    "network": _NETWORK,
    "bluetooth": _BLUETOOTH,
    "onewire": _ONE_WIRE,
    "ds18x20": _DS18X20,
    "aioble": "from machine import world\nif not world['aioble']:\n    raise ImportError\n",
}

PLAIN = {
    "high": (),  # pins that something else holds high
    "low": (),  # inputs that something holds low
    "panel": (),  # pins of the panel: clock, data, select, command or data
    "readable": False,
    "answers": (),  # what the BMS says after each question, in turn
    "wifi_password": "",
    "on_air": (),  # (address, dBm, advertisement)
    "aioble": True,  # Bluetooth's library is on the device
    "probe_c": None,
    "on_i2c": (),  # addresses
}


def furnish(folder, **world):
    """Writes the modules and the world, before a PtyDevice in that folder is switched on."""
    (folder / "builtin").mkdir(exist_ok=True)
    (folder / "world").write_text(repr({**PLAIN, **world}))
    for name, text in MODULES.items():
        (folder / "builtin" / f"{name}.py").write_text(text)


def levels_of(folder, pin):
    """Returns the levels that the program has driven a pin to, in their order."""
    lines = [line.split() for line in (folder / "pins").read_text().splitlines()]
    return [int(level) for number, level in lines if int(number) == pin]


def transfers(folder):
    """Returns [(DC, bytes)] of what was sent to the panel."""
    lines = [line.split() for line in (folder / "spi").read_text().splitlines()]
    return [(int(dc), bytes.fromhex(data)) for dc, data in lines]
