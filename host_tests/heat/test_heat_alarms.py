"""Alarms of the BMS as vetoes: each canonical one is decided, and documented with its reason."""

import re

import pytest

from bms import alarms
from host_tests.heat.heat_rig import Rig
from tools import ROOT, vocabulary

NAMES = list(vocabulary.ALARMS)
_ROW = re.compile(r"^\| `(\w+)` \| (on|off) \| (.+) \|$", re.M)
ROWS = _ROW.findall((ROOT / "docs" / "heater-alarms.md").read_text(encoding="utf-8"))


def test_the_table_knows_every_alarm_once_and_in_order():
    assert [name for name, _, _ in ROWS] == NAMES


@pytest.mark.parametrize("name, heater, _why", ROWS, ids=[row[0] for row in ROWS])
def test_an_alarm_does_what_the_table_says_while_it_lasts(name, heater, _why):
    rig = Rig().started()
    rig.alarms = {NAMES.index(name)}
    rig.step()
    assert rig.on == (heater == "on")
    if heater == "off":
        assert rig.text == "blocked:bms_alarm"
        assert not rig.step(600)
    rig.alarms = set()
    assert rig.step(5)
    assert rig.heater.latched == 0


def test_one_alarm_among_others_is_enough():
    rig = Rig().started()
    rig.alarms = {alarms.CHARGE_UNDERTEMP, alarms.LOW_SOC, alarms.TEMP_SENSOR_FAULT}
    assert not rig.step()
    rig.alarms.remove(alarms.TEMP_SENSOR_FAULT)
    assert rig.step()


@pytest.mark.parametrize("word", ["overtemp", "sensor", "wire", "short", "mos_fault", "afe"])
def test_whatever_says_hot_broken_or_not_to_be_trusted_is_a_veto(word):
    """So that a name that is added one day cannot be decided by oversight."""
    said = {name: heater for name, heater, _ in ROWS if word in name}
    assert said and set(said.values()) == {"off"}
