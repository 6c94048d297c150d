"""What is needed once, to make the relay: a device drops this module afterwards."""

from bms.wire import put_bytes, put_u16be
from relay.commands import BOOSTS, MODES, THRESHOLDS, UPDATES
from relay.packets import put_head, put_topic

_CONNECT = 0x10
_PROTOCOL = b"\x00\x04MQTT\x04"
_CLEAN = 0x02
_WILL_RETAINED = 0x24
_PASSWORD = 0x40
_USER = 0x80
_FORBIDDEN = b"+#\x00"  # wildcards: a broker closes the connection on them


def clean(name):
    """Returns a topic (str) as bytes, with "_" for what a topic must not hold."""
    return bytes([0x5F if byte in _FORBIDDEN else byte for byte in name.strip("/").encode()])


def escaped(text):
    """Returns UTF-8 bytes as they stand inside a JSON string.

    Quotes and backslashes are escaped; control characters become spaces.
    """
    out = bytearray()
    for byte in text:
        if byte in b'"\\':
            out.append(0x5C)
        out.append(max(byte, 32))
    return bytes(out)


def kinds(modes, boosts, thresholds, updates):
    """Returns the bit set of relay.commands of the kinds of commands that settings allow."""
    return modes * MODES | boosts * BOOSTS | thresholds * THRESHOLDS | updates * UPDATES


def longest_line(table):
    """Returns the bytes of the longest line of a table of names."""
    return max([len(line) for line in table.split(b"\n")])


def connect(client, base, name, will, user, password, keepalive_s):
    """Returns a CONNECT for a clean session, with a retained last will on topic base + name.

    All texts are bytes; user b"": neither user nor password.
    """
    texts = [client, None, will] + ([user, password] if user else [])
    length = len(_PROTOCOL) + 3 + 2 + len(base) + len(name)
    for text in texts:
        length += 0 if text is None else 2 + len(text)
    buf = bytearray(length + 3)
    at = put_bytes(buf, put_head(buf, _CONNECT, length), _PROTOCOL)
    buf[at] = _CLEAN | _WILL_RETAINED | (_USER | _PASSWORD if user else 0)
    put_u16be(buf, at + 1, keepalive_s)
    at += 3
    for text in texts:
        at = put_topic(buf, at, base, name) if text is None else put_topic(buf, at, text, b"")
    return bytes(buf[:at])
