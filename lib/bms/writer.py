"""What can be asked of a BMS, why it may be refused, and how a dialect writes it.

The queue in bms.command drives a Writer, one frame at a time. Loaded only where the settings allow
writing.
"""

from bms import pack as p
from compat import const

# What can be asked; the line in NAMES, which are also the last parts of the topics.
CHARGE = const(0)
DISCHARGE = const(1)
BALANCE = const(2)
HEATING = const(3)
UTP = const(4)
UTPR = const(5)
START = const(6)
STOP = const(7)
SAVE = const(8)  # have the BMS keep what was written (ant.md §2.5)
COMMANDS = const(9)

NAMES = (
    b"charge_switch\n"
    b"discharge_switch\n"
    b"balance_switch\n"
    b"heating_switch\n"
    b"charge_utp_dc\n"
    b"charge_utpr_dc\n"
    b"heating_start_dc\n"
    b"heating_stop_dc\n"
    b"save"
)
# The slot that a command is about. Switches come first, then temperatures.
SLOTS = bytes(
    (p.CHARGE_SWITCH, p.DISCHARGE_SWITCH, p.BALANCE_SWITCH, p.HEATING_SWITCH)
    + (p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC, p.HEATING_START_DC, p.HEATING_STOP_DC)
)
# Bounds of the temperatures (jk.md §5.3, charge_utp and charge_utpr; ANT's sensors are the same).
MIN_DC = const(-300)
MAX_DC = const(200)

# Why a command was refused by us, rejected by the BMS, or given up; the line in REASONS.
NONE = const(0)
UNSUPPORTED = const(1)  # the dialect has no such write, or none that can be trusted
NOT_OFFERED = const(2)  # this unit's own list of registers does not have it
NOT_PROVEN = const(3)  # the unit's generation has not been borne out yet
NO_DATA = const(4)  # the pack's figures are stale or implausible
UNREAD = const(5)  # the setting, or the one that it must not cross, is not known yet
INVALID = const(6)  # out of bounds
WHOLE_ONLY = const(7)  # the unit knows whole degrees only
ORDER = const(8)  # recovery must stay above protection, stop above start (jk.md §5.3)
BUSY = const(9)  # the queue is full
NO_PERMISSION = const(10)  # the BMS grants too low a level
WRONG_PASSWORD = const(11)
FAILED = const(12)  # the BMS tried, it says
BELOW_MINIMUM = const(13)
ABOVE_MAXIMUM = const(14)
BAD_REGISTER = const(15)  # the BMS knows no such register or command
BAD_VALUE = const(16)
OTHER_ERROR = const(17)  # `code` has the number
UNCHANGED = const(18)  # it was taken without complaint, and reading back shows the old value
NO_ANSWER = const(19)  # nothing came back
INTERRUPTED = const(20)  # the link was lost meanwhile

REASONS = (
    b"none\n"
    b"unsupported\n"
    b"not_offered\n"
    b"not_proven\n"
    b"no_data\n"
    b"unread\n"
    b"invalid\n"
    b"whole_degrees_only\n"
    b"order\n"
    b"busy\n"
    b"no_permission\n"
    b"wrong_password\n"
    b"failed\n"
    b"below_minimum\n"
    b"above_maximum\n"
    b"bad_register\n"
    b"bad_value\n"
    b"other_error\n"
    b"unchanged\n"
    b"no_answer\n"
    b"interrupted"
)

# What Writer.hear says beside a reason.
NEXT = const(0)
AWAIT = const(-1)

# What Writer.shown says.
UNSEEN = const(-1)
DIFFERS = const(0)
SHOWN = const(1)


class Writer:
    """How one dialect writes; one command at a time. Subclasses know the frames.

    After `start`, `put` gives frame after frame until it returns 0; after each, `hear` looks at
    what the dialect has heard. Then `put_read` asks for what `shown` judges. Nothing allocates.
    `code` is the number that the BMS gave with its last answer; `answered`: the BMS said that it
    has done what the last frame told. `password`: of units that ask for one; b"": none.
    """

    SPACING_MS = 150  # least time between two frames
    REPLY_MS = 1000  # a reply to a frame is waited for so long
    SHOW_MS = 5000  # what was written shows by then or never
    AGAIN_MS = 1500  # between two attempts to read back
    REST_MS = 0  # from a switch to the next command
    WHOLE = True  # thresholds are whole °C on the wire
    CODES = b""  # number on the wire of each command; 0: the dialect has none

    def __init__(self, dialect, password=b""):
        self.dialect = dialect
        self.password = password
        self.command = 0
        self.value = 0
        self.code = 0
        self.answered = False
        self.step = 0
        self._heard = 0

    def refusal(self, command):
        """Returns why the unit cannot be asked for `command` now, or NONE."""
        return NONE if self.CODES[command] else UNSUPPORTED

    def start(self, command, value):
        """Begins a command; `value` in the unit of its slot."""
        self.command = command
        self.value = value
        self.code = 0
        self.answered = False
        self.step = 0

    def stands(self, command):
        """Returns how a switch stands, 0 or 1, as it was told last; None while it is unknown."""
        return self.dialect.pack.get(SLOTS[command])

    def put(self, out):
        """Writes the next frame into `out`; returns its length, 0 if there is none to come."""
        raise NotImplementedError

    def hear(self):
        """Returns AWAIT, NEXT, or why the BMS rejects the command, after a frame was sent."""
        framer = self.dialect.framer
        return AWAIT if framer.frames + framer.others == self._heard else NEXT

    def unheard(self):
        """Returns what silence after a frame means: NEXT if reading back is to decide."""
        return NEXT

    def mark(self):
        """Notes what was heard before a frame is sent; called by `put`."""
        framer = self.dialect.framer
        self._heard = framer.frames + framer.others

    def put_read(self, out):
        """Asks for what `shown` judges; returns the length of a request, 0 if the dialect asks."""
        raise NotImplementedError

    def shown(self, since_ms, now):
        """Returns UNSEEN, DIFFERS or SHOWN, by what was read in the last `since_ms` ms."""
        pack = self.dialect.pack
        if pack.age_ms(p.SETTINGS, now) >= since_ms:
            return UNSEEN
        return SHOWN if pack.get(SLOTS[self.command]) == self.value else DIFFERS
