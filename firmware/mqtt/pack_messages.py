"""What the relay tells of each of several packs; imported only where there are several."""

from bms import check
from compat import const
from mqtt.pack_relay import PacksRelay
from relay.packs import BankMessage, PackMessage
from relay.state import learn
from telemetry import fill_link

# Parts of the discovery that are about the device; each pack has one more.
_READINGS = const(0)
_CONTROLS = const(1)
_DEVICE_PARTS = const(3)  # the last: whether all packs are good


def build(device, settings, secrets, topics, model, version):
    """Returns the PacksRelay of a Device with several packs; for the rest see mqtt.Relay."""
    message = BankMessage(device.view, device.max_age_ms, device.bms.bank)
    names = ["Pack 1"] + [pack["name"] for pack in settings["packs"]]
    packs = Packs(device.bms.units, names, topics.base, message.buf, device.max_age_ms)
    return PacksRelay(packs, settings, secrets, topics, message, model, version)


class Packs:
    """The packs as the relay sees them: `count` of them, whose messages go to `topics`.

    `parts`: how many the discovery has. units: unit.Unit of each; `buf`: that of all messages.
    """

    def __init__(self, units, names, base, buf, max_age_ms):
        self.count = len(units)
        self.parts = _DEVICE_PARTS + len(units)
        self.topics = tuple([base + b"/pack/%d/state" % (n + 1) for n in range(len(units))])
        self._units = units
        self._names = names
        self._known = [bytearray(3) for _ in units]  # see relay.state.learn
        self._messages = [
            PackMessage(check.NAMES, unit.link.REASONS, max_age_ms, buf) for unit in units
        ]

    def build(self, which, now):
        """Writes the message of a pack (from 0) into the buffer; returns its length in bytes."""
        message = self._messages[which]
        fill_link(message.view, self._units[which])
        return message.build(self._units[which].pack, now)

    def learn(self, now):
        """Returns True if a pack shows that it has more than was known."""
        new = False
        for which in range(self.count):
            message = self._messages[which]
            pack = self._units[which].pack
            fill_link(message.view, self._units[which])
            if message.shows(pack, now) and learn(self._known[which], pack):
                new = True
        return new

    def describe(self, part, topics, buf, about, known):
        """Returns what announces a part of the entities; see mqtt.Relay."""
        if part >= _DEVICE_PARTS:
            from relay.packs_discovery import PackDiscovery

            which = part - _DEVICE_PARTS
            name = self._names[which]
            return PackDiscovery(topics, buf, about, which + 1, name, self._known[which])
        if part == _READINGS:
            from relay.discovery import Discovery as Part
        elif part == _CONTROLS:
            from relay.controls import Controls as Part
        else:
            from relay.packs_discovery import Good as Part
        name, model, version, interval_s = about
        # Sensors and cells are announced with the pack that has them.
        nothing = bytes((0, 0, known[2]))
        return Part(topics, buf, name, model, version, interval_s, nothing)
