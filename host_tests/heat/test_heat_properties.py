"""What holds whatever the weather, the pack, the charger and the faults do (heater.md, proof)."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import words as s
from bms import pack as p
from host_tests.heat.heat_world import STRIDE_S, World
from tools.vocabulary import raised

MIN_ON_S = 45
MIN_OFF_S = 30
MAX_AGE_S = 6
SMALL = {"cells": 4, "capacity_ah": 20.0, "mat_mohm": 4000}  # 41 W on 256 Wh: about 80 K/h


def make_world(mode="charger_or_soc", start_ms=0, plant=None, **changes):
    chosen = {
        "heater_mode": mode,
        "heater_min_on_s": MIN_ON_S,
        "heater_min_off_s": MIN_OFF_S,
        "data_max_age_s": MAX_AGE_S,
        "heater_mat_mohm": 4000,
        "pack_wh": 256,
    }
    sized = SMALL | {"loss_w_k": 0.2} | (plant or {})
    return World(settings=chosen | changes, plant=sized, start_ms=start_ms)


class Watch:
    """Checks after each tick what must always hold."""

    def __init__(self, world):
        self.world = world
        self.on_s = 0
        self.off_s = 0
        self.frames = 0
        self.latched = 0

    def boot(self):
        self.on_s = self.off_s = self.frames = 0

    def tick(self):
        world = self.world
        was_on = world.on
        world.tick()
        self.frames = 0 if not world.link_up else self.frames + (not world.silent)
        assert world.heater.latched & self.latched == self.latched  # time clears nothing
        self.latched = world.heater.latched
        if world.on:
            self.check_allowed()
            if not was_on:
                assert self.off_s >= MIN_OFF_S
            self.on_s = self.on_s + 1 if was_on else 1
            self.off_s = 0
        else:
            if was_on:
                self.check_off()
            self.off_s += 1

    def check_allowed(self):
        world = self.world
        pack = world.pack
        assert world.link_up and world.check.plausible and not world.check.still
        assert pack.age_ms(p.STATUS, world.now) <= MAX_AGE_S * 1000
        assert self.frames >= 3
        assert world.heater.latched == 0
        known = [pack.temps_dc[i] for i in range(pack.temps) if pack.temp_valid[i]]
        assert known
        # Recovery, or one step of the resolution more while the BMS itself says "too cold".
        limit = pack.get(p.CHARGE_UTPR_DC) + (10 if raised(pack.alarms, 9) else 0)
        assert min(known) < limit
        assert max(known) <= 250

    def check_off(self):
        """A short "on" ends for safety's sake, or because it is warm, and for nothing else."""
        heater = self.world.heater
        safety = heater.state in (s.BLOCKED, s.FAULT) and heater.reason != s.RESTING
        assert self.on_s >= MIN_ON_S or safety or heater.state in (s.IDLE, s.OFF)


FAULTS = "none link_down silent implausible frozen absent_0 absent_all alarm hot cold restart"
FAULTS += " acknowledge mode mat_open charger"


def apply(world, watch, fault, begins):
    """Begins or ends a fault; those of a moment happen when they begin."""
    if fault == "link_down":
        world.link_up = not begins
    elif fault == "silent":
        world.silent = begins
    elif fault == "implausible":
        world.check.plausible = not begins
    elif fault == "frozen":
        world.check.still = begins
    elif fault in ("absent_0", "absent_all"):
        world.plant.sensor_absent = (True if fault == "absent_all" else (0,)) if begins else ()
    elif fault == "alarm":
        world.plant.bms.extra_alarms = 2 if begins else 0
    elif fault in ("hot", "cold"):
        world.readings = [400, 410] if fault == "hot" else [-200, -210]
        if not begins:
            world.readings = None
    elif fault == "mat_open":
        world.plant.mat_open = begins
    elif fault == "charger":
        world.plant.charger_on = begins
    elif begins:
        happen(world, watch, fault)


def happen(world, watch, fault):
    if fault == "restart":
        check = world.check
        world.restart()
        world.check = check
        watch.boot()
    elif fault == "acknowledge":
        world.heater.acknowledge()
        watch.latched = 0
    elif fault == "mode":
        world.heater.set_mode((world.heater.mode + 1) % 3)


weather = st.tuples(st.integers(-30, 8), st.integers(-12, 12), st.sampled_from([0.05, 0.2, 0.6]))
episode = st.tuples(st.sampled_from(FAULTS.split()), st.integers(1, 90), st.integers(1, 300))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    weather,
    st.lists(episode, max_size=12),
    st.sampled_from(["charger", "charger_or_soc"]),
    st.sampled_from(["nearest", "down", "toward zero"]),
    st.booleans(),
    st.sampled_from([0, (1 << 30) - 700_000]),
    st.integers(0, 9),
)
def test_never_on_when_it_must_not_be(skies, episodes, mode, rounding, charger, start_ms, load):
    ambient, temp, loss = skies
    world = make_world(mode, start_ms, {"loss_w_k": loss})
    world.plant.set_temp(temp)
    world.plant.ambient_c = ambient
    world.plant.rounding = rounding
    world.plant.charger_on = charger
    world.plant.load_w = 10.0 * load
    watch = Watch(world)
    for _ in range(120):
        watch.tick()
    for fault, lasts_s, calm_s in episodes:
        apply(world, watch, fault, True)
        for _ in range(lasts_s):
            watch.tick()
        apply(world, watch, fault, False)
        for _ in range(calm_s):
            watch.tick()


# -- every fault, at once -------------------------------------------------------------------------

BOUNDS_S = {
    "link_down": 1,
    "silent": MAX_AGE_S + 1,
    "implausible": 1,
    "frozen": 1,
    "absent_0": 1,
    "absent_all": 1,
    "alarm": 1,
    "hot": 1,
    "restart": 1,
}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(BOUNDS_S)), st.integers(0, 600))
def test_every_fault_reaches_off_within_its_bound(fault, heated_s):
    world = make_world(plant={"loss_w_k": 0.9})
    world.plant.ambient_c = -20
    world.plant.set_temp(-3)
    world.run_until(lambda w: w.on, 60)
    world.tick(heated_s)
    assume(world.on)
    apply(world, Watch(world), fault, True)
    assert world.run_until(lambda w: not w.on, 20) <= BOUNDS_S[fault]
    assert not world.on
    world.tick()
    if fault != "restart":
        apply(world, Watch(world), fault, False)
    for _ in range(2):  # and three readings must come before it is on again
        world.tick()
        assert not world.on


# -- and a healthy pack gets warm -----------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.integers(-20, -2),
    st.integers(-3, 10),
    st.sampled_from([(4, 20.0, 4000), (4, 50.0, 2500), (16, 50.0, 16_000)]),
    st.sampled_from(["nearest", "down", "toward zero"]),
    st.sampled_from([(0, 50), (-20, 20), (20, 70)]),
    st.integers(0, 99),
)
def test_a_healthy_cold_pack_ends_above_recovery(cold, over, size, rounding, thresholds, seed):
    cells, capacity_ah, mat_mohm = size
    mat_w = (cells * 3.28) ** 2 / (mat_mohm / 1000)
    protect, recover = thresholds
    ambient = cold - over
    # Strong enough: at recovery it still has more than half of its power to spare.
    loss_w_k = 0.45 * mat_w / (recover / 10 + 2 - ambient)
    world = make_world(
        "charger_or_soc",
        plant={
            "cells": cells,
            "capacity_ah": capacity_ah,
            "mat_mohm": mat_mohm,
            "loss_w_k": loss_w_k,
            "seed": seed,
        },
        pack_wh=int(cells * 3.2 * capacity_ah),
        heater_mat_mohm=mat_mohm,
    )
    plant = world.plant
    plant.bms.charge_utp_dc, plant.bms.charge_utpr_dc = protect, recover
    plant.rounding = rounding
    plant.ambient_c = ambient
    plant.set_temp(min(cold, protect / 10 - 1))
    plant.set_soc(90)
    world.run_until(lambda w: w.plant.bms.cold, 60)
    world.run_until(lambda w: not w.plant.bms.cold, 6 * 3600, STRIDE_S)
    assert min(plant.temps_c) > recover / 10 - 0.5
    assert world.heater.latched == 0


def test_charging_resumes_with_a_charger_alone():
    """The trap of the GPS port: the cut hides the charger, and memory must carry the heating."""
    world = make_world("charger", heater_charger_hold_min=240)
    plant = world.plant
    plant.set_soc(20)
    plant.charger_a = 4.0
    plant.charger_on = True
    plant.set_temp(3)
    plant.ambient_c = -10
    world.run_until(lambda w: w.plant.bms.cold, 4 * 3600, STRIDE_S)
    world.run_until(lambda w: w.on, 120)
    world.run_until(lambda w: not w.plant.bms.cold, 4 * 3600, STRIDE_S)
    world.tick(30)
    assert plant.current_ma > 3000


def test_a_mat_that_cannot_beat_the_cold_is_told_so_and_tried_again():
    # Ten times what a good box loses: its owner has told that.
    world = make_world(plant={"loss_w_k": 2.0}, heater_loss_w=60)
    world.plant.ambient_c = -30
    world.plant.set_temp(-5)
    world.plant.charger_on = True
    # Two windows of up to 55 minutes, three quarters of an hour between them, and one more after
    # what the pack, which has cooled meanwhile, rises at first.
    world.run_until(lambda w: w.heater.reason == s.TOO_WEAK, 5 * 3600, STRIDE_S)
    assert world.heater.mat_w == pytest.approx(42, abs=3)
    assert world.heater.mat_w <= world.heater.loss_w <= 50
    assert world.heater.ready_s is None and world.heater.ready_wh is None
    world.run_until(lambda w: w.on, 2 * 3600, STRIDE_S)
    assert world.heater.ready_s is None  # nor while it tries again
    world.tick(86_400, STRIDE_S)
    assert world.heater.latched == 0
    attempts = [time for time, on, _ in world.history if on]
    assert 6 <= len(attempts) <= 10
    for _ in range(10):  # the weather changes
        world.plant.ambient_c += 3
        world.tick(3600, STRIDE_S)
    world.run_until(lambda w: w.heater.state == s.IDLE, 5 * 3600, STRIDE_S)
    assert world.heater.loss_w is None


def test_a_box_that_is_worse_than_told_rests_without_a_fault_and_is_tried_again():
    world = make_world(plant={"loss_w_k": 2.0})
    world.plant.ambient_c = -30
    world.plant.set_temp(-5)
    world.plant.charger_on = True
    world.run_until(lambda w: w.heater.reason == s.LOSING_HEAT, 3600, STRIDE_S)
    world.tick(86_400, STRIDE_S)
    assert world.heater.latched == 0
    assert {text for _, on, text in world.history if on} == {"heating"}
    assert sum(on for _, on, _ in world.history) >= 6
    world.plant.ambient_c = 0
    world.run_until(lambda w: w.heater.state == s.IDLE, 6 * 3600, STRIDE_S)


def test_an_open_mat_is_found():
    world = make_world()
    world.plant.ambient_c = -10
    world.plant.set_temp(-1)
    world.plant.mat_open = True
    world.run_until(lambda w: w.heater.state == s.FAULT, 3 * 3600, STRIDE_S)
    assert not world.on


@pytest.mark.parametrize("charger", [True, False])
def test_a_restart_in_the_middle_goes_on_by_itself(charger):
    world = make_world("charger")
    world.plant.set_soc(20)
    world.plant.charger_a = 4.0
    world.heat()
    world.tick(200)
    world.plant.charger_on = charger
    world.restart()
    assert world.run_until(lambda w: w.on, 120) >= 3
    world.tick(1800, STRIDE_S)
    assert world.plant.bms.cold != charger
    assert world.text == ("idle" if charger else "waiting_charger")


def test_a_bms_that_rounds_gets_its_recovery_all_the_same():
    """Sensors say 5 °C at 4.5: stopped there for good, this pack would never be charged again."""
    world = World(plant={"temp_c": 1.0})
    plant = world.plant
    plant.set_soc(5)
    plant.charger_a = 10.0
    plant.charger_on = True
    plant.ambient_c = -15
    world.run_until(lambda w: w.plant.bms.cold, 4 * 3600, STRIDE_S)
    world.run_until(lambda w: not w.plant.bms.cold, 4 * 3600, STRIDE_S)
    assert [text for _, on, text in world.history if not on][-1] == "idle"
