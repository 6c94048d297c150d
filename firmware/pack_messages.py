"""What the relay tells of each of several packs; imported only where there are several."""

from bms import check
from pack_relay import PacksRelay
from relay.packs import BankMessage, PackMessage
from telemetry import fill_link


def build(device, settings, secrets, topics, model, version):
    """Returns the PacksRelay of a Device with several packs; for the rest see mqtt.Relay."""
    several = device.bms
    message = BankMessage(device.view, device.max_age_ms, several.bank)
    packs = []
    names = ["Pack 1"] + [pack["name"] for pack in settings["packs"]]
    for at in range(len(names)):
        unit = several.units[at]
        told = PackMessage(check.NAMES, unit.link.REASONS, device.max_age_ms, message.buf)
        packs.append(Pack(unit, names[at], topics.base + b"/pack/%d/state" % (at + 1), told))
    return PacksRelay(packs, settings, secrets, topics, message, model, version)


class Pack:
    """One of the packs, for the relay: its unit.Unit, name, topic and PackMessage."""

    def __init__(self, unit, name, topic, message):
        self.unit = unit
        self.name = name
        self.topic = topic
        self.message = message

    def build(self, now):
        """Writes its message into the buffer; returns the length in bytes."""
        fill_link(self.message.view, self.unit)
        return self.message.build(self.unit.pack, now)
