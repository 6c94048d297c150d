"""All links of a device together: handed over together, and the reset that one of them wants."""

import importlib
import sys
import types

import pytest

import words


class Thing(types.SimpleNamespace):
    """Whatever attributes are given."""


class Restarted(Exception):
    """What a restart does here."""


class Link:
    def __init__(self):
        self.reset_wanted = False
        self.handed_over_s = 0
        self.given = []

    def hand_over(self, seconds):
        self.given.append(seconds)
        self.handed_over_s = seconds


@pytest.fixture
def ble(monkeypatch):
    reset_cause = types.ModuleType("hardware.reset_cause")

    def restart():
        raise Restarted

    reset_cause.restart = restart
    monkeypatch.setitem(sys.modules, "hardware.reset_cause", reset_cause)
    monkeypatch.setitem(sys.modules, "bluetooth", types.ModuleType("bluetooth"))
    monkeypatch.delitem(sys.modules, "links.ble", raising=False)
    yield importlib.import_module("links.ble")
    sys.modules.pop("links.ble", None)


class Device:
    """A device that notes what is done to it before it is reset."""

    def __init__(self, ble, state=None, links=1):
        self.calls = []
        self.state = {} if state is None else state
        self.uptime_s = 900
        self.output = Thing(on=False, off=lambda: self.calls.append("off"))
        self.heater = Thing(bms_output=None)
        self.ble = ble.Links(self.state)
        self.links = [Link() for _ in range(links)]
        self.ble.links.extend(self.links)

    def save(self):
        self.calls.append(dict(self.state))

    def watch(self):
        """Returns True if the chip was reset."""
        try:
            self.ble.watch(self)
        except Restarted:
            return True
        return False


def test_a_reset_that_is_wanted_is_counted_with_the_heater_off_first(ble):
    device = Device(ble, links=3)
    assert not device.watch()
    device.links[2].reset_wanted = True
    assert device.watch()
    assert device.calls == ["off", {"ble_resets": 1}]


def test_never_while_the_mat_is_on_nor_while_handed_over(ble):
    device = Device(ble)
    device.links[0].reset_wanted = True
    device.output.on = True
    assert not device.watch()
    device.output.on = False
    device.ble.hand_over(60)
    assert not device.watch()
    device.ble.hand_over(0)
    assert device.watch()


def test_once_an_hour_at_most_over_restarts(ble):
    state = {}
    at_s = []
    s = 0
    while s < 6 * 3600:
        device = Device(ble, state)  # a start
        device.links[0].reset_wanted = True  # from its first moment on: worse than any radio is
        device.uptime_s = 0
        while not device.watch() and s < 6 * 3600:
            s += 1
            device.uptime_s += 1
        at_s.append(s)
        state = {"ble_resets": state["ble_resets"]}  # what the file has
    gaps = [after - before for before, after in zip(at_s, at_s[1:], strict=False)]
    assert len(at_s) > 4 and min(gaps) >= 3600


@pytest.mark.parametrize("nonsense", [None, "many", -3, [1]])
def test_a_count_that_makes_no_sense_is_none(ble, nonsense):
    assert Device(ble, {"ble_resets": nonsense}).ble.resets == 0


def test_all_are_handed_over_and_the_last_one_counts(ble):
    device = Device(ble, links=2)
    assert device.ble.handed_over_s == 0
    device.ble.hand_over(600)
    assert [link.given for link in device.links] == [[600], [600]]
    device.links[0].handed_over_s = 0
    assert device.ble.handed_over_s == 600


def test_a_release_waits_until_the_bms_says_that_its_heating_is_off(ble, capsys):
    device = Device(ble)
    heating = device.heater.bms_output = Thing(
        held_off=False, confirmed_off=False, unconfirmed=False
    )
    device.ble.release(600, heating)
    device.watch()
    assert heating.held_off and device.links[0].given == []
    heating.confirmed_off = True
    device.watch()
    assert device.links[0].given == [600] and not heating.held_off and not heating.unconfirmed
    device.watch()
    assert device.links[0].given == [600] and capsys.readouterr().out == ""


def test_what_the_bms_does_not_confirm_is_told(ble, capsys):
    device = Device(ble)
    heating = device.heater.bms_output = Thing(
        held_off=False, confirmed_off=False, unconfirmed=False
    )
    device.ble.release(600, heating)
    for _ in range(39):
        device.watch()
    assert device.links[0].given == []
    device.watch()
    assert device.links[0].given == [600] and heating.unconfirmed
    assert "does not say that its heating is off" in capsys.readouterr().out


def test_a_release_that_is_taken_back_is_none(ble):
    device = Device(ble)
    heating = device.heater.bms_output = Thing(held_off=False, confirmed_off=False)
    device.ble.release(600, heating)
    device.ble.release(0, heating)
    heating.confirmed_off = True
    device.watch()
    assert device.links[0].given == [0] and not heating.held_off


def test_a_long_press_leaves_it_for_ten_minutes_with_the_heater_off_and_takes_it_back(ble):
    device = Device(ble)
    device.ble.press(device)
    assert device.links[0].given == [600] and device.calls == ["off"]
    device.ble.press(device)
    assert device.links[0].given == [600, 0]


def test_where_a_pin_heats_the_link_is_given_at_once(ble):
    device = Device(ble)
    device.ble.release(600, None)
    assert device.links[0].given == [600]


def test_where_aioble_is_missing_there_is_a_link_that_is_down(ble, monkeypatch):
    for name in ("ble_link", "ble_radio", "ble_target"):
        monkeypatch.setitem(sys.modules, "links." + name, None)  # an ImportError
    errors = []
    link = ble.Links({}).make({}, "", errors)
    assert errors == ["bms_link: needs aioble: mpremote mip install aioble-central aioble-client"]
    assert not link.up and link.readinto(bytearray(8)) == 0 and not link.reset_wanted
    assert words.NO_RADIO_NAMES.split(b"\n")[link.reason] == b"no_aioble"


def test_nothing_goes_on_while_nothing_is_there(ble):
    assert not Device(ble, links=0).watch()
