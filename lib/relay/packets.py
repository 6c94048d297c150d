"""MQTT 3.1.1 packets, as far as the relay needs them; QoS 0 only. Nothing allocates.

What comes in is read piece by piece, since a broker may send anything. (relay.making has CONNECT.)

Source: OASIS, MQTT Version 3.1.1, chapters 2 and 3.
"""

from bms.wire import put_bytes, put_u16be
from compat import const

# First bytes; of PUBLISH the low four bits are flags.
CONNACK = const(0x20)
PUBLISH = const(0x30)
SUBACK = const(0x90)
PINGRESP = const(0xD0)
SUBSCRIBE = const(0x82)

RETAIN = const(1)
DENIED = const(0x80)  # in a SUBACK
_QOS = const(6)
_MORE = const(0x80)  # another byte of the length follows
_LAST_SHIFT = const(21)


def put_head(buf, kind, remaining):
    """Writes the first byte and the length of what follows; returns the end."""
    buf[0] = kind
    at = 1
    while remaining >= 128:
        buf[at] = remaining & 127 | _MORE
        remaining >>= 7
        at += 1
    buf[at] = remaining
    return at + 1


def put_topic(buf, at, base, name):
    """Writes the topic base + name, its length before it; returns the end."""
    put_u16be(buf, at, len(base) + len(name))
    return put_bytes(buf, put_bytes(buf, at + 2, base), name)


class Reader:
    """Cuts what a broker sends into packets.

    Read `want` bytes at most and `feed` them: so no byte of the next packet is taken before this
    one is done with. Of a packet `kind` is the first byte, 0 between packets, and body[0:kept]
    what follows, as far as there is room; `length` is how much it was. Of a PUBLISH the topic is
    body[2:topic_end], and the payload begins at `at`. `broken`: no MQTT, and no way on.
    """

    def __init__(self, room):
        self.body = bytearray(room)
        self.length = self.kept = self.topic_end = self.at = 0
        self._left = self._shift = 0
        self._inside = False  # behind the length
        self.restart()

    def restart(self):
        """For a new connection."""
        self.kind = 0
        self.broken = self._inside = False

    def want(self, most):
        """Returns how many bytes to read next, `most` at most."""
        if self._inside:
            return min(self._left, most)
        return 1 if self.kind else 2

    def feed(self, piece, n):
        """Takes piece[0:n]; returns True if a packet is complete. Set `kind` to 0 to go on."""
        at = 0
        while at < n and not self._inside:
            byte = piece[at]
            at += 1
            if not self.kind:
                self.kind = byte
                self.length = self._shift = self.kept = 0
                self.broken = byte == 0
                continue
            self.length |= (byte & 127) << self._shift
            self._shift += 7
            self._inside = byte < _MORE
            self._left = self.length
            if byte >= _MORE and self._shift > _LAST_SHIFT:
                self.broken = True
        if self.broken or not self._inside:
            return False
        self._left -= n - at
        while at < n and self.kept < len(self.body):
            self.body[self.kept] = piece[at]
            self.kept += 1
            at += 1
        self._inside = self._left > 0
        if not self._inside:
            self._measure()
        return not self._inside

    def _measure(self):
        self.topic_end = self.at = 0
        if self.kind & 0xF0 == PUBLISH and self.kept >= 2:
            self.topic_end = 2 + (self.body[0] << 8 | self.body[1])
            self.at = self.topic_end + (2 if self.kind & _QOS else 0)
