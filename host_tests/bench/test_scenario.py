"""Scenario files: what is refused and why, and how a good one is played and judged."""

import copy
import json
import re
from pathlib import Path

import pytest

from tools.bench import scenario_file
from tools.bench.controls import ControlError, check_value, describe, names
from tools.bench.scenario import FAILED, PASSED, Player, clock
from tools.bench.scenario_file import ScenarioError

SCENARIOS = sorted((Path(scenario_file.__file__).parent / "scenarios").glob("*.json"))
GOOD = {
    "name": "a test",
    "end_s": 100,
    "steps": [
        {"at_s": 5, "set": {"charger": True}},
        {"when": {"true.coldest_dc": {"lt": 0}}, "within_s": 50, "mark": "cold"},
    ],
    "expect": [{"name": "heats", "expect": {"pins.heater": True}, "after": "cold", "within_s": 3}],
    "always": [{"name": "alive", "always": {"chip.resets": 0}}],
}


def needs_psram(scenario):
    """True if README's table does not promise a scenario's BMSs to a board without PSRAM."""
    table = (Path(scenario_file.__file__).parents[2] / "README.md").read_text()
    granted = re.findall(r"^\| `(\w+)` \| yes", table.split("<!-- table")[1], re.M)
    names = [*scenario.other_bms, scenario.start.get("bms", "jk_gps")]
    names += [step.sets["bms"] for step in scenario.steps if "bms" in step.sets]
    unsuited = [name for name in names if name not in granted]
    return bool(unsuited or scenario.other_bms or scenario.settings.get("bms_writes"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_for_which_a_board_without_psram_is_too_small_says_so(path):
    scenario = scenario_file.load(path)
    if needs_psram(scenario):
        assert scenario.psram


def changed(**changes):
    tree = copy.deepcopy(GOOD)
    tree.update(changes)
    return tree


def with_expect(**item):
    return changed(expect=[{"name": "x", "expect": {"pins.heater": True}, "by_s": 1, **item}])


BAD = [
    ([], "scenario: must be an object"),
    ({"name": "x"}, 'scenario: "end_s" is missing'),
    (changed(colour="red"), 'scenario: unknown key "colour"'),
    (changed(name=5), "name: must be a text"),
    (changed(end_s="long"), "end_s: must be a number"),
    (changed(end_s=True), "end_s: must be a number"),
    (changed(end_s=0), "end_s: must be within 1 and"),
    (changed(capacity_ah=1), "capacity_ah: must be within 5 and 1000"),
    (changed(steps={}), "steps: must be a list"),
    (changed(steps=[{"set": {"charger": True}}]), "steps[0]: needs exactly one of at_s"),
    (changed(steps=[{"at_s": 1, "after_s": 2, "mark": "a"}]), "steps[0]: needs exactly one"),
    (changed(steps=[{"at_s": -1, "mark": "a"}]), "steps[0].at_s: must be within 0"),
    (changed(steps=[{"at_s": 1}]), "steps[0]: does nothing"),
    (changed(steps=[{"at_s": 1, "mark": "A b"}]), "steps[0].mark: must be of a-z"),
    (changed(steps=[{"at_s": 1, "mark": "a"}] * 2), 'steps[1]: the mark "a" appears twice'),
    (
        changed(steps=[{"at_s": 1, "within_s": 2, "mark": "a"}]),
        '"when" and "within_s" go together',
    ),
    (changed(steps=[{"when": {"pins.heater": True}, "mark": "a"}]), "go together"),
    (changed(steps=[{"at_s": 1, "set": {"sun": 1}}]), "steps[0].set: no such control: sun"),
    (changed(steps=[{"at_s": 1, "set": {"lapse": 601}}]), "lapse: must be within 1 and 600"),
    (changed(start={"charger": 1}), "start: charger: must be true or false"),
    (changed(psram=1), "psram: must be true or false"),
    (changed(settings=[]), "settings: must be an object"),
    (with_expect(expect={}), "expect[0].expect: names no field"),
    (with_expect(expect={"heater": True}), "expect[0].expect: no such field: heater"),
    (with_expect(expect={"true.coldest_dc": {}}), "has no operator"),
    (with_expect(expect={"true.coldest_dc": {"below": 1}}), "no such operator: below"),
    (with_expect(expect={"true.coldest_dc": {"lt": "a"}}), "lt: must be a number"),
    (with_expect(expect={"believed.heater_state": {"in": "ab"}}), "in: must be a list"),
    (with_expect(within_s=3), "expect[0]: needs exactly one of by_s, within_s"),
    (with_expect(after="noon"), 'expect[0]: no step has the mark "noon"'),
    (changed(always=[{"name": "x", "always": {"chip.resets": 0}, "until": "noon"}]), "always[0]"),
    (changed(expect=[], always=[]), "expects nothing"),
]


@pytest.mark.parametrize(("tree", "text"), BAD, ids=[text for _, text in BAD])
def test_mistakes_are_named_with_their_place(tree, text):
    with pytest.raises(ScenarioError) as error:
        scenario_file.parse(tree)
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "line 1, column 2"),
        (b"\xff", "not UTF-8"),
        (b'{"name": "a", "name": "b"}', 'the key "name" appears twice'),
    ],
)
def test_files_that_are_not_json(tmp_path, content, text):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=text):
        scenario_file.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="cannot read .*none.json: No such file"):
        scenario_file.load(tmp_path / "none.json")


def test_the_good_example_is_good():
    scenario = scenario_file.parse(GOOD)
    assert [step.mark for step in scenario.steps] == [None, "cold"]


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_shipped_scenarios_are_valid_and_told(path):
    scenario = scenario_file.load(path)
    assert scenario.about
    assert scenario.expectations


def test_every_fault_of_the_page_has_a_scenario():
    wanted = "cooling unplug garble freeze_answers sensor_absent broker_down broker_silent"
    wanted += " firmware_kill firmware_freeze"
    assert set(wanted.split()) <= {path.stem for path in SCENARIOS}


class World:
    """A bench of two fields, for the player."""

    def __init__(self, tree=GOOD):
        self.fields = {"true.coldest_dc": 80, "pins.heater": False, "chip.resets": 0}
        self.applied = []
        self.said = []
        self.player = Player(
            scenario_file.parse(tree),
            self.fields.get,
            lambda name, value: self.applied.append((name, value)),
            lambda: f"at {self.fields['true.coldest_dc']} dC",
            self.said.append,
        )

    def at(self, t_s, **fields):
        self.fields.update({name.replace("__", "."): value for name, value in fields.items()})
        self.player.tick(t_s)


def test_everything_holds():
    world = World()
    world.at(0)
    assert world.applied == []
    world.at(5.1)
    assert world.applied == [("charger", True)]
    world.at(20, true__coldest_dc=-1)
    assert world.player.marks == {"cold": 20}
    world.at(22, pins__heater=True)
    assert world.player.done and world.player.passed
    assert world.player.summary()[-1] == "2 of 2 held"


def test_an_end_that_comes_too_late_fails():
    world = World()
    world.at(20, true__coldest_dc=-1)
    world.at(23.5)
    world.at(24, pins__heater=True)
    world.at(100)
    assert [o.result for o in world.player.outcomes] == [FAILED]
    assert "pins.heater is false, not = true" in world.player.outcomes[0].reason
    assert not world.player.passed


def test_coming_true_between_two_looks_but_late_fails():
    world = World()
    world.at(20, true__coldest_dc=-1)
    world.at(25, pins__heater=True)
    assert world.player.outcomes[0].result == FAILED
    assert world.player.outcomes[0].reason == "2.0 s late"


def test_a_step_that_never_comes_ends_the_scenario():
    world = World()
    world.at(5)
    world.at(60)
    assert world.player.done and not world.player.passed
    assert world.player.missed == "step 2 never came: true.coldest_dc is 80, not < 0"
    assert any(world.player.missed in line for line in world.player.summary())


def test_a_missed_step_fails_even_if_all_expected_came_true():
    item = {"name": "off", "expect": {"pins.heater": False}, "by_s": 1}
    world = World(changed(expect=[item]))
    world.at(0)
    world.at(5)
    world.at(60)
    assert all(outcome.result == PASSED for outcome in world.player.outcomes)
    assert not world.player.passed


def test_a_broken_guard_fails_at_once_and_names_what_it_saw():
    world = World()
    world.at(1, chip__resets=1)
    assert world.player.guards[0].result == FAILED
    assert world.player.guards[0].reason == "chip.resets is 1, not = 0"
    world.at(2, chip__resets=0)
    assert world.player.guards[0].result == FAILED


def test_a_failure_is_said_with_how_things_are_then():
    world = World()
    world.at(1, chip__resets=1)
    assert world.said == [
        "0:00:01.0  FAIL: alive (chip.resets is 1, not = 0)",
        "           at 80 dC",
    ]
    world.at(5, true__coldest_dc=70)
    world.at(60)
    assert world.player.missed
    assert world.said[-1] == "           at 70 dC"


def test_a_guard_has_a_start_a_grace_and_an_end():
    item = {
        "name": "off",
        "always": {"pins.heater": False},
        "after": "a",
        "grace_s": 3,
        "until": "b",
    }
    steps = [{"at_s": 10, "mark": "a"}, {"at_s": 20, "mark": "b"}]
    world = World(changed(steps=steps, always=[item], expect=[]))
    world.at(5, pins__heater=True)
    world.at(12)
    assert world.player.guards[0].result != FAILED
    world.at(14, pins__heater=False)
    world.at(20)
    assert world.player.guards[0].result == PASSED
    assert world.player.passed


def test_a_guard_whose_start_never_came_fails():
    item = {"name": "off", "always": {"pins.heater": False}, "after": "cold"}
    world = World(changed(always=[item], expect=[]))
    world.at(5)
    world.at(100)
    assert not world.player.passed


def test_delays_count_from_the_step_before():
    steps = [{"at_s": 10, "mark": "a"}, {"after_s": 5, "mark": "b"}]
    world = World(changed(steps=steps, expect=[]))
    world.at(10)
    world.at(14.9)
    assert world.player.marks == {"a": 10}
    world.at(15)
    assert world.player.marks == {"a": 10, "b": 15}


@pytest.mark.parametrize(
    ("want", "have", "holds"),
    [
        (True, True, True),
        (True, 1, False),
        (1, 1, True),
        (None, None, True),
        ({"ge": 5, "le": 6}, 6, True),
        ({"ge": 5, "le": 6}, 7, False),
        ({"lt": 5}, None, False),
        ({"lt": 5}, "4", False),
        ({"ne": "off"}, None, True),
        ({"ne": None}, None, False),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a", "b"]}, "c", False),
        ({"starts": "blocked"}, "blocked:stale", True),
        ({"starts": "blocked"}, 5, False),
        ({"contains": "cell_uvp"}, ["cell_uvp"], True),
    ],
)
def test_comparisons(want, have, holds):
    scenario = scenario_file.parse(with_expect(expect={"believed.x": want}))
    condition = scenario.expectations[0].condition
    assert condition.holds({"believed.x": have}.get) is holds
    assert bool(condition.shortfall({"believed.x": have}.get)) is not holds


def test_virtual_time_is_written_for_people():
    assert clock(3725.27) == "1:02:05.2"
    assert clock(None) == "-"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("nothing", 1, "no such control: nothing"),
        ("charger", 1, "charger: must be true or false"),
        ("lapse", 2.5, "lapse: must be a whole number"),
        ("lapse", True, "lapse: must be a whole number"),
        ("ambient_dc", -401, "ambient_dc: must be within -400 and 500"),
        ("broker", "up", "broker: must be one of normal, down, silent"),
        ("firmware_kill", 1, "firmware_kill: is an action"),
    ],
)
def test_controls_refuse_with_reason(name, value, text):
    with pytest.raises(ControlError, match=text):
        check_value(name, value)


def test_controls_describe_themselves():
    entries = describe()
    assert [entry["name"] for entry in entries] == names()
    assert all(entry["label"] and entry["help"] for entry in entries)
    assert json.dumps(entries)
