"""What arrives on a subscribed topic, judged: a command to obey, or a reason to refuse it."""

from compat import const
from relay.view import MODES

# Where it came from; the position among the topics that are subscribed to.
FROM_MODE = const(0)
FROM_ACKNOWLEDGE = const(1)
FROM_BIRTH = const(2)
FROM_WRITES = const(3)  # and those after it: relay.writes

# What it means.
NOTHING = const(0)
SET_MODE = const(1)
ACKNOWLEDGE = const(2)
ANNOUNCE = const(3)  # Home Assistant has started: tell it everything again
WRITE = const(4)  # to the BMS: relay.writes

# Why it is refused; the position in REFUSALS.
ACCEPTED = const(0)
RETAINED = const(1)  # left over on the broker: nobody asks for it now
INVALID = const(2)
OVERSIZED = const(3)
BUSY = const(4)  # more at once than the queue holds
NOT_WRITTEN = const(5)  # a command to the BMS: `bms_command_reason` has the reason

REFUSALS = b"none\nretained\ninvalid\noversized\nbusy\nnot_written"

PAYLOAD_MAX = const(24)

_ACK = b"acknowledge"
_ONLINE = b"online"
_NEWLINE = const(10)


class Judge:
    """Judges one message at a time. `refusal` says why, if `command` is NOTHING; `mode` is the
    position in MODES if it is SET_MODE."""

    def __init__(self):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.mode = 0

    def judge(self, source, retained, payload, length):
        """Judges `payload[0:length]`, which came from `source`; sets `command` and `refusal`.

        length: over PAYLOAD_MAX for a message of which only the beginning was kept.
        """
        self.command = NOTHING
        self.refusal = ACCEPTED
        if source == FROM_BIRTH:
            # Not a command: "offline" and a retained birth mean nothing to us.
            if not retained and _line(_ONLINE, payload, length) == 0:
                self.command = ANNOUNCE
        elif retained:
            self.refusal = RETAINED
        elif length > PAYLOAD_MAX:
            self.refusal = OVERSIZED
        elif source == FROM_MODE and _line(MODES, payload, length) >= 0:
            self.command = SET_MODE
            self.mode = _line(MODES, payload, length)
        elif source == FROM_ACKNOWLEDGE and _line(_ACK, payload, length) == 0:
            self.command = ACKNOWLEDGE
        else:
            self.refusal = INVALID


def _line(table, payload, length):
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
