"""Topic names. All are bytes: umqtt counts characters where MQTT counts bytes."""

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
        self.mode_set = self.base + b"/heater/mode/set"
        self.acknowledge = self.base + b"/heater/acknowledge"
        self.birth = self.prefix + b"/status"
