"""A simulated unit, a dialect and its command queue in virtual time, and faults between them."""

from bms import catalog, command, writer
from bms.check import Check
from bms.pack import PackState
from compat import ticks_add
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.jk_ble_sim import JkBleSim
from tools.bench.bms.jk_gps_sim import JkGpsSim
from tools.bench.bms.jk_modbus_sim import JkModbusSim
from tools.plant import Plant

STEP_MS = 20
CHUNK = 512
MAX_AGE_MS = 10_000
START_MS = (1 << 30) - 40_000  # the tick counter turns over in every longer test

PASSWORDS = {"ant_old": b"12345678"}
SETTLE_MS = 8000  # by then every unit is known and its settings are read

NAMES = writer.NAMES.decode().split("\n")
REASONS = writer.REASONS.decode().split("\n")
STATES = command.STATES.decode().split("\n")


class Sleeve:
    """Any simulator, with its plant stepped and one way to speak to it: `take`, `receive`."""

    def __init__(self, sim, plant):
        self.sim = sim
        self.plant = plant
        self._stepped_us = 0

    def take(self, t_us):
        """Returns the bytes that are due, in the pieces in which they come."""
        while self._stepped_us + 100_000 <= t_us:
            self._stepped_us += 100_000
            self.plant.step(0.1)
        taken = self.sim.take(t_us)
        return list(taken) if isinstance(taken, list) else [taken] if taken else []

    def receive(self, data, t_us):
        """Hands bytes to the unit."""
        self.sim.receive(data, t_us)


UNITS = {
    "jk_gps": JkGpsSim,
    "jk_ble": JkBleSim,
    "jk_modbus": JkModbusSim,
    "ant_new": AntNewSim,
    "ant_old": AntOldSim,
}


class Rig:
    """See the module. Attributes that tests set:

    to_bms     called with each frame sent, returns the bytes that arrive (b"" for none)
    from_bms   called with each piece that comes, returns a list of (delay in ms, bytes)

    `sent` has (ms, bytes) of all that was sent, `events` the states that the command went through.
    """

    def __init__(self, name, password=b"", make=None, poll_ms=1000):
        self.plant = Plant(temp_c=15.0)
        sim = (make or UNITS[name])(self.plant)
        if isinstance(sim, JkBleSim):
            sim.connected()
        self.sim = sim
        self.unit = Sleeve(sim, self.plant)
        self.pack = PackState()
        self.dialect = catalog.create(name, self.pack, CHUNK, poll_ms)
        self.check = Check(self.pack)
        self.commands = command.Commands(
            catalog.create_writer(self.dialect, password), self.check, MAX_AGE_MS
        )
        self.ms = 0
        self.sent = []
        self.events = []
        self.to_bms = lambda data: data
        self.from_bms = lambda data: [(0, data)]
        self._late = []
        self._out = bytearray(32)
        self._changes = 0

    @property
    def now(self):
        """The firmware's clock."""
        return ticks_add(START_MS, self.ms)

    @property
    def bms(self):
        """Switches and thresholds of the simulated unit."""
        return self.plant.bms

    def step(self):
        """One turn of the loop."""
        self.ms += STEP_MS
        for piece in self.unit.take(1000 * self.ms):
            self._late += [(self.ms + delay, part) for delay, part in self.from_bms(piece)]
        due = [part for at, part in self._late if at <= self.ms]
        self._late = [entry for entry in self._late if entry[0] > self.ms]
        for part in due or [b""]:
            for at in range(0, max(len(part), 1), CHUNK):
                part_now = part[at : at + CHUNK]
                self.dialect.feed(part_now, len(part_now), self.now)
                self.check.step(self.now)
        n = self.commands.request(self.now, self._out)
        if n:
            data = bytes(self._out[:n])
            self.sent.append((self.ms, data))
            arriving = self.to_bms(data)
            if arriving:
                self.unit.receive(arriving, 1000 * self.ms)
        if self.ms % 1000 == 0:
            self.dialect.settle(self.now)
            self.pack.settle(self.now)
        self._note()

    def run(self, ms):
        """Lets time pass."""
        for _ in range(ms // STEP_MS):
            self.step()
        return self

    def ask(self, name, value=0):
        """Asks for a command by name; returns the reason's name."""
        reason = self.commands.ask(NAMES.index(name), value, self.now)
        self._note()
        return REASONS[reason]

    def finish(self, limit_ms=60_000):
        """Lets time pass until nothing is under way; returns (state, reason)."""
        end = self.ms + limit_ms
        while self.commands.busy:
            assert self.ms < end, "a command never ends"
            self.step()
        return self.told

    @property
    def told(self):
        """(state, reason) of the last event, by name."""
        return STATES[self.commands.state], REASONS[self.commands.reason]

    def _note(self):
        if self.commands.changes != self._changes:
            self._changes = self.commands.changes
            self.events.append(STATES[self.commands.state])


def ready(name, **keywords):
    """Returns a Rig whose unit is known and whose settings are read."""
    keywords.setdefault("password", PASSWORDS.get(name, b""))
    return Rig(name, **keywords).run(SETTLE_MS)


def is_write(name, data):
    """True for a frame that changes something in a unit, passwords not counted."""
    if name == "jk_gps":
        return data[8] == 2
    if name == "jk_ble":
        return data[4] < 0x90
    if name == "jk_modbus":
        return data[1] == 0x10 and data[2] == 0x10
    if name == "ant_new":
        return data[2] in (0x22, 0x51)
    return data[:2] == b"\xa5\xa5" and data[2] >= 0xF5


def writes(unit, name):
    """Returns the frames sent that change something."""
    return [data for _, data in unit.sent if is_write(name, data)]
