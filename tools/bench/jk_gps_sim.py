"""A simulated JK pack on its GPS port: answers valid requests, byte by byte, in virtual time.

A device for `SerialLine`. The pack itself is a `Plant`; the frames come from `jk_gps_frame`.
"""

from tools.bench import jk_gps_frame as wire

BAUD = 115_200
_BYTE_US = 10_000_000 / BAUD
_LATENCY_US = 65_000  # jk.md §1.4: 93 ms from request to the end of a reply of 25 ms
_GAP_US = 50_000  # a request with a longer gap in it is forgotten
_UNLOCK_US = 10_000_000  # how long a password frame opens writing
_SHORTEST = 21
_LONGEST = 64

ACTIVATE, WRITE, READ_ONE, PASSWORD, READ_ALL = 1, 2, 3, 5, 6

# What may be written: code -> (attribute of the plant's BMS, bytes, factor to its unit).
_WRITABLE = {
    0x9D: ("balance_switch", 1, 0),
    0xAB: ("charge_switch", 1, 0),
    0xAC: ("discharge_switch", 1, 0),
    0xA5: ("charge_utp_dc", 2, 10),
    0xA6: ("charge_utpr_dc", 2, 10),
}


class JkGpsSim:
    """See the module. Faults and variants are attributes:

    silent        does not answer
    frozen        repeats its last read-all reply, byte for byte
    temp_rule     how it codes temperatures: jk_gps_frame.TEMP_RULES
    version       0 or 1: which code for the current

    Counts: `requests` valid ones, `rejected` bytes or frames that made no request, `replies`.
    `before_reply(t_us)`, if set, is called before the pack is looked at.
    """

    baud = BAUD

    def __init__(self, plant, temp_rule=wire.VENDOR, version=1):
        self.plant = plant
        self.temp_rule = temp_rule
        self.version = version
        self.silent = False
        self.frozen = False
        self.requests = 0
        self.rejected = 0
        self.replies = 0
        self.before_reply = None
        self._in = bytearray()
        self._in_us = 0
        self._out = b""
        self._out_at = 0
        self._out_us = 0
        self._unlocked_us = None
        self._last_table = None

    # -- a device for SerialLine ------------------------------------------------------------------

    def receive(self, data, t_us):
        """Takes bytes that have arrived by `t_us`."""
        if self._in and t_us - self._in_us > _GAP_US + len(data) * _BYTE_US:
            self.rejected += 1
            self._in.clear()
        self._in += data
        self._in_us = t_us
        while self._next_request(t_us):
            pass

    def next_byte_us(self):
        """Returns when the next byte of a reply is complete, or None."""
        if self._out_at >= len(self._out):
            return None
        return self._out_us + round((self._out_at + 1) * _BYTE_US)

    def take(self, t_us):
        """Returns the bytes of the reply that are complete by `t_us`, once."""
        start = self._out_at
        if start >= len(self._out) or t_us < self._out_us:
            return b""
        complete = int((t_us - self._out_us + 0.5) / _BYTE_US)
        self._out_at = max(start, min(complete, len(self._out)))
        return self._out[start : self._out_at]

    # -- requests ---------------------------------------------------------------------------------

    def _next_request(self, t_us):
        """Handles one request from the input; returns True if there may be another."""
        data = self._in
        start = data.find(b"N")
        if start != 0:
            self.rejected += bool(data)
            del data[: start if start > 0 else len(data)]
        if len(data) < 4:
            return False
        size = (data[2] << 8 | data[3]) + 2
        if data[1] != 0x57 or not _SHORTEST <= size <= _LONGEST:
            self.rejected += 1
            del data[0]
            return True
        if len(data) < size:
            return False
        request = bytes(data[:size])
        if not _is_request(request):
            self.rejected += 1
            del data[0]
            return True
        del data[:size]
        self.requests += 1
        self._answer(request, t_us)
        return True

    def _answer(self, request, t_us):
        if self.silent or self.next_byte_us() is not None:
            return  # it does one thing at a time
        reply = self._reply(request[8], request[11], request[12:-9], t_us)
        if reply is not None:
            self._out = reply
            self._out_at = 0
            self._out_us = t_us + _LATENCY_US
            self.replies += 1

    def _reply(self, command, code, data, t_us):
        if command == READ_ALL or command == READ_ONE and code == 0:
            table = self._table(t_us)
            return wire.frame(command, b"".join(bytes([c]) + d for c, d in table.items()))
        if command == READ_ONE:
            table = self._table(t_us)
            if code not in table:
                return None
            return wire.frame(command, bytes([code]) + table[code])
        if command == PASSWORD:
            self._unlocked_us = t_us
            return wire.frame(command, bytes([code]))
        if command == ACTIVATE:
            return wire.frame(command, b"")
        if command == WRITE:
            return self._write(code, data, t_us)
        return None

    def _table(self, t_us):
        if self.frozen and self._last_table is not None:
            return self._last_table
        if self.before_reply:
            self.before_reply(t_us)
        self._last_table = wire.items(self.plant, self.temp_rule, self.version)
        return self._last_table

    def _write(self, code, data, t_us):
        """Sets a register if a password came before; answers with the bare code (jk.md §1.3)."""
        open_ = self._unlocked_us is not None and t_us - self._unlocked_us <= _UNLOCK_US
        name, size, factor = _WRITABLE.get(code, ("", 0, 0))
        if not open_ or not size or len(data) != size:
            return None
        value = int.from_bytes(data, "big", signed=True)
        setattr(self.plant.bms, name, value * factor if factor else bool(value))
        return wire.frame(WRITE, bytes([code]))


def _is_request(data):
    """True for a frame with the right type, end mark and checksum."""
    return (
        data[10] == 0 and data[-5] == 0x68 and sum(data[:-2]) & 0xFFFF == data[-2] << 8 | data[-1]
    )
