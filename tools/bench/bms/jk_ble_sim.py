"""A simulated JK unit behind its radio module: answers commands and streams status frames.

Transport-free: bytes come by `receive`, and `take` returns what it has to say as bursts, which a
radio module cuts into notifications (tools/bench/radio/bms_radio.py). After jk.md §3.2 to §3.4 and
§3.11.
"""

from tools.bench.bms import jk_ble_frame as wire
from tools.bench.bms.picture import Picture

ACK = b"\xaa\x55\x90\xeb\xc8\x01\x01" + bytes(12) + b"\x44"
PROBE = b"AT\r\n"
_COMMAND = b"\xaa\x55\x90\xeb"
_SIZE = 20
_PERIOD_US = 531_000
_PROBE_US = 240_000
_LATENCY_US = 90_000
_ACK_US = 60_000  # after the answer

_SWITCHES = {0x1D: "charge_switch", 0x1E: "discharge_switch", 0x1F: "balance_switch"}
_THRESHOLDS = {0x18: "charge_utp_dc", 0x19: "charge_utpr_dc"}
_WHOLE_DEGREES = {0x37: "heating_start_dc", 0x38: "heating_stop_dc"}
# What it pretends to be, by generation.
_PRETENDED = {"unknown": "jk_unknown", "contradicting": "jk_liar"}


class JkBleSim:
    """See the module. `model` names one of jk_ble_frame.MODELS. Attributes are its faults:

    silent        neither answers nor streams
    frozen        repeats its last status frame
    beside        says these bytes with every status frame: somebody else's
    foreign       another simulated BMS: that one's status frame comes instead of its own
    generation    which of GENERATIONS it pretends to be, from the next connection on
    corrupt       how many of the next frames lose their middle

    Counts: `requests`, `rejected` commands, `frames` sent. `before_frame(t_us)`, if set, is called
    before the pack is looked at.
    """

    NAME = "jk_ble"  # the dialect that understands it
    GENERATIONS = ("normal", "unknown", "contradicting")

    def __init__(self, plant, model="jk02_32s"):
        self.plant = plant
        self.generation = self.GENERATIONS[0]
        self._model = self.model = wire.MODELS[model]
        if 0x37 in self.model.registers and plant.bms.heating_start_dc is None:
            plant.bms.heating_start_dc, plant.bms.heating_stop_dc = 30, 70
        self.silent = self.frozen = False
        self.beside = b""
        self.foreign = None
        self.corrupt = 0
        self.requests = self.rejected = self.frames = 0
        self.commands = []  # registers, in order
        self.before_frame = None
        self._in = bytearray()
        self._out = []  # (due, bytes)
        self._stream_us = None  # when the next status frame is due
        self._probe_us = None
        self._counter = 0
        self._last = None
        self._asked = set()

    def connected(self):
        """A central has connected: nothing streams before it has asked."""
        pretended = _PRETENDED.get(self.generation)
        self.model = wire.MODELS[pretended] if pretended else self._model
        self._in.clear()
        self._out.clear()
        self._asked.clear()
        self._stream_us = None
        self._probe_us = 0 if self.model.probes else None

    def disconnected(self):
        """The central is gone."""
        self.connected()
        self._probe_us = None

    def receive(self, data, t_us):
        """Takes what was written to the unit."""
        self._in += data
        while True:
            start = self._in.find(_COMMAND)
            if start < 0:
                self.rejected += len(self._in) >= _SIZE
                del self._in[:-3]
                return
            del self._in[:start]
            if len(self._in) < _SIZE:
                return
            command = bytes(self._in[:_SIZE])
            del self._in[:_SIZE]
            if sum(command[:-1]) & 0xFF == command[-1]:
                self.obey(command, t_us)
            else:
                self.rejected += 1

    def take(self, t_us):
        """Returns the bursts that are due by now."""
        bursts = []
        while self._out and self._out[0][0] <= t_us:
            bursts.append(self._out.pop(0)[1])
        if self._probe_us is not None and t_us >= self._probe_us:
            self._probe_us = t_us + _PROBE_US
            bursts.append(PROBE)
        if self._stream_us is not None and t_us >= self._stream_us:
            self._stream_us = max(self._stream_us + _PERIOD_US, t_us)
            bursts.append(self._damaged(self._status(t_us)))
            if self.beside:
                bursts.append(self.beside)
        return [] if self.silent else bursts

    def status(self, picture):
        """Returns the frame that comes where somebody else's is wanted."""
        return wire.status_frame(self._model, picture, 0)

    def obey(self, command, t_us):
        self.requests += 1
        register, size = command[4], command[5]
        self.commands.append(register)
        value = int.from_bytes(command[6 : 6 + min(size, 13)], "little", signed=True)
        due_us = t_us + _LATENCY_US
        if register in (0x96, 0x97):
            self._asked.add(register)
            self._out.append((due_us, self._answer(register)))
            due_us += _ACK_US
            # Some firmware streams only after both questions (§3.2).
            if len(self._asked) == 2 and self._stream_us is None:
                self._stream_us = due_us + _PERIOD_US
        elif register in _SWITCHES:
            setattr(self.plant.bms, _SWITCHES[register], bool(value))
        elif register in _THRESHOLDS and -400 <= value <= 800:  # else acknowledged and ignored
            setattr(self.plant.bms, _THRESHOLDS[register], value)
        elif register == 0x27 and self.model.layout == "jk02_32s":
            self.plant.bms.heating_switch = bool(value)
        elif register in _WHOLE_DEGREES and register in self.model.registers:
            setattr(self.plant.bms, _WHOLE_DEGREES[register], 10 * value)
        self._out.append((due_us, ACK))

    def _answer(self, register):
        self._counter += 1
        if register == 0x97:
            return wire.device_frame(self.model, self._counter)
        frame = wire.settings_frame(self.model, self.plant, self._counter)
        if self.model.probes:  # these send their device frame behind the settings, unasked
            frame += wire.device_frame(self.model, 0xA5)
        return frame

    def _status(self, t_us):
        if self.frozen and self._last is not None:
            return self._last
        if self.before_frame:
            self.before_frame(t_us)
        self._counter += 1
        self.frames += 1
        if self.foreign is not None:
            return self.foreign.status(Picture(self.plant))
        frame = wire.status_frame(self.model, self.plant, self._counter)
        if self.model.probes and self._counter % 3 == 0:
            frame += PROBE  # appended to the last notification, as newer firmware does
        self._last = frame
        return frame

    def _damaged(self, frame):
        if not self.corrupt:
            return frame
        self.corrupt -= 1
        return frame[:100] + frame[120:]
