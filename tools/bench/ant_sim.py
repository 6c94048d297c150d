"""Simulated ANT units, old and new: they answer what they are asked (ant.md §1, §2).

Transport-free: `reply(data, t_us)` makes of received bytes a list of (due_us, bytes); a serial
line can use that. `receive`, `take`, `connected` and `disconnected` are for a radio module
(tools/bench/radio/unit.py), which is switched off after a time without current.
"""

from tools.bench import ant_frame as wire

_LATENCY_US = 65_000  # §2.1: median of the first notification
_IDLE_MA = 200  # less is no current


class _AntSim:
    """What both generations share. Attributes are faults:

    silent         answers nothing
    foreign        says these bytes with every answer: somebody else's
    auto_sleep_s   the radio sleeps after so long without current; 0: never

    `asleep` is true while it does. Counts: `requests`, `rejected` bytes or frames, `replies`.
    `before_frame(t_us)`, if set, is called before the pack is looked at.
    """

    def __init__(self, plant, auto_sleep_s=0):
        self.plant = plant
        self.auto_sleep_s = auto_sleep_s
        self.silent = self.asleep = False
        self.foreign = b""
        self.requests = self.rejected = self.replies = 0
        self.before_frame = None
        self._in = bytearray()
        self._out = []
        self._current_us = None

    def connected(self):
        """A central has connected."""
        self._in.clear()
        self._out.clear()

    def disconnected(self):
        """The central is gone."""
        self.connected()

    def receive(self, data, t_us):
        """Takes what was written to the unit over the radio."""
        self._out += self.reply(data, t_us)

    def take(self, t_us):
        """Returns the bursts that are due by now, and sees to the radio's sleep."""
        self._doze(t_us)
        bursts = []
        while self._out and self._out[0][0] <= t_us:
            bursts.append(self._out.pop(0)[1])
            if self.foreign:
                bursts.append(self.foreign)
        return [] if self.silent or self.asleep else bursts

    def _doze(self, t_us):
        flows = abs(self.plant.current_ma) >= _IDLE_MA
        if flows or self._current_us is None or not self.auto_sleep_s:
            self._current_us = t_us
        self.asleep = t_us - self._current_us > self.auto_sleep_s * 1_000_000 > 0

    def reply(self, data, t_us):
        """Takes received bytes; returns the replies to the requests in them."""
        self._in += data
        replies = []
        while (request := self._next_request()) is not None:
            self.requests += 1
            if self.before_frame:
                self.before_frame(t_us)
            answer = self._answer(request)
            if answer:
                self.replies += 1
                replies.append((t_us + _LATENCY_US, answer))
        return [] if self.silent else replies

    def _skip_to(self, heads):
        """Drops what comes before the first of the headers; True if one is there."""
        places = [place for head in heads if (place := self._in.find(head)) >= 0]
        start = min(places, default=max(0, len(self._in) - 1))
        self.rejected += bool(places) and start > 0
        del self._in[:start]
        return bool(places)


class AntOldSim(_AntSim):
    """A unit of 2020 and before. `password` opens writing, in four pieces (§1.5)."""

    READ, RADIO, WRITE = b"\x5a\x5a", b"\xdb\xdb", b"\xa5\xa5"

    def __init__(self, plant, auto_sleep_s=0, password=b"12345678"):
        super().__init__(plant, auto_sleep_s)
        self._password = password
        self._given = {}
        self.unlocked = False

    def _next_request(self):
        while self._skip_to((self.READ, self.RADIO, self.WRITE)) and len(self._in) >= 6:
            request = bytes(self._in[:6])
            if sum(request[2:5]) & 0xFF == request[5]:
                del self._in[:6]
                return request
            self.rejected += 1
            del self._in[:1]
        return None

    def _answer(self, request):
        head, register = request[:2], request[2]
        value = request[3] << 8 | request[4]
        if head == self.WRITE:
            return self._write(request, register, value)
        if register == 0:
            return wire.old_status(self.plant)
        if head == self.READ:
            parameters = {37: self.plant.bms.charge_utp_dc // 10 & 0xFFFF,
                          38: self.plant.bms.charge_utpr_dc // 10 & 0xFFFF, 90: 12006}  # fmt: skip
            return request if register == 0xFF else wire.old_short(
                self.READ, register, parameters.get(register, 0xFFFF))  # fmt: skip
        return b""

    def _write(self, request, register, value):
        refusal = wire.old_short(self.WRITE, 0xF5, 1)
        if 0xF1 <= register <= 0xF4:
            self._given[register] = request[3:5]
            given = b"".join(self._given.get(0xF1 + i, b"") for i in range(4))
            if register == 0xF4:
                self.unlocked = given == self._password
            return request if self.unlocked else refusal
        bms = self.plant.bms
        if not self.unlocked:
            return refusal
        if register in (0xF9, 0xFA):
            setattr(bms, "discharge_switch" if register == 0xF9 else "charge_switch", value == 1)
        elif register in (37, 38):
            name = "charge_utp_dc" if register == 37 else "charge_utpr_dc"
            setattr(bms, name, 10 * (value - 0x10000 if value & 0x8000 else value))
        return request


class AntNewSim(_AntSim):
    """A unit of 2021 and later. `level` is the permission it grants (§2.5): below 2 its settings
    read as FF, below 3 nothing can be written. `answers_old`: it answers the old protocol too."""

    def __init__(self, plant, auto_sleep_s=0, level=5, sensors=4, answers_old=False):
        super().__init__(plant, auto_sleep_s)
        self.level = level
        self.sensors = sensors
        self.saved = 0
        self._pending = {}
        self._old = AntOldSim(plant) if answers_old else None

    def reply(self, data, t_us):
        """See the base class."""
        replies = super().reply(data, t_us)
        return replies + (self._old.reply(data, t_us) if self._old else [])

    def _next_request(self):
        while self._skip_to((b"\x7e\xa1",)) and len(self._in) >= 10:
            function, size = self._in[2], self._in[5]
            end = 6 + (size if 0x20 <= function < 0x50 else 0)
            if len(self._in) < end + 4:
                return None
            request = bytes(self._in[: end + 4])
            if wire.crc16(request[1:end]) + b"\xaa\x55" == request[end:]:
                del self._in[: end + 4]
                return request[:end]
            self.rejected += 1
            del self._in[:1]
        return None

    def _answer(self, request):
        function, size = request[2], request[5]
        register = request[3] | request[4] << 8
        if function == 0x01:
            return wire.new_status(self.plant, self.sensors, self.level)
        if function == 0x02:
            return self._read(register, size)
        if function == 0x04:
            return wire.new_frame(0x14, register, bytes(range(1, 13)))
        if function == 0x05:
            return wire.new_frame(0x15, register, bytes(size))
        if function == 0x22:
            return self._write(register, request[6:])
        if function == 0x51:
            return self._control(register)
        return b""

    def _read(self, register, size):
        space = wire.new_settings(self.plant)
        data = space[register : register + size]
        if self.level < 2 and register < 0x200:
            data = b"\xff" * size
        return wire.new_frame(0x12, register, data, (11, b""))

    def _write(self, register, data):
        if self.level < 3:
            more = bytes([register & 0xFF, register >> 8, 3, 0])
            return wire.new_frame(0x42, register, data, (1, more))
        names = {0x44: "charge_utp_dc", 0x46: "charge_utpr_dc"}
        for i in range(0, len(data) - 1, 2):
            if register + i in names:
                value = int.from_bytes(data[i : i + 2], "little", signed=True)
                setattr(self.plant.bms, names[register + i], 10 * value)
        return wire.new_frame(0x42, register, data, (10, b""))

    def _control(self, number):
        bms = self.plant.bms
        code = 1 if self.level >= 3 else 3
        if code == 1:
            if number in (1, 3):
                bms.discharge_switch = number == 3
            elif number in (4, 6):
                bms.charge_switch = number == 6
            elif number == 7:
                self.saved += 1
        return wire.new_frame(0x61, number, bytes([code, 0]))
