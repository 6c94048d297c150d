"""Writing to a JK unit on its GPS port (jk.md §1.3): password frame, pause, write, read all again.

An answer to a write tells nothing, if there is one: what is read back decides. The switches for
charging and discharging are proven; the balance switch is reported not to take on firmware 11, and
nobody has reported on the thresholds: they may end as `unchanged`.
"""

from bms.jk.jk_gps_request import PASSWORD, READ_ALL, WRITE, put_request
from bms.writer import UTP, Writer
from compat import const

_SOURCE_GPS = const(2)  # the form of the password frame that was seen working


class JkGpsWriter(Writer):
    """See Writer. The unit is not known to compare the password: the frame carries none."""

    REPLY_MS = 300  # more than the 93 ms that an answer takes; most likely there is none
    CODES = b"\xab\xac\x9d\x00\xa5\xa6\x00\x00\x00"

    def put(self, out):
        """See Writer.put."""
        self.mark()
        self.step += 1
        if self.step == 1:
            return put_request(out, PASSWORD, 0, 1, 0, _SOURCE_GPS)
        if self.step > 2:
            return 0
        code = self.CODES[self.command]
        if self.command < UTP:
            return put_request(out, WRITE, code, 1, self.value)
        return put_request(out, WRITE, code, 2, self.value // 10)

    def put_read(self, out):
        """See Writer.put_read."""
        return put_request(out, READ_ALL, 0)
