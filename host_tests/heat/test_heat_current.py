"""The step of the mat's current in the pack's: what is seen, what it proves, what it does not."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bms import alarms
from bms import pack as p
from heat.guard import current_proof as cp
from heat.inputs import Inputs
from host_tests.heat.heat_rig import MAT_MA, Rig, faults
from host_tests.heat.heat_world import make_settings

SETTLE_S = 5 + 4  # a BMS's averaging, and four readings


class Line:
    """A rig whose pack feeds loads and the mat; `mat` is good, open or stuck."""

    def __init__(self, base_ma=-3000, **settings):
        chosen = {"heater_feed": "output", "heater_mode": "charger_or_soc"}
        self.rig = Rig(**(chosen | settings))
        self.base_ma = base_ma
        self.mat = "good"
        self.carried = False  # by a charger: the pack sees nothing
        self.noise_ma = 0
        self._dice = random.Random(7)

    @property
    def proof(self):
        return self.rig.heater.guard.electric

    def run(self, seconds):
        for _ in range(seconds):
            drawn = self.mat == "stuck" or (self.mat == "good" and self.rig.on)
            noise = self._dice.randint(-self.noise_ma, self.noise_ma)
            mat_ma = MAT_MA if drawn and not self.carried else 0
            self.rig.slots[p.CURRENT_MA] = self.base_ma - mat_ma + noise
            self.rig.step()
        return self

    def switched(self, on):
        """Runs until the output is `on`; an alarm of the BMS keeps it off."""
        hot = {alarms.MOS_OVERTEMP}
        self.rig.alarms = self.rig.alarms - hot if on else self.rig.alarms | hot
        for _ in range(100):
            self.run(1)
            if self.rig.on == on:
                return self
        raise AssertionError(self.rig.text)

    def edge(self, on):
        """Lets the current settle, switches, and lets it be judged."""
        self.run(SETTLE_S)
        self.switched(on)
        return self.run(SETTLE_S)


def test_without_the_feed_it_is_not_even_loaded():
    assert Rig().heater.guard.electric is None
    assert Rig(heater_feed="output", heater_output="none").heater.guard.electric is None


def test_a_good_mat_is_seen_to_come_and_go():
    line = Line().edge(False)
    for _ in range(5):
        line.edge(True)
        assert line.proof.verdict == cp.SEEN and line.proof.works
        line.edge(False)
        assert line.proof.verdict == cp.SEEN and not line.proof.suspect
    assert faults(line.rig) == set()


def test_a_mat_below_an_ampere_is_not_judged():
    line = Line(heater_mat_mohm=60_000).edge(False)
    line.mat = "open"
    for _ in range(5):
        line.edge(True).edge(False)
    assert line.proof.verdict == cp.UNDECIDED
    assert faults(line.rig) == set()


@pytest.mark.parametrize("noise_ma, verdict", [(200, cp.SEEN), (1500, cp.UNDECIDED)])
def test_only_a_calm_current_is_judged(noise_ma, verdict):
    line = Line().edge(False)
    line.noise_ma = noise_ma
    assert line.edge(True).proof.verdict == verdict


@pytest.mark.parametrize("share, verdict", [(5, cp.SEEN), (3, cp.UNDECIDED), (1, cp.MISSING)])
def test_how_large_a_step_must_be(share, verdict):
    line = Line().edge(False).run(20)
    line.carried = True
    line.switched(True)
    line.base_ma -= MAT_MA * share // 6
    assert max([line.run(1).proof.verdict for _ in range(SETTLE_S)]) == verdict


def test_three_edges_without_a_step_are_an_open_circuit_within_minutes():
    line = Line().edge(False)
    line.mat = "open"
    line.run(20).switched(True).run(SETTLE_S)
    assert line.rig.text == "blocked:backoff"
    took = 0
    while not line.rig.heater.latched:
        line.run(1)
        took += 1
    assert 120 <= took <= 160  # two pauses of a minute
    assert line.rig.text == "fault:open_circuit"


def test_an_output_that_is_held_off_is_no_open_circuit():
    """As update/updater.py holds it off: the heater learns that it was not on."""
    line = Line().edge(False).run(20)
    line.rig.alarms = set()
    line.mat = "open"
    wanted = 0
    for _ in range(1200):
        line.run(1)
        wanted += line.rig.on
        line.rig.heater.on = line.rig.heater.heating = False
    assert wanted > 1000 and faults(line.rig) == set() and line.rig.heater.wh_today == 0


def test_a_load_that_hides_one_step_costs_a_minute_and_no_fault():
    line = Line(base_ma=-6000).edge(False).run(20).switched(True)
    line.base_ma += MAT_MA  # something else goes off just now
    line.run(SETTLE_S)
    assert line.rig.text == "blocked:backoff" and line.proof.missed == 1
    line.run(80)
    assert line.rig.on and line.proof.works and line.proof.missed == 0


@pytest.mark.parametrize("base_ma", [0, -400, 200, 5000])
def test_what_a_charger_may_have_carried_proves_nothing(base_ma):
    line = Line(base_ma=base_ma)
    line.rig.cut()
    line.edge(False)
    line.carried = True
    for _ in range(5):
        line.edge(True).edge(False)
        assert line.proof.verdict == cp.UNDECIDED
    assert faults(line.rig) == set()


def test_where_a_pin_tells_that_there_is_no_charger_the_pack_at_rest_is_proof():
    line = Line(base_ma=0, charger_pin_used=True)
    line.rig.charger_pin = 0
    line.rig.cut()
    line.edge(False)
    line.mat = "open"
    line.run(20).switched(True).run(200)
    assert faults(line.rig) == {"open_circuit"}


def test_charging_that_is_allowed_and_does_not_happen_tells_it_too():
    line = Line(base_ma=0)
    line.edge(False)
    line.mat = "open"
    line.run(20).switched(True).run(200)
    assert faults(line.rig) == {"open_circuit"}
    full = Line(base_ma=0)
    full.edge(False).run(20)
    full.mat = "open"
    full.rig.slots[p.SOC_PCT] = 95
    full.switched(True).run(200)
    assert full.proof.verdict == cp.UNDECIDED


def test_a_quiet_pack_shows_a_stuck_mat_at_the_second_edge():
    line = Line(base_ma=-600).edge(False).edge(True)
    assert line.proof.works
    line.mat = "stuck"
    line.edge(False)
    assert line.proof.suspect and faults(line.rig) == set()  # one edge may be somebody's kettle
    line.edge(True)
    assert line.rig.text == "fault:stuck_on"
    line.rig.heater.acknowledge()
    assert not line.rig.step(2)


def test_among_loads_as_large_as_the_mat_a_second_edge_is_not_enough():
    line = Line(base_ma=-4000).edge(False).edge(True)
    line.mat = "stuck"
    line.edge(False).edge(True)
    assert line.proof.suspect
    assert line.rig.text == "blocked:backoff"  # off in any case


def test_a_wire_that_breaks_while_on_is_not_called_stuck():
    line = Line(base_ma=-600).edge(False).edge(True)
    line.mat = "open"
    line.edge(False)
    assert line.proof.verdict == cp.MISSING and not line.proof.suspect


def test_a_kettle_at_the_wrong_moment_is_forgiven():
    line = Line(base_ma=-600).edge(False).edge(True).run(20).switched(False)
    line.base_ma -= MAT_MA
    line.run(SETTLE_S)
    assert line.proof.suspect
    line.run(120)
    line.base_ma += MAT_MA  # and goes off: less flows than the mat would draw, and no charger
    line.run(2)
    assert not line.proof.suspect


def test_a_suspicion_that_nothing_confirms_ends():
    line = Line(base_ma=-6000).edge(False).edge(True)
    line.mat = "stuck"
    line.edge(False)
    assert line.proof.suspect
    line.run(7100)
    assert line.proof.suspect
    line.run(200)
    assert not line.proof.suspect


def test_the_cutoff_is_wanted_only_where_it_was_opted_in_to():
    for opted in (True, False):
        line = Line(base_ma=-600, heater_stuck_cutoff=opted, bms_writes=opted)
        line.edge(False).edge(True)
        assert not line.rig.heater.cut_discharge
        line.mat = "stuck"
        line.edge(False).edge(True)
        assert line.rig.text == "fault:stuck_on"
        assert line.rig.heater.cut_discharge == opted
        line.rig.heater.acknowledge()
        assert not line.rig.heater.cut_discharge


# A healthy mat among loads: what each of 15 s to come adds to the pack's current.
loads = st.lists(
    st.tuples(st.integers(0, 14), st.sampled_from([-MAT_MA, MAT_MA, -500, 2500, -9000, 100])),
    max_size=3,
)


HIDDEN = [(False, [(0, -MAT_MA)]), (False, [(0, MAT_MA)])]  # a step back, then a step


@given(st.lists(st.tuples(st.booleans(), loads), min_size=4, max_size=12), st.booleans())
@example(edges=3 * [(False, [])] + HIDDEN + [(False, [])], quiet=True)
def test_whatever_the_loads_do_a_fault_takes_the_coincidences_it_is_said_to_take(edges, quiet):
    line = Line(base_ma=-700 if quiet else -12_000).edge(False)
    hidden = 0  # edges at which something else was switched within the seconds that count
    longest = 0
    for _, changes in edges:
        line.run(20)
        on = not line.rig.on
        line.switched(on)
        for second in range(15):
            for when, ma in changes:
                if when == second:
                    line.base_ma = min(line.base_ma + ma, -600)
            line.run(1)
        hidden = hidden + 1 if changes else 0
        longest = max(longest, hidden)
        if line.rig.text == "blocked:backoff":
            line.run(65)
        if faults(line.rig):
            assert longest >= 2
            break  # nothing switches any more


def judge_edges(busy, edges, averaged, seed):
    """A healthy mat switched each minute and a half among random loads, `busy` of them an hour.

    Returns the verdicts, how many edges "on" were missed, and whether it ended in a fault.
    """
    dice = random.Random(seed)
    inputs = Inputs(make_settings())
    inputs.trusted = inputs.reading = True
    inputs.elapsed_ms = 1000
    inputs.pack_mv = 51_200
    proof = cp.CurrentProof({"heater_mat_mohm": 26_200})
    loads, shown_ma, verdicts, missed = [], -1200, [], 0
    for edge in range(edges):
        for second in range(90):
            inputs.on = (edge % 2 == 0) == (second >= 30)
            loads = [(ma, left_s - 1) for ma, left_s in loads if left_s > 1]
            if dice.random() < busy / 3600:
                watts = dice.choice([(5, 60), (20, 300), (300, 1500)])
                lasts_s = dice.expovariate(1 / dice.choice([60, 900, 5000]))
                loads.append((1000 * dice.uniform(*watts) / 51.2, lasts_s))
            true_ma = -1200 - sum([ma for ma, _ in loads]) - (MAT_MA if inputs.on else 0)
            shown_ma += (true_ma - shown_ma) * (0.5 if averaged else 1)
            inputs.current_ma = int(shown_ma) + dice.randint(-30, 30)
            missed += proof.step(inputs)
        verdicts.append(proof.verdict)
        if proof.is_open or proof.is_stuck:
            return verdicts, missed, True
    return verdicts, missed, False


@pytest.mark.parametrize("busy, undecided, wrong", [(10, 0.1, 0.004), (60, 0.4, 0.01)])
@pytest.mark.parametrize("averaged", [False, True])
def test_how_often_loads_mislead(busy, undecided, wrong, averaged):
    edges = 800
    verdicts, missed, fault = judge_edges(busy, edges, averaged, seed=5)
    assert not fault
    assert verdicts.count(cp.UNDECIDED) <= undecided * edges
    assert missed + verdicts.count(cp.MISSING) <= 2 * wrong * edges
    assert verdicts.count(cp.SEEN) >= (1 - undecided - wrong) * edges
