"""What all configs of Home Assistant's MQTT discovery have: one retained message for each entity.

Single-component discovery, since every version of Home Assistant understands it. Configs are
written one at a time into one buffer. They are seldom sent: the relay loads the modules when there
is something to announce, one after the other, and drops them afterwards. So they are small rather
than fast: tables are one bytes object each, cut up while they are written.

Sources: research.md §3.2 for classes, units and categories.
"""

from bms.wire import put_bytes
from compat import const
from relay.json_out import put_text

# What may be used: a heater, thresholds of one's own, a probe, pre-heating, a radio. The position
# is that of the bit in `known`.
_USES = b"hotwr"

_SHORTEST_EXPIRY_S = const(30)  # a reconnection must not make every value unavailable
ROOM = const(1024)  # the longest config, with the longest settings, is shorter: see its test


class Configs:
    """Writes configs of one device, by index, into `buf` (at least ROOM bytes).

    topics: relay.topics.Topics; name: the device's name; model, version: of board and firmware
    (str); interval_s: time between two state messages; known: what sensors and cells the pack has
    (relay.state.learn), and the bits of what is used, since nothing else gets a config.

    Those that come from it have `build(index)` for an index below `count`: it fills `buf` and
    `topic`, and returns the length.
    """

    def __init__(self, topics, buf, name, model, version, interval_s, known):
        if len(buf) < ROOM:
            raise ValueError("discovery: the buffer is too small")
        self.buf = buf
        self.topic = b""
        self.count = 0
        self._topics = topics
        self._availability = b"~/availability"
        self._via = b""  # the device by way of which this one is reached
        self._name = name.encode()
        self._model = model.encode()
        self._version = version.encode()
        self._expiry_s = max(3 * interval_s, _SHORTEST_EXPIRY_S)
        self._known = known

    def _begin(self, platform, key, name):
        topics = self._topics
        unique = b"packmate_" + topics.unit
        self.topic = b"/".join((topics.prefix, platform, unique, key, b"config"))
        at = self._put(0, b'{"~":')
        at = put_text(self.buf, at, topics.base)
        at = self._member(at, b"name", name)
        return self._member(at, b"uniq_id", unique + b"_" + key)

    def _end(self, at, needs_data):
        at = put_text(self.buf, self._put(at, b',"avty":[{"t":'), self._availability)
        at = self._put(at, b"}")
        if needs_data:
            # Stale or implausible figures make their entity unavailable, not merely unknown.
            at = self._put(
                at,
                b',{"t":"~/state","val_tpl":"{{ \'online\' if value_json.fresh and'
                b" value_json.plausible else 'offline' }}\"}",
            )
        at = self._put(at, b'],"avty_mode":"all","dev":{"ids":["packmate_')
        at = self._put(at, self._topics.unit + b'"],"mf":"Packmate"')
        if self._via:
            at = self._member(at, b"via_device", self._via)
        at = self._member(at, b"name", self._name)
        at = self._member(at, b"mdl", self._model)
        at = self._member(at, b"sw", self._version)
        at = self._put(at, b'},"o":{"name":"Packmate"')
        at = self._member(at, b"sw", self._version)
        return self._put(at, b"}}")

    def _attributes(self, at, content):
        at = self._member(at, b"json_attr_t", b"~/state")
        return self._put(at, b',"json_attr_tpl":"{{ ' + content + b'|tojson }}"')

    def _member(self, at, key, text):
        at = self._put(at, b',"' + key + b'":')
        if b"\\u" in text:  # an escape of the table, JSON already
            return self._put(at, b'"' + text + b'"')
        return put_text(self.buf, at, text)

    def _put(self, at, data):
        return put_bytes(self.buf, at, data)


def row_of(table, columns, number):
    """Returns the columns of a line of a table."""
    start = 0
    while number:
        start = table.find(b"\n", start) + 1
        number -= 1
    return table[start : table.find(b"\n", start)].split(b" ", columns - 1)


def used_rows(table, columns, column, at, uses):
    """Returns the numbers of the lines that are about what is used, by a letter in a column."""
    numbers = []
    for number in range(table.count(b"\n")):
        letter = row_of(table, columns, number)[column][at:]
        if letter in (b"", b"-") or uses >> _USES.find(letter) & 1:
            numbers.append(number)
    return bytes(numbers)
