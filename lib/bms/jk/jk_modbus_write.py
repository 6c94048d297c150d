"""Writing to a JK unit over Modbus (jk.md §4.2): function 10, two registers of 16 bits.

The switches were seen to work on some units and to be refused on a locked one. The heating switch
is a bit among others that nobody has described as writable here, one of which switches the pack
off when a GPS link is silent: it is left alone.
"""

from bms.crc16 import put_crc
from bms.jk.jk_frames import JK02_32S
from bms.wire import put_bytes
from bms.writer import (
    AWAIT,
    BAD_REGISTER,
    BAD_VALUE,
    NEXT,
    NONE,
    NOT_PROVEN,
    OTHER_ERROR,
    UNSUPPORTED,
    Writer,
)
from compat import const

_WRITE = const(0x10)
_PAGE = const(0x10)  # of the settings
_BAD_VALUE = const(3)  # error codes
_FOREMOST_OTHER = const(4)


class JkModbusWriter(Writer):
    """See Writer. The codes are the low bytes of the registers."""

    SPACING_MS = 100
    REPLY_MS = 400
    SHOW_MS = 6000
    WHOLE = False
    CODES = b"\x70\x74\x78\x00\x5c\x60\x00\x00\x00"

    def refusal(self, command):
        """See Writer.refusal."""
        if self.CODES[command] == 0 or self.dialect.master:
            return UNSUPPORTED  # nothing is sent on a bus that another is master of
        frames = self.dialect.frames
        return NONE if frames.proven and frames.variant == JK02_32S else NOT_PROVEN

    def put(self, out):
        """See Writer.put."""
        self.mark()
        self.dialect.error = 0
        self.step += 1
        if self.step > 1:
            return 0
        out[0] = self.dialect.address
        out[1] = _WRITE
        out[2] = _PAGE
        out[3] = self.CODES[self.command]
        at = put_bytes(out, 4, b"\x00\x02\x04")
        for shift in range(24, -8, -8):
            out[at] = self.value >> shift & 0xFF
            at += 1
        return put_crc(out, 0, at)

    def hear(self):
        """See Writer.hear."""
        error = self.dialect.error
        if error == 0:
            framer = self.dialect.framer
            return AWAIT if framer.frames + framer.others == self._heard else NEXT
        self.code = error
        if error < _BAD_VALUE:
            return BAD_REGISTER
        return BAD_VALUE if error < _FOREMOST_OTHER else OTHER_ERROR

    def put_read(self, out):
        """See Writer.put_read: the dialect knows in which form this unit is read."""
        self.dialect.reread()
        return 0
