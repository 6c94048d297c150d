"""The ESP32's radio on the bench: obeys the records of standins/radio_ops.py, by bumble.

What NimBLE does beneath MicroPython is done here: one connection at a time is tried, a connection
that does not come about ends with the event 8 of no connection, errors of the other side have
0x100 added.
"""

import asyncio
import struct

from bumble import att
from bumble.core import UUID, PhysicalTransport
from bumble.gatt_client import ServiceProxy
from bumble.hci import Address
from bumble.pairing import PairingConfig, PairingDelegate

from tools.bench.standins import radio_ops as ops

_ADDRESS = "F0:24:0A:C4:00:BE"
_ADV_IND = 0
_SCAN_RSP = 4
_KEYBOARD_ONLY = 2
_PASSKEY_INPUT = 2
_FAILED = 0x0E  # BLE_HS status of what a lost link or a time-out ended


class Central:
    """Serves one life of the firmware; `writer` leads to its `bluetooth`."""

    def __init__(self, air, writer):
        self.air = air
        self.requests = 0
        self._writer = writer
        self._device = None
        self._clients = {}  # connection handle -> bumble Connection
        self._scan = None  # task
        self._connect = None  # task
        self._tasks = set()
        self._config = (256, 0, 0, 0, 3)
        self._number = None  # future of a passkey
        self._handlers = {
            ops.CONFIG: self._on_config,
            ops.SCAN: self._on_scan,
            ops.CONNECT: self._on_connect,
            ops.CANCEL: self._on_cancel,
            ops.DISCONNECT: self._on_disconnect,
            ops.SERVICES: self._on_services,
            ops.CHARS: self._on_chars,
            ops.DESCS: self._on_descs,
            ops.READ: self._on_read,
            ops.WRITE: self._on_write,
            ops.MTU: self._on_mtu,
            ops.PAIR: self._on_pair,
            ops.PASSKEY: self._on_passkey,
        }

    async def serve(self, reader):
        """Obeys until the firmware is gone."""
        self._device = device = await self.air.device("ESP32", _ADDRESS)
        device.host.on("advertising_report", self._on_report)
        device.pairing_config_factory = lambda _: self._pairing_config()
        while True:
            what, n = struct.unpack(ops.HEAD, await reader.readexactly(ops.HEAD_SIZE))
            body = await reader.readexactly(n)
            self.requests += 1
            handler = self._handlers.get(what)
            if handler is not None:
                result = handler(body)
                if asyncio.iscoroutine(result):
                    self._spawn(result)

    async def leave(self):
        """The firmware is gone, and with it all its connections."""
        device, self._device = self._device, None
        for task in list(self._tasks):
            task.cancel()
        if device is None:
            return
        for connection in list(self._clients.values()):
            try:
                await asyncio.wait_for(connection.disconnect(), 1)
            except Exception:
                pass  # it is gone already
        self.air.remove(device)

    def _spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _tell(self, event, *values, rest=b""):
        body = struct.pack(ops.EVENTS[event][0], *values) + rest
        if not self._writer.is_closing():
            self._writer.write(struct.pack(ops.HEAD, event, len(body)) + body)

    # -- scanning ---------------------------------------------------------------------------------

    def _on_config(self, body):
        self._config = struct.unpack("<HBBBB", body)

    def _on_scan(self, body):
        duration_ms, active = struct.unpack("<iB", body)
        if self._scan is not None:
            self._scan.cancel()
            self._scan = None
        if duration_ms >= 0:
            self._scan = self._spawn(self._scanning(duration_ms, bool(active)))

    async def _scanning(self, duration_ms, active):
        end_us = self.air.now_us() + (duration_ms * 1000 or 1 << 60)
        device = self._device
        await device.start_scanning(legacy=True, active=active)
        try:
            await self.air.until(end_us)
            self._tell(ops.SCAN_DONE)
        finally:
            await device.stop_scanning()

    def _on_report(self, report):
        unit = self.air.unit_at(report.address.to_string(False))
        if self._scan is None or self._scan.done() or unit is None or not unit.is_heard():
            return
        kind, data = _ADV_IND, report.data
        if report.event_type == _SCAN_RSP:
            # The virtual controller repeats the advertisement here.
            kind, data = _SCAN_RSP, unit.device.scan_response_data
        address = bytes(reversed(bytes(report.address)))
        values = (report.address.address_type & 1, address, kind, unit.rssi)
        self._tell(ops.SCAN_RESULT, *values, rest=bytes(data))

    # -- connections ------------------------------------------------------------------------------

    def _on_connect(self, body):
        kind, raw, duration_ms = struct.unpack("<B6sI", body)
        self._connect = self._spawn(self._connecting(kind, raw, duration_ms))

    def _on_cancel(self, _):
        if self._connect is not None:
            self._connect.cancel()

    async def _connecting(self, kind, raw, duration_ms):
        address = Address(bytes(reversed(raw)), kind)
        end_us = self.air.now_us() + duration_ms * 1000
        connection = None
        try:
            unit = self.air.unit_at(address.to_string(False))
            while unit is None or unit.deaf or not unit.hears(kind):
                if self.air.now_us() >= end_us:
                    raise TimeoutError
                await asyncio.sleep(0.005)
            connection = await self._device.connect(address, PhysicalTransport.LE, timeout=2)
        except asyncio.CancelledError:
            self._tell(ops.PERIPHERAL_DISCONNECT, ops.NO_CONNECTION, 0xFF, bytes(6))
            raise
        except Exception:
            self._tell(ops.PERIPHERAL_DISCONNECT, ops.NO_CONNECTION, 0xFF, bytes(6))
            return
        self._adopt(connection, kind, raw)

    def _adopt(self, connection, kind, raw):
        handle = connection.handle
        self._clients[handle] = connection
        client = connection.gatt_client
        client.on_att_handle_value_notification = lambda pdu: self._tell(
            ops.NOTIFY, handle, pdu.attribute_handle, rest=bytes(pdu.attribute_value)
        )

        def gone(_):
            if self._clients.pop(handle, None) is not None:
                self._tell(ops.PERIPHERAL_DISCONNECT, handle, kind, raw)

        connection.on("disconnection", gone)
        self._tell(ops.PERIPHERAL_CONNECT, handle, kind, raw)

    async def _on_disconnect(self, body):
        connection = self._client(body)
        if connection is not None:
            await connection.disconnect()

    def _client(self, body):
        return self._clients.get(struct.unpack_from("<H", body)[0])

    # -- GATT -------------------------------------------------------------------------------------

    async def _discover(self, body, done, find):
        """Has `find` tell what there is, given the connection's client and handle; then, how it
        ended."""
        handle = struct.unpack_from("<H", body)[0]
        status = 0
        try:
            await find(self._client(body).gatt_client, handle)
        except Exception:
            status = _FAILED
        self._tell(done, handle, status)

    async def _on_services(self, body):
        async def find(client, handle):
            wanted = UUID.from_bytes(body[2:]) if len(body) > 2 else None
            for service in await client.discover_services():
                if wanted is None or service.uuid == wanted:
                    uuid = service.uuid.to_bytes()
                    span = (service.handle, service.end_group_handle)
                    self._tell(ops.SERVICE_RESULT, handle, *span, rest=uuid)

        await self._discover(body, ops.SERVICE_DONE, find)

    async def _on_chars(self, body):
        async def find(client, handle):
            first, last = struct.unpack_from("<HH", body, 2)
            service = ServiceProxy(client, first, last, UUID.from_16_bits(0xFFE0), True)
            wanted = UUID.from_bytes(body[6:]) if len(body) > 6 else None
            for char in await client.discover_characteristics([], service):
                if wanted is None or char.uuid == wanted:
                    numbers = (handle, char.end_group_handle, char.handle, int(char.properties))
                    self._tell(ops.CHAR_RESULT, *numbers, rest=char.uuid.to_bytes())

        await self._discover(body, ops.CHAR_DONE, find)

    async def _on_descs(self, body):
        async def find(client, handle):
            first, last = struct.unpack_from("<HH", body, 2)
            for desc in await client.discover_descriptors(None, first, last):
                self._tell(ops.DESC_RESULT, handle, desc.handle, rest=desc.type.to_bytes())

        await self._discover(body, ops.DESC_DONE, find)

    async def _on_read(self, body):
        conn, handle = struct.unpack("<HH", body)
        status = 0
        try:
            value = await self._client(body).gatt_client.read_value(handle)
            self._tell(ops.READ_RESULT, conn, handle, rest=bytes(value))
        except att.ATT_Error as error:
            status = ops.ATT_ERROR + error.error_code
        except Exception:
            status = _FAILED
        self._tell(ops.READ_DONE, conn, handle, status)

    async def _on_write(self, body):
        conn, handle, mode = struct.unpack_from("<HHB", body)
        status = 0
        try:
            client = self._client(body).gatt_client
            await client.write_value(handle, body[5:], with_response=bool(mode))
        except att.ATT_Error as error:
            status = ops.ATT_ERROR + error.error_code
        except Exception:
            status = _FAILED
        if mode:
            self._tell(ops.WRITE_DONE, conn, handle, status)

    async def _on_mtu(self, body):
        conn = struct.unpack("<H", body)[0]
        try:
            mtu = await self._client(body).gatt_client.request_mtu(self._config[0])
            self._tell(ops.MTU_EXCHANGED, conn, mtu)
        except Exception:
            pass  # NimBLE says nothing either

    # -- pairing ----------------------------------------------------------------------------------

    def _pairing_config(self):
        _, bond, mitm, secure, io = self._config
        keyboard = io == _KEYBOARD_ONLY
        return PairingConfig(sc=bool(secure), mitm=bool(mitm), bonding=bool(bond),
                             delegate=_Passkey(self, keyboard))  # fmt: skip

    async def _on_pair(self, body):
        connection = self._client(body)
        conn = struct.unpack("<H", body)[0]
        try:
            await connection.pair()
        except Exception:
            pass  # told by the state of the link, as by NimBLE
        if conn in self._clients:
            secret = bool(connection.is_encrypted)
            flags = (secret, bool(connection.authenticated), 0, 16 if secret else 0)
            self._tell(ops.ENCRYPTION_UPDATE, conn, *flags)

    def _on_passkey(self, body):
        number = struct.unpack("<HBI", body)[2]
        if self._number is not None and not self._number.done():
            self._number.set_result(number)

    async def ask_number(self):
        """Has the firmware asked for the number that the other side shows."""
        for conn in self._clients:
            self._tell(ops.PASSKEY_ACTION, conn, _PASSKEY_INPUT, 0)
        self._number = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._number, 30)


class _Passkey(PairingDelegate):
    """What the ESP32 can do when a unit wants to pair: type a number, or nothing at all."""

    def __init__(self, central, keyboard):
        capability = self.KEYBOARD_INPUT_ONLY if keyboard else self.NO_OUTPUT_NO_INPUT
        super().__init__(io_capability=capability)
        self._central = central

    async def get_number(self):
        return await self._central.ask_number()
