"""The table of what each feature takes of both heaps: what is counted, and held against what."""

import pytest

from settings.table import SETTINGS, load
from tools.cost import boot_play, chip_heaps, features
from tools.cost.boot_play import Stage


def stages(live, *taken, given=()):
    return [Stage("boot", 1000, 2000, []), Stage("tasks", live, live, list(taken), list(given))]


def test_what_drivers_and_sockets_hold_is_counted_and_the_ballast_is_not():
    socket = chip_heaps.SOCKET
    assert features.taken(stages(0, ("socket", 0), ("socket", 0))) == 2 * socket
    assert features.taken(stages(0, ("uart", 20_000), ("socket", 0))) == socket
    held = features.taken(stages(0, ("uart", 256)))
    assert held == chip_heaps.UART + 256
    assert features.taken(stages(0, ("uart", 256), given=("uart",))) == 0


def test_each_is_held_against_a_start_without_any():
    found = {None: stages(50_000), "more": stages(51_500, ("socket", 0))}
    lines = features.rows(found, features.taken)
    assert lines[-2] == "| Wi-Fi, MQTT, heater | 50,000 | 0 |"
    assert lines[-1] == f"| more | +1,500 | +{chip_heaps.SOCKET:,} |"


def test_what_is_free_is_less_with_more_that_is_taken():
    without = features.least_free(stages(0))
    assert features.least_free(stages(0, ("wifi", 0))) == without - chip_heaps.WIFI


@pytest.mark.parametrize("given", [*features.SMALL.values(), *features.ROOMY.values()])
def test_each_is_a_setting_that_is_taken_and_is_not_the_default(given):
    base = boot_play.SETTINGS | features.PLAIN
    values, errors = load(base | given)
    assert errors == []
    defaults = {row[0]: row[4] for row in SETTINGS}
    for name, value in given.items():
        assert values[name] == value and value != (defaults | features.PLAIN)[name]
