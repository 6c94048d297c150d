"""Home Assistant's entities of several packs; loaded only while they are announced.

Each pack is a device of its own, connected by way of the one that has heater and radio and the
figures of all packs together.
"""

from relay.configs import Configs
from relay.discovery import Discovery

# What the table of readings has about a pack beside the figures that need good data of it.
_LINK = (b"link_up", b"data_age_s")


class Good(Configs):
    """How many packs can be believed; of the device."""

    def __init__(self, topics, buf, name, model, version, interval_s, known):
        super().__init__(topics, buf, name, model, version, interval_s, known)
        self.count = 1

    def build(self, index):
        """See Configs."""
        at = self._begin(b"sensor", b"packs_good", b"Good packs")
        at = self._member(at, b"stat_t", b"~/state")
        at = self._member(at, b"val_tpl", b"{{ value_json.packs_good }}")
        at = self._member(at, b"stat_cla", b"measurement")
        at = self._member(at, b"ent_cat", b"diagnostic")
        content = b"{'packs':value_json.packs,'coldest':value_json.coldest_pack}"
        return self._end(self._attributes(at, content), False)


class PackTopics:
    """relay.topics.Topics, as far as a Discovery needs them, of pack `number` (from 1)."""

    def __init__(self, topics, number):
        self.unit = topics.unit + b"_pack%d" % number
        self.base = topics.base + b"/pack/%d" % number
        self.prefix = topics.prefix


class PackDiscovery(Discovery):
    """A Discovery of pack `number`, which has a `name` and is `known` to have so much; `topics`
    and `about` are those of the device."""

    def __init__(self, topics, buf, about, number, name, known):
        first, model, version, interval_s = about
        own = PackTopics(topics, number)
        name = first + " " + name
        super().__init__(own, buf, name, model, version, interval_s, known)
        self._availability = topics.availability
        self._via = b"packmate_" + topics.unit
        rows = []
        for index in range(len(self._rows)):
            columns, _ = self._reading(index)
            if columns[0] in (b"sp", b"bp") or columns[1] in _LINK:
                rows.append(self._rows[index])
        self.count += len(rows) - len(self._rows)
        self._rows = bytes(rows)
