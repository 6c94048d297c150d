"""No state that the heater can reach has the output on while a veto holds; see heat_states.py."""

import random

import pytest

import words as s
from heat.heater import Heater
from host_tests.heat.enumeration import Enumeration, Undo, clone
from host_tests.heat.heat_states import (
    BETWEEN,
    COLD,
    COMMANDS,
    HIGHEST_DC,
    HOT,
    RECOVERY_DC,
    SHORT_BOOK,
    SHORT_PROOF,
    WARM,
    Reading,
    all_in_time,
    all_of_heat,
    all_of_proof,
    all_sensors,
    all_vetoes,
    make_heater,
    make_heater_of_100_w,
    make_heater_without_a_book,
    picture,
    picture_in_time,
    picture_of_either,
    picture_of_heat,
    scaled_time,
)

# The names of the slices, and the faults that each must be able to come to.
SLICES = {
    "vetoes": {s.INTERNAL, s.STATE_LOST, s.UNSTABLE},
    "sensors": {s.SENSOR_SPREAD, s.OVER_TEMPERATURE},
    "time": {s.NOT_HEATING, s.OPEN_CIRCUIT, s.TOO_LONG, s.STUCK_ON},
    "heat": {s.HEAT_UNSEEN, s.NOT_HEATING},
    "blind": {s.HEAT_UNSEEN, s.NOT_HEATING},
    "proof": {s.NOT_HEATING},
}
BLOCKED = {
    "vetoes": {s.LINK_DOWN, s.STALE, s.IMPLAUSIBLE, s.FROZEN, s.NO_SENSOR, s.SETTLING}
    | {s.NO_THRESHOLDS, s.BMS_ALARM, s.MAT_LIMIT},
    "sensors": {s.SETTLING, s.JUMP, s.NO_SENSOR},
    "time": {s.BACKOFF, s.STALE, s.BMS_ALARM},
    "heat": {s.LOSING_HEAT, s.BACKOFF, s.STALE},
    "blind": {s.LOSING_HEAT, s.STALE},
    "proof": {s.BACKOFF, s.TOO_WEAK, s.STALE},
}
LATCHED, ON = 0, 4  # places in a picture


def check_step(old, name, reading, new):
    """What must hold at every step from any state to the next."""
    if reading is None:
        if name == "acknowledge":
            assert new.latched == 0 and not (old.latched and new.on)
        else:
            kept = new.latched & old.latched
            assert kept == old.latched or new.latched >> s.STATE_LOST - 1 & 1, name
        return
    assert new.latched & old.latched == old.latched, f"{reading.name} clears a fault"
    if not new.on:
        assert new.state != s.HEATING
        return
    assert reading.allows, reading.name
    assert new.state == s.HEATING and new.reason == s.NONE
    assert new.latched == 0
    sensors = new.inputs.sensors
    assert sensors.readings >= 3 and sensors.settled and not sensors.erratic
    assert sensors.cold_dc < RECOVERY_DC and sensors.hot_dc <= HIGHEST_DC
    assert new.law.boost_ms or new.law.mode != s.MODE_OFF
    assert new.guard.backoff_ms == 0 and new.guard.weak_ms == 0
    assert new.guard.balance.verdict == 0


@pytest.fixture(scope="module")
def slices():
    """All slices, enumerated."""
    found = {
        "vetoes": Enumeration(all_vetoes(), list(COMMANDS)).run(check_step),
        "sensors": Enumeration(all_sensors(), ["acknowledge"], picture_of_either).run(check_step),
    }
    with scaled_time():
        found["time"] = Enumeration(
            all_in_time(), ["acknowledge", "restart"], picture_in_time
        ).run(check_step)
    commands = ["acknowledge", "restart"]
    with scaled_time(SHORT_BOOK):
        for name, board_dc in (("heat", BETWEEN), ("blind", None)):
            found[name] = Enumeration(
                all_of_heat(board_dc), commands, picture_of_heat, make_heater_of_100_w
            ).run(check_step)
    with scaled_time(SHORT_PROOF):
        found["proof"] = Enumeration(
            all_of_proof(), commands, picture_of_heat, make_heater_without_a_book
        ).run(check_step)
    return found


@pytest.mark.parametrize("name", SLICES)
def test_no_state_heats_against_a_veto_and_none_forgets_a_fault(slices, name):
    """check_step() has looked at every transition; here is how many there were."""
    found = slices[name]
    commands = {"vetoes": len(COMMANDS), "sensors": 1}.get(name, 2)
    assert found.transitions == len(found.pictures) * (len(found.inputs) + commands)
    assert len(found.pictures) > 500


@pytest.mark.parametrize("name", SLICES)
def test_every_fault_and_every_reason_is_reachable(slices, name):
    pictures, told = slices[name].pictures, slices[name].told
    latched = {s.first_fault(seen[LATCHED]) for seen in pictures}
    for reason in SLICES[name]:
        assert any(seen[LATCHED] >> reason - 1 & 1 for seen in pictures)
    assert SLICES[name] <= latched | {s.STUCK_ON}
    assert BLOCKED[name] <= {reason for _, reason in told}
    assert {s.IDLE, s.HEATING, s.BLOCKED, s.FAULT} <= {state for state, _ in told}


def test_all_faults_are_in_one_of_the_slices():
    assert set().union(*SLICES.values()) == set(range(1, s.LAST_FAULT + 1))


def test_no_more_heat_is_put_in_than_the_book_holds(slices):
    """Two seconds of the mat."""
    for name in ("heat", "blind"):
        books = {seen[-2][0] for seen in slices[name].pictures}
        assert max(books) == 200 and min(books) == 0


@pytest.mark.parametrize("name", SLICES)
def test_there_is_a_way_back_to_heating_from_everywhere(slices, name):
    found = slices[name]
    assert len(found.leading_to(lambda seen: seen[ON])) == len(found.pictures)


@pytest.mark.parametrize("name", SLICES)
def test_without_an_acknowledgement_there_is_none_from_a_fault(slices, name):
    """Cut that input out of the graph: no state with a fault leads to one without."""
    found = slices[name]
    for number, seen in enumerate(found.pictures):
        if seen[LATCHED] == 0:
            from_fault = {n for n in found.before[number] if found.pictures[n][LATCHED]}
            assert from_fault <= found.acknowledged[number]


# -- an enumeration that finds nothing must be able to find something ---------------------------


@pytest.mark.parametrize(
    "attribute, broken",
    [
        ("_hindrance", lambda *_: s.NONE),
        ("_is_over_limit", lambda *_: False),
        ("step", lambda *_: s.NONE),
    ],
)
def test_a_guard_with_a_hole_is_found(monkeypatch, attribute, broken):
    monkeypatch.setattr("heat.guard.vetoes.Guard." + attribute, broken)
    with pytest.raises(AssertionError):
        Enumeration(all_vetoes(), list(COMMANDS)).run(check_step)


def test_a_fault_that_time_clears_is_found(monkeypatch):
    step = Heater.step

    def forgetful(heater, *args):
        heater.guard.latched = 0
        return step(heater, *args)

    monkeypatch.setattr(Heater, "step", forgetful)
    with pytest.raises(AssertionError, match="clears a fault"):
        Enumeration(all_vetoes(), list(COMMANDS)).run(check_step)


def test_a_clone_is_a_heater_of_its_own():
    heater = make_heater()
    other = clone(heater, {})
    before = picture(heater)
    assert picture(other) == before
    assert other.thermal is not heater.thermal
    for _ in range(5):
        all_vetoes()[0].step(other)
    assert picture(heater) == before != picture(other)


@pytest.mark.parametrize("name", ["acknowledge", "restart"])
def test_what_is_undone_is_as_it_was(name):
    heater = make_heater()
    all_sensors()[0].step(heater)
    undo, parts, before = Undo(heater), everything(heater), picture_in_time(heater)
    for _ in range(2):
        heater.guard.trip(s.TOO_LONG)
        for reading in all_sensors()[:5]:
            reading.step(heater)
        COMMANDS[name](heater)
        assert everything(heater) != parts and picture_in_time(heater) != before
        undo.back()
        assert everything(heater) == parts and picture_in_time(heater) == before


def everything(thing):
    """Returns all that a heater has, as text: each number, and which array it is."""
    if not type(thing).__module__.startswith("heat."):
        return repr(thing)
    return {
        name: everything(value) for name, value in thing.__dict__.items() if name != "_thermal"
    }


def test_which_of_two_sensors_says_what_makes_no_difference():
    """What picture_of_either() takes for granted."""
    levels = (COLD, WARM, HOT, None)
    pairs = [(Reading((a, b)), Reading((b, a))) for a in levels for b in levels]
    heater, mirrored = make_heater(), make_heater()
    dice = random.Random(1)
    seen = set()
    for _ in range(3000):
        if dice.random() < 0.1:
            heater.acknowledge()
            mirrored.acknowledge()
        pair = dice.choice(pairs)
        for _ in range(dice.choice((1, 1, 4))):
            assert pair[0].step(heater) == pair[1].step(mirrored)
            assert picture_of_either(heater) == picture_of_either(mirrored)
            seen.add((heater.state, heater.reason))
    assert SLICES["sensors"] | BLOCKED["sensors"] | {s.NONE} <= {reason for _, reason in seen}
