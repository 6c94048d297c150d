"""The guard with a law that always demands: whatever holds the heater off here is the guard's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import alarms
from bms import pack as p
from heat.inputs import LEASE_MS, Inputs
from host_tests.heat.heat_rig import MAT_MA, Rig, faults
from host_tests.heat.heat_world import Verdict, make_settings

DANGER = alarms.BATTERY_OVERTEMP


def greedy(**keywords):
    """Returns a Rig whose law says yes to everything."""
    rig = Rig(**keywords)
    law = rig.heater.law
    honest = law.step

    def step(inputs):
        honest(inputs)
        return True

    law.step = step
    return rig


def test_with_nothing_amiss_it_heats():
    rig = greedy()
    rig.slots[p.CURRENT_MA] = 0  # no charger either: that is the law's business
    assert rig.step(4)


def _slots(**changes):
    return lambda rig: rig.slots.update({getattr(p, name): v for name, v in changes.items()})


def _attribute(name, value):
    return lambda rig: setattr(rig, name, value)


def _blind(rig):
    """One of several packs sees nothing: bms.heated."""
    rig.check.mat = rig.pack
    rig.pack.tell = lambda inputs: setattr(inputs, "blind_pack", 2)


BAD = {
    "link": (_attribute("link_up", False), "link_down"),
    "implausible": (lambda rig: setattr(rig.check, "plausible", False), "implausible"),
    "still": (lambda rig: setattr(rig.check, "still", True), "frozen"),
    "no sensor": (_attribute("temps", [None, None]), "no_sensor"),
    "no sensor at all": (_attribute("temps", []), "no_sensor"),
    "blind pack": (_blind, "no_sensor"),
    "warm enough": (_attribute("temps", [50, 60]), "too_warm"),
    "warm enough, just": (_attribute("temps", [50, 50]), "too_warm"),
    "warm": (_attribute("temps", [200, 210]), "too_warm"),
    "one is hot": (_attribute("temps", [-10, 251]), "over_temperature sensor_spread jump"),
    "no thresholds": (_slots(CHARGE_UTP_DC=None), "no_thresholds"),
    "no recovery": (_slots(CHARGE_UTPR_DC=None), "no_thresholds"),
    "absurd thresholds": (_slots(CHARGE_UTPR_DC=500), "no_thresholds"),
    "upside down": (_slots(CHARGE_UTP_DC=60), "no_thresholds"),
    "alarm": (_attribute("alarms", {DANGER}), "bms_alarm"),
    "spread": (_attribute("temps", [-10, 195]), "sensor_spread jump settling"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("when", ["before", "while heating"])
def test_each_veto_holds_a_greedy_law_off(name, when):
    spoil, reasons = BAD[name]
    rig = greedy()
    if when == "while heating":
        assert rig.step(10)
    spoil(rig)
    seen = set()
    for second in range(300):
        rig.step()
        # A step up to what is still cold counts once three readings agree.
        assert not rig.on or (when == "while heating" and second < 3), rig.text
        seen.add(rig.text.partition(":")[2])
    assert seen & set(reasons.split()), seen


@pytest.mark.parametrize("lead_dc, off_dc", [(0, 20), (10, 30)])
def test_a_narrow_hysteresis_is_widened_to_two_degrees_and_no_more(lead_dc, off_dc):
    rig = greedy(heater_lead_dc=lead_dc)
    rig.slots[p.CHARGE_UTPR_DC] = 10
    rig.step(4)
    rig.temps = [off_dc - 10, off_dc - 10]
    assert rig.step(5)
    rig.temps = [off_dc, off_dc]
    assert not rig.step()


@pytest.mark.parametrize("thresholds, most_dc", [("bms", 60), ("own", 50)])
def test_a_bms_that_still_holds_charging_off_is_worth_one_degree_of_its_own_recovery(
    thresholds, most_dc
):
    rig = greedy(heater_thresholds=thresholds)
    rig.cut()
    rig.step(4)
    rig.temps = [most_dc - 10, most_dc - 10]
    rig.step(3)
    rig.temps = [most_dc - 1, most_dc - 1]
    assert rig.step(5)
    rig.temps = [most_dc, most_dc]
    assert not rig.step()


def test_it_warms_to_recovery_and_not_beyond():
    rig = greedy()
    rig.step(4)
    for dc in range(-10, 50, 10):
        rig.temps = [dc, dc + 10]
        assert rig.step(5), dc
    rig.temps = [50, 60]
    assert not rig.step()


def test_a_mat_that_takes_too_much_is_never_on():
    assert greedy(max_ma=MAT_MA + 5).step(5)
    assert not greedy(max_ma=MAT_MA - 5).step(5)
    assert greedy(max_mw=101_000).step(5)
    assert not greedy(max_mw=99_000).step(5)


def test_stale_is_off_and_three_readings_come_first():
    rig = greedy(data_max_age_s=5)
    rig.step(4)
    rig.frames = False
    assert rig.step(5)
    assert not rig.step(60)
    rig.frames = True
    assert [rig.step() for _ in range(3)] == [False, False, True]


def test_a_greedy_law_runs_into_the_longest_time_and_the_energy_of_the_day():
    rig = greedy(heater_max_on_min=10)
    for second in range(800):
        if second % 200 == 0:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        rig.step()
    assert faults(rig) == {"too_long"} and not rig.on


def test_acknowledging_gives_the_whole_time_again():
    rig = greedy(heater_max_on_min=10)
    for second in range(560):
        if second % 200 == 0:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        rig.step()
    rig.heater.fail()
    rig.heater.acknowledge()
    assert rig.step(5)
    for second in range(300):
        if second == 150:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        assert rig.step(), rig.text
    assert rig.heater.latched == 0


temperatures = st.lists(st.one_of(st.none(), st.integers(-300, 400)), min_size=1, max_size=3)
scenes = st.fixed_dictionaries(
    {
        "temps": temperatures,
        "protect": st.one_of(st.none(), st.integers(-400, 250)),
        "recover": st.one_of(st.none(), st.integers(-400, 300)),
        "alarms": st.sets(st.integers(0, 61), max_size=2),
        "link_up": st.sampled_from([True, True, True, False]),
        "plausible": st.sampled_from([True, True, True, False]),
        "still": st.sampled_from([False, False, False, True]),
        "frames": st.sampled_from([True, True, True, False]),
        "seconds": st.integers(1, 20),
    }
)


@given(st.lists(scenes, min_size=1, max_size=6))
def test_never_on_without_a_fresh_cold_reading_of_a_sound_pack(story):
    """The same, by rules written down anew from what the rig was told."""
    rig = greedy(data_max_age_s=5)
    silent_s = 0
    for scene in story:
        rig.temps = scene["temps"]
        rig.slots[p.CHARGE_UTP_DC] = scene["protect"]
        rig.slots[p.CHARGE_UTPR_DC] = scene["recover"]
        rig.alarms = scene["alarms"]
        rig.link_up, rig.frames = scene["link_up"], scene["frames"]
        rig.check.plausible, rig.check.still = scene["plausible"], scene["still"]
        for second in range(scene["seconds"]):
            on = rig.step()
            silent_s = 0 if rig.frames else silent_s + 1
            if not on:
                continue
            assert rig.link_up and rig.check.plausible and not rig.check.still
            assert silent_s <= 5 and rig.heater.latched == 0
            if not rig.frames:
                continue  # the rest is of the last frame, and old scenes may differ
            told = [dc for dc in rig.temps if dc is not None]
            assert told and max(told) <= 250
            assert scene["protect"] is not None and scene["recover"] is not None
            assert -300 <= scene["protect"] < scene["recover"] <= 200
            # A reading that jumps is set aside, at most for as long as the output's lease.
            most = max(scene["recover"], scene["protect"] + 20) + 10
            assert min(told) < most or second < 3
            assert DANGER not in rig.alarms and alarms.TEMP_SENSOR_FAULT not in rig.alarms


# -- what it is told of the time ------------------------------------------------------------------


class Clock:
    """Inputs on an empty pack, stepped by hand."""

    def __init__(self):
        self.inputs = Inputs(make_settings())
        self.pack = p.PackState()

    def step(self, now, on=True):
        self.inputs.gather(self.pack, Verdict(), True, None, on, on, now)
        return self.inputs


def test_the_output_was_on_no_longer_than_its_lease():
    clock = Clock()
    clock.step(0)
    inputs = clock.step(1000)
    assert (inputs.on, inputs.on_ms, inputs.heating, inputs.heating_ms) == (True, 1000, True, 1000)
    now = 1000 + LEASE_MS
    inputs = clock.step(now)
    assert (inputs.on, inputs.on_ms, inputs.heating) == (True, LEASE_MS, True)
    now += LEASE_MS + 1000
    inputs = clock.step(now)  # a step that came late finds it off
    assert (inputs.on, inputs.on_ms) == (False, LEASE_MS)
    assert (inputs.heating, inputs.heating_ms) == (False, LEASE_MS)
    inputs = clock.step(now + 1000, on=False)
    assert (inputs.on, inputs.on_ms, inputs.elapsed_ms) == (False, 0, 1000)


def test_a_clock_that_goes_back_counts_nothing():
    clock = Clock()
    clock.step(0)
    clock.step(10_000)
    inputs = clock.step(5000)
    assert (inputs.on, inputs.on_ms, inputs.elapsed_ms) == (False, 0, 0)


@pytest.mark.parametrize("step_dc, counts", [(50, True), (-50, True), (51, False), (-51, False)])
def test_five_degrees_between_two_readings_are_the_most_that_a_cell_can_do(step_dc, counts):
    rig = greedy()
    rig.temps = [-100, -100]
    rig.step(4)
    rig.temps = [-100 + step_dc, -100]
    rig.step()
    assert (rig.heater.inputs.sensors.temps_dc[0] == -100 + step_dc) == counts
    assert (rig.heater.inputs.sensors.pending == 0) == counts
