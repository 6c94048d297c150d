"""A bus of JK units that are played with frames put together by hand."""

from host_tests.dialects import feed
from tools.mp.samples import crc16, jk02_status, jk300, jk_device

DEVICE = jk_device(b"JK-PB2A16S20P", b"15A", b"15.41")
STATUS = jk02_status(wide=True)
SETTINGS = jk300(
    1,
    {10: b"\xf0\x0a\0\0", 18: b"\x42\x0e\0\0", 98: b"\xce\xff\xff\xff", 102: b"\x32\0\0\0"}
    | {114: b"\x08\0\0\0", 118: b"\x01\0\0\0", 270: b"\x03\0\0\0", 282: b"\x01\0"},
)
LISTEN_MS = 5000  # before the first question
FRAMES = {0x1C: DEVICE, 0x1E: SETTINGS, 0x20: STATUS}


class Unit:
    """A unit at an address that speaks one of the two forms, on a line that may echo."""

    LONGS = {
        0x10: [*range(6, 142, 4), 270, 274, 278],
        0x12: [70, 146, 150, 154, 158, 166, 174, 178, 182, 186, 194, 246],
        0x14: [38, 42],
    }
    BYTES = {
        0x10: [284, 286, 288, 290, 292, 294, 296],
        0x12: [172, 190, 198, 200, 214, 234, 244],
        0x14: [*range(6, 38, 2), *range(46, 110, 2)],
    }

    def __init__(self, form, address=3, echo=False):
        self.form = form
        self.address = address
        self.echo = echo

    def answer(self, request):
        """Returns what the line carries after a request; None if it stays silent."""
        assert crc16(request[:-2]) == request
        echo = request if self.echo else b""
        if request[0] != self.address or self.form not in ("framed", "plain"):
            return echo
        if request[1] == 0x10 and self.form == "framed":
            return echo + FRAMES[request[3]] + b"\0" + crc16(request[:6]) + b"\0"
        if request[1] == 3 and self.form == "plain":
            return echo + self.registers(int.from_bytes(request[2:4], "big"), request[5])
        return echo

    def registers(self, register, words):
        """Returns the reply to a read of registers: big endian, pairs of bytes in order."""
        assert words <= 40
        page = register >> 8 if register >> 8 != 0x11 else 0x10
        frame = {0x10: SETTINGS, 0x12: STATUS, 0x14: DEVICE}[page]
        at = register - (page << 8) + 6
        end = at + 2 * words
        data = b""
        while at < end:
            size = 4 if at in self.LONGS[page] else 2
            part = frame[at : at + size]
            data += part if at in self.BYTES[page] else part[::-1]
            at += size
        return crc16(bytes([self.address, 3, 2 * words]) + data)


def talk(dialect, unit, last, first=0):
    """Plays the bus with answers after 50 ms; returns [(ms, request)]."""
    out = bytearray(16)
    sent = []
    due = None
    for now in range(first, last, 10):
        dialect.settle(now)
        if due and now >= due[0]:
            feed(dialect, due[1], now=now)
            due = None
        else:
            dialect.feed(b"", 0, now)
        n = dialect.request(now, out)
        if n:
            sent.append((now, bytes(out[:n])))
            answer = unit.answer(bytes(out[:n]))
            due = (now + 50, answer) if answer else None
    return sent
