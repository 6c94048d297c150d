"""A simulated JK unit on RS485 Modbus, with both forms of reading (jk.md §4)."""

import struct

from tools.bench.bms import jk_ble_frame, jk_modbus_frame
from tools.bench.bms.ant_frame import crc16
from tools.bench.bms.bms_sim import BmsSim, Talker
from tools.bench.bms.jk_ble_frame import DEVICE, SETTINGS, STATUS
from tools.bench.bms.jk_modbus_frame import READ, WRITE

_READ_REQUEST = 8
_WRITE_HEAD = 7
_MOST_WORDS = 40  # more than about that does not work (§4.2)
# Which of the Bluetooth units it is inside, by generation.
_MODELS = {"normal": "jk02_32s_pb", "unknown": "jk_unknown", "contradicting": "jk_liar"}


class JkModbusSim(BmsSim):
    """See the module and BmsSim. Variants:

    address  of the unit on the bus, 1…15
    framed   answers a trigger with a frame of 300 bytes; False: with the acknowledgement alone
    filler   puts a 00 between frame and acknowledgement, and one behind

    Generations: "unknown" calls itself a version that nobody has described; "contradicting" calls
    itself one and lays its frames out as another.
    """

    NAME = "jk_modbus"
    GENERATIONS = ("normal", "unknown", "contradicting")
    baud = 115_200
    latency_us = 42_000  # 35…50 ms
    rs485 = True

    def __init__(self, plant, address=1, framed=True, filler=True):
        super().__init__(plant)
        self.address = address
        self.framed = framed
        self.filler = filler
        self._counter = 0

    def cut(self, data):
        """See BmsSim.cut. Requests to other units are valid too."""
        if not 1 <= data[0] <= 15:
            return -1
        if len(data) < 2:
            return 0
        if data[1] == READ:
            size = _READ_REQUEST
        elif data[1] == WRITE:
            if len(data) < _WRITE_HEAD:
                return 0
            size = _WRITE_HEAD + data[6] + 2
        else:
            return -1
        if len(data) < size:
            return 0
        return (
            size if crc16(data[: size - 2]) == struct.unpack_from("<H", data, size - 2)[0] else -1
        )

    def status(self, picture):
        """See BmsSim.status."""
        return self._framed(STATUS, 0x1620, picture)

    def answer(self, request, t_us):
        """See BmsSim.answer."""
        if request[0] != self.address and self.foreign is None:
            return None
        return super().answer(request, t_us)

    def reply(self, request, t_us):
        """See BmsSim.reply."""
        address, function, register, count = struct.unpack_from(">BBHH", request)
        if function == READ:
            return self._read(register, count, t_us)
        if register in jk_modbus_frame.TRIGGERS:
            if self.framed:
                kind = jk_modbus_frame.TRIGGERS[register]
                return self._framed(kind, register, self.look(t_us))
            return jk_modbus_frame.acknowledgement(address, register)
        return self.write(register, count, request[_WRITE_HEAD:-2])

    def tell(self, kind, picture):
        """Returns a frame with the acknowledgement that tells whose it is."""
        register = next(r for r, sent in jk_modbus_frame.TRIGGERS.items() if sent == kind)
        return self._framed(kind, register, picture)

    def _framed(self, kind, register, picture):
        filler = b"\0" if self.filler else b""
        ack = jk_modbus_frame.acknowledgement(self.address, register)
        return self._frame(kind, picture) + filler + ack + filler

    def _frame(self, kind, picture):
        self._counter += 1
        model = jk_ble_frame.MODELS[_MODELS[self.generation]]
        if kind == DEVICE:
            return jk_ble_frame.device_frame(model, self._counter)
        build = jk_ble_frame.settings_frame if kind == SETTINGS else jk_ble_frame.status_frame
        return build(model, picture, self._counter)

    def _read(self, register, count, t_us):
        base, offset = register & 0xFE00, register & 0x1FF
        address = self.address
        kind = jk_modbus_frame.BASES.get(base)
        if kind is None:
            return jk_modbus_frame.error(address, READ, jk_modbus_frame.BAD_ADDRESS)
        data = jk_modbus_frame.registers(self._frame(kind, self.look(t_us)), kind)
        data = data[offset : offset + 2 * count]
        if not 0 < count <= _MOST_WORDS or len(data) < 2 * count:
            return jk_modbus_frame.error(address, READ, jk_modbus_frame.BAD_VALUE)
        return jk_modbus_frame.closed(bytes((address, READ, 2 * count)) + data)

    def write(self, register, count, data):
        address = self.address
        name, is_switch = jk_modbus_frame.WRITABLE.get(register, (None, False))
        if name is None:
            return jk_modbus_frame.error(address, WRITE, jk_modbus_frame.BAD_ADDRESS)
        if count != 2 or len(data) != 4:
            return jk_modbus_frame.error(address, WRITE, jk_modbus_frame.BAD_VALUE)
        value = int.from_bytes(data, "big", signed=True)
        setattr(self.plant.bms, name, bool(value) if is_switch else value)
        return jk_modbus_frame.acknowledgement(address, register, count)


class JkBusMasterSim(Talker):
    """A PB unit at address 0: it asks 1…15, then broadcasts its status and settings (jk.md §7).

    It answers nobody and sends no device frame. `members` are further JkModbusSims on its bus;
    `disturbed` counts what others sent on it.
    """

    NAME = "jk_modbus"
    baud = 115_200
    rs485 = True
    pause_us = 200_000
    _GAP_US = 260_000  # a round takes 4.4 s

    def __init__(self, plant, members=()):
        super().__init__(plant)
        self.unit = JkModbusSim(plant, address=0)
        self.members = {member.address: member for member in members}
        self.disturbed = 0

    def receive(self, data, t_us):
        """See BmsSim.receive."""
        self.disturbed += len(data)

    def status(self, picture):
        """See BmsSim.status."""
        return self.unit.status(picture)

    def cycle(self, picture):
        """See Talker.cycle: silence is a part of it."""
        frames = []
        for address in range(1, 16):
            frames.append(jk_modbus_frame.question(address, STATUS))
            member = self.members.get(address)
            if member is not None and not member.silent:
                theirs = member.look(0)
                frames.append(member.status(theirs))
                frames.append(jk_modbus_frame.question(address, SETTINGS))
                frames.append(member.tell(SETTINGS, theirs))
        frames.append(self.unit.status(picture))
        frames.append(self.unit.tell(SETTINGS, picture))
        return frames

    def _begin_frame(self):
        super()._begin_frame()
        if len(self._out) < 20:
            self._free_us += self._GAP_US
