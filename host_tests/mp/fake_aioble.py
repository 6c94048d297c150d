"""Puts `aioble`, `bluetooth` and `esp32` in the place of the real ones: no radio, no waiting.

Import it before firmware/ble_*.py. `core.passed` holds what came through to aioble, `ble` what
the firmware asked of the radio.
"""

import sys


class _Module:
    pass


class FakeBLE:
    """bluetooth.BLE: notes what it is told in preallocated places."""

    def __init__(self):
        self.handler = None
        self.is_active = True
        self.written = 0
        self.last = (0, 0, 0)
        self.sizes = bytearray(16)
        self.broken = None
        self.disconnected = []
        self.settings = {}
        self.passkeys = []

    def irq(self, handler):
        self.handler = handler

    def active(self, active=None):
        return self.is_active

    def config(self, **settings):
        self.settings.update(settings)

    def gattc_write(self, conn, handle, data, mode=0):
        if self.broken is not None:
            raise self.broken
        self.sizes[self.written & 15] = len(data)
        self.written += 1

    def gap_disconnect(self, conn):
        self.disconnected.append(conn)
        if self.broken is not None:
            raise self.broken

    def gap_passkey(self, conn, action, number):
        self.passkeys.append((conn, action, number))

    def gap_pair(self, conn):
        pass


class GattError(Exception):
    pass


ble = FakeBLE()
core = _Module()
core.ble = ble
core.GattError = GattError
core.passed = []
core.raises = None


def _ble_irq(event, data):
    if core.raises is not None:
        raise core.raises
    core.passed.append(event)


core.ble_irq = _ble_irq
aioble = _Module()
aioble.core = core
bluetooth = _Module()
bluetooth.UUID = lambda value: value
esp32 = _Module()
esp32.HEAP_DATA = 4
esp32.regions = [(100_000, 60_000, 40_000, 50_000)]
esp32.idf_heap_info = lambda _: esp32.regions

sys.modules["aioble"] = aioble
sys.modules["aioble.core"] = core
sys.modules["bluetooth"] = bluetooth
sys.modules["esp32"] = esp32
