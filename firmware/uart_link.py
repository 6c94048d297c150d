"""A BMS on a UART: bytes in, bytes out, never blocking."""

from machine import UART

from compat import const

# 177 ms at 115200 baud: longer than anything holds the loop.
_RXBUF = const(2048)


class UARTLink:
    """The Link contract of the application: readinto, write, up."""

    up = True  # a wire has no state of its own; silence shows in the ages

    def __init__(self, uart_id, rx, tx, baud):
        self._uart = UART(uart_id, baudrate=baud, rx=rx, tx=tx, rxbuf=_RXBUF)

    def readinto(self, buf):
        """Reads what has arrived into `buf`; returns the number of bytes, 0 if none."""
        n = self._uart.any()
        if not n:
            return 0
        if n > len(buf):
            n = len(buf)
        return self._uart.readinto(buf, n) or 0

    def write(self, buf, n):
        """Sends the first `n` bytes of `buf`."""
        # A stream takes a length too (py/stream.c), which the stubs do not know.
        self._uart.write(buf, n)  # pyright: ignore[reportCallIssue]
