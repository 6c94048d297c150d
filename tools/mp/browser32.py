# What stands in for a browser, and for the radio around, while a set-up is played on the 32-bit
# MicroPython of the host (tools/cost/set_up_play.py); run after chip32.py, whose names it uses.
# ruff: noqa: F821
waiting = []  # requests, each as bytes, that come over a connection of their own


class Line(Anything):
    """A browser's connection: it says its request, and takes whatever comes."""

    def __init__(self, text):
        self._text = text
        self._at = 0

    def readinto(self, buf, n):
        n = min(n, len(self._text) - self._at)
        for i in range(n):
            buf[i] = self._text[self._at + i]
        self._at += n
        return n or None

    def write(self, buf, at, n):
        return n


class Door(Anything):
    """A socket that listens: of the page, or of the name server, which nobody asks."""

    def __init__(self):
        takes("socket")

    def accept(self):
        return Line(waiting.pop(0)), ("192.168.4.2", 50000)

    def recvfrom(self, n):
        raise OSError(11)


class Doors(Anything):
    AF_INET = SOCK_DGRAM = SOL_SOCKET = SO_REUSEADDR = 0

    def socket(self, *args):
        return Door()

    def getaddrinfo(self, host, port):
        return [(0, 0, 0, "", (host, port))]


class Poll(Anything):
    def ipoll(self, timeout):
        return (1,) if waiting else ()


class Select(Anything):
    POLLIN = 1

    def poll(self):
        return Poll()


class Radio(Wlan):
    IF_AP = 1
    SEC_WPA2 = 3

    def scan(self):
        return [(b"network %d" % i, b"macmac", 1, -50 - i, 3, False) for i in range(20)]

    def ifconfig(self):
        return ("192.168.1.9", "", "", "")


class Os:
    """The host's, with what only the chip has."""

    stat = os.stat
    rename = os.rename

    def urandom(self, n):
        return bytes(n)


Network.WLAN = Radio()
for name, module in (("socket", Doors()), ("select", Select()), ("os", Os())):
    sys.modules[name] = module
del name, module
