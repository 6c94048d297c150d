"""Simulated ANT units behind their radio modules: those of ant_old_sim and ant_new_sim.

`receive`, `take`, `connected` and `disconnected` are for a radio module
(tools/bench/radio/bms_radio.py), which sleeps after a time without current.
"""

from tools.bench.bms import ant_new_sim, ant_old_sim

_IDLE_MA = 200  # less is no current


class _Radio:
    """What a radio changes: no line rate, replies as bursts, and sleep. Attributes are faults:

    silent         answers nothing; frozen, foreign: see BmsSim
    beside         says these bytes with every answer: somebody else's
    auto_sleep_s   the radio sleeps after so long without current; 0: never

    `asleep` is true while it does. `before_frame(t_us)`, if set, is called before the pack is
    looked at.
    """

    def __init__(self, plant, auto_sleep_s=0, **variant):
        super().__init__(plant, **variant)
        self.auto_sleep_s = auto_sleep_s
        self.asleep = False
        self.beside = b""
        self._bursts = []
        self._current_us = None

    @property
    def before_frame(self):
        """See the class."""
        return self.before_reply

    @before_frame.setter
    def before_frame(self, callback):
        self.before_reply = callback

    def connected(self):
        """A central has connected."""
        self._in.clear()
        self._bursts.clear()

    def disconnected(self):
        """The central is gone."""
        self.connected()

    def take(self, t_us):
        """Returns the bursts that are due by now, and sees to the radio's sleep."""
        self._doze(t_us)
        bursts = []
        while self._bursts and self._bursts[0][0] <= t_us:
            bursts.append(self._bursts.pop(0)[1])
            if self.beside:
                bursts.append(self.beside)
        return [] if self.silent or self.asleep else bursts

    def _doze(self, t_us):
        flows = abs(self.plant.current_ma) >= _IDLE_MA
        if flows or self._current_us is None or not self.auto_sleep_s:
            self._current_us = t_us
        self.asleep = t_us - self._current_us > self.auto_sleep_s * 1_000_000 > 0

    def _answer(self, request, t_us):
        data = self.answer(request, t_us)
        if data:
            self.replies += 1
            self._bursts.append((t_us + self.latency_us, data))


class AntOldSim(_Radio, ant_old_sim.AntOldSim):
    """A unit of 2020 and before. `password` opens writing, in four pieces (ant.md §1.5)."""


class AntNewSim(_Radio, ant_new_sim.AntNewSim):
    """A unit of 2021 and later, with the variants of ant_new_sim.AntNewSim."""
