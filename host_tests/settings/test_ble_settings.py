"""Settings of the Bluetooth link."""

import pytest

from settings import table as settings


def problems(**raw):
    """Returns the complaints about some settings."""
    return settings.load(raw)[1]


def test_any_bluetooth_dialect_by_bluetooth():
    for dialect in ("jk_ble", "ant_new", "ant_old"):
        assert not problems(bms_link="ble", bms_dialect=dialect, ble_address="c8:47:8C:00:00:01")


def test_what_comes_by_bluetooth_only_needs_no_telling():
    values, errors = settings.load({"bms_dialect": "jk_ble"})
    assert values["bms_link"] == "ble" and not errors


def test_a_dialect_that_does_not_come_by_bluetooth():
    assert problems(bms_link="ble") == ["bms_link: jk_gps does not come by Bluetooth"]


@pytest.mark.parametrize("address", ["C8:47:8C:00:00", "C8:47:8C:00:00:0G", "van"])
def test_an_address_that_is_none(address):
    values, errors = settings.load({"ble_address": address})
    assert values["ble_address"] == "" and errors[0].startswith("ble_address:")


@pytest.mark.parametrize(
    "pin, good", [("", True), ("1234", True), ("000000", True), ("12a", False)]
)
def test_a_pin_is_digits(pin, good):
    values, errors = settings.load({"ble_pin": pin}, settings.SECRETS)
    assert (errors == []) == good and values["ble_pin"] == (pin if good else "")
    assert not [error for error in errors if pin and pin in error]  # nobody reads it


def test_a_bus_address_is_for_a_bus():
    assert problems(bms_address=3) == ["bms_address: jk_gps knows no addresses"]
    assert not problems(bms_address=15, bms_dialect="jk_modbus")
    assert not problems(bms_address=15, bms_dialect="auto")
    assert problems(bms_address=16, bms_dialect="jk_modbus")


def test_finding_out_by_bluetooth():
    assert not problems(bms_dialect="auto", bms_link="ble")
