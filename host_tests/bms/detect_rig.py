"""A simulated unit on a line that the detection may listen to at any baud rate, right or wrong."""

import random

from bms import catalog
from bms.detect import NEXT, PROVEN, WAIT, Detect
from bms.pack import PackState
from compat import ticks_add
from tools.plant import Plant

CHUNK = 512
STEP_MS = 20
START_MS = (1 << 30) - 40_000


class DetectRig:
    """Does what the firmware does with a Detect. `sim`: a simulator, or None for a dead line.

    noise: bytes of rubbish in each step; echo: what is sent comes back, as on some adapters.
    `settled` is (name, baud) once something is proven, `trials` what was tried, with the time.
    """

    def __init__(self, make=None, noise=0, echo=False, last=None, seed=1, **keywords):
        self.plant = Plant(temp_c=15.0)
        self.sim = make(self.plant) if make else None
        self.detect = Detect(last=last, **keywords)
        self.noise = noise
        self.echo = echo
        self.ms = 0
        self.settled = None
        self.trials = []
        self.pack = PackState()  # the pack's own
        self._random = random.Random(seed)
        self._out = bytearray(32)
        self._open(PackState())

    @property
    def now(self):
        return ticks_add(START_MS, self.ms)

    def _open(self, pack):
        detect = self.detect
        self.trials.append((self.ms, detect.name, detect.baud))
        self.dialect = catalog.create(detect.name, pack, CHUNK, 500)
        detect.begin(self.dialect, self.now)

    def step(self):
        """One turn of the loop; returns what the detection said."""
        self.ms += STEP_MS
        if self.ms % 100 == 0:
            self.plant.step(0.1)
        data = self._heard() + self._random.randbytes(self.noise)
        for at in range(0, max(len(data), 1), CHUNK):
            part = data[at : at + CHUNK]
            self.dialect.feed(part, len(part), self.now)
        n = self.dialect.request(self.now, self._out)
        if n:
            self._say(bytes(self._out[:n]))
        said = self.detect.step(self.now)
        if said == PROVEN:
            self.settled = (self.detect.name, self.detect.baud)
            self._open(self.pack)
        elif said == NEXT:
            self.settled = None
            self._open(PackState())
        return said

    def run(self, ms):
        """Lets time pass, or until something is proven; returns it."""
        end = self.ms + ms
        while self.settled is None and self.ms < end:
            self.step()
        return self.settled

    def _heard(self):
        if self.sim is None:
            return b""
        data = self.sim.take(1000 * self.ms)
        if data and self.sim.baud != self.detect.baud:
            share = self.detect.baud / self.sim.baud
            data = self._random.randbytes(max(1, min(round(len(data) * share), 2 * len(data))))
        return data

    def _say(self, data):
        if self.sim is not None:
            right = self.sim.baud == self.detect.baud
            self.sim.receive(data if right else self._random.randbytes(3), 1000 * self.ms)
        if self.echo:
            self.dialect.feed(data, len(data), self.now)


__all__ = ("CHUNK", "NEXT", "PROVEN", "STEP_MS", "WAIT", "DetectRig")
