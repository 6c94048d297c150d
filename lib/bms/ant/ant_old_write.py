"""Writing to older ANT units (ant.md §1.5): the switches for charging and discharging.

Each write is answered by its echo when it was done and by register F5 when it was refused; a
locked unit refuses until the password's four parts have been sent and the last of them has been
echoed. The low-temperature thresholds have registers according to one source only, and a unit
that does not know them could not be told from one at 0 °C: they are left alone.
"""

from bms import pack as p
from bms.ant.ant_old import put_short
from bms.writer import (
    AWAIT,
    DIFFERS,
    NEXT,
    NO_ANSWER,
    NO_PERMISSION,
    NONE,
    SHOWN,
    UNSEEN,
    WRONG_PASSWORD,
    Writer,
)
from compat import const

_WRITE = b"\xa5\xa5"
_REFUSED = const(0xF5)
_FIRST_PART = const(0xF1)
_PARTS = const(4)  # of a password, two characters each
_PASSWORD = const(8)

# What the codes of a MOS (ant.md §1.4) are that show a switch to be off and on.
_SHOWN_BY = b"\x0f\x01"


class AntOldWriter(Writer):
    """See Writer. `password`: bytes, 8 of them, or b"" for none; it is sent before each write."""

    SPACING_MS = 250
    SHOW_MS = 9000
    REST_MS = 6000  # ant.md §2.6: a switch takes up to 5.4 s
    CODES = b"\xfa\xf9\x00\x00\x00\x00\x00\x00\x00"

    def __init__(self, dialect, password=b""):
        super().__init__(dialect, password)
        self._register = 0

    def refusal(self, command):
        """See Writer.refusal."""
        reason = super().refusal(command)
        if reason == NONE and self.password and len(self.password) != _PASSWORD:
            return WRONG_PASSWORD
        return reason

    def put(self, out):
        """See Writer.put."""
        self._heard = self.dialect.replies
        part = self.step
        self.step += 1
        if not self.password:
            part += _PARTS
        if part < _PARTS:
            self._register = _FIRST_PART + part
            value = self.password[2 * part] << 8 | self.password[2 * part + 1]
            return put_short(out, _WRITE, self._register, value)
        if part > _PARTS:
            return 0
        self._register = self.CODES[self.command]
        return put_short(out, _WRITE, self._register, self.value)

    def hear(self):
        """See Writer.hear."""
        dialect = self.dialect
        if dialect.replies == self._heard:
            return AWAIT
        refused = dialect.reply_register == _REFUSED
        if not refused and dialect.reply_register != self._register:
            return AWAIT
        if not refused or self._is_first_part():
            return NEXT
        self.code = _REFUSED
        return WRONG_PASSWORD if self._register < _REFUSED else NO_PERMISSION

    def _is_first_part(self):
        """True for all parts of a password but the last: a locked unit answers them with F5."""
        return _FIRST_PART <= self._register < _FIRST_PART + _PARTS - 1

    def unheard(self):
        """See Writer.unheard: without the password's echo there is no going on."""
        return NO_ANSWER if self._register < _REFUSED else NEXT

    def put_read(self, out):
        """See Writer.put_read."""
        return self.dialect.probe(out)

    def stands(self, command):
        """See Writer.stands."""
        pack = self.dialect.pack
        if not pack.has(p.ALARMS_RAW):
            return None
        return 0 if self._mos_code(command) == _SHOWN_BY[0] else 1

    def _mos_code(self, command):
        raw = self.dialect.pack.get(p.ALARMS_RAW, 0)
        return raw & 0xFF if command else raw >> 8

    def shown(self, since_ms, now):
        """See Writer.shown: by the code of the MOS, which tells a switch from a protection."""
        pack = self.dialect.pack
        if pack.age_ms(p.STATUS, now) >= since_ms:
            return UNSEEN
        return SHOWN if self._mos_code(self.command) == _SHOWN_BY[self.value] else DIFFERS
