"""Commands to a BMS as the relay sees them, without a BMS."""

from bms import writer
from host_tests.command_rig import NAMES
from relay.writes import Writes

ALL = (1 << writer.COMMANDS) - 1


class Told:
    """What a queue of commands tells."""

    def __init__(self, number=0, value=0, state=0, reason=0, code=0):
        self.command = number
        self.value = value
        self.state = state
        self.reason = reason
        self.code = code
        self.changes = 0
        self.asked = []
        self.answer = 0
        self.mask = 0

    def ask(self, number, value, now):
        self.asked.append((NAMES[number], value, now))
        return self.answer

    def offered(self):
        return self.mask


def writes(told=None):
    made = Writes(told or Told(), writer.NAMES, writer.UTP)
    made.permitted = True
    return made
