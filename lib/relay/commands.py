"""What arrives on a subscribed topic, judged: a command to obey, or a reason to refuse it."""

from compat import const
from relay.view import MODES

# Where it came from; the position among the topics that are subscribed to.
FROM_MODE = const(0)
FROM_ACKNOWLEDGE = const(1)
FROM_BIRTH = const(2)

# What it means.
NOTHING = const(0)
SET_MODE = const(1)
ACKNOWLEDGE = const(2)
ANNOUNCE = const(3)  # Home Assistant has started: tell it everything again

# Why it is refused; the position in REFUSALS.
ACCEPTED = const(0)
RETAINED = const(1)  # left over on the broker: nobody asks for it now
INVALID = const(2)
OVERSIZED = const(3)
BUSY = const(4)  # more at once than the queue holds

REFUSALS = ("none", "retained", "invalid", "oversized", "busy")

PAYLOAD_MAX = const(24)

_ACK = b"acknowledge"
_ONLINE = b"online"


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
            if not retained and _same(payload, length, _ONLINE):
                self.command = ANNOUNCE
        elif retained:
            self.refusal = RETAINED
        elif length > PAYLOAD_MAX:
            self.refusal = OVERSIZED
        elif source == FROM_MODE:
            self._judge_mode(payload, length)
        elif source == FROM_ACKNOWLEDGE and _same(payload, length, _ACK):
            self.command = ACKNOWLEDGE
        else:
            self.refusal = INVALID

    def _judge_mode(self, payload, length):
        for mode in range(len(MODES)):
            if _same(payload, length, MODES[mode]):
                self.command = SET_MODE
                self.mode = mode
                return
        self.refusal = INVALID


def _same(payload, length, word):
    if length != len(word):
        return False
    for i in range(length):
        if payload[i] != word[i]:
            return False
    return True
