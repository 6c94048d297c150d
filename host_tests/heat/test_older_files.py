"""Files that older releases have left: taken up by this one, with nothing lost.

host_tests/heat/older/N: state.json and settings.json as the release wrote them whose records
of the heater had version N, from its own code: a heater with a fault that is latched, a mode that
was commanded, and what it had learned and counted; and each setting there was.
"""

import json
import pathlib
import shutil

import pytest

import words as s
from host_tests.heat.heat_rig import Rig
from kept import storage
from settings import table as settings
from starting import config

OLDER = pathlib.Path(__file__).with_name("older")
VERSIONS = sorted(int(folder.name) for folder in OLDER.iterdir())
LEARNED_SINCE = 2
# The one setting that has changed its meaning, where that is told by its name: 0 was the first
# unit that answers, and is an address now.
CHANGED = {1: ["bms_address"]}


@pytest.fixture(params=VERSIONS)
def left(request, tmp_path, monkeypatch):
    """Returns the version; the device's files are those."""
    shutil.copytree(OLDER / str(request.param), tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return request.param


def taken_up():
    state, record = config.load_state()
    assert state["boots"] == 41
    return Rig(saved=record).heater, state


def look_at(heater, version):
    assert heater.latched == 1 << s.NOT_HEATING - 1, "the fault stays, and none comes with it"
    assert heater.guard.strikes == 2 and heater.mode == 0
    assert (heater.guard.energy.wh, heater.guard.energy.minute) == (123, 456)
    assert heater.law.charger.hold_ms == 5_000_000
    if version >= LEARNED_SINCE:
        assert heater.learned_j_k == 30_000 and heater.holds == 5
        assert (heater.cold_min, heater.cold_charged_mah) == (77, 1234)


def test_what_it_knew_is_taken_up_and_written_anew(left):
    heater, state = taken_up()
    look_at(heater, left)
    state["heater"] = {}
    heater.save(state["heater"])
    assert storage.write_state(state) and state["heater"]["version"] == s.RECORD_VERSION
    look_at(taken_up()[0], left)


def test_each_of_its_settings_is_one_still_and_means_the_same(left):
    given = json.loads(pathlib.Path("settings.json").read_text())
    for name in CHANGED.get(left, ()):
        assert [error.partition(":")[0] for error in settings.load(given)[1]] == [name]
        given.pop(name)
    values, errors = settings.load(given)
    assert errors == [] and {name: values[name] for name in given} == given
    errors = []
    assert config.judge(given, 20_000, 500_000, True, errors)["wifi_ssid"] == "van"
    assert errors == []


def test_there_are_files_of_each_version():
    assert list(range(1, s.RECORD_VERSION + 1)) == VERSIONS
