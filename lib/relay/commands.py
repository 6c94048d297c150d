"""What arrives on a subscribed topic, judged: a command to obey, or a reason to refuse it."""

from compat import const

# Where it came from: the position among the topics that are subscribed to (relay.topics.NAMES).
# Obeyed, it is the command, too.
FROM_SELF = const(0)  # our own availability
SET_MODE = const(1)
ACKNOWLEDGE = const(2)
RESET_REPORT = const(3)
UPDATE = const(4)  # the program
BOOST = const(5)  # minutes; 0 ends it
SET_ON_DC = const(6)  # the owner's thresholds, 0.1 °C
SET_OFF_DC = const(7)
FROM_WRITES = const(8)  # and those after it: relay.writes
FROM_BIRTH = const(98)  # Home Assistant's

# What else it may mean.
NOTHING = const(0)
WRITE = const(99)  # to the BMS: relay.writes

# Why it is refused; the position in REFUSALS.
ACCEPTED = const(0)
RETAINED = const(1)  # left over on the broker: nobody asks for it now
INVALID = const(2)
OVERSIZED = const(3)
NOT_ALLOWED = const(4)  # by the settings
NOT_WRITTEN = const(5)  # a command to the BMS: `bms_command_reason` has the reason
OUT_OF_BOUNDS = const(6)
NOT_POSSIBLE = const(7)  # not with these settings, or not now
EXPIRED = const(8)  # mqtt.envelope
NO_TIME = const(9)
REPEATED = const(10)

REFUSALS = (
    b"none\nretained\ninvalid\noversized\nnot_allowed\nnot_written\nout_of_bounds\nnot_possible"
    b"\nexpired\nno_time\nrepeated"
)

# Kinds of commands that the settings allow, each a bit. What only lowers needs none.
MODES = const(1)  # any but off, and acknowledging
BOOSTS = const(2)
THRESHOLDS = const(4)
UPDATES = const(8)

PAYLOAD_MAX = const(24)

# Lowest and highest, for BOOST and those after it: those of words.
BOUNDS = (0, 120, -300, 200, -280, 250)

# The words that may be sent: those of SET_MODE (words.MODE_NAMES), one of ACKNOWLEDGE, one of
# RESET_REPORT, those of UPDATE (in the order of update.marks).
_WORDS = b"off\ncharger\ncharger_or_soc\nacknowledge\nreset\ncheck\ninstall\ninstall_older"
_MODES = const(3)
_NEWLINE = const(10)
_LONGEST_NUMBER = const(5)
_MINUS = const(45)
_ZERO = const(48)


class Judge:
    """Judges one message at a time. `refusal` says why, if `command` is NOTHING; `value` is the
    position in MODE_NAMES if it is SET_MODE, in update.marks if it is UPDATE, or else the number
    that was sent.

    The settings leave to whoever commands from afar to lower, never to raise. kinds: bit set of
    those above that they allow. mode: the settings' own (a position in MODE_NAMES), the highest
    that may be set; with 0 the heater stays off whatever is sent. on_dc, off_dc: the settings'
    own, the highest that may be set, in 0.1 °C.
    """

    def __init__(self, kinds, mode, on_dc, off_dc):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.value = 0
        self._kinds = kinds
        self._mode = mode
        self._on_dc = on_dc
        self._off_dc = off_dc

    def judge(self, source, retained, payload, length):
        """Judges `payload[0:length]`, which came from `source`; sets `command` and `refusal`.

        length: over PAYLOAD_MAX for a message of which only the beginning was kept.
        """
        self.command = NOTHING
        if retained:
            self.refusal = RETAINED
        elif length > PAYLOAD_MAX:
            self.refusal = OVERSIZED
        else:
            self.refusal = self._take(source, payload, length)
            if self.refusal == ACCEPTED:
                self.command = source

    def _take(self, source, payload, length):
        """Takes the value from the payload; returns why not, or ACCEPTED."""
        if source <= UPDATE:
            value = line_of(_WORDS, payload, 0, length)
            kind = MODES
            if source == UPDATE:
                kind = UPDATES
            if source != SET_MODE:
                value -= source + _MODES - ACKNOWLEDGE
            if not 0 <= value < _MODES or value and SET_MODE < source < UPDATE:
                return INVALID
            free = source == RESET_REPORT or source == SET_MODE and not value
            if not free and not self._kinds & kind or source == SET_MODE and value > self._mode:
                return NOT_ALLOWED
            self.value = value
            return ACCEPTED
        value = number_of(payload, length)
        if value is None or source > SET_OFF_DC:
            return INVALID
        at = 2 * (source - BOOST)
        if not BOUNDS[at] <= value <= BOUNDS[at + 1]:
            return OUT_OF_BOUNDS
        self.value = value
        if source == BOOST:
            return ACCEPTED if not value or self._mode and self._kinds & BOOSTS else NOT_ALLOWED
        if not self._kinds & THRESHOLDS:
            return NOT_ALLOWED
        highest = self._on_dc if source == SET_ON_DC else self._off_dc
        return ACCEPTED if value <= highest else OUT_OF_BOUNDS


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


def line_of(table, payload, start, end):
    """Returns which line of `table` payload[start:end] is, -1 if it is none of them."""
    line = 0
    at = start
    same = True
    for byte in table:
        if byte == _NEWLINE:
            if same and at == end:
                return line
            line += 1
            at = start
            same = True
        else:
            same = same and at < end and payload[at] == byte
            at += 1
    return line if same and at == end else -1


def line_start(table, line):
    """Returns where a line of a table begins, -1 if there is no such line."""
    start = 0
    while line > 0:
        start = table.find(b"\n", start) + 1
        if start == 0:
            return -1
        line -= 1
    return start if line == 0 else -1
