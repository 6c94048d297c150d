"""What arrives on a subscribed topic, judged: a command to obey, or a reason to refuse it."""

from compat import const
from words import MODE_NAMES

# Where it came from: the position among the topics that are subscribed to (relay.topics). Obeyed,
# it is the command, too.
FROM_BIRTH = const(0)
SET_MODE = const(1)
ACKNOWLEDGE = const(2)
RESET_REPORT = const(3)
BOOST = const(4)  # minutes; 0 ends it
SET_ON_DC = const(5)  # the owner's thresholds, 0.1 °C
SET_OFF_DC = const(6)
RELEASE = const(7)  # the BMS, to a phone: minutes; 0 takes it back
FROM_WRITES = const(8)  # and those after it: relay.writes

# The last parts of the topics, in that order, from SET_MODE on.
NAMES = (
    b"heater/mode/set\nheater/acknowledge\nheater/report/reset\nheater/boost/set\n"
    b"heater/on_dc/set\nheater/off_dc/set\nbms/release/set"
)

# What else it may mean.
NOTHING = const(0)
ANNOUNCE = const(98)  # Home Assistant has started: tell it everything again
WRITE = const(99)  # to the BMS: relay.writes

# Why it is refused; the position in REFUSALS.
ACCEPTED = const(0)
RETAINED = const(1)  # left over on the broker: nobody asks for it now
INVALID = const(2)
OVERSIZED = const(3)
BUSY = const(4)  # more at once than the queue holds
NOT_WRITTEN = const(5)  # a command to the BMS: `bms_command_reason` has the reason
OUT_OF_BOUNDS = const(6)
NOT_POSSIBLE = const(7)  # not with these settings, or not now

REFUSALS = b"none\nretained\ninvalid\noversized\nbusy\nnot_written\nout_of_bounds\nnot_possible"

PAYLOAD_MAX = const(24)

# Lowest and highest, for BOOST … RELEASE: those of words and of Device.release.
BOUNDS = (0, 120, -300, 200, -280, 250, 0, 60)

_WORDS = (b"online", MODE_NAMES, b"acknowledge", b"reset")
_NEWLINE = const(10)
_LONGEST_NUMBER = const(5)
_MINUS = const(45)
_ZERO = const(48)


class Judge:
    """Judges one message at a time. `refusal` says why, if `command` is NOTHING; `value` is the
    position in MODE_NAMES if it is SET_MODE, or else the number that was sent."""

    def __init__(self):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.value = 0

    def judge(self, source, retained, payload, length):
        """Judges `payload[0:length]`, which came from `source`; sets `command` and `refusal`.

        length: over PAYLOAD_MAX for a message of which only the beginning was kept.
        """
        self.command = NOTHING
        self.refusal = ACCEPTED
        if source == FROM_BIRTH:
            # Not a command: "offline" and a retained birth mean nothing to us.
            if not retained and line_of(_WORDS[source], payload, length) == 0:
                self.command = ANNOUNCE
        elif retained:
            self.refusal = RETAINED
        elif length > PAYLOAD_MAX:
            self.refusal = OVERSIZED
        else:
            self.refusal = self._take(source, payload, length)
            if self.refusal == ACCEPTED:
                self.command = source

    def _take(self, source, payload, length):
        """Takes the value from the payload; returns why not, or ACCEPTED."""
        if source <= RESET_REPORT:
            self.value = line_of(_WORDS[source], payload, length)
            return ACCEPTED if self.value >= 0 else INVALID
        value = number_of(payload, length)
        if value is None or source > RELEASE:
            return INVALID
        at = 2 * (source - BOOST)
        if not BOUNDS[at] <= value <= BOUNDS[at + 1]:
            return OUT_OF_BOUNDS
        self.value = value
        return ACCEPTED


def number_of(payload, length):
    """Returns the whole number that payload[0:length] is, None if it is none."""
    at = 1 if length and payload[0] == _MINUS else 0
    if not at < length <= _LONGEST_NUMBER:
        return None
    value = 0
    for i in range(at, length):
        digit = payload[i] - _ZERO
        if not 0 <= digit <= 9:
            return None
        value = 10 * value + digit
    return -value if at else value


def line_of(table, payload, length):
    """Returns which line of `table` payload[0:length] is, -1 if it is none of them."""
    line = 0
    at = 0
    same = True
    for byte in table:
        if byte == _NEWLINE:
            if same and at == length:
                return line
            line += 1
            at = 0
            same = True
        else:
            same = same and at < length and payload[at] == byte
            at += 1
    return line if same and at == length else -1
