# What stands in for an ESP32 while a start is played on the 32-bit MicroPython of the host
# (tools/cost/boot_play.py): nothing does anything, but what takes memory from the IDF is said.
#
# Prints "idf WHAT BYTES", "back WHAT 0", "peak ALLOCATED", "mem STAGE ALLOCATED" and
# "step ALLOCATED".
import gc
import sys  # noqa: F401  the chunks after this one need it


def nothing(*args, **keywords):
    return ANYTHING


class Anything:
    """Has every attribute, and may be called, indexed and counted with."""

    def __getattr__(self, name):
        return nothing

    def __call__(self, *args, **keywords):
        return self

    def __getitem__(self, key):
        return 0

    def __setitem__(self, key, value):
        pass

    def __int__(self):
        return 0

    def __index__(self):
        return 0


def takes(what, size=0):
    print("idf", what, size)


class Pin(Anything):
    IN = OUT = PULL_UP = 0
    level = 1

    def __init__(self, *args, **keywords):
        pass

    def __call__(self, level=None):
        return self.level

    value = __call__


class UART:
    """The end of a line to a BMS that was recorded (boot_play.conversation)."""

    replies = {}  # request: reply
    unasked = b""  # what it says by itself, again every ROUND_MS
    ROUND_MS = 5_000

    def __init__(self, *args, **keywords):
        self._out = b""
        self._at = 0
        self._next_ms = 0
        self.init(**keywords)

    def init(self, baudrate=0, rx=0, tx=0, rxbuf=256):
        takes("uart", rxbuf)

    def any(self):
        if self.unasked and clock.now >= self._next_ms:
            self._next_ms = clock.now + self.ROUND_MS
            self._out = self.unasked
            self._at = 0
        return len(self._out) - self._at

    def readinto(self, buf, n):
        n = min(n, len(self._out) - self._at)
        for i in range(n):
            buf[i] = self._out[self._at + i]
        self._at += n
        return n

    def write(self, buf, n):
        self._out = self.replies.get(bytes(memoryview(buf)[:n]), b"")
        self._at = 0
        return n

    def txdone(self):
        return True


class Spi:
    """Takes what the panel is to show, without making garbage that a chip would not make."""

    def __init__(self, *args, **keywords):
        takes("spi")

    def write(self, buf):
        pass


class Machine(Anything):
    Pin = Pin
    UART = UART

    def __init__(self):
        self.SPI = Spi
        self.PWM = Taker("pwm")
        self.Timer = Taker("timer")
        self.WDT = Taker("wdt")
        self.mem32 = self

    def reset_cause(self):
        return 1

    def reset(self):  # a name that the chip has in its flash
        pass

    def unique_id(self):
        return b"packma"


class Taker(Anything):
    """A class of drivers, each of which takes memory."""

    def __init__(self, what):
        self._what = what

    def __call__(self, *args, **keywords):
        takes(self._what)
        return ANYTHING


class Wlan(Anything):
    IF_STA = 0
    there = True  # the network; the tool lets it vanish

    def __call__(self, interface):
        takes("wifi")
        return self

    def active(self, on):
        takes("wifi active")

    def config(self, *args, **keywords):
        pass

    def connect(self, *args):
        takes("wifi connected")

    def isconnected(self):
        return self.there

    def status(self, what=None):
        return -60


class Network(Anything):
    WLAN = Wlan()


class Socket(Anything):
    """A connection to a broker that lets in and takes everything, as long as it is there."""

    broker = True  # the tool stops and starts it

    def __init__(self):
        self._answer = b""
        takes("socket")

    def close(self):
        print("back socket 0")

    def connect(self, address):
        if not self.broker:
            raise OSError(111)

    def write(self, buf, at, n):
        if not self.broker:
            raise OSError(104)
        kind = buf[at]
        if kind == 0x10:  # CONNECT
            self._answer += b"\x20\x02\x00\x00"
        elif kind == 0x82:  # SUBSCRIBE
            self._answer += b"\x90\x03" + buf[at + 2 : at + 4] + b"\x00"
        elif kind == 0xC0:  # PINGREQ
            self._answer += b"\xd0\x00"
        return n

    def readinto(self, buf, n=None):
        if n is None:
            return None  # of a server of names, or of the time: nobody is there
        n = min(n, len(self._answer))
        buf[:n] = self._answer[:n]
        self._answer = self._answer[n:]
        return n or None


class Download(Anything):
    """A connection to a server that answers with a file, a piece at a time."""

    path = None

    def __init__(self):
        self._file = open(self.path, "rb")
        self._head = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % self._file.seek(0, 2)
        self._file.seek(0)
        takes("socket")

    def write(self, data, at, n):
        return n

    def readinto(self, buf, n):
        head, self._head = self._head, b""
        buf[: len(head)] = head
        return len(head) or self._file.readinto(buf)


class Sockets(Anything):
    def socket(self, *args):
        return Download() if Download.path else Socket()

    def getaddrinfo(self, host, port):
        return [(0, 0, 0, "", (host, port))]


class Esp32(Anything):
    """`largest`: the largest piece of the IDF's heap once the radio is on; `areas`: bytes that
    Python has then. The tool sets both."""

    HEAP_DATA = 4
    largest = areas = 0

    def idf_heap_info(self, kind):
        return [(200_000, self.largest, self.largest, 0)]


class Gc(Anything):
    """What is free, as the chip says it: in Python's areas, and what they could grow by."""

    def mem_alloc(self):
        return gc.mem_alloc()

    def mem_free(self):
        return max(0, Esp32.areas - gc.mem_alloc()) + Esp32.largest

    def collect(self):
        pass  # between two chunks only


class Time(Anything):
    """A clock that the tool moves on."""

    now = 0

    def ticks_ms(self):
        return self.now

    def ticks_add(self, ticks, delta):
        return ticks + delta & 0x3FFFFFFF

    def ticks_diff(self, end, start):
        return (end - start + 0x20000000 & 0x3FFFFFFF) - 0x20000000

    def sleep_ms(self, ms):
        pass

    def time(self):
        return 0

    def gmtime(self, seconds):
        return (2000, 1, 1, 0, 0, 0, 5, 1)


ANYTHING = Anything()
clock = Time()
tasks = ()  # of the device, when they are started


def report_peak():
    """Says what is allocated now, garbage of this chunk included."""
    print("peak", gc.mem_alloc())


def report(stage):
    """Says what is allocated after a stage, by its number."""
    print("mem", stage, gc.mem_alloc())


def advance(seconds):
    """Runs the tasks for so long; says what the greediest step of one allocated.

    What others left before is garbage that can be collected by then.
    """
    end = clock.now + 1000 * seconds
    most = 0
    due = [clock.now] * len(tasks)
    while True:
        first = min(due)
        if first > end:
            break
        clock.now = first
        at = due.index(first)
        before = gc.mem_alloc()
        due[at] = first + next(tasks[at])
        most = max(most, gc.mem_alloc() - before)
    clock.now = end
    print("step", most)
