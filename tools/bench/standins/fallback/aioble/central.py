"""Scanning and connecting. Part of the stand-in for aioble."""

import struct

from aioble import core
from aioble.client import Connection

_SCAN_RESULT = 5
_SCAN_DONE = 6
_CONNECTED = 7
_SCAN_RSP = 4


class Device:
    """A unit by its address; equal if that is."""

    def __init__(self, addr_type, addr):
        self.addr_type = addr_type
        self.addr = addr
        self._connection = None

    def __eq__(self, other):
        return self.addr_type == other.addr_type and self.addr == other.addr

    def __hash__(self):
        return hash((self.addr_type, self.addr))

    async def connect(self, timeout_ms=10000, scan_duration_ms=None):
        """Returns a Connection; raises asyncio.TimeoutError."""
        if self._connection:
            return self._connection
        core.ensure_active()
        self._connection = connection = Connection(self)
        core.ble.gap_connect(self.addr_type, self.addr, scan_duration_ms)

        def listen(event, data):
            if event == _CONNECTED and data[1] == self.addr_type and data[2] == self.addr:
                connection._conn_handle = data[0]

        core.listeners.append(listen)
        try:
            await core.until(connection.is_connected, timeout_ms)
        finally:
            core.listeners.remove(listen)
        connection.open()
        return connection


class ScanResult:
    """What is known of a unit from its advertisements."""

    def __init__(self, device):
        self.device = device
        self.rssi = None
        self.adv_data = None
        self.resp_data = None

    def _fields(self, *kinds):
        for payload in (self.adv_data, self.resp_data):
            at = 0
            while payload and at + 1 < len(payload):
                if payload[at + 1] in kinds:
                    yield payload[at + 2 : at + 1 + payload[at]]
                at += 1 + payload[at]

    def name(self):
        """Returns the advertised name or None."""
        for field in self._fields(8, 9):
            return str(field, "utf-8")
        return None

    def manufacturer(self):
        """Yields (company, data)."""
        for field in self._fields(0xFF):
            if len(field) > 1:
                yield struct.unpack("<H", field)[0], field[2:]


class scan:
    """`async with scan(…) as scanner: async for result in scanner: …`"""

    def __init__(self, duration_ms, interval_us=None, window_us=None, active=False):
        self._arguments = (duration_ms, interval_us or 1280000, window_us or 11250, active)
        self._news = []
        self._results = {}
        self._done = False

    async def __aenter__(self):
        core.ensure_active()
        core.listeners.append(self._listen)
        core.ble.gap_scan(*self._arguments)
        return self

    async def __aexit__(self, *_):
        if not self._done:
            core.ble.gap_scan(None)
        core.listeners.remove(self._listen)

    def __aiter__(self):
        return self

    async def __anext__(self):
        await core.until(lambda: self._news or self._done)
        if not self._news:
            raise StopAsyncIteration
        address_type, address, kind, rssi, payload = self._news.pop(0)
        key = (address_type, address)
        if key not in self._results:
            self._results[key] = ScanResult(Device(address_type, address))
        result = self._results[key]
        result.rssi = rssi
        if kind == _SCAN_RSP:
            result.resp_data = payload
        else:
            result.adv_data = payload
        return result

    def _listen(self, event, data):
        if event == _SCAN_RESULT:
            self._news.append((data[0], bytes(data[1]), data[2], data[3], bytes(data[4])))
        elif event == _SCAN_DONE:
            self._done = True
