"""A heater on a PackState whose every figure a test sets by hand, a second a step."""

import words as s
from bms import pack as p
from bms.pack import PackState
from compat import ticks_add
from heat.heater import Heater
from host_tests.heat.heat_world import STRIDE_S, Verdict, make_settings
from tools import vocabulary

FIRST_BOOT = {}
MAT_MA = 1954  # 26.2 ohm at 51.2 V


class Rig:
    """`temps`: the sensors in 0.1 °C, None for an absent one. `slots`: what the BMS says.

    The scene at first: -1 and 0 °C, limit 0 °C, recovery 5 °C, charging with 5 A, 60 %. Minimum
    times are 0 unless a test sets them.
    """

    stride_s = 1  # of last() and what goes by it

    def __init__(self, saved=FIRST_BOOT, max_ma=0, max_mw=0, **settings):
        times = {"heater_min_on_s": 0, "heater_min_off_s": 0}
        self.settings = make_settings(**(times | settings))
        self.heater = Heater(self.settings, max_ma, max_mw)
        self.heater.load(saved)
        self.pack = PackState()
        self.check = Verdict()
        self.now = 0
        self.link_up = True
        self.frames = True
        self.frame_every_s = 1
        self.charger_pin = None
        self.temps = [-10, 0]
        self.alarms = set()
        self.slots = {
            p.PACK_MV: 51_200,
            p.CURRENT_MA: 5000,
            p.SOC_PCT: 60,
            p.CELL_MIN_MV: 3200,
            p.CELL_UVPR_MV: 2900,
            p.CHARGE_UTP_DC: 0,
            p.CHARGE_UTPR_DC: 50,
            p.CHARGE_ON: 1,
            p.CHARGE_SWITCH: 1,
            p.MOS_TEMP_DC: 20,
        }
        self.on = False

    @property
    def text(self):
        """The heater's state as text."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)

    def step(self, times=1, gap_ms=1000):
        """Steps; returns whether the output is on after the last."""
        for _ in range(times):
            self.now = ticks_add(self.now, gap_ms)
            if self.frames and self.now // 1000 % self.frame_every_s == 0:
                self.feed()
            self.on = self.heater.step(
                self.pack, self.check, self.link_up, self.charger_pin, self.now
            )
            assert self.on == (self.heater.state == s.HEATING)
            assert self.heater.duty_permille == (1000 if self.on else 0)
        return self.on

    def last(self, seconds):
        """Lets seconds pass, in strides; returns whether the output is on after the last."""
        return self.step(seconds // self.stride_s, 1000 * self.stride_s)

    def started(self):
        """Steps until the output is on; returns self."""
        for _ in range(200):
            if self.step():
                return self
        raise AssertionError(self.text)

    def trace(self, seconds):
        """Steps for `seconds`; returns the distinct states passed, in order."""
        seen = []
        for _ in range(0, seconds, self.stride_s):
            self.last(self.stride_s)
            if not seen or seen[-1] != self.text:
                seen.append(self.text)
        return seen

    def cut(self):
        """The BMS cuts charging because of the cold."""
        self.slots[p.CHARGE_ON] = 0
        self.slots[p.CURRENT_MA] = 0
        self.alarms = {9}

    def feed(self):
        pack = self.pack
        pack.clear()
        pack.temps = len(self.temps)
        for i, dc in enumerate(self.temps):
            if dc is None:
                pack.drop_temp(i)
            else:
                pack.put_temp(i, dc)
        for slot, value in self.slots.items():
            if value is not None:
                pack.put(slot, value)
        pack.clear_alarms()
        for bit in self.alarms:
            pack.raise_alarm(bit)
        pack.touch(p.STATUS, self.now)


class LongRig(Rig):
    """A Rig whose hours pass quickly: in long strides, under a lease as long."""

    stride_s = STRIDE_S

    def __init__(self, *saved, **changes):
        super().__init__(*saved, **changes)
        self.heater.inputs.lease_ms = 1000 * STRIDE_S


def faults(rig):
    """Returns the names of the latched faults."""
    return {
        vocabulary.words(s.REASON_NAMES)[n]
        for n in range(1, s.LAST_FAULT + 1)
        if rig.heater.latched >> n - 1 & 1
    }


def climb(rig, seconds):
    """Steps with a slow rise of one sensor, as a mat that is too weak to finish makes it."""
    for second in range(0, seconds, rig.stride_s):
        if second % 600 == 600 - rig.stride_s:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        rig.last(rig.stride_s)
