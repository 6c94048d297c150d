"""Settings of several packs: complete, or a complaint that names the pack and the key."""

import pytest

from settings.settings_packs import KEYS
from settings.table import load

AIR = {"bms_dialect": "jk_ble", "ble_address": "C8:47:8C:00:00:01"}
AIR_2 = {"bms_dialect": "ant_new", "bms_link": "ble", "ble_name": "ANT-1"}
AIR_3 = {"bms_dialect": "jk_ble", "ble_address": "C8:47:8C:00:00:03", "name": "Roof"}
WIRE = {"bms_dialect": "jk_modbus", "bms_address": 3}


def loaded(*packs, **first):
    return load({**first, "packs": list(packs)})


def problems(*packs, **first):
    return loaded(*packs, **first)[1]


def test_none_is_the_default():
    assert not load({})[0]["packs"]
    assert loaded() == (load({})[0] | {"packs": []}, [])


def test_each_is_complete_and_named():
    values, errors = loaded(AIR, AIR_2, AIR_3)
    assert errors == []
    assert [sorted(pack) for pack in values["packs"]] == 3 * [sorted(KEYS)]
    assert [pack["name"] for pack in values["packs"]] == ["Pack 2", "Pack 3", "Roof"]
    assert [pack["bms_link"] for pack in values["packs"]] == 3 * ["ble"]


def test_the_one_on_the_wire_need_not_be_the_first():
    values, errors = loaded(WIRE, AIR_2, **AIR)
    assert errors == [] and values["packs"][0]["bms_address"] == 3


@pytest.mark.parametrize(
    "packs, first, wrong",
    [
        ({}, {}, ["packs: is not a list"]),
        ([3], {}, ["packs: pack 2: is not an object"]),
        ([{}], {}, ["packs: pack 2: bms_dialect: is missing"]),
        ([AIR, {**AIR_2, "data_max_age_s": 9}], {}, ["pack 3: data_max_age_s: unknown setting"]),
        ([{**AIR, "ble_address": "van"}], {}, ["pack 2: ble_address: is not six bytes"]),
        ([{**AIR, "bms_address": 1}], {}, ["pack 2: bms_address: jk_ble knows no addresses"]),
        ([{"bms_dialect": "jk_gps", "bms_link": "ble"}], AIR, ["does not come by Bluetooth"]),
        ([{"bms_dialect": "other"}], {}, ["pack 2: bms_dialect: 'other' is none of"]),
        ([WIRE], {}, ["packs: there is one wire"]),
        ([WIRE, {**WIRE, "bms_address": 4}], {}, ["packs: there is one wire"]),
        ([WIRE, WIRE], AIR, ["need a bms_address of their own"]),
        ([{"bms_dialect": "jk_modbus"}], WIRE, ["need a bms_address of their own"]),
        ([AIR_2, AIR_3, {**AIR, "ble_address": ""}], AIR, ["by Bluetooth", "need a ble_address"]),
        ([AIR_2, AIR_3, {**AIR_2, "ble_name": "x"}], AIR, ["more than 3 by Bluetooth"]),
        ([{**AIR, "ble_address": "C8478C000001"}], AIR, ["need a ble_address"]),
        ([AIR_2, {**AIR, "ble_address": ""}], {}, ["need a ble_address"]),
        ([{**AIR, "bms_dialect": "auto"}], {}, ["auto is for a single pack"]),
        ([AIR], {"bms_dialect": "auto"}, ["auto is for a single pack"]),
        ([AIR], {"bms_writes": True}, ["bms_writes is for a single pack"]),
        ([AIR, AIR_2, AIR_3, WIRE], {}, ["packs: more than 3 beside the first"]),
    ],
)
def test_what_is_wrong_is_named(packs, first, wrong):
    errors = load({**first, "packs": packs})[1]
    assert errors
    for part in wrong:
        assert any(part in error for error in errors), errors
    assert all(error.startswith("packs: ") for error in errors)


def test_units_of_one_bus_share_the_wire():
    master = {"bms_dialect": "jk_modbus", "bms_address": 0}
    values, errors = loaded(WIRE, {**WIRE, "bms_address": 15}, AIR, **master)
    assert errors == [] and [pack["bms_address"] for pack in values["packs"][:2]] == [3, 15]


def test_a_single_pack_by_radio_need_not_be_called():
    assert problems({"bms_dialect": "jk_ble"}) == []


def test_a_bad_one_is_left_out():
    values, errors = loaded({"bms_dialect": "other"}, AIR)
    assert errors and [pack["ble_address"] for pack in values["packs"]] == [AIR["ble_address"]]
