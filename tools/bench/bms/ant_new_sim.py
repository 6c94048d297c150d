"""A simulated ANT unit of 2021 and later (ant.md §2)."""

import struct

from tools.bench.bms import ant_frame as wire
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.bms_sim import BmsSim

STATUS, SETTINGS, IDENTITY, COUNTERS = 0x01, 0x02, 0x04, 0x05
WRITE, PASSWORD, CONTROL = 0x22, 0x23, 0x51
DISCHARGE_OFF, DISCHARGE_ON, CHARGE_OFF, CHARGE_ON, SAVE = 1, 3, 4, 6, 7
_DONE, _NO_PERMISSION, _NO_SUCH = 1, 3, 4
_HEAD = 6
_TAIL = 4
_FIRST_WITH_DATA = 0x10
_LONGEST = 192
_LEVEL_TO_READ, _LEVEL_TO_WRITE, _LEVEL_OF_FACTORY = 2, 3, 9
_FACTORY = 0x180  # from here on, but for the versions
_VERSIONS = range(0x210, 0x28C)
_UNSAVED_US = 300_000_000  # a written setting that is not saved is lost after minutes
_SWITCH_US = {DISCHARGE_OFF: 1_100_000, DISCHARGE_ON: 2_000_000}
_SWITCH_US.update({CHARGE_OFF: 1_100_000, CHARGE_ON: 5_200_000})
_PASSWORDS = {0x14A: 1, 0x152: 2, 0x15A: 3, 0x162: 4, 0x16A: 5}  # register -> level

# What may be written: address -> (attribute of the plant's BMS, its units in one).
_WRITABLE = {
    0x00: ("cell_ovp_mv", 1),
    0x02: ("cell_ovpr_mv", 1),
    0x0C: ("cell_uvp_mv", 1),
    0x0E: ("cell_uvpr_mv", 1),
    0x38: ("charge_otp_dc", 10),
    0x40: ("mos_otp_dc", 10),
    0x44: ("charge_utp_dc", 10),
    0x46: ("charge_utpr_dc", 10),
}


class AntNewSim(BmsSim):
    """See the module and BmsSim. Variants:

    level        of permission: below 2 its settings read as FF, below 3 nothing can be written
    sensors      external sensors that it lists, 2 or 4; two of them are fitted
    extension    bytes behind the core of a status: b"" or 14 or 24 of them
    additions    a second segment behind each status, b"" for none
    answers_old  also answers the older generation's status request, as newer boards do on a UART
    passwords    level -> the password that grants it, as bytes
    """

    NAME = "ant_new"
    baud = 19_200
    latency_us = 60_000

    def __init__(self, plant, level=5, sensors=2, answers_old=False):
        super().__init__(plant)
        self.level = level
        self.sensors = sensors
        self.extension = b""
        self.additions = b""
        self.answers_old = answers_old
        self.passwords = {1: b"12345678", 5: b"123456789abc"}
        self.saved = 0
        self._old = AntOldSim(plant)
        self._before = {}  # attribute -> the saved value, for what is written and not saved
        self._forget_us = None
        self.later = []  # (t_us, attribute, value) of switches under way

    def cut(self, data):
        """See BmsSim.cut."""
        if self.answers_old and data[0] != 0x7E:
            return self._old.cut(data)
        if data[0] != 0x7E or len(data) > 1 and data[1] != 0xA1:
            return -1
        if len(data) < _HEAD:
            return 0
        size = _HEAD + _TAIL + (data[5] if data[2] >= _FIRST_WITH_DATA else 0)
        if data[2] == 0 or size > _HEAD + _TAIL + _LONGEST:
            return -1
        if len(data) < size:
            return 0
        crc = struct.unpack_from("<H", data, size - _TAIL)[0]
        good = data[size - 2 : size] == b"\xaa\x55" and crc == wire.crc16(data[1 : size - _TAIL])
        return size if good else -1

    def status(self, picture):
        """See BmsSim.status."""
        data = wire.new_status(picture, self.level, self.sensors, self.extension)
        segment = wire.addition(self.additions) if self.additions else b""
        return wire.new_frame(STATUS + 0x10, 0, data, segment)

    def look(self, t_us):
        """See BmsSim.look; what was switched or not saved in time shows."""
        for entry in [entry for entry in self.later if entry[0] <= t_us]:
            self.later.remove(entry)
            setattr(self.plant.bms, entry[1], entry[2])
        if self._forget_us is not None and t_us >= self._forget_us:
            for name, value in self._before.items():
                setattr(self.plant.bms, name, value)
            self._keep()
        return super().look(t_us)

    def reply(self, request, t_us):
        """See BmsSim.reply."""
        if request[0] != 0x7E:
            return self._old.status(self.look(t_us)) if request[2] == 0 else None
        function, register, size = struct.unpack_from("<BHB", request, 2)
        data = request[_HEAD : _HEAD + size] if function >= _FIRST_WITH_DATA else b""
        if function == STATUS:
            return self.status(self.look(t_us))
        if function == SETTINGS:
            return self._settings(register, size, t_us)
        if function == COUNTERS:
            return wire.new_frame(COUNTERS + 0x10, register, wire.counters(self.look(t_us))[:size])
        if function == IDENTITY:
            return wire.new_frame(IDENTITY + 0x10, register, bytes(range(84, 96))[:size])
        if function == CONTROL:
            return self.control(register, t_us)
        if function == WRITE:
            return self.write(register, data, t_us)
        if function == PASSWORD:
            return self._authenticate(register, data)
        return None

    def _settings(self, register, size, t_us):
        block = wire.settings_map(self.look(t_us))
        if register + size > len(block) or size > _LONGEST:
            segment = wire.result(wire.OUT_OF_RANGE)
            return wire.new_frame(SETTINGS + 0x10, register, b"", segment)
        segment = wire.result(wire.READ_OK)
        data = block[register : register + size]
        if register not in _VERSIONS:
            if register >= _FACTORY and self.level < _LEVEL_OF_FACTORY:
                wanted = struct.pack("<HH", register, _LEVEL_OF_FACTORY)
                segment = wire.result(wire.NO_PERMISSION, wanted)
                data = b"\xff" * size
            elif self.level < _LEVEL_TO_READ:
                data = b"\xff" * size
        return wire.new_frame(SETTINGS + 0x10, register, data, segment)

    def control(self, number, t_us):
        code = _DONE
        if self.level < _LEVEL_TO_WRITE:
            code = _NO_PERMISSION
        elif number in _SWITCH_US:
            name = "discharge_switch" if number <= DISCHARGE_ON else "charge_switch"
            on = number in (DISCHARGE_ON, CHARGE_ON)
            self.later.append((t_us + _SWITCH_US[number], name, on))
        elif number == SAVE:
            self._keep()
            self.saved += 1
        elif number not in (13, 14, 30, 31):
            code = _NO_SUCH
        return wire.new_frame(CONTROL + 0x10, number, struct.pack("<H", code))

    def _keep(self):
        self._before.clear()
        self._forget_us = None

    def write(self, register, data, t_us):
        """Sets registers of two bytes each; the reply echoes them even when it refuses (§2.5)."""
        addresses = range(register, register + len(data), 2)
        code, about = wire.ACCEPTED, b""
        if self.level < _LEVEL_TO_WRITE:
            code, about = wire.NO_PERMISSION, struct.pack("<HH", register, _LEVEL_TO_WRITE)
        elif len(data) % 2 or not all(address in _WRITABLE for address in addresses):
            code, about = wire.OUT_OF_RANGE, struct.pack("<HH", register, 0)
        else:
            for i, address in enumerate(addresses):
                name, factor = _WRITABLE[address]
                self._before.setdefault(name, getattr(self.plant.bms, name))
                value = struct.unpack_from("<h", data, 2 * i)[0]
                setattr(self.plant.bms, name, value * factor)
            self._forget_us = t_us + _UNSAVED_US
        return wire.new_frame(WRITE + 0x20, register, data, wire.result(code, about))

    def _authenticate(self, register, data):
        level = _PASSWORDS.get(register)
        right = level is not None and data.rstrip(b"\0") == self.passwords.get(level)
        if right:
            self.level = level
        segment = b"" if right else wire.result(wire.WRONG_PASSWORD)
        level_now = struct.pack("<H", self.level)
        return wire.new_frame(PASSWORD + 0x20, register, level_now, segment)
