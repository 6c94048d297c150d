"""What building does when Python's heap gets short before the relay, and with PSRAM."""

import sys
import types

import pytest

from building import more, relay

LENT = 8_000  # starting/startup.py lends as much to a second start
HELD = 31_000


def held(free, ballast=HELD, failures=0):
    """Returns the ballast that there is when the relay is built with so many bytes free."""
    kept = [ballast]
    link = types.SimpleNamespace(trim=kept.append)
    units = [types.SimpleNamespace(link=link)]
    device = types.SimpleNamespace(bms=types.SimpleNamespace(units=units))
    memory = types.SimpleNamespace(python_free=free)
    relay.lend(device, types.SimpleNamespace(ballast=ballast, failures=failures, memory=memory))
    return kept[-1]


def test_a_start_that_would_fail_gets_what_the_next_one_would():
    assert held(37_999) == HELD - LENT
    assert held(38_000) == HELD


def test_nothing_is_lent_twice_nor_where_nothing_is_held():
    assert held(5_000, failures=1) == HELD
    assert held(5_000, ballast=0) == 0


@pytest.mark.parametrize("saved, told", ((None, [0, 0, 0, 0]), ([1, 2, 3, 4], [1, 2, 3, 4])))
def test_with_psram_energy_is_counted_without_a_broker_too(monkeypatch, saved, told):
    remote = types.SimpleNamespace(add_to=lambda device, early: None)
    monkeypatch.setitem(sys.modules, "building.remote", remote)
    device = types.SimpleNamespace(state={"meter": saved}, wifi_used=False, mqtt_used=False)
    settings = {"preheat_at": "", "history_kb": 0}
    more.add_to(device, types.SimpleNamespace(roomy=True, settings=settings))
    assert list(device.meter.told) == told
