"""The ESP32's `bluetooth` (extmod/modbluetooth.c, NimBLE), central role; the radio is the bench's.

PACKMATE_RADIO holds the radio's TCP port. Events are delivered as on the ESP32: whenever they
come, between any two bytecodes of the main thread, and once at a time; an exception in the
handler is printed and removes it. Data of an event are valid until the handler returns.
"""

import _thread
import asyncio
import struct
import sys
from asyncio import core

import micropython
import radio_ops as ops
import uos
import uselect
import usocket
import utime

FLAG_READ = 0x02
FLAG_WRITE_NO_RESPONSE = 0x04
FLAG_WRITE = 0x08
FLAG_NOTIFY = 0x10
FLAG_INDICATE = 0x20

_ENODEV = 19
_EALREADY = 114
_ENOTCONN = 128  # lwIP's number, as on the ESP32
_EINVAL = 22


class UUID:
    """bluetooth.UUID of 16 or 128 bits; `data` little endian."""

    def __init__(self, value):
        if isinstance(value, UUID):
            self.data = value.data
        elif isinstance(value, int):
            if not 0 <= value <= 0xFFFF:
                raise ValueError("invalid UUID")
            self.data = struct.pack("<H", value)
        elif len(value) in (2, 4, 16):
            self.data = bytes(value)
        else:
            digits = value.replace("-", "")
            if len(digits) != 32:
                raise ValueError("UUID too short" if len(digits) < 32 else "UUID too long")
            self.data = bytes([int(digits[i : i + 2], 16) for i in range(30, -2, -2)])

    def __eq__(self, other):
        return isinstance(other, UUID) and self.data == other.data

    def __hash__(self):
        return hash(self.data)

    def __repr__(self):
        digits = "".join(["%02x" % byte for byte in reversed(self.data)])
        return "UUID(0x%s)" % digits if len(digits) <= 8 else "UUID('%s')" % digits


class _Radio:
    """The connection to the bench, and what NimBLE would remember."""

    def __init__(self):
        self.socket = None
        self.handler = None
        self.active = False
        self.scanning = False
        self.connecting = False
        self.connected = set()
        self.busy = False  # an event is being delivered
        self.noticed = bytearray(1)  # the watcher's: something has come and is not yet taken
        self.config = {"mtu": 256, "bond": 0, "mitm": 0, "le_secure": 0, "io": 3}
        self._room = bytearray(1024)
        self._rest = b""
        self._task = None

    def open(self):
        port = uos.getenv("PACKMATE_RADIO")
        if not port:
            raise OSError(_ENODEV)
        self.socket = usocket.socket()
        self.socket.connect(usocket.getaddrinfo("127.0.0.1", int(port))[0][-1])
        self.socket.setblocking(False)
        _thread.start_new_thread(self._watch, ())

    def send(self, what, body=b""):
        if not self.active:
            raise OSError(_ENODEV)
        self.socket.setblocking(True)
        self.socket.write(struct.pack(ops.HEAD, what, len(body)) + body)
        self.socket.setblocking(False)

    def wake_the_loop(self):
        """Sees to it that an event also ends the idling of asyncio."""
        if self._task is None:
            self._task = asyncio.create_task(self._serve())

    async def _serve(self):
        while True:
            yield core._io_queue.queue_read(self.socket)
            self.pump(None)

    def _watch(self):
        """Thread: has events taken in between the bytecodes of the main thread.

        Touches only `noticed`; while that is set, the main thread has yet to look.
        """
        poller = uselect.poll()
        poller.register(self.socket, uselect.POLLIN)
        pump = self.pump
        while True:
            for _ in poller.ipoll(1000):
                self.noticed[0] = 1
                try:
                    micropython.schedule(pump, None)
                except RuntimeError:  # the queue is full: asyncio or the next turn will do it
                    self.noticed[0] = 0
            while self.noticed[0]:
                utime.sleep_us(300)
            utime.sleep_us(300)

    def pump(self, _):
        """Delivers what has come."""
        if self.busy:
            return
        self.busy = True
        try:
            n = self.socket.readinto(self._room)
            if n == 0:
                sys.exit()  # the bench is gone
            while n:
                self._cut(self._room[:n])
                n = self.socket.readinto(self._room)
        finally:
            self.busy = False
            self.noticed[0] = 0

    def _cut(self, data):
        data = self._rest + data
        at = 0
        while len(data) - at >= ops.HEAD_SIZE:
            event, n = struct.unpack_from(ops.HEAD, data, at)
            end = at + ops.HEAD_SIZE + n
            if end > len(data):
                break
            self._deliver(event, data[at + ops.HEAD_SIZE : end])
            at = end
        self._rest = data[at:]

    def _deliver(self, event, body):
        form, rest = ops.EVENTS[event]
        size = struct.calcsize(form)
        values = struct.unpack(form, body)
        if "6s" in form:
            values = [memoryview(v) if isinstance(v, bytes) else v for v in values]
        if rest:
            tail = body[size:]
            values = list(values) + [UUID(tail) if rest == "uuid" else memoryview(tail)]
        self._remember(event, values)
        self.call(event, tuple(values))

    def _remember(self, event, values):
        if event == ops.SCAN_DONE:
            self.scanning = False
        elif event == ops.PERIPHERAL_CONNECT:
            self.connecting = False
            self.connected.add(values[0])
        elif event == ops.PERIPHERAL_DISCONNECT:
            if values[0] == ops.NO_CONNECTION:
                self.connecting = False
            self.connected.discard(values[0])

    def call(self, event, values):
        if self.handler is None or not self.active:
            return
        try:
            self.handler(event, values)
        except Exception as error:
            print("Unhandled exception in IRQ callback handler")
            sys.print_exception(error)
            self.handler = None


_radio = _Radio()


class BLE:
    """bluetooth.BLE, a singleton in all but name."""

    def active(self, active=None):
        if active is not None and bool(active) != _radio.active:
            if _radio.socket is None:
                _radio.open()
            _radio.active = True
            _radio.send(ops.ACTIVE, bytes([bool(active)]))
            _radio.active = bool(active)
            _radio.wake_the_loop()
        return _radio.active

    def irq(self, handler):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        _radio.handler = handler

    def config(self, name=None, **settings):
        if name is not None:
            if name == "mac":
                return 0, b"\x24\x0a\xc4\x00\xbe\x02"
            if name not in ("mtu", "gap_name"):
                raise ValueError("unknown config param")
            return _radio.config.get(name, b"MPY ESP32")
        for key in settings:
            if key not in ("gap_name", "mtu", "addr_mode", "bond", "mitm", "io", "le_secure"):
                raise ValueError("unknown config param")
        _radio.config.update(settings)
        if _radio.active:
            self._tell_config()

    def _tell_config(self):
        c = _radio.config
        flags = (int(bool(c["bond"])), int(bool(c["mitm"])), int(bool(c["le_secure"])), c["io"])
        _radio.send(ops.CONFIG, struct.pack("<HBBBB", c["mtu"], *flags))

    # -- GAP --------------------------------------------------------------------------------------

    def gap_scan(self, duration_ms=0, interval_us=1280000, window_us=11250, active=False):
        if duration_ms is None:
            if not _radio.active:
                raise OSError(_ENODEV)
            if _radio.scanning:
                _radio.scanning = False
                _radio.send(ops.SCAN, struct.pack("<iB", -1, 0))
                _radio.call(ops.SCAN_DONE, ())
            return
        if _radio.scanning:
            raise OSError(_EALREADY)
        _radio.send(ops.SCAN, struct.pack("<iB", duration_ms, bool(active)))
        _radio.scanning = True

    def gap_connect(
        self, addr_type, addr=None, scan_duration_ms=None, min_interval_us=None, max_us=None
    ):
        if addr_type is None:
            if not _radio.connecting:
                raise OSError(_EALREADY)
            _radio.send(ops.CANCEL)
            return
        if len(addr) != 6:
            raise ValueError("invalid addr")
        self._tell_config()
        if _radio.scanning:
            self.gap_scan(None)
        if _radio.connecting:
            raise OSError(_EALREADY)
        duration_ms = 2000 if scan_duration_ms is None else scan_duration_ms
        _radio.send(ops.CONNECT, struct.pack("<B6sI", addr_type, bytes(addr), duration_ms))
        _radio.connecting = True

    def gap_disconnect(self, conn_handle):
        if not _radio.active:
            raise OSError(_ENODEV)
        if conn_handle not in _radio.connected:
            return False
        _radio.send(ops.DISCONNECT, struct.pack("<H", conn_handle))
        return True

    def gap_pair(self, conn_handle):
        self._tell_config()
        self._ask(ops.PAIR, conn_handle)

    def gap_passkey(self, conn_handle, action, passkey):
        self._ask(ops.PASSKEY, conn_handle, struct.pack("<BI", action, passkey))

    # -- GATT client ------------------------------------------------------------------------------

    def gattc_discover_services(self, conn_handle, uuid=None):
        self._ask(ops.SERVICES, conn_handle, b"" if uuid is None else uuid.data)

    def gattc_discover_characteristics(self, conn_handle, start_handle, end_handle, uuid=None):
        body = struct.pack("<HH", start_handle, end_handle)
        self._ask(ops.CHARS, conn_handle, body + (b"" if uuid is None else uuid.data))

    def gattc_discover_descriptors(self, conn_handle, start_handle, end_handle):
        self._ask(ops.DESCS, conn_handle, struct.pack("<HH", start_handle, end_handle))

    def gattc_read(self, conn_handle, value_handle):
        self._ask(ops.READ, conn_handle, struct.pack("<H", value_handle))

    def gattc_write(self, conn_handle, value_handle, data, mode=0):
        if mode not in (0, 1, False, True):
            raise OSError(_EINVAL)
        body = struct.pack("<HB", value_handle, mode) + bytes(data)
        self._ask(ops.WRITE, conn_handle, body)

    def gattc_exchange_mtu(self, conn_handle):
        self._tell_config()
        self._ask(ops.MTU, conn_handle)

    def _ask(self, what, conn_handle, body=b""):
        if not _radio.active:
            raise OSError(_ENODEV)
        if conn_handle not in _radio.connected:
            raise OSError(_ENOTCONN)
        _radio.send(what, struct.pack("<H", conn_handle) + body)
