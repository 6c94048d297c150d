"""What the relay makes of what comes back: commands for the loop, or refusals."""

import pytest

from host_tests import mqtt_rig
from host_tests.mqtt_rig import Bench
from relay import commands as c


@pytest.fixture(scope="module")
def modules():
    with mqtt_rig.modules() as found:
        yield found


@pytest.fixture
def bench(modules):
    return Bench(modules)


@pytest.mark.parametrize("word, mode", [(b"off", 0), (b"charger", 1), (b"charger_or_soc", 2)])
def test_a_mode_command_reaches_the_loop_and_is_confirmed(bench, word, mode):
    bench.run(20_000)
    sent = len(bench.states())
    bench.exchange.put(c.SET_MODE, False, word, False)
    bench.run(1_000)
    assert bench.commands == [(c.SET_MODE, mode)]
    assert bench.relay.commands_done == 1
    assert bench.states()[sent]["commands_done"] == 1


@pytest.mark.parametrize(
    "source, payload, value",
    [
        (c.BOOST, b"30", 30),
        (c.BOOST, b"0", 0),
        (c.SET_ON_DC, b"-15", -15),
        (c.SET_OFF_DC, b"55", 55),
        (c.RELEASE, b"10", 10),
        (c.RESET_REPORT, b"reset", 0),
    ],
)
def test_commands_reach_the_loop_with_their_values(bench, source, payload, value):
    bench.run(20_000)
    bench.exchange.put(source, False, payload, False)
    bench.run(1_000)
    assert bench.commands == [(source, value)] and bench.relay.commands_done == 1


def test_what_the_loop_cannot_do_is_a_refusal(bench):
    bench.run(20_000)
    bench.possible = False
    sent = len(bench.states())
    bench.exchange.put(c.RELEASE, False, b"10", False)
    bench.run(1_000)
    told = bench.states()[sent]
    assert told["command_refusal"] == "not_possible"
    assert (told["commands_done"], told["commands_refused"]) == (0, 1)


def test_out_of_bounds_is_told(bench):
    bench.run(20_000)
    sent = len(bench.states())
    bench.exchange.put(c.BOOST, False, b"121", False)
    bench.run(1_000)
    assert bench.commands == []
    assert bench.states()[sent]["command_refusal"] == "out_of_bounds"


def test_acknowledge_reaches_the_loop(bench):
    bench.run(1_000)
    bench.exchange.put(c.ACKNOWLEDGE, False, b"acknowledge", False)
    bench.run(1_000)
    assert bench.commands == [(c.ACKNOWLEDGE, 0)]


@pytest.mark.parametrize(
    "retained, payload, oversized, reason",
    [
        (True, b"charger", False, "retained"),
        (False, b"full power", False, "invalid"),
        (False, b"charger", True, "oversized"),
        (False, b"c" * 300, False, "oversized"),
    ],
)
def test_refusals_are_counted_and_told(bench, retained, payload, oversized, reason):
    bench.run(20_000)
    sent = len(bench.states())
    bench.exchange.put(c.SET_MODE, retained, payload, oversized)
    bench.run(1_000)
    assert bench.commands == []
    told = bench.states()[sent]
    assert told["command_refusal"] == reason and told["commands_refused"] == 1


def test_a_flood_of_commands_is_bounded(bench):
    bench.run(20_000)
    sent = len(bench.states())
    for _ in range(50):
        for _ in range(10):
            bench.exchange.put(c.SET_MODE, False, b"off", False)
        bench.run(100)
    assert bench.relay.commands_refused > 0 and bench.relay.refusal == c.BUSY
    assert len(bench.states()) - sent <= 11  # 5 s at two a second
