"""Topic names. All are bytes: umqtt counts characters where MQTT counts bytes."""

from relay.commands import NAMES, line_of

_FORBIDDEN = b"+#\x00"  # wildcards: a broker closes the connection on them


def clean(name):
    """Returns a topic (str) as bytes, with "_" for what a topic must not hold."""
    return bytes([0x5F if byte in _FORBIDDEN else byte for byte in name.strip("/").encode()])


class Topics:
    """The topics of one device.

    root: first part, from the settings; unit: the chip's id in hexadecimal (bytes), which makes
    them unique; prefix: Home Assistant's discovery prefix.
    """

    def __init__(self, root, unit, prefix="homeassistant"):
        self.unit = unit
        self.base = clean(root) + b"/" + unit
        self.prefix = clean(prefix)
        self.state = self.base + b"/state"
        self.availability = self.base + b"/availability"
        self.birth = self.prefix + b"/status"
        self.commands = NAMES  # last parts of the commands' topics; relay.writes adds its own

    def subscriptions(self):
        """Returns all topics to subscribe to. Their positions are the sources of commands."""
        return [self.birth] + [self.base + b"/" + name for name in self.commands.split(b"\n")]

    def source(self, topic):
        """Returns the position of a topic among the subscriptions, -1 if it is none of them."""
        if topic == self.birth:
            return 0
        start = len(self.base) + 1
        if topic[:start] != self.base + b"/":
            return -1
        return line_of(self.commands, topic[start:], len(topic) - start) + 1 or -1
