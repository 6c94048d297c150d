"""The radio and its events. Part of the stand-in for aioble."""

import asyncio

import bluetooth

# The radio works in real time: with longer waits virtual time outruns it on a busy machine.
WAIT_MS = 5


class GattError(Exception):
    """The other side refused; `_status` as NimBLE gives it."""

    def __init__(self, status):
        super().__init__(status)
        self._status = status


class DeviceDisconnectedError(Exception):
    """The connection ended while something was awaited."""


ble = bluetooth.BLE()
listeners = []  # functions of (event, data)


def ble_irq(event, data):
    """Passes an event on to who waits for it."""
    for listener in listeners:
        listener(event, data)


def ensure_active():
    """Switches the radio on."""
    if not ble.active():
        ble.active(True)


async def until(condition, timeout_ms=None):
    """Waits until `condition()` is true; raises asyncio.TimeoutError."""
    waited_ms = 0
    while not condition():
        if timeout_ms is not None and waited_ms >= timeout_ms:
            raise asyncio.TimeoutError
        await asyncio.sleep_ms(WAIT_MS)
        waited_ms += WAIT_MS


ble.irq(ble_irq)
