"""Commands on the page: judged as those of MQTT are, and by what the settings allow there."""

import types

import pytest

from host_tests.web import site_rig as rig
from relay import commands as c
from website import orders

ALL = c.MODES | c.BOOSTS | c.THRESHOLDS | c.UPDATES
CHARGER = 1  # in words.MODE_NAMES


@pytest.fixture
def make():
    """Makes (Orders, what was obeyed)."""
    obeyed = []

    def obey(device, command, value):
        obeyed.append((command, value))
        return device.possible

    def made(kinds=ALL, mode=CHARGER, on_dc=0, off_dc=50, possible=True):
        device = rig.make_device(possible=possible)
        device.relay = types.SimpleNamespace(publish_soon=lambda: obeyed.append("soon"))
        return orders.Orders(device, c.Judge(kinds, mode, on_dc, off_dc), obey), obeyed

    return made


def send(orders, name, value):
    return rig.told(orders.answer(rig.asked({"command": name, "value": value})))


@pytest.mark.parametrize(
    ("name", "value", "command", "number"),
    [
        ("heater/mode", "off", c.SET_MODE, 0),
        ("heater/mode", "charger", c.SET_MODE, 1),
        ("heater/acknowledge", "acknowledge", c.ACKNOWLEDGE, 0),
        ("heater/report/reset", "reset", c.RESET_REPORT, 0),
        ("heater/boost", 30, c.BOOST, 30),
        ("heater/boost", "0", c.BOOST, 0),
        ("heater/on_dc", -5, c.SET_ON_DC, -5),
        ("heater/off_dc", 40, c.SET_OFF_DC, 40),
        ("update", "install", c.UPDATE, 1),
    ],
)
def test_a_command_is_obeyed(make, name, value, command, number):
    orders, obeyed = make()
    assert send(orders, name, value) == (200, {"done": True, "reason": None})
    assert obeyed == [(command, number), "soon"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("heater/mode", "charger_or_soc", "not_allowed"),  # over the settings' own
        ("heater/mode", "hot", "invalid"),
        ("heater/boost", 121, "out_of_bounds"),
        ("heater/boost", "x" * 25, "oversized"),
        ("heater/on_dc", 1, "out_of_bounds"),  # over the settings' own
    ],
)
def test_a_command_is_refused_with_the_reason_that_mqtt_has(make, name, value, reason):
    orders, obeyed = make()
    assert send(orders, name, value) == (200, {"done": False, "reason": reason})
    assert obeyed == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("heater/mode", "charger"), ("heater/acknowledge", "acknowledge"), ("heater/boost", 30)],
)
def test_each_kind_must_be_allowed(make, name, value):
    orders, obeyed = make(kinds=0)
    assert send(orders, name, value)[1]["reason"] == "not_allowed" and obeyed == []


@pytest.mark.parametrize(("name", "value"), [("heater/mode", "off"), ("heater/boost", 0)])
def test_what_only_lowers_is_allowed_always(make, name, value):
    assert send(make(kinds=0)[0], name, value)[1]["done"]


def test_what_cannot_be_done_is_told(make):
    orders, _ = make(possible=False)
    assert send(orders, "heater/boost", 30)[1] == {"done": False, "reason": "not_possible"}


@pytest.mark.parametrize(
    "wish",
    [
        {"command": "heater/mode"},
        {"command": "heater/mode", "value": None},
        {"command": "heater/mode", "value": True},
        {"command": "heater/mode", "value": ["off"]},
        {"command": "heater/mode/set", "value": "off"},
        {"command": "availability", "value": "online"},
        {"command": "", "value": "off"},
        {"command": None, "value": "off"},
        {"command": ["heater/mode"], "value": "off"},
        {"command": "heater/mode", "value": "off", "id": 1},
        b"",
    ],
)
def test_what_is_no_command_is_refused(make, wish):
    orders, obeyed = make()
    assert rig.told(orders.answer(rig.asked(wish)))[0] == 400 and obeyed == []


def test_who_has_commanded_what_is_in_the_event_log(make):
    orders, _ = make()
    send(orders, "heater/mode", "off")
    send(orders, "heater/mode", "charger_or_soc")
    assert orders.device.journal.noted == [
        ("command", "heater/mode, on the page: done"),
        ("command", "heater/mode, on the page: not_allowed"),
    ]
