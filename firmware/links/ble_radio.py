# pyright: reportArgumentType=false
# (the stubs believe that handles are buffers)
"""The Bluetooth radio that all BLE links share: one interrupt handler, one set-up at a time.

aioble scans, connects and discovers. Notifications it would lose (it keeps the last one only), so
its handler is replaced by ours, which puts them into the ring of the link they belong to and
passes everything else on. An exception that left the handler would end all events for good.
"""

import asyncio
from array import array

import esp32
from aioble import core

from compat import const

_SCAN_RESULT = const(5)
_PERIPHERAL_CONNECT = const(7)
_PERIPHERAL_DISCONNECT = const(8)
_NOTIFY = const(18)
_ENCRYPTION_UPDATE = const(28)
_PASSKEY_ACTION = const(31)

_INPUT = const(2)  # passkey action: the other side shows a number, or has it printed on it
_ORPHANS = const(4)

# 20 bytes of data are always possible; more saves interrupts. Notifications must stay below 256
# bytes, for their length is one byte in the ring.
MTU = const(247)

# Of the memory outside of Python's heap, without which the Bluetooth stack resets the chip, which
# no program can catch. To switch it on, and to connect with it on.
_FREE_TO_START = const(50_000)
_FREE_TO_CONNECT = const(16_000)
_BLOCK_TO_CONNECT = const(8_000)

# For pairing. Bonds are not kept: that would take aioble's security module and a file.
_KEYBOARD_ONLY = const(2)
_NO_INPUT_NO_OUTPUT = const(3)

# What `secured` says of the pairing under way.
PAIRING = const(0)
PAIRED = const(1)
NOT_PAIRED = const(2)


class Radio:
    """See the module. Make one, after Wi-Fi; its links put themselves into `links`.

    `errors` counts exceptions in the handler, `adverts` what a scan hears from anybody; both
    wrap. `free` and `largest` are bytes of the last memory check.
    """

    def __init__(self):
        self.links = []
        self.lock = asyncio.Lock()  # of whoever searches, connects or sets up
        self.finder = None  # whose advertisements are let through
        self.address = None  # of the connection that is being made
        self.pin = -1  # of the link that is being set up; -1: none
        self.secured = PAIRING
        self.errors = 0
        self.adverts = 0
        self.free = 0
        self.largest = 0
        self._orphans = array("H", bytes(2 * _ORPHANS))
        self._orphan_count = 0
        core.ble.irq(self._on_event)

    # -- interrupts -------------------------------------------------------------------------------

    def _on_event(self, event, data):
        """Allocates nothing for notifications and lets no exception out."""
        try:
            if event == _NOTIFY:
                for link in self.links:
                    if link.conn == data[0] and link.handle == data[1]:
                        link.take(data[2])
                        return None
            elif self._is_done(event, data):
                return None
            return core.ble_irq(event, data)
        except Exception:  # whatever it is: with it, all events would end
            self.errors = self.errors + 1 & 0xFFFF
            return None

    def _is_done(self, event, data):
        """Notes what an event means; True if aioble is not to see it."""
        if event == _SCAN_RESULT:
            self.adverts = self.adverts + 1 & 0xFFFF
            # aioble keeps everything that it is shown: in a full car park, all the heap.
            return self.finder is None or not self.finder.hears(data[1], data[4])
        if event == _PERIPHERAL_CONNECT:
            if self.address is None or self.address != data[2]:
                self._note_orphan(data[0])
                return True
        elif event == _PERIPHERAL_DISCONNECT:
            for link in self.links:
                if link.conn == data[0]:
                    link.dropped = True
        elif event == _ENCRYPTION_UPDATE:
            self.secured = PAIRED if data[1] else NOT_PAIRED
        elif event == _PASSKEY_ACTION and data[1] == _INPUT and self.pin >= 0:
            core.ble.gap_passkey(data[0], _INPUT, self.pin)
            return True
        return False

    def _note_orphan(self, conn):
        if self._orphan_count < _ORPHANS:
            self._orphans[self._orphan_count] = conn
            self._orphan_count += 1

    # -- for the links ----------------------------------------------------------------------------

    def tidy(self):
        """Ends connections that came about after nobody waited for them any more."""
        while self._orphan_count:
            self._orphan_count -= 1
            try:
                core.ble.gap_disconnect(self._orphans[self._orphan_count])
            except OSError:
                pass  # it is gone already

    def has_memory(self):
        """True if there is enough to switch the stack on, or to connect with it on."""
        free = largest = 0
        for region in esp32.idf_heap_info(esp32.HEAP_DATA):
            free += region[1]
            largest = max(largest, region[2])
        self.free = free
        self.largest = largest
        needed = _FREE_TO_CONNECT if core.ble.active() else _FREE_TO_START
        return free >= needed and largest >= _BLOCK_TO_CONNECT

    def start_pairing(self, conn, pin):
        """Asks for pairing with a number, or without one (-1); `secured` says what became of it.

        Stock MicroPython can type a number of up to six digits. It cannot do what the older kind
        of Bluetooth calls a PIN, and nothing out of band.
        """
        self.secured = PAIRING
        self.pin = pin
        typed = pin >= 0
        core.ble.config(
            bond=False,
            le_secure=True,
            mitm=typed,
            io=_KEYBOARD_ONLY if typed else _NO_INPUT_NO_OUTPUT,
        )
        core.ble.gap_pair(conn)
