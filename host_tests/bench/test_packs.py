"""Several packs on the bench: which can stand together, and what they share."""

import pytest

from tools.bench import scenario_file
from tools.bench.bms import simulators
from tools.bench.esp32.serial_line import Nobody
from tools.bench.packs import Packs, check_names
from tools.bench.world import World
from tools.plant import Plant


class Line:
    """A cable that only knows what it is connected to."""

    def connect(self, device, t_us):
        self.device = device


@pytest.fixture
def board():
    return object()


def make(names, board):
    line = Line()
    return Packs(names, World(Plant()), line, lambda: 0), line


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (
            ["jk_gps", "jk_ble", "ant_new"],
            "only one BMS fits on the cable, not jk_gps and ant_new",
        ),
        (["jk_ble"] * 4, "3 of them over Bluetooth"),
        (["jk_gps"] + ["jk_ble"] * 4, "no more than 4"),
        (["jk_gsp"], "no such BMS: jk_gsp"),
    ],
)
def test_what_cannot_stand_together_is_said(names, text):
    with pytest.raises(ValueError, match=text):
        check_names(names)


def test_the_firmware_is_told_of_each_by_its_address():
    told = simulators.settings("ant_old_ble", "jk_modbus", "jk_ble")
    assert told["bms_dialect"] == "ant_old" and told["bms_link"] == "ble"
    assert told["ble_address"] == simulators.address(0)
    assert told["rs485_de_used"] and told["heater_thresholds"] == "own"
    assert told["packs"] == [
        {"bms_dialect": "jk_modbus", "bms_link": "uart", "ble_address": simulators.address(1)},
        {"bms_dialect": "jk_ble", "bms_link": "ble", "ble_address": simulators.address(2)},
    ]
    assert "packs" not in simulators.settings("jk_ble")


def test_all_share_weather_charger_and_mat(board):
    pytest.importorskip("bumble")
    packs, line = make(["jk_gps", "jk_ble", "ant_new_ble"], board)
    try:
        assert line.device is packs.sims[0] and packs.on_air and packs.wired
        first, second, third = packs.plants
        assert first.mat_mohm == second.mat_mohm == 3 * Plant().mat_mohm
        first.ambient_c, first.charger_on, first.heater_on = -10.0, True, True
        second.set_temp(-4.0)
        first.step(60)
        packs.advance()
        assert second.time_s == third.time_s == 60
        assert second.ambient_c == -10.0 and second.charger_on and third.heater_on
        truth = packs.truth()
        assert truth["coldest_dc"] == round(10 * min(second.temps_c)) <= -35
        assert truth["heater_mw"] == pytest.approx(1000 * 3 * first.heater_w, rel=0.01)
        assert truth["current_ma"] == sum(plant.current_ma for plant in packs.plants)
        assert len(truth["temps_dc"]) == 6 and packs.look()["2"]["bms"] == "jk_ble"
        packs.change("jk_ble_24s")
        assert isinstance(line.device, Nobody) and not packs.wired
        assert packs.radio.unit.sim is packs.sims[0] and len(packs.radio.units) == 3
    finally:
        packs.stop()


def test_a_single_pack_is_what_it_was(board):
    packs, _ = make(["jk_gps"], board)
    assert packs.plants[0].mat_mohm == Plant().mat_mohm
    assert packs.look() is None and packs.radio is None


@pytest.mark.parametrize(
    ("others", "text"),
    [("jk_ble", "must be a list"), (["jk_bel"], r"other_bms\[0\]: no such BMS: jk_bel")],
)
def test_a_scenario_names_packs_that_there_are(others, text):
    tree = {"name": "x", "end_s": 5, "always": [{"name": "y", "always": {"pins.heater": False}}]}
    assert scenario_file.parse({**tree, "other_bms": ["jk_ble"]}).other_bms == ["jk_ble"]
    with pytest.raises(scenario_file.ScenarioError, match=text):
        scenario_file.parse({**tree, "other_bms": others})
