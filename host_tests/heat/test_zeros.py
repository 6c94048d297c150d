"""Zeros that nobody measured are unknown: of balancers, and of sensors that are not there."""

import pytest

from bms import catalog
from bms import pack as p
from bms.check import PLAUSIBLE, judge
from bms.pack import PackState
from heat.heater import Heater
from host_tests.dialects import CHUNK, feed, load
from host_tests.heat.heat_world import Verdict, make_settings

_SUM = 299


def _balancer(shared):
    capture = load(shared / "field" / "jk02_32s_burst_dz11b2a24s_balancer.json")
    return [bytearray.fromhex(chunk) for chunk in capture["chunks"]]


def _resummed(frame):
    frame[_SUM] = sum(frame[:_SUM]) & 0xFF
    return bytes(frame)


def _read(name, *frames):
    pack = PackState()
    dialect = catalog.create(name, pack, CHUNK, 1000)
    for frame in frames:
        feed(dialect, frame)
    return pack


def _unknown(pack):
    slots = "CURRENT_MA SOC_PCT SOH_PCT REMAINING_MAH CHARGE_ON DISCHARGE_ON MOS_TEMP_DC HEATING"
    return [name for name in slots.split() if not pack.has(getattr(p, name))]


@pytest.mark.parametrize("name", ["jk_ble"])
def test_a_balancer_tells_its_cells_and_one_temperature(shared, name):
    device, status = _balancer(shared)[:2]
    pack = _read(name, device, status)
    assert pack.get(p.PACK_MV) == 53_175 and pack.cells == 16
    assert len(_unknown(pack)) == 8 and pack.get(p.BALANCING) == 0
    assert pack.temps == 2 and list(pack.temp_valid[:2]) == [1, 0] and pack.temps_dc[0] == 116
    assert pack.get(p.TEMP_MIN_DC) == pack.get(p.TEMP_MAX_DC) == 116
    assert judge(pack) == PLAUSIBLE


def test_its_model_is_enough_whatever_it_sends(shared):
    device, status = _balancer(shared)[:2]
    status[190] = 100  # a state of health
    assert len(_unknown(_read("jk_ble", device, _resummed(status)))) == 8


def test_a_frame_with_nothing_but_cells_is_enough_whatever_the_model(shared):
    device, status = _balancer(shared)[:2]
    device[6:22] = b"JK_B2A24S20P".ljust(16, b"\0")
    assert len(_unknown(_read("jk_ble", _resummed(device), status))) == 8


@pytest.mark.parametrize("at, value", [(158, 1), (173, 1), (190, 1), (198, 1), (199, 1), (144, 1)])
def test_one_figure_that_is_not_zero_makes_it_a_bms(shared, at, value):
    device, status = _balancer(shared)[:2]
    device[6:22] = b"JK_B2A24S20P".ljust(16, b"\0")
    status[at] = value
    assert _unknown(_read("jk_ble", _resummed(device), _resummed(status))) == []


def test_a_temperature_of_zero_of_such_a_unit_is_one_of_the_zeros(shared):
    device, status = _balancer(shared)[:2]
    status[162] = status[163] = 0
    pack = _read("jk_ble", device, _resummed(status))
    assert not pack.temp_valid[0] and not pack.temp_valid[1] and not pack.has(p.TEMP_MIN_DC)


def test_the_heater_does_not_work_on_a_cold_that_is_not_there(shared):
    device, status = _balancer(shared)[:2]
    pack = PackState()
    dialect = catalog.create("jk_ble", pack, CHUNK, 1000)
    feed(dialect, device)
    heater = Heater(
        make_settings(
            heater_mode="charger_or_soc",
            heater_thresholds="own",
            heater_on_dc=50,
            heater_off_dc=80,
        )
    )
    heater.load({})
    heater.boost(120)
    for now in range(0, 60_000, 1000):
        feed(dialect, status, now=now)
        assert not heater.step(pack, Verdict(), True, 1, now)
    assert heater.inputs.sensors.cold_dc == 116


# -- old ANT units --------------------------------------------------------------------------------


def _old(shared, temps=None):
    """Returns a status of an old unit whose sensors say `temps` in °C."""
    capture = load(shared / "captures" / "ant" / "old_status_8s_charging.json")
    frame = bytearray.fromhex("".join(capture["chunks"]))
    for i, celsius in enumerate(temps or ()):
        frame[95 + 2 * i : 97 + 2 * i] = celsius.to_bytes(2, "big", signed=True)
    frame[138:140] = (sum(frame[4:138]) & 0xFFFF).to_bytes(2, "big")
    return bytes(frame)


def test_a_sensor_that_has_said_nothing_but_zero_is_none(shared):
    pack = _read("ant_old", _old(shared))  # as captured: 13, 13, 0, 0
    assert list(pack.temp_valid[:4]) == [1, 1, 0, 0]
    assert pack.get(p.TEMP_MIN_DC) == 130


def test_one_that_has_said_something_else_may_say_zero(shared):
    pack = _read("ant_old", _old(shared, (5, 5, 1, -40)), _old(shared, (0, 5, 0, -40)))
    assert list(pack.temp_valid[:4]) == [1, 1, 1, 0]
    assert pack.get(p.TEMP_MIN_DC) == 0


def test_a_lost_link_may_have_been_another_unit(shared):
    pack = PackState()
    dialect = catalog.create("ant_old", pack, CHUNK, 1000)
    feed(dialect, _old(shared, (5, 5, 1, 1)))
    dialect.reset()
    feed(dialect, _old(shared, (5, 5, 0, 0)))
    assert list(pack.temp_valid[:4]) == [1, 1, 0, 0]
