"""The heater's step allocates nothing: every state, every fault, with the counters in full use.

A life of many hours, in whose steps the heap is locked, passes what takes long: learning, the
mat's current, a mat too weak or stuck on, the cold-charge report; with the largest figures.
"""

import harness
import micropython
from heat_scene import Scene

import words as s
from bms import alarms
from bms import pack as p
from compat import ticks_add

STRIDE_MS = micropython.const(3000)  # longer than a device's, so that days pass quickly


class Loaded(Scene):
    """With the largest figures, and steps as far apart as the script wants them."""

    def __init__(self, **changes):
        super().__init__(**changes)
        self.heater.inputs.lease_ms = STRIDE_MS

    def put(self, first_dc, second_dc):
        super().put(first_dc, second_dc)
        self.pack.put(p.CURRENT_MA, -300_000)
        self.pack.put(p.CHARGE_ON, 0)
        self.pack.put(p.CHARGE_SWITCH, 1)

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
    scene = Loaded()
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


def run_long(expected, seconds, **changes):
    scene = Loaded(**changes)
    scene.stride_ms = STRIDE_MS
    scene.case(expected, seconds * 1000 // STRIDE_MS, expected)


class Life(Loaded):
    """The largest pack and mat of the settings; temperature and current as a phase wants them.

    `mat`: "good", "open" or "stuck", in the pack's current.
    """

    def __init__(self):
        super().__init__(
            heater_mat_mohm=4000,
            pack_wh=200_000,
            heater_feed="output",
            heater_loss_w=2000,
            heater_min_off_s=0,
            heater_min_on_s=0,
        )
        self.heater.guard.max_ma = 100_000
        self.heater.guard.max_mw = 3_000_000
        self.heater.guard.max_wh = 1_000_000
        self.mean_dc = 60
        self.share = 0
        self.mat = "good"
        self.base_ma = -3000

    def pass_time(self, seconds, dc_per_h, end=None):
        """Returns the states passed; `end`: the one after which nothing new comes."""
        passed = []
        for _ in range(seconds * 1000 // STRIDE_MS):
            self.share += dc_per_h * STRIDE_MS
            while self.share >= 36_000_000:  # whole degrees
                self.share -= 36_000_000
                self.mean_dc += 10
            while self.share <= -36_000_000:
                self.share += 36_000_000
                self.mean_dc -= 10
            on = self.mat == "stuck" or (self.mat == "good" and self.heater.duty_permille > 0)
            self.put(self.mean_dc, self.mean_dc)
            self.pack.put(p.CURRENT_MA, self.base_ma - (25_000 if on else 0))
            self.now = ticks_add(self.now, STRIDE_MS)
            self.pack.touch(p.STATUS, self.now)
            micropython.heap_lock()  # a refusal would latch `internal`
            self.heater.step(self.pack, self.check, True, None, self.now)
            micropython.heap_unlock()
            text = self.text()
            if not passed or passed[-1] != text:
                passed.append(text)
            if text == end:
                break
        return passed

    def expect(self, text, seconds, dc_per_h):
        """The phase passes the state `text`, and no step of it takes heap."""
        passed = self.pass_time(seconds, dc_per_h, text if "fault" in text else None)
        harness.check_equal(text in passed, True, "%s in %s" % (text, passed))
        harness.check_equal(
            self.heater.latched >> s.INTERNAL - 1 & 1, 0, "an exception in " + text
        )


def live():
    life = Life()
    thermal = life.heater.thermal
    electric = life.heater.guard.electric
    life.expect("idle", 5400, -40)
    harness.check_equal(395 < thermal.fall_ckh < 405, True, "fall")
    life.expect("heating", 960, -40)
    harness.check_equal(electric.works, True, "the mat's current seen")
    life.expect("idle", 3 * 3600, 25)
    harness.check_equal(thermal.learned_j_k > 1_000_000, True, "learned")
    life.mean_dc = -10  # a jump that is believed, and no trend
    life.expect("blocked:too_weak", 4 * 3600, 0)
    harness.check_equal(life.heater.mat_w, 2499, "W of the mat")
    harness.check_equal(life.heater.cold_min > 150, True, "minutes below the limit")
    life.base_ma = 200_000
    life.expect("blocked:too_weak", 600, 0)
    harness.check_equal(life.heater.cold_charged_mah > 30_000, True, "charged while cold")
    life.base_ma = -3000
    life.mat = "open"
    life.expect("fault:open_circuit", 4 * 3600, 0)
    life.mat = "good"
    life.heater.acknowledge()
    life.heater.set_mode(s.MODE_OFF)
    life.expect("off", 30, 0)
    life.heater.set_mode(s.MODE_CHARGER_OR_SOC)
    life.expect("heating", 120, 0)
    life.mat = "stuck"
    life.heater.set_mode(s.MODE_OFF)
    life.expect("off", 60, 0)
    harness.check_equal(electric.suspect, True, "suspect")
    life.expect("fault:stuck_on", 3000, 40)
    life.heater.acknowledge()
    harness.check_equal(electric.suspect, False, "forgotten")
    life.expect("off", 2 * 3600, 40)
    harness.check_equal(life.heater.warnings >> s.WARMS_OFF - 1 & 1, 1, "warned")


live()
walk()
run_long("heating", 900)
run_long("blocked:backoff", 2500, pack_wh=10, heater_loss_w=500)
run_long("fault:not_heating", 8000, pack_wh=10, heater_loss_w=500)
run_long("fault:too_long", 720, heater_max_on_min=10)
run_long("blocked:mat_limit", 100, heater_mat_mohm=1)
run_long("waiting_charger", 10, heater_mode="charger")
run_long("off", 10, heater_mode="off")
