"""A connection and what is at its other end. Part of the stand-in for aioble."""

import bluetooth

from aioble import core

_DISCONNECTED = 8
_SERVICE, _SERVICES_DONE = 9, 10
_CHAR, _CHARS_DONE = 11, 12
_DESC, _DESCS_DONE = 13, 14
_WRITTEN = 17
_MTU = 21
_CCCD = bluetooth.UUID(0x2902)


class Connection:
    """See aioble.DeviceConnection."""

    def __init__(self, device):
        self.device = device
        self.mtu = None
        self._conn_handle = None
        self._events = []
        self._wanted = ()

    def open(self):
        core.listeners.append(self._listen)

    def is_connected(self):
        return self._conn_handle is not None

    async def disconnect(self, timeout_ms=2000):
        if self.is_connected():
            core.ble.gap_disconnect(self._conn_handle)
            await core.until(lambda: not self.is_connected(), timeout_ms)

    async def exchange_mtu(self, mtu=None, timeout_ms=1000):
        if mtu:
            core.ble.config(mtu=mtu)
        self.expect(_MTU)
        core.ble.gattc_exchange_mtu(self._conn_handle)
        self.mtu = (await self.event(_MTU, timeout_ms))[1]
        return self.mtu

    async def service(self, uuid):
        """Returns the first service with this UUID, or None."""
        self.expect(_SERVICE, _SERVICES_DONE)
        core.ble.gattc_discover_services(self._conn_handle, uuid)
        await self.event(_SERVICES_DONE)
        for data in self.events(_SERVICE):
            return Service(self, data[1], data[2])
        return None

    def expect(self, *events):
        """Collects these events from now on."""
        self._events = []
        self._wanted = events

    def events(self, event):
        return [data for e, data in self._events if e == event]

    async def event(self, event, timeout_ms=None):
        """Waits for an event; returns its data."""
        await core.until(lambda: self.events(event) or not self.is_connected(), timeout_ms)
        if not self.events(event):
            if event in (_SERVICES_DONE, _CHARS_DONE, _DESCS_DONE):
                return None  # a discovery that is cut off ends empty
            raise core.DeviceDisconnectedError
        return self.events(event)[0]

    def _listen(self, event, data):
        if not data or data[0] != self._conn_handle:
            return
        if event == _DISCONNECTED:
            self._conn_handle = None
            self.device._connection = None
            core.listeners.remove(self._listen)
        elif event in self._wanted:
            self._events.append((event, data))


class Service:
    """See aioble.ClientService."""

    def __init__(self, connection, first, last):
        self.connection = connection
        self._span = (first, last)
        self._found = None

    def characteristics(self):
        """`async for` over the characteristics."""
        self._found = None
        return self

    def __aiter__(self):
        return self

    async def __anext__(self):
        connection = self.connection
        if self._found is None:
            connection.expect(_CHAR, _CHARS_DONE)
            core.ble.gattc_discover_characteristics(connection._conn_handle, *self._span)
            await connection.event(_CHARS_DONE)
            self._found = connection.events(_CHAR)
        if not self._found:
            raise StopAsyncIteration
        return Characteristic(connection, *self._found.pop(0)[1:])


class Characteristic:
    """See aioble.ClientCharacteristic."""

    def __init__(self, connection, end, value_handle, properties, uuid):
        self.connection = connection
        self.properties = properties
        self.uuid = uuid
        self._value_handle = value_handle
        self._end = max(end, value_handle + 2)

    async def subscribe(self, notify=True):
        """Switches notifications on; raises GattError or ValueError."""
        connection = self.connection
        connection.expect(_DESC, _DESCS_DONE)
        core.ble.gattc_discover_descriptors(connection._conn_handle, self._value_handle, self._end)
        await connection.event(_DESCS_DONE)
        for _, handle, uuid in connection.events(_DESC):
            if uuid == _CCCD:
                await self._write(handle, b"\x01\x00" if notify else b"\x00\x00")
                return
        raise ValueError("CCCD not found")

    async def _write(self, handle, data):
        connection = self.connection
        connection.expect(_WRITTEN)
        core.ble.gattc_write(connection._conn_handle, handle, data, 1)
        status = (await connection.event(_WRITTEN, 1000))[2]
        if status:
            raise core.GattError(status)
