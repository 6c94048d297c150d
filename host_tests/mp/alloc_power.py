"""Saving power, waking, and watching for either, allocates nothing."""

import sys


class Anything:
    """In the place of board, machine and network."""

    CPU_HZ = 240_000_000
    IF_STA = PM_PERFORMANCE = PM_POWERSAVE = 0
    held_ms = 0
    poll_ms = 0
    state = latched = warnings = verdict = 0
    frozen = False
    answering = wifi_used = True

    def freq(self, hz):
        pass

    def light(self, brightness_pct):
        pass

    def step(self, now):
        return 0

    def config(self, pm):
        pass


anything = Anything()
anything.Pin = anything.dialect = anything.heater = anything.button = anything.check = anything
anything.WLAN = type("WLAN", (), {"IF_STA": 0, "__new__": lambda cls, interface: anything})
for name in ("board", "machine", "network"):
    sys.modules[name] = anything

import harness  # noqa: E402

from bms import pack as p  # noqa: E402
from power_saver import Saver  # noqa: E402

SETTINGS = {
    "low_power_ma": 500,
    "bms_poll_ms": 1000,
    "data_max_age_s": 10,
    "screen_brightness_pct": 80,
}
pack = p.PackState()
pack.put(p.TEMP_MIN_DC, 150)
anything.pack = pack
anything.units = (anything,)
anything.bms = anything
saver = Saver(SETTINGS, anything)


def night():
    """Falls asleep and is woken by a current."""
    pack.put(p.CURRENT_MA, 10)
    for _ in range(70):
        saver.step(anything, False, 5000, 0)
    assert saver.rests
    pack.put(p.CURRENT_MA, 900)
    saver.step(anything, False, 5000, 0)
    assert not saver.rests


harness.check_no_alloc("night", night)
print("OK")
