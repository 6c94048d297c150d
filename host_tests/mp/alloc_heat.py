"""The heater's step allocates nothing: every state, every fault, with the counters in full use."""

import harness

import settings as settings_table
from bms import alarms
from bms import pack as p
from compat import ticks_add
from heat import states as s
from heat.heater import Heater


class Verdict:
    plausible = True
    frozen = False


class Scene:
    """A heater on a pack whose figures the cases change; each step is a second later."""

    def __init__(self, **changes):
        raw = {"heater_output": "gpio", "heater_mode": "charger_or_soc"}
        raw.update({"heater_mat_mohm": 20_000, "pack_wh": 100_000, "heater_feed": "output"})
        raw.update(changes)
        values, errors = settings_table.load(raw)
        harness.check_equal(errors, [], "settings")
        self.heater = Heater(values, 10_000, 500_000)
        self.heater.load({})
        self.pack = p.PackState()
        self.check = Verdict()
        self.link_up = True
        self.frames = True
        self.now = (1 << 30) - 20_000  # the tick counter turns over within the run
        self.put(-20, -10)

    def put(self, first_dc, second_dc):
        pack = self.pack
        pack.temps = 2
        pack.put_temp(0, first_dc)
        pack.put_temp(1, second_dc)
        pack.put(p.PACK_MV, 99_999)  # the most volts, and amperes enough to pass 2**30 if wrong
        pack.put(p.CURRENT_MA, -300_000)
        pack.put(p.SOC_PCT, 80)
        pack.put(p.CELL_MIN_MV, 3200)
        pack.put(p.CELL_UVPR_MV, 2900)
        pack.put(p.CHARGE_UTP_DC, 0)
        pack.put(p.CHARGE_UTPR_DC, 50)
        pack.put(p.CHARGE_ON, 0)
        pack.put(p.CHARGE_SWITCH, 1)

    def step(self):
        self.now = ticks_add(self.now, 1000)
        if self.frames:
            self.pack.touch(p.STATUS, self.now)
        self.heater.step(self.pack, self.check, self.link_up, None, self.now)

    def text(self):
        state = str(s.STATE_NAMES.split(b"\n")[self.heater.state], "ascii")
        reason = str(s.REASON_NAMES.split(b"\n")[self.heater.reason], "ascii")
        return state + ":" + reason if reason else state

    def case(self, name, steps, expected):
        for _ in range(steps):
            self.step()
        harness.check_no_alloc("heater, " + name, self.step)
        harness.check_equal(self.text(), expected, name)


def walk():
    scene = Scene()
    scene.case("settling", 0, "blocked:resting")
    scene.case("resting", 10, "blocked:resting")
    scene.case("heating", 60, "heating")
    scene.put(300, -10)
    scene.case("jump, then spread", 4, "fault:sensor_spread")
    scene.put(-20, -10)
    scene.heater.acknowledge()
    scene.case("acknowledged", 70, "heating")
    scene.pack.raise_alarm(alarms.SHORT_CIRCUIT)
    scene.case("alarm", 1, "blocked:bms_alarm")
    scene.pack.clear_alarms()
    scene.pack.temps = 0
    scene.case("no sensor", 1, "blocked:no_sensor")
    scene.link_up = False
    scene.case("link down", 1, "blocked:link_down")
    scene.link_up = True
    scene.frames = False
    scene.case("stale", 15, "blocked:stale")


def run_long(expected, steps, **changes):
    scene = Scene(**changes)
    scene.case(expected, steps, expected)


walk()
run_long("heating", 900)
run_long("blocked:backoff", 2500, pack_wh=10)
run_long("fault:not_heating", 5000, pack_wh=10)
run_long("fault:too_long", 720, heater_max_on_min=10)
run_long("blocked:mat_limit", 100, heater_mat_mohm=1)
run_long("waiting_charger", 10, heater_mode="charger")
run_long("off", 10, heater_mode="off")
