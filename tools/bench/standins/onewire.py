"""The ESP32's `onewire` on the bench: a master of one wire, whose pulses the bench answers."""

import bench_link as link
import bench_ops as ops
from bench_pin import pin_number


class OneWireError(Exception):
    """Nobody answered a reset that was to be answered."""


class OneWire:
    """onewire.OneWire. Each byte is one exchange with the bench."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._number = pin_number(pin)
        pin.init(pin.OPEN_DRAIN, pin.PULL_UP)

    def reset(self, required=False):
        present = link.ask(ops.WIRE, self._number, ops.WIRE_RESET) != 0
        if required and not present:
            raise OneWireError
        return present

    def readbyte(self):
        return link.ask(ops.WIRE, self._number, ops.WIRE_READ)

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self.readbyte()

    def writebyte(self, value):
        link.ask(ops.WIRE, self._number, ops.WIRE_WRITE | value)

    def write(self, buf):
        for byte in buf:
            self.writebyte(byte)

    def crc8(self, data):
        crc = 0
        for byte in data:
            for _ in range(8):
                mix = (crc ^ byte) & 1
                crc >>= 1
                if mix:
                    crc ^= 0x8C
                byte >>= 1
        return crc
