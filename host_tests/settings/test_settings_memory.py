"""What a board without PSRAM has no memory for is refused in words; the figures are measured."""

import pytest

from settings import settings_memory as limits
from settings import table as settings
from tools.cost import boot_play, chip_heaps, memory

# The pages of boards with PSRAM are never squeezed, as the image is that is measured here.
BLANK = {"screen_pages": False}
BUS = {"bms_dialect": "jk_modbus", "bms_address": 1}
TWO_ON_A_BUS = BUS | {"packs": [{"bms_dialect": "jk_modbus", "bms_address": 2}]}
BLE = {"bms_dialect": "jk_ble"}
BESIDE = {"packs": [{"bms_dialect": "jk_ble", "ble_name": "two"}]}


def load(**given):
    values, errors = settings.load({"wifi_ssid": "network", **given})
    assert not errors
    limits.refuse(values, errors)
    return values, errors


@pytest.mark.parametrize("size, psram", [(56_000, False), (200_000, False), (2_000_000, True)])
def test_a_board_with_psram_is_known_by_its_heap(size, psram):
    assert limits.has_psram(size) is psram


@pytest.mark.parametrize(
    "given, what",
    [
        (BLE, "bms_link ble: takes about 63 kB"),
        ({"bms_dialect": "ant_new", "bms_link": "ble"}, "bms_link ble: takes about 63 kB"),
        (BESIDE, "bms_link ble: takes about 63 kB"),
        ({k: TWO_ON_A_BUS[k] for k in ("bms_dialect", "bms_address", "packs")}, "packs: takes"),
        ({"bms_writes": True}, "bms_writes: takes about 12 kB"),
        ({"mqtt_victron": True}, "mqtt_victron: takes about 8 kB"),
        ({"low_power": True}, "low_power: takes about 4 kB"),
        ({"mqtt_influx": True}, "mqtt_influx: takes about 2 kB"),
        ({"ha_by_device": True}, "ha_by_device: takes about 4 kB"),
        ({"mqtt_tls": "verified", "mqtt_port": 8883}, "mqtt_tls: takes about 60 kB"),
    ],
)
def test_what_is_too_much_is_refused_with_the_figures(given, what):
    values, errors = load(**given)
    assert len(errors) == 1 and errors[0].startswith(what)
    assert "without PSRAM has 107" in errors[0]
    assert values["bms_link"] == "uart" and not values["packs"] and not values["bms_writes"]
    assert not values["mqtt_victron"] and not values["low_power"]
    assert not values["mqtt_influx"]
    assert "ha_by_device" not in values and "mqtt_tls" not in values


def test_a_second_network_is_refused_in_words():
    values, errors = load(wifi_ssid_2="home")
    assert errors == ["wifi_ssid_2: only on boards with PSRAM"] and "wifi_ssid_2" not in values


def test_what_fits_is_not_refused():
    assert load()[1] == []
    assert load(screen_pages=False, heater_output="gpio", mqtt_host="broker")[1] == []
    assert load(history_kb=64)[1] == []
    alone = {k: TWO_ON_A_BUS[k] for k in ("bms_dialect", "bms_address", "packs")}
    values, errors = load(wifi_ssid="", **alone)
    assert errors == [] and len(values["packs"]) == 1


def test_several_packs_on_a_bus_fit_without_wifi():
    alone = TWO_ON_A_BUS | {"wifi_ssid": "", "mqtt_host": ""}
    assert chip_heaps.follow(memory.traffic(boot_play.play(alone, "jk_modbus")))[1] == []


@pytest.fixture(scope="module")
def bus():
    return boot_play.play(BUS | BLANK, "jk_modbus", psram=True)[-1].live


@pytest.mark.parametrize(
    "given, kb",
    [
        (TWO_ON_A_BUS, limits.PACKS_KB),
        (BUS | {"bms_writes": True}, limits.WRITES_KB),
        (BUS | {"mqtt_victron": True}, limits.VICTRON_KB),
        (BUS | {"low_power": True}, limits.LOW_POWER_KB),
        (BUS | {"ha_by_device": True}, limits.BY_DEVICE_KB),
        (BUS | {"mqtt_influx": True}, limits.INFLUX_KB),
    ],
)
def test_the_figures_are_what_is_measured(bus, given, kb):
    more = boot_play.play(given | BLANK, "jk_modbus", psram=True)[-1].live - bus
    # The table of names doubles whenever it is full: 4.5 kB, here or in what all others need.
    assert more == pytest.approx(1000 * kb, abs=6_000)
