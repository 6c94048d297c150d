"""The list of the guard's rules, at the head of heat/guard/vetoes.py, is what the guard does."""

import re
import types

import pytest

import words as w
from heat.guard import proof, vetoes
from heat.guard.vetoes import Guard
from heat.inputs import Inputs
from host_tests.heat.heat_world import make_settings
from tools.vocabulary import words

REASONS = words(w.REASON_NAMES)
HOT_DC = 400
# What makes a rule hold, and what ends that.
CAUSES = {
    "link_down": lambda i, g, bad: setattr(i, "link_up", not bad),
    "stale": lambda i, g, bad: setattr(i, "fresh", not bad),
    "implausible": lambda i, g, bad: setattr(i, "plausible", not bad),
    "frozen": lambda i, g, bad: setattr(i, "frozen", bad),
    "no_sensor": lambda i, g, bad: setattr(i, "blind_pack", int(bad)),
    "settling": lambda i, g, bad: setattr(i.sensors, "settled", not bad),
    "bms_alarm": lambda i, g, bad: setattr(i, "danger", bad),
    "no_thresholds": lambda i, g, bad: setattr(i, "protect_dc", None if bad else 0),
    "jump": lambda i, g, bad: setattr(i.sensors, "erratic", bad),
    "mat_limit": lambda i, g, bad: setattr(g, "max_mw", 1 if bad else 0),
    "losing_heat": lambda i, g, bad: setattr(g.balance, "verdict", int(bad)),
    "too_weak": lambda i, g, bad: setattr(g, "weak_ms", 10**6 if bad else 0),
    "backoff": lambda i, g, bad: setattr(g, "backoff_ms", 10**6 if bad else 0),
    "too_warm": lambda i, g, bad: setattr(i, "mos_dc", HOT_DC if bad else None),
}


def listed():
    """Returns the reasons of each part of the list, from top to bottom."""
    parts = vetoes.__doc__.split(":\n    ")[1:]
    return [re.findall(r"(?:^|\n    )([a-z_]+)  ", part) for part in parts]


def thing(**attributes):
    return types.SimpleNamespace(**attributes)


def make():
    """Returns (inputs, guard): a cold pack with good readings, and what takes time left out."""
    inputs = Inputs(make_settings())
    inputs.link_up = inputs.fresh = inputs.plausible = True
    inputs.protect_dc, inputs.recover_dc = 0, 50
    inputs.elapsed_ms = 500
    sensors = inputs.sensors
    sensors.settled = True
    sensors.count = sensors.readings = 3
    sensors.cold_dc = sensors.hot_dc = sensors.raw_cold_dc = sensors.raw_hot_dc = -10
    thermal = thing(
        prior_j_k=0, is_calm=lambda inputs: True, window_s=lambda mw: 1, ready_s=lambda mw, dc: 1
    )
    guard = Guard(make_settings(), thermal)
    guard.off_watch = None
    guard.balance = thing(step=lambda inputs, mw: None, verdict=0, half=False)
    guard.proof = thing(step=lambda *_: proof.WAITING)
    return inputs, guard


def told(inputs, guard):
    return REASONS[guard.step(inputs, True, 100_000, 100_000)]


def test_of_all_that_holds_the_first_of_the_list_is_told():
    distrust, _, hindrance = listed()
    rules = distrust + hindrance
    assert sorted(rules) == sorted(CAUSES)
    inputs, guard = make()
    assert told(inputs, guard) == ""
    for name in rules:
        CAUSES[name](inputs, guard, True)
    for name in rules:
        assert told(inputs, guard) == name
        CAUSES[name](inputs, guard, False)
    assert told(inputs, guard) == "" and guard.latched == 0


@pytest.mark.parametrize("name", CAUSES)
def test_a_fault_is_told_before_all_that_holds(name):
    inputs, guard = make()
    CAUSES[name](inputs, guard, True)
    assert told(inputs, guard) == name
    guard.trip(w.NOT_HEATING)
    assert told(inputs, guard) == "not_heating"


def test_the_list_has_each_fault_that_the_guard_can_find():
    faults = set(REASONS[1 : w.LAST_FAULT + 1])
    elsewhere = {"internal", "unstable", "state_lost"}
    assert set(listed()[1]) == faults - elsewhere
    assert all(f"`{name}`" in vetoes.__doc__ for name in elsewhere)
