"""View: what the state message tells beside the pack. The application fills it with plain figures.

Like PackState it has slots, named by the constants below in upper case and in the message in lower
case; a figure that was never put, or put as None, is `null` there. Choices (HEATER_STATE …) are
put as the line in their table of names.
"""

from array import array

from compat import const
from relay.json_out import LIMIT

# Tri-states.
LINK_UP = const(0)  # the BMS answers
PLAUSIBLE = const(1)  # the check's verdict; without it no figure of the pack is shown
FROZEN = const(2)  # frames come, but their content stands still
HEATER_ON = const(3)  # the output at this moment
BOOLS = const(4)

# Figures.
HEATER_DUTY_PERMILLE = const(4)
HEATER_POWER_MW = const(5)
HEATER_WH_TODAY = const(6)
FRAMES = const(7)
BAD_CHECKSUMS = const(8)
BAD_LENGTHS = const(9)
DROPPED_BYTES = const(10)
HEAP_FREE = const(11)
HEAP_MIN_FREE = const(12)
UPTIME_S = const(13)
RESETS = const(14)
LOOP_MAX_MS = const(15)
RSSI_DBM = const(16)
WIFI_LOSSES = const(17)
MQTT_CONNECTS = const(18)
MQTT_FAILURES = const(19)
COMMANDS_DONE = const(20)
COMMANDS_REFUSED = const(21)
LINK_LOSSES = const(22)  # how often the BMS fell silent, or was not understood any more
HEATER_READY_S = const(23)
HEATER_READY_WH = const(24)
HEATER_BOOST_S = const(25)
HEATER_PROBE_DC = const(26)
HEATER_ON_DC = const(27)  # in force
HEATER_OFF_DC = const(28)
HEATER_OWN_ON_DC = const(29)  # what commands change; unknown where the BMS's are in force
HEATER_OWN_OFF_DC = const(30)
HEATER_COLD_MIN = const(31)
HEATER_COLD_CHARGED_MAH = const(32)
HEATER_LEARNED_J_K = const(33)
HANDED_OVER_S = const(34)
WIFI_FAILURES = const(35)
FIGURES = const(36)

# Choices: lines of tables of names. "" and "none" are written as null.
HEATER_STATE = const(36)
HEATER_REASON = const(37)
HEATER_MODE = const(38)
VERDICT = const(39)
RESET_CAUSE = const(40)
MQTT_FAILURE = const(41)  # the last one's reason
COMMAND_REFUSAL = const(42)  # the last one's reason
LINK_REASON = const(43)  # why the BMS is not understood
WIFI_REASON = const(44)  # the last failure's
HEATER_PREHEAT = const(45)
HEATER_CHARGER = const(46)  # how a charger is known to be there
CHOICES = const(11)
_SLOTS = const(47)


class View:
    """Figures of the device for one state message. Nothing allocates after construction.

    tables: the tables of the choices' names (bytes, one name a line), for HEATER_STATE and those
    after it. Bit n of `faults`, the latched ones, is line n + 1 of HEATER_REASON's.
    """

    def __init__(self, tables):
        self.faults = 0
        self._values = array("i", bytes(4 * _SLOTS))
        self._valid = bytearray(_SLOTS)
        self._tables = tables

    def put(self, slot, value):
        """Stores a figure (clamped to ±(2**30 - 1)), or None for unknown."""
        if value is None:
            self._valid[slot] = 0
            return
        if value > LIMIT:
            value = LIMIT
        elif value < -LIMIT:
            value = -LIMIT
        self._values[slot] = value
        self._valid[slot] = 1

    def get(self, slot, default=None):
        """Returns the figure, or `default` while it is unknown."""
        return self._values[slot] if self._valid[slot] else default

    def names(self, slot):
        """Returns the table of names of a choice."""
        return self._tables[slot - FIGURES]
