"""A fake `machine` for the wired link: a line that always has bytes, and a pin."""

received = bytearray(256)
waiting = 0
sending = False


class Pin:
    """machine.Pin as an output."""

    OUT = 1

    def __init__(self, number, mode, value=0):
        self.level = value

    def value(self, level):
        self.level = level


class UART:
    """machine.UART that gives `received` again and again."""

    def __init__(self, uart_id, baudrate, rx, tx, rxbuf):
        self.sent = 0

    def init(self, baudrate):
        pass

    def any(self):
        return waiting

    def readinto(self, buf, n):
        for i in range(n):
            buf[i] = received[i]
        return n

    def write(self, buf, n):
        self.sent += n

    def txdone(self):
        return not sending
