"""Some faults of tools/cost/resilience.py, for a short time; and what it finds wrong is told."""

import dataclasses

import pytest

from tools.cost import resilience

NAMES = ("a flood of hostile commands", "the broker restarts, and has forgotten all")
FAULTS = [dataclasses.replace(f, seconds=8) for f in resilience.FAULTS if f.name in NAMES]


@pytest.fixture(scope="module")
def outcomes():
    return resilience.play(FAULTS)


def test_these_faults_are_over_soon_and_leave_nothing_behind(outcomes):
    assert [one.name for one in outcomes] == list(NAMES)
    untimed = [dataclasses.replace(one, hold_ms=0) for one in outcomes]  # that is the machine's
    assert resilience.problems(untimed, FAULTS) == []
    flood, restart = outcomes
    assert flood.sent == flood.answered > 100 and flood.connects == 0
    assert restart.connects == 1 and restart.sent == 0


def test_the_table_has_a_line_for_each(outcomes):
    head, under, *lines = resilience.table(outcomes, FAULTS)
    assert len(lines) == len(FAULTS)
    assert {line.count("|") for line in (head, under, *lines)} == {9}
    assert "none missed" in lines[0] and f"{outcomes[0].sent} of {outcomes[0].sent}" in lines[0]


def test_what_is_wrong_is_told():
    fault = resilience.Fault("x", "pass", 5, limit_s=10)
    bad = resilience.Outcome("x", 11.0, 4, 4, 3, 2, 1, 2, grown=2600, hold_ms=51.0)
    never = resilience.Outcome("x", -1.0, 4, 0, 0, 0, 0, 1)
    found = resilience.problems([bad, never], [fault, fault])
    assert [text.partition(": ")[2] for text in found] == [
        "back after 11 s",
        "3 commands, 2 answers",
        "2 sockets are open",
        "the heap has grown by 2600 B",
        "the loop was held for 51 ms",
        "back after -1 s",
    ]
