"""Reads scenario files: strict JSON in which every mistake is named with its place.

The format is described in docs/bench.md. What comes out is plain data: `Scenario` with `Step`s,
`Expectation`s and `Always` conditions; `scenario.py` plays them.
"""

import json
import re

from tools.bench.bms import simulators
from tools.bench.condition import NUMERIC, OPERATORS, Condition
from tools.bench.controls import ControlError, check_value

_FIELD = re.compile(r"^(true|believed|pins|chip|uart|packs|radio|panel|mqtt)(\.[a-z0-9_]+)+$")
_NAME = re.compile(r"^[a-z0-9_]+$")
_END_LIMIT_S = 14 * 86_400
_CAPACITY_AH = (5, 1000)


class ScenarioError(ValueError):
    """The scenario file is unusable; the text names the place and the mistake."""


class Step:
    """Sets controls once its trigger is due: a time, a delay after the step before, a condition.

    Times in virtual seconds; None where not given. `mark` names the moment for expectations.
    """

    def __init__(self):
        self.at_s = None
        self.after_s = None
        self.when = None
        self.within_s = None
        self.mark = None
        self.sets = {}


class Expectation:
    """A condition that must come true between its activation and its deadline."""

    def __init__(self):
        self.name = ""
        self.condition = None
        self.after = None
        self.by_s = None
        self.within_s = None


class Always:
    """A condition that must hold at every moment between two marks (None: start, end)."""

    def __init__(self):
        self.name = ""
        self.condition = None
        self.after = None
        self.grace_s = 0
        self.until = None


class Scenario:
    """A whole scenario; times in virtual seconds."""

    def __init__(self):
        self.name = ""
        self.about = ""
        self.end_s = 0
        self.settings = {}
        self.secrets = {}
        self.other_bms = []
        self.psram = False
        self.capacity_ah = None
        self.start = {}
        self.steps = []
        self.expectations = []
        self.always = []


def load(path):
    """Reads a scenario file; raises ScenarioError with the place of the first mistake."""
    try:
        with open(path, encoding="utf-8") as file:
            tree = json.load(file, object_pairs_hook=_no_duplicates)
    except OSError as error:
        raise ScenarioError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path} is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        text = f"{path}, line {error.lineno}, column {error.colno}: {error.msg}"
        raise ScenarioError(text) from error
    return parse(tree)


def parse(tree):
    """Turns the decoded JSON into a Scenario; raises ScenarioError."""
    keys = (
        "name",
        "about",
        "end_s",
        "settings",
        "secrets",
        "other_bms",
        "psram",
        "capacity_ah",
        "start",
        "steps",
        "expect",
        "always",
    )
    _object(tree, "scenario", keys, ("name", "end_s"))
    scenario = Scenario()
    scenario.name = _text(tree["name"], "name")
    scenario.about = _text(tree.get("about", ""), "about")
    scenario.end_s = _number(tree["end_s"], "end_s", 1, _END_LIMIT_S)
    scenario.settings = _object(tree.get("settings", {}), "settings")
    scenario.secrets = _object(tree.get("secrets", {}), "secrets")
    scenario.other_bms = _names(tree.get("other_bms", []), "other_bms")
    scenario.psram = tree.get("psram", False)
    if not isinstance(scenario.psram, bool):
        raise ScenarioError("psram: must be true or false")
    if "capacity_ah" in tree:
        scenario.capacity_ah = _number(tree["capacity_ah"], "capacity_ah", *_CAPACITY_AH)
    scenario.start = _sets(tree.get("start", {}), "start")
    scenario.steps = _each(tree, "steps", _step)
    marks = _collect_marks(scenario.steps)
    scenario.expectations = _each(tree, "expect", _expectation)
    scenario.always = _each(tree, "always", _always)
    _check_marks(scenario, marks)
    if not scenario.expectations and not scenario.always:
        raise ScenarioError('scenario: expects nothing; give "expect" or "always"')
    return scenario


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ScenarioError(f'the key "{key}" appears twice in one object')
    return dict(pairs)


def _each(tree, key, read):
    items = tree.get(key, [])
    if not isinstance(items, list):
        raise ScenarioError(f"{key}: must be a list")
    return [read(item, f"{key}[{i}]") for i, item in enumerate(items)]


def _step(item, place):
    _object(item, place, ("at_s", "after_s", "when", "within_s", "mark", "set"))
    triggers = [key for key in ("at_s", "after_s", "when") if key in item]
    if len(triggers) != 1:
        raise ScenarioError(f"{place}: needs exactly one of at_s, after_s, when")
    if ("within_s" in item) != ("when" in item):
        raise ScenarioError(f'{place}: "when" and "within_s" go together')
    step = Step()
    step.at_s = _optional_time(item, "at_s", place)
    step.after_s = _optional_time(item, "after_s", place)
    step.within_s = _optional_time(item, "within_s", place)
    if "when" in item:
        step.when = _condition(item["when"], place + ".when")
    step.mark = _optional_name(item, "mark", place)
    step.sets = _sets(item.get("set", {}), place + ".set")
    if not step.sets and not step.mark:
        raise ScenarioError(f'{place}: does nothing; give "set" or "mark"')
    return step


def _expectation(item, place):
    _object(item, place, ("name", "expect", "after", "by_s", "within_s"), ("name", "expect"))
    if ("by_s" in item) == ("within_s" in item):
        raise ScenarioError(f"{place}: needs exactly one of by_s, within_s")
    result = Expectation()
    result.name = _text(item["name"], place + ".name")
    result.condition = _condition(item["expect"], place + ".expect")
    result.after = _optional_name(item, "after", place)
    result.by_s = _optional_time(item, "by_s", place)
    result.within_s = _optional_time(item, "within_s", place)
    return result


def _always(item, place):
    keys = ("name", "always", "after", "grace_s", "until")
    _object(item, place, keys, ("name", "always"))
    result = Always()
    result.name = _text(item["name"], place + ".name")
    result.condition = _condition(item["always"], place + ".always")
    result.after = _optional_name(item, "after", place)
    result.grace_s = _optional_time(item, "grace_s", place) or 0
    result.until = _optional_name(item, "until", place)
    return result


def _condition(item, place):
    _object(item, place)
    if not item:
        raise ScenarioError(f"{place}: names no field")
    wants = []
    for field, want in item.items():
        if not _FIELD.match(field):
            raise ScenarioError(f"{place}: no such field: {field}")
        wants.extend(_wants(field, want, f"{place}.{field}"))
    return Condition(wants)


def _wants(field, want, place):
    if not isinstance(want, dict):
        return [(field, None, want)]
    for operator, value in want.items():
        if operator not in OPERATORS:
            known = ", ".join(OPERATORS)
            raise ScenarioError(f"{place}: no such operator: {operator} (have {known})")
        if operator in NUMERIC and (
            isinstance(value, bool) or not isinstance(value, (int, float))
        ):
            raise ScenarioError(f"{place}.{operator}: must be a number")
        if operator == "in" and not isinstance(value, list):
            raise ScenarioError(f"{place}.in: must be a list")
    if not want:
        raise ScenarioError(f"{place}: has no operator")
    return [(field, operator, value) for operator, value in want.items()]


def _names(item, place):
    """Names of simulated BMSs, of packs in parallel to the first."""
    if not isinstance(item, list):
        raise ScenarioError(f"{place}: must be a list")
    for i, name in enumerate(item):
        if name not in simulators.NAMES:
            known = ", ".join(simulators.NAMES)
            raise ScenarioError(f"{place}[{i}]: no such BMS: {name} (have {known})")
    return item


def _sets(item, place):
    _object(item, place)
    result = {}
    for name, value in item.items():
        try:
            result[name] = check_value(name, value)
        except ControlError as error:
            raise ScenarioError(f"{place}: {error}") from error
    return result


def _collect_marks(steps):
    marks = set()
    for i, step in enumerate(steps):
        if step.mark in marks:
            raise ScenarioError(f'steps[{i}]: the mark "{step.mark}" appears twice')
        if step.mark:
            marks.add(step.mark)
    return marks


def _check_marks(scenario, marks):
    for group, items in (("expect", scenario.expectations), ("always", scenario.always)):
        for i, item in enumerate(items):
            for mark in (item.after, getattr(item, "until", None)):
                if mark is not None and mark not in marks:
                    raise ScenarioError(f'{group}[{i}]: no step has the mark "{mark}"')


def _object(item, place, known=None, needed=()):
    if not isinstance(item, dict):
        raise ScenarioError(f"{place}: must be an object")
    for key in item:
        if known is not None and key not in known:
            raise ScenarioError(
                '{}: unknown key "{}" (have {})'.format(place, key, ", ".join(known))
            )
    for key in needed:
        if key not in item:
            raise ScenarioError(f'{place}: "{key}" is missing')
    return item


def _text(value, place):
    if not isinstance(value, str):
        raise ScenarioError(f"{place}: must be a text")
    return value


def _number(value, place, low, high):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ScenarioError(f"{place}: must be a number")
    if not low <= value <= high:
        raise ScenarioError(f"{place}: must be within {low} and {high}")
    return value


def _optional_time(item, key, place):
    if key not in item:
        return None
    return _number(item[key], f"{place}.{key}", 0, _END_LIMIT_S)


def _optional_name(item, key, place):
    if key not in item:
        return None
    name = _text(item[key], f"{place}.{key}")
    if not _NAME.match(name):
        raise ScenarioError(f"{place}.{key}: must be of a-z, 0-9 and _")
    return name
