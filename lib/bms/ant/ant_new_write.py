"""Writing to newer ANT units: switches, thresholds, saving, passwords (ant.md §2.5…§2.7).

A written threshold is lost after minutes unless it is saved, which is done at once. The unit
echoes what it was sent even when it refuses: its result code tells. A switch takes up to six
seconds to show in the status.
"""

from bms import pack as p
from bms.ant.ant_new import (
    AUTHENTICATE,
    CONTROL,
    READ_SETTINGS,
    WRITE_SETTINGS,
    put_end,
    put_head,
    put_request,
)
from bms.wire_le import put_u16le
from bms.writer import (
    ABOVE_MAXIMUM,
    AWAIT,
    BAD_REGISTER,
    BAD_VALUE,
    BELOW_MINIMUM,
    DIFFERS,
    FAILED,
    NEXT,
    NO_ANSWER,
    NO_PERMISSION,
    NONE,
    OTHER_ERROR,
    SAVE,
    SHOWN,
    UNSEEN,
    UTP,
    WRONG_PASSWORD,
    Writer,
)
from compat import const

# Control commands: off and on of each switch. Others reset, erase, or switch the radio off.
_CONTROLS = b"\x04\x06\x01\x03\x0e\x0d"
_SAVE = const(7)
# Where the switches show: in what they make the MOS do. Protections may hold a MOS off, too; that
# somebody switched it off is told by any of four bits of the alarm word from here on.
_SHOWN_IN = bytes((p.CHARGE_ON, p.DISCHARGE_ON, p.BALANCING))
_BY_HAND = b"\x15\x11"
_BY_HAND_BITS = const(0x0F)

# Reasons by code: of a control command, of a write (ant.md §2.6, §2.2).
_CONTROL_REASONS = bytes(
    (OTHER_ERROR, NONE, FAILED, NO_PERMISSION, BAD_REGISTER, BAD_VALUE, BAD_VALUE)
)
_WRITE_REASONS = bytes(
    (NONE, NO_PERMISSION, BELOW_MINIMUM, ABOVE_MAXIMUM, BAD_REGISTER, BAD_VALUE)
    + (OTHER_ERROR, OTHER_ERROR, OTHER_ERROR, OTHER_ERROR, NONE)
)
_LEVEL = const(3)  # what it takes to write and to switch
# Addresses of the passwords of levels 3, 4 and 5; the first two have 8 characters, the last 12.
_LEVEL_3 = const(0x15A)
_LEVEL_4 = const(0x162)
_LEVEL_5 = const(0x16A)
_SHORT = const(8)
_LONG = const(12)
_REPLY = const(0x10)  # a reply's function is its request's and this; of a write, twice this


class AntNewWriter(Writer):
    """See Writer. `password`: bytes, at most 12, or b"" for none; it is sent only where the level
    that the unit grants is too low.

    One of 9 characters and more is that of level 5; others are tried at levels 3 and 4.
    """

    SPACING_MS = 250  # overlapping requests corrupt replies
    SHOW_MS = 9000
    REST_MS = 6000  # ant.md §2.6: a switch takes up to 5.4 s
    CODES = b"\x01\x01\x01\x00\x44\x46\x00\x00\x01"  # of thresholds: their addresses

    def __init__(self, dialect, password=b""):
        super().__init__(dialect, password)
        self._function = 0  # of the reply that is awaited
        self._register = 0
        self._unlocked = False

    def refusal(self, command):
        """See Writer.refusal."""
        reason = super().refusal(command)
        if reason == NONE and self._is_locked() and not 0 < len(self.password) <= _LONG:
            return NO_PERMISSION
        return reason

    def _is_locked(self):
        return self.dialect.pack.get(p.PERMISSION, _LEVEL) < _LEVEL

    def start(self, command, value):
        """See Writer.start."""
        super().start(command, value)
        self._register = 0
        self._unlocked = not self._is_locked()

    def put(self, out):
        """See Writer.put."""
        self._heard = self.dialect.replies
        if not self._unlocked:
            return self._put_password(out)
        self.step += 1
        command = self.command
        if self.step == 1 and command < UTP:
            return self._put_control(out, _CONTROLS[2 * command + self.value])
        if self.step == 1 and command != SAVE:
            self._function = WRITE_SETTINGS + 2 * _REPLY
            self._register = self.CODES[command]
            at = put_head(out, WRITE_SETTINGS, self._register, 2)
            put_u16le(out, at, self.value // 10)
            return put_end(out, at + 2)
        if command >= UTP and self.step == (1 if command == SAVE else 2):
            return self._put_control(out, _SAVE)
        return 0

    def _put_control(self, out, number):
        self._function = CONTROL + _REPLY
        self._register = number
        return put_request(out, CONTROL, number, 0)

    def _put_password(self, out):
        size = _SHORT
        if len(self.password) > _SHORT:
            size = _LONG
            register = _LEVEL_5
        else:
            register = _LEVEL_4 if self._register else _LEVEL_3
        self._function = AUTHENTICATE + 2 * _REPLY
        self._register = register
        at = put_head(out, AUTHENTICATE, register, size)
        for i in range(size):
            out[at + i] = self.password[i] if i < len(self.password) else 0
        return put_end(out, at + size)

    def hear(self):
        """See Writer.hear."""
        dialect = self.dialect
        if (
            dialect.replies == self._heard
            or dialect.reply_function != self._function
            or dialect.reply_register != self._register
        ):
            return AWAIT
        code = self.code = dialect.reply_code
        if not self._unlocked:
            # The answer is the level that is held now, also after a wrong password.
            self._unlocked = code >= _LEVEL
            return NEXT if self._unlocked or self._register == _LEVEL_3 else WRONG_PASSWORD
        control = self._function == CONTROL + _REPLY
        reasons = _CONTROL_REASONS if control else _WRITE_REASONS
        reason = reasons[code] if code < len(reasons) else OTHER_ERROR
        self.answered = reason == NONE
        return NEXT if reason == NONE else reason

    def unheard(self):
        """See Writer.unheard: without an answer to the password there is no going on."""
        return NEXT if self._unlocked else NO_ANSWER

    def put_read(self, out):
        """See Writer.put_read."""
        if self.command < UTP:
            return self.dialect.probe(out)
        return put_request(out, READ_SETTINGS, self.CODES[self.command], 2)

    def stands(self, command):
        """See Writer.stands: a MOS that is off may be so by a protection, with the switch on."""
        pack = self.dialect.pack
        if command >= len(_BY_HAND) or not pack.has(p.ALARMS_RAW):
            return pack.get(_SHOWN_IN[command]) if command < UTP else None
        return 0 if pack.get(p.ALARMS_RAW) >> _BY_HAND[command] & _BY_HAND_BITS else 1

    def shown(self, since_ms, now):
        """See Writer.shown."""
        command = self.command
        dialect = self.dialect
        if command >= UTP:
            if dialect.read_register != self.CODES[command]:
                return UNSEEN  # other settings, read by the dialect for its own sake
            return super().shown(since_ms, now)
        pack = dialect.pack
        if pack.age_ms(p.STATUS, now) >= since_ms:
            return UNSEEN
        if pack.get(_SHOWN_IN[command]) != self.value:
            return DIFFERS
        if self.value or command >= len(_BY_HAND):
            return SHOWN
        by_hand = pack.get(p.ALARMS_RAW, 0) >> _BY_HAND[command] & _BY_HAND_BITS
        return SHOWN if by_hand else DIFFERS
