"""Commands to the BMS over MQTT: what arrives on their topics, and how far the last one has come.

Loaded only where the settings allow writing. Topics: `<base>/bms/<name>/set`. A switch takes `on`
or `off` (or 1, 0, true, false), a temperature a whole number of 0.1 °C, `save` the word `save`. A
retained message is left over from somebody who is gone, and refused.
"""

from bms import pack as p
from relay import topics as t
from relay.commands import (
    ACCEPTED,
    FROM_WRITES,
    INVALID,
    NOT_ALLOWED,
    NOT_WRITTEN,
    NOTHING,
    OVERSIZED,
    PAYLOAD_MAX,
    RETAINED,
    WRITE,
    number_of,
)
from words import WRITE_CODES, WRITE_REASON_CODES, WRITE_STATE_CODES

_WORDS = (b"off", b"on", b"OFF", b"ON", b"0", b"1", b"false", b"true")  # odd ones are on
_SAVE = b"save"

# What the switches and settings of the BMS are, in the order of relay.fields' table.
_SLOTS = bytes(
    (p.CHARGE_ON, p.DISCHARGE_ON, p.BALANCING, p.HEATING)
    + (p.CHARGE_SWITCH, p.DISCHARGE_SWITCH, p.BALANCE_SWITCH, p.HEATING_SWITCH)
    + (p.HEATING_START_DC, p.HEATING_STOP_DC)
)


class Writes:
    """commands: what carries them out (bms.command.Commands, or what has its ask and offered, and
    its command, value, state, reason, code and changes). names: of the commands, one on a line;
    `switches` of them, the first ones, are switches, the last one is `save`.

    command, refusal: as those of relay.commands.Judge, for which it stands in; `now` is the time
    of the message. value: that of the last message. permitted: the settings allow commands over
    MQTT.
    """

    def __init__(self, commands, names, switches):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.now = 0
        self.value = 0
        self.permitted = False
        self._commands = commands
        self._offered = 0
        self._names = names
        self._switches = switches
        self._count = names.count(b"\n") + 1
        self._changes = 0

    def topics(self):
        """Returns the last parts of the topics to subscribe to, in the order of the names."""
        return t.WRITE_FIRST + self._names.replace(b"\n", t.WRITE_NEXT) + t.WRITE_LAST

    def changed(self):
        """True once after each event that the state message should tell soon."""
        changes = self._commands.changes
        if changes == self._changes:
            return False
        self._changes = changes
        return True

    def learn(self):
        """Notes which commands the unit takes; returns True if there are new ones."""
        offered = self._offered | self._commands.offered()
        new = offered != self._offered
        self._offered = offered
        return new

    def offered(self):
        """Returns the bit set of the commands that the unit takes, or took once."""
        return self._offered

    # -- incoming --------------------------------------------------------------------------------

    def judge(self, source, retained, payload, length):
        """Judges payload[0:length] and hands it on; sets `refusal`, and `command` to WRITE."""
        command = source - FROM_WRITES
        self.command = NOTHING
        if retained:
            self.refusal = RETAINED
        elif length > PAYLOAD_MAX:
            self.refusal = OVERSIZED
        elif not self.permitted:
            self.refusal = NOT_ALLOWED
        elif not self._parse(command, payload, length):
            self.refusal = INVALID
        elif self._commands.ask(command, self.value, self.now):
            self.refusal = NOT_WRITTEN
        else:
            self.refusal = ACCEPTED
            self.command = WRITE

    def _parse(self, command, payload, length):
        """Takes the value of a command from the payload; False if there is none."""
        if command < self._switches:
            return self._take_word(payload, length)
        if command < self._count - 1:
            value = number_of(payload, length)
            if value is not None:
                self.value = value
            return value is not None
        self.value = 0
        return _is(_SAVE, payload, length)

    def _take_word(self, payload, length):
        for i in range(len(_WORDS)):
            if _is(_WORDS[i], payload, length):
                self.value = i & 1
                return True
        return False

    # -- outgoing --------------------------------------------------------------------------------

    def put(self, message, pack, shown):
        """Puts all of it into a relay.message.Message. `shown`: the pack's figures can be
        believed."""
        for slot in _SLOTS:
            value = pack.get(slot) if shown else None
            if slot < p.BOOLS:
                message.put_bool(value)
            else:
                message.put(value)
        commands = self._commands
        told = commands.state != 0
        message.put_code(WRITE_CODES, commands.command if told else -1)
        message.put(commands.value if told else None)
        message.put_code(WRITE_STATE_CODES, commands.state)
        message.put_code(WRITE_REASON_CODES, commands.reason)
        message.put(commands.code)


def _is(word, payload, length):
    if length != len(word):
        return False
    for i in range(length):
        if payload[i] != word[i]:
            return False
    return True
