"""A simulated JK pack on its GPS port (jk.md §1); the frames come from `jk_gps_frame`."""

from tools.bench.bms import jk_gps_frame as wire
from tools.bench.bms.bms_sim import BmsSim

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


class JkGpsSim(BmsSim):
    """See the module and BmsSim. Variants:

    temp_rule  how it codes temperatures: jk_gps_frame.TEMP_RULES
    version    0 or 1: which code for the current
    """

    NAME = "jk_gps"
    baud = 115_200
    latency_us = 65_000  # jk.md §1.4: 93 ms from request to the end of a reply of 25 ms

    def __init__(self, plant, temp_rule=wire.VENDOR, version=1):
        super().__init__(plant)
        self.temp_rule = temp_rule
        self.version = version
        self._unlocked_us = None

    def cut(self, data):
        """See BmsSim.cut."""
        if data[0] != 0x4E or len(data) > 1 and data[1] != 0x57:
            return -1
        if len(data) < 4:
            return 0
        size = (data[2] << 8 | data[3]) + 2
        if not _SHORTEST <= size <= _LONGEST:
            return -1
        if len(data) < size:
            return 0
        return size if _is_request(data[:size]) else -1

    def status(self, picture):
        """See BmsSim.status."""
        return self._read_all(READ_ALL, picture)

    def reply(self, request, t_us):
        """See BmsSim.reply."""
        command, code, data = request[8], request[11], request[12:-9]
        if command == READ_ALL or command == READ_ONE and code == 0:
            return self._read_all(command, self.look(t_us))
        if command == READ_ONE:
            table = self._table(self.look(t_us))
            if code not in table:
                return None
            return wire.frame(command, bytes([code]) + table[code])
        if command == PASSWORD:
            self._unlocked_us = t_us
            return wire.frame(command, bytes([code]))
        if command == ACTIVATE:
            return wire.frame(command, b"")
        if command == WRITE:
            return self.write(code, data, t_us)
        return None

    def _table(self, picture):
        return wire.items(picture, self.temp_rule, self.version)

    def _read_all(self, command, picture):
        table = self._table(picture)
        return wire.frame(command, b"".join(bytes([c]) + d for c, d in table.items()))

    def write(self, code, data, t_us):
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
