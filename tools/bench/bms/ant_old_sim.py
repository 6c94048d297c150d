"""A simulated ANT unit of 2020 and before (ant.md §1)."""

import struct

from tools.bench.bms import ant_frame as wire
from tools.bench.bms.bms_sim import BmsSim

READ, RADIO, WRITE = b"\x5a\x5a", b"\xdb\xdb", b"\xa5\xa5"
_SIZE = 6
_STATUS, _KEEP_ALIVE, _APPLY, _REFUSED = 0x00, 0xFF, 0xFF, 0xF5
_PASSWORD = (0xF1, 0xF2, 0xF3, 0xF4)
_NOT_AVAILABLE = 0xFFFF

# Parameters: register -> (attribute of the plant's BMS, its units in one of the register's).
_PARAMETERS = {
    3: ("cell_ovp_mv", 1),
    4: ("cell_uvp_mv", 1),
    5: ("cell_ovpr_mv", 1),
    6: ("cell_uvpr_mv", 1),
    25: ("charge_otp_dc", 10),
    29: ("mos_otp_dc", 10),
    37: ("charge_utp_dc", 10),
    38: ("charge_utpr_dc", 10),
}
_SWITCHES = {0xF9: "discharge_switch", 0xFA: "charge_switch"}


class AntOldSim(BmsSim):
    """See the module and BmsSim. `password`: 8 ASCII characters; `unlocked` once it was sent."""

    NAME = "ant_old"
    baud = 19_200
    latency_us = 60_000
    queues = True  # the app sends the parts of a password at one go

    def __init__(self, plant, password=b"12345678"):
        super().__init__(plant)
        self.password = password
        self.unlocked = False
        self._parts = {}

    def cut(self, data):
        """See BmsSim.cut."""
        head = bytes(data[:2])
        if not any(form.startswith(head) for form in (READ, RADIO, WRITE)):
            return -1
        if len(data) < _SIZE:
            return 0
        return _SIZE if sum(data[2:5]) & 0xFF == data[5] else -1

    def status(self, picture):
        """See BmsSim.status."""
        return wire.old_status(picture)

    def reply(self, request, t_us):
        """See BmsSim.reply."""
        head, register = request[:2], request[2]
        value = request[3] << 8 | request[4]
        if head == WRITE:
            return self.write(request, register, value)
        if register == _STATUS and value in (0, 1):
            return self.status(self.look(t_us))
        if register == _KEEP_ALIVE:
            return request
        if head == READ:
            return wire.old_short(READ, register, self._parameter(register))
        return None

    def _parameter(self, register):
        name, factor = _PARAMETERS.get(register, (None, 1))
        if name is None:
            return _NOT_AVAILABLE
        return getattr(self.plant.bms, name) // factor & 0xFFFF

    def write(self, request, register, value):
        refusal = wire.old_short(WRITE, _REFUSED, 1)
        if register in _PASSWORD:
            return self._take_password(request, register, refusal)
        if not self.unlocked:
            return refusal
        bms = self.plant.bms
        if register in _SWITCHES:
            setattr(bms, _SWITCHES[register], bool(value))
        elif register in _PARAMETERS:
            name, factor = _PARAMETERS[register]
            signed = struct.unpack(">h", request[3:5])[0]
            setattr(bms, name, signed * factor)
        elif register != _APPLY:
            return refusal
        return request

    def _take_password(self, request, register, refusal):
        """Four parts of two characters; only the last tells whether they were right (§1.5)."""
        self._parts[register] = request[3:5]
        if register != _PASSWORD[-1]:
            return request if self.unlocked else refusal
        given = b"".join(self._parts.get(part, b"") for part in _PASSWORD)
        self._parts.clear()
        self.unlocked = given == self.password
        return request if self.unlocked else refusal
