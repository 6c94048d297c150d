"""Every topic is spelled here, but those of Home Assistant's discovery (relay.discovery).

As bytes: MQTT counts bytes. What each carries, and when, is in docs/mqtt.md.
"""

from bms.wire import put_u16be
from compat import const
from relay.commands import FROM_BIRTH, line_of, line_start
from relay.packets import SUBSCRIBE, put_head, put_topic

# What is told, behind the base of all. In an image each stands where it is used, as a number does.
AVAILABILITY = const(b"/availability")
STATE = const(b"/state")
HEATER = const(b"/heater")
DEVICE = const(b"/device")
INFO = const(b"/info")
EVENT = const(b"/event")
LIMITS = const(b"/limits")
VICTRON = const(b"/victron")
INFLUX = const(b"/influx")
PACKS = const(b"/packs")
BMS = const(b"/bms")
UPDATE = const(b"/update")
CRASH = const(b"/crash")
LOG = const(b"/log")
HISTORY = const(b"/history")
DATA = const(b"/data")
RESULT = const(b"/result")
# Of one of several packs: the base of its state, info, event, victron.
PACK = const(b"/pack/%d")

# What is listened to, behind the base: one a line, in the order of relay.commands.
NAMES = (
    b"/availability\n"
    b"/heater/mode/set\n/heater/acknowledge\n/heater/report/reset\n/update/set\n"
    b"/heater/boost/set\n/heater/on_dc/set\n/heater/off_dc/set"
)
# Behind these, for each command to the BMS: the first, between two of their names, the last.
WRITE_FIRST = const(b"\n/bms/")
WRITE_NEXT = const(b"/set\n/bms/")
WRITE_LAST = const(b"/set")
# And where there is PSRAM.
LOG_GET = const(b"/log/get")
UPDATE_DATA = const(b"/update/data")
RELEASE_SET = const(b"/bms/release/set")
# Behind Home Assistant's prefix.
BIRTH = b"/status"


class Topics:
    """The topics of one device.

    base: what all begin with; prefix: Home Assistant's; announces: its birth is listened to;
    writes: relay.writes.Writes or None, whose commands come behind the others.

    `names`: the last parts of the topics to subscribe to, one a line, each with its slash; their
    positions are the sources of commands. `count`: how many topics there are, Home Assistant's
    birth being the last.
    """

    def __init__(self, base, prefix, announces=True, writes=None):
        self.base = base
        self.prefix = prefix
        self.names = NAMES if writes is None else NAMES + writes.topics()
        self._own = self.names.count(b"\n") + 1
        self.count = self._own + (1 if announces else 0)

    def put_subscription(self, buf, number):
        """Writes the SUBSCRIBE to a topic; returns its length. Allocates a little."""
        base = self.base
        if number == self._own:
            base = self.prefix
            name = BIRTH
        else:
            start = line_start(self.names, number)
            end = self.names.find(b"\n", start)
            name = self.names[start:] if end < 0 else self.names[start:end]
        at = put_head(buf, SUBSCRIBE, 2 + 2 + len(base) + len(name) + 1)
        put_u16be(buf, at, number + 1)
        at = put_topic(buf, at + 2, base, name)
        buf[at] = 0  # QoS
        return at + 1

    def source(self, body, start, end):
        """Returns where a message on topic body[start:end] comes from, -1 if from nowhere."""
        if line_of(BIRTH, body, _behind(self.prefix, body, start, end), end) == 0:
            return FROM_BIRTH
        return line_of(self.names, body, _behind(self.base, body, start, end), end)


def _behind(text, body, start, end):
    """Returns where body[start:end] goes on behind `text`; `end` if it begins otherwise."""
    if end - start < len(text):
        return end
    for byte in text:
        if body[start] != byte:
            return end
        start += 1
    return start
