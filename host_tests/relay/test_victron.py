"""What a Victron GX device is told: what its driver takes, and nothing else."""

import json

import pytest

import words
from bms import alarms as a
from bms import catalog
from bms import pack as p
from bms.check import PLAUSIBLE
from host_tests.filled_pack import fill
from host_tests.mqtt_rig import Bench, make_bank, thing
from relay.charge_limit import ChargeLimit
from relay.victron import Description
from tools.mp.samples import BEFORE, SAMPLES

# dbus-serialbattery's bms/generic_mqtt.py: a message without one of these, or with one of another
# type, is dropped as a whole. bool is none of its numbers for us, although Python says so.
MANDATORY = {
    "cell_count": int,
    "capacity": (int, float),
    "serial_number": str,
    "voltage": (int, float),
    "current": (int, float),
    "soc": (int, float),
    "temperature_1": (int, float),
    "charge_fet": bool,
    "discharge_fet": bool,
    "cells": list,
}
OPTIONAL = {
    "max_battery_charge_current": (int, float),
    "custom_field": str,
    "hardware_version": str,
    "capacity_remain": (int, float),
    "soh": (int, float),
    "temperature_2": (int, float),
    "temperature_3": (int, float),
    "temperature_4": (int, float),
    "temperature_mos": (int, float),
    "balance_fet": bool,
    "heating": bool,
    "heater_power": (int, float),
    "heater_temperature_start": (int, float),
    "heater_temperature_stop": (int, float),
    "protection": dict,
    "history": dict,
}


def accepted(told):
    """Checks a message as the driver does; returns it."""
    for name, kind in MANDATORY.items():
        assert isinstance(told[name], kind), name
        assert kind is bool or not isinstance(told[name], bool), name
    for name, value in told.items():
        kind = MANDATORY.get(name) or OPTIONAL[name]
        assert isinstance(value, kind), name
    assert len(told["cells"]) == told["cell_count"]
    for cell in told["cells"]:
        assert isinstance(cell["voltage"], float) and isinstance(cell.get("balance", True), bool)
    assert set(told["protection"].values()) <= {0, 2}
    return told


def figures(pack, limit=None, meter=None):
    return Description(pack, "0a1b", limit, meter).figures()


def known_pack(**slots):
    pack = p.PackState()
    fill(pack, mv=3300, charge_on=1, discharge_on=0, **slots)
    return pack


def test_a_pack_is_told_in_the_drivers_units():
    meter = thing(told=[5120, 4800, 100_000, 98_500])
    pack = known_pack(soh_pct=97, mos_temp_dc=215, cycles=42, balance_mask=0b101)
    told = accepted(figures(pack, meter=meter))
    assert told["serial_number"] == "0a1b"
    assert (told["voltage"], told["current"], told["soc"]) == (26.428, -2.0, 50)
    assert (told["capacity"], told["capacity_remain"], told["soh"]) == (100.0, 50.0, 97)
    assert (told["temperature_1"], told["temperature_2"], told["temperature_mos"]) == (
        15,
        16,
        21.5,
    )
    assert (told["charge_fet"], told["discharge_fet"]) == (True, False)
    assert [cell["voltage"] for cell in told["cells"]] == [(3300 + i) / 1000 for i in range(8)]
    assert [cell["balance"] for cell in told["cells"]] == [True, False, True] + 5 * [False]
    assert told["history"] == {
        "charge_cycles": 42,
        "charged_energy": 5.12,
        "discharged_energy": 4.8,
        "total_ah_drawn": -98.5,
    }
    assert "max_battery_charge_current" not in told and "hardware_version" not in told


@pytest.mark.parametrize(
    "missing", ["CAPACITY_MAH", "PACK_MV", "CURRENT_MA", "SOC_PCT", "CHARGE_ON", "DISCHARGE_ON"]
)
def test_without_what_the_driver_must_have_nothing_is_told(missing):
    pack = known_pack()
    pack.drop(getattr(p, missing))
    assert figures(pack) is None


def test_without_cells_or_sensors_nothing_is_told():
    pack = known_pack()
    pack.cells = 0
    assert figures(pack) is None
    pack = known_pack()
    pack.drop_temp(0)
    assert accepted(figures(pack))["temperature_1"] == 16  # the next one
    pack.drop_temp(1)
    assert figures(pack) is None


@pytest.mark.parametrize(
    "alarm, name",
    [
        (a.CELL_OVERVOLTAGE, "high_cell_voltage"),
        (a.BATTERY_UNDERTEMP, "low_charge_temperature"),
        (a.SHORT_CIRCUIT, "high_discharge_current"),
        (a.CHARGE_FUSE, "fuse_blown"),
        (a.OPEN_WIRE, "internal_failure"),
    ],
)
def test_alarms_are_the_drivers_protections(alarm, name):
    pack = known_pack()
    pack.raise_alarm(alarm)
    told = accepted(figures(pack))["protection"]
    assert [key for key, value in told.items() if value] == [name]


def test_every_alarm_is_a_protection():
    for bit in range(len(a.NAMES.split(b"\n"))):
        pack = known_pack()
        pack.raise_alarm(bit)
        told = figures(pack)["protection"]
        assert sum(told.values()) == (0 if a.NOTICES[bit >> 3] >> (bit & 7) & 1 else 2)


def test_the_coldest_sensor_limits_the_charge():
    limit = ChargeLimit(100_000, 0, [(0, 100), (100, 1000)])
    told = figures(known_pack(), limit)
    assert told["max_battery_charge_current"] == 100
    cold = known_pack()
    cold.put_temp(1, 20)
    cold.summarise()
    assert figures(cold, limit)["max_battery_charge_current"] == 28


@pytest.mark.parametrize("name", ["jk_gps", "jk_ble", "jk_modbus", "ant_new", "ant_old"])
def test_a_unit_of_every_dialect_that_tells_enough_is_taken(name):
    pack = p.PackState()
    dialect = catalog.create(name, pack, 512, 1000)
    dialect.request(0, bytearray(64))
    before = BEFORE.get(name, b"")
    for frame in ((before,) if before else ()) + tuple(SAMPLES[name]):
        dialect.feed(frame.ljust(512, b"\0"), len(frame), 10)
    told = figures(pack)
    if pack.valid[p.CAPACITY_MAH] and pack.valid[p.CHARGE_ON] and pack.temp_valid[0]:
        assert accepted(told)["cell_count"] == pack.cells
    else:
        assert told is None


def test_it_is_told_with_the_rest_and_falls_silent_with_the_pack(monkeypatch):
    bench = Bench(monkeypatch, roomy=True, mqtt_victron=True, charge_max_a=50)
    fill(bench.pack, bench.now, charge_on=1, discharge_on=1)
    bench.talks = True
    bench.run(20_000)
    messages = bench.told("victron")
    assert 3 <= len(messages) <= 6  # each five seconds
    assert accepted(messages[-1])["max_battery_charge_current"] == 50
    told = messages[-1]
    assert told["custom_field"] == "heater: " + words.name(words.STATE_NAMES, words.IDLE)
    assert told["heating"] is False
    law = bench.device.heater.law
    wanted = (law.on_dc / 10, law.off_dc / 10)
    assert (told["heater_temperature_start"], told["heater_temperature_stop"]) == wanted
    states = len(bench.told("state"))
    bench.talks = False
    bench.run(11_000)
    count = len(bench.told("victron"))
    bench.run(60_000)
    assert len(bench.told("victron")) == count and len(bench.told("state")) > states
    bench.talks = True
    bench.run(6_000)
    assert len(bench.told("victron")) > count


def test_each_of_several_packs_is_one_of_its_own(monkeypatch):
    device, units = make_bank()
    for unit in units:
        fill(unit.pack, 1000, charge_on=1, discharge_on=1)
        assert unit.check.verdict == PLAUSIBLE
    packs = ({"name": "Two", "bms_link": "uart"},)
    bench = Bench(monkeypatch, device=device, roomy=True, mqtt_victron=True, packs=packs)
    bench.run(6_000)
    serials = [accepted(bench.told(f"pack/{n}/victron")[0])["serial_number"] for n in (1, 2)]
    assert serials == ["0a1b-1", "0a1b-2"] and not bench.told("victron")


def test_nothing_of_it_without_the_setting(monkeypatch):
    bench = Bench(monkeypatch, roomy=True)
    fill(bench.pack, bench.now, charge_on=1, discharge_on=1)
    bench.run(10_000)
    assert bench.told("victron") == [] and json.dumps(bench.told("state"))
