"""Writing to a JK unit over BLE (jk.md §3.11): the few registers that Packmate has a use for.

A register means different things in different variants (0x27 is the heating switch of one and the
resistance of a wire in another), so that nothing is written before the variant is proven, nor
what the unit's own bitmap does not offer. The unit acknowledges everything, also what it refuses:
the settings are read back.
"""

from bms.jk.jk_ble import READ_SETTINGS, put_command
from bms.jk.jk_frames import JK02_32S, UNKNOWN
from bms.writer import AWAIT, NEXT, NONE, NOT_OFFERED, NOT_PROVEN, START, UNSUPPORTED, Writer
from compat import const

# Register of each command by variant; 0: the variant has none.
_REGISTERS = (
    b"",
    b"\x1d\x1e\x1f\x00\x18\x19\x00\x00\x00",  # JK02_24S
    b"\x1d\x1e\x1f\x27\x18\x19\x37\x38\x00",  # JK02_32S
    b"\x00\x00\x6c\x00\x00\x00\x00\x00\x00",  # JK04
)
_JK04_BALANCE = const(0x6C)


class JkBleWriter(Writer):
    """See Writer."""

    SPACING_MS = 500  # as between the two questions (jk.md §3.2)
    SHOW_MS = 6000
    WHOLE = False  # but for the heater's own temperatures

    def refusal(self, command):
        """See Writer.refusal."""
        frames = self.dialect.frames
        if not frames.proven or frames.variant == UNKNOWN:
            return NOT_PROVEN
        register = _REGISTERS[frames.variant][command]
        if register == 0:
            return UNSUPPORTED
        if frames.variant == JK02_32S and not frames.offers(register):
            return NOT_OFFERED
        return NONE

    def put(self, out):
        """See Writer.put."""
        self.mark()
        self.step += 1
        if self.step > 1:
            return 0
        register = _REGISTERS[self.dialect.frames.variant][self.command]
        if self.command >= START:
            return put_command(out, register, 1, self.value // 10)
        return put_command(out, register, 1 if register == _JK04_BALANCE else 4, self.value)

    def mark(self):
        """See Writer.mark; status frames, which stream, are no answer."""
        self._heard = self.dialect.acks

    def hear(self):
        """See Writer.hear."""
        return AWAIT if self.dialect.acks == self._heard else NEXT

    def put_read(self, out):
        """See Writer.put_read."""
        return put_command(out, READ_SETTINGS, 0, 0)
