"""UART and SPI of the ESP32 (ports/esp32/machine_uart.c, machine_hw_spi.c).

A UART is a real pty: bytes go through it in both directions; the channel only says how many, for
a pty delivers when the kernel's worker gets to it and the bench must not wait for that.
"""

import io
import select
import struct
import sys
import time

import bench_link as link
import bench_ops as ops
import uselect
from bench_pin import pin_number
from micropython import RingIO

_FIFO = 127  # hardware FIFO behind rxbuf
_MOST_RXBUF = 4096
_POLL = 3  # stream ioctl
_FLUSH = 1
_DEFAULT_PINS = ((1, 3), (10, 9), (17, 16))  # tx, rx
_DELIVERY_MS = 50  # real time a pty may take
_lines = {}  # one driver for each, whatever became of the objects before
_scratch = bytearray(128)
_scratch_view = memoryview(_scratch)


class UART(io.IOBase):
    """machine.UART."""

    INV_TX = 32
    INV_RX = 4
    INV_RTS = 64
    INV_CTS = 8
    RTS = 1
    CTS = 2
    IRQ_RX = 1
    IRQ_RXIDLE = 0x1000
    IRQ_BREAK = 2

    def __init__(self, id, *args, **kwargs):
        if not 0 <= id <= 2:
            raise ValueError("UART(%d) does not exist" % id)
        if id == 0:
            raise ValueError("UART buffer size is fixed")  # the console is on it
        self.bench_id = id
        self._fd = link.uart_fds[id - 1]
        if self._fd >= 0 and id not in _lines:
            _lines[id] = open(self._fd, "r+b")
        self._line = _lines.get(id)
        self._poll = uselect.poll()
        if self._line:
            self._poll.register(self._line, uselect.POLLIN)
        self._drained = 0
        self._tx_end_us = 0
        self._baud = 115200
        self._tx, self._rx = _DEFAULT_PINS[id]
        self._rxbuf = self._txbuf = 256
        self._timeout = 0
        self._ring = None
        self.init(*args, **kwargs)

    def init(
        self,
        baudrate=0,
        bits=0,
        parity=-1,
        stop=0,
        *,
        tx=None,
        rx=None,
        rts=None,
        cts=None,
        txbuf=-1,
        rxbuf=-1,
        timeout=-1,
        timeout_char=-1,
        invert=-1,
        flow=-1,
    ):
        if not 0 <= bits <= 8 or 0 < bits < 5:
            raise ValueError("invalid data bits")
        if not 0 <= stop <= 2:
            raise ValueError("invalid stop bits")
        self._baud = baudrate if baudrate > 0 else self._baud
        self._tx = self._tx if tx is None else pin_number(tx)
        self._rx = self._rx if rx is None else pin_number(rx)
        self._timeout = timeout if timeout >= 0 else self._timeout
        self._txbuf = txbuf if txbuf >= 0 else self._txbuf
        if rxbuf >= 0 and rxbuf != self._rxbuf or self._ring is None:
            self._rxbuf = rxbuf if rxbuf >= 0 else self._rxbuf
            # A very large one is ballast, and of the IDF's memory: nothing is received meanwhile.
            self._ring = RingIO(min(self._rxbuf, _MOST_RXBUF) + _FIFO)
        body = struct.pack("<Ibb", self._baud, self._tx, self._rx)
        link.post_body(ops.UART, self.bench_id, body)
        link.send()

    def deinit(self):
        link.post_body(ops.UART, self.bench_id, struct.pack("<Ibb", 0, -1, -1))
        link.send()

    def any(self):
        self._drain()
        return self._ring.any()

    def read(self, n=-1):
        self._wait_for_input()
        have = self._ring.any()
        if not have or n == 0:
            return None if n else b""
        return self._ring.read(have if n < 0 else min(n, have))

    def readinto(self, buf, n=-1):
        self._wait_for_input()
        if not self._ring.any():
            return None
        return self._ring.readinto(buf) if n < 0 else self._ring.readinto(buf, n)

    def readline(self):
        self._wait_for_input()
        line = self._ring.readline() if self._ring.any() else None
        return line or None

    def write(self, buf, n=-1):
        n = len(buf) if n < 0 else n
        if self._line:
            self._line.write(buf, n)
        link.post(ops.UART_TX, self.bench_id, n)
        link.send()
        byte_us = 10_000_000 / self._baud
        self._tx_end_us = max(self._tx_end_us, link.now_us()) + int(n * byte_us)
        excess_us = self._tx_end_us - link.now_us() - int((self._txbuf + _FIFO) * byte_us)
        if excess_us > 0:  # the transmit buffer is full: the call blocks
            time.sleep_us(excess_us)
        return n

    def txdone(self):
        return link.now_us() >= self._tx_end_us

    def flush(self):
        time.sleep_us(max(0, self._tx_end_us - link.now_us()))

    def sendbreak(self):
        self.flush()

    def irq(self, handler=None, trigger=0, hard=False):
        raise NotImplementedError("UART.irq is not emulated")

    def ioctl(self, request, argument):
        if request == _POLL:
            return self.bench_ready(argument)
        if request == _FLUSH:
            self.flush()
            return 0
        return -1

    def bench_ready(self, mask):
        """Returns which of the poll events in `mask` hold."""
        ready = mask & uselect.POLLOUT
        if mask & uselect.POLLIN and self.any():
            ready |= uselect.POLLIN
        return ready

    def _wait_for_input(self):
        if self.any() or self._timeout == 0:
            return
        waiting = select.poll()
        waiting.register(self, uselect.POLLIN)
        waiting.poll(self._timeout)

    def _drain(self):
        """Takes what the pty has, at least as many bytes as the bench says it has put in."""
        if not self._line:
            return
        expected = link.cells[ops.RX1 + self.bench_id - 1]
        while True:
            n = self._line.readinto(_scratch)
            if n:
                self._drained += n
                kept = self._ring.write(_scratch_view[:n])
                if kept < n:
                    link.post(ops.OVERRUN, self.bench_id, n - kept)
            elif n == 0 and expected > self._drained:
                sys.exit()  # the cable's other end is gone, and so is the bench
            elif self._drained >= expected or not self._poll.poll(_DELIVERY_MS):
                return


class SPI:
    """machine.SPI, hardware SPI only; nothing answers on MISO (reads as 0)."""

    MSB = 0
    LSB = 1
    _PINS = ((14, 13, 12), (18, 23, 19))

    def __init__(self, id, *args, **kwargs):
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        self._id = id
        self._baud = 500_000
        self._sck, self._mosi, self._miso = SPI._PINS[id - 1]
        self.init(*args, **kwargs)

    def init(
        self, baudrate=-1, polarity=-1, phase=-1, *, bits=-1, firstbit=-1, sck=-2, mosi=-2, miso=-2
    ):
        self._baud = self._baud if baudrate == -1 else baudrate
        self._sck = _spi_pin(sck, self._sck)
        self._mosi = _spi_pin(mosi, self._mosi)
        self._miso = _spi_pin(miso, self._miso)
        body = struct.pack("<Ibb", self._baud, self._sck, self._mosi)
        link.post_body(ops.SPI_INIT, self._id, body)

    def deinit(self):
        link.post_body(ops.SPI_INIT, self._id, struct.pack("<Ibb", 0, -1, -1))

    def write(self, buf):
        link.post_body(ops.SPI, self._id, buf)

    def read(self, n, write=0):
        link.post_body(ops.SPI, self._id, bytes([write]) * n)
        return bytes(n)

    def readinto(self, buf, write=0):
        link.post_body(ops.SPI, self._id, bytes([write]) * len(buf))
        for i in range(len(buf)):
            buf[i] = 0

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        self.write(write_buf)
        for i in range(len(read_buf)):
            read_buf[i] = 0


def _spi_pin(pin, present):
    if isinstance(pin, int) and pin == -2:
        return present
    return -1 if pin is None else pin_number(pin)


class I2C:
    """machine.I2C, as far as a mono panel at 0x3C is there, and nobody else; its address comes
    first in what the bench gets."""

    _PANEL = 0x3C

    def __init__(self, id, *, scl=None, sda=None, freq=400_000):
        if id not in (0, 1):
            raise ValueError("I2C(%s) doesn't exist" % id)
        self._bus = ops.I2C + id

    def writeto(self, address, data):
        if address != I2C._PANEL:
            raise OSError(19)  # ENODEV
        link.post_body(ops.SPI, self._bus, bytes([address]) + bytes(data))

    def readfrom_mem_into(self, address, register, buf):
        raise OSError(19)
