"""What an owner reads in Home Assistant of captured packs: the whole way, from the frames by the
relay to the templates of the entities."""

import json

import jinja2
import pytest

from bms import catalog
from bms import pack as p
from host_tests import dialects
from host_tests.mqtt_rig import Bench, make_device, make_unit


class Shown:
    """What Home Assistant shows of each entity that a relay has announced."""

    def __init__(self, bench):
        self.configs = bench.configs()
        self._bench = bench

    def told(self, message):
        """Returns what was sent on a topic."""
        return self._bench.told(message)

    def __getitem__(self, key):
        return self._render(key, "stat_t", "val_tpl")

    def attributes(self, key):
        """Returns what is told beside an entity."""
        return json.loads(self._render(key, "json_attr_t", "json_attr_tpl"))

    def _render(self, key, topic, template):
        config = self.configs[key]
        told = self.told(config[topic].replace("~/", ""))[-1]
        return jinja2.Environment().from_string(config[template]).render(value_json=told)


@pytest.fixture
def told(monkeypatch, shared):
    """Returns a function: feeds the captures it names to one unit, returns what is Shown."""

    def tell(*names, roomy=True):
        captures = [dialects.load(next((shared / "captures").glob(f"*/{x}.json"))) for x in names]
        unit = make_unit()
        unit.pack = p.PackState(True)
        dialect = catalog.create(captures[0]["protocol"], unit.pack, dialects.CHUNK, 1000)
        for capture in captures:
            assert dialects.feed_capture(dialect, capture)
        bench = Bench(monkeypatch, device=make_device([unit]), roomy=roomy)
        bench.talks = True
        bench.run(30_000, step=50)
        return Shown(bench)

    return tell


JK_15 = "jk02_32s_device_jk_pb2a16s20p_15_38_aiobmsble"
JK_WIRES = "jk02_32s_device_jk_b2a20s20p_11_288h_heatfaker"


# -- alarms, and whose they are -------------------------------------------------------------------


@pytest.mark.parametrize(
    "names, text",
    [
        (("new_status_16s_16zm_idle_cold",), "charge undertemp"),
        (("old_status_16s_legacy_ovp_balancing",), "cell overvoltage (cell 12)"),
        (("new_status_20s_24cbub_standby_ext14",), "cell overvoltage (cell 6)"),
        (
            ("new_status_22s_synth_mos_code_2",),
            "cell overvoltage (cell 12), cell undervoltage (cell 10)",
        ),
        # Fourteen cells of one voltage: none of them is the one.
        (("new_status_14s_uart_ovp_1",), "cell overvoltage"),
        (
            (JK_WIRES, "jk02_32s_status_jk_b2a20s20p_11_288h_heatfaker"),
            "wire resistance (cell 1), charge undertemp",
        ),
    ],
)
def test_an_alarm_names_its_cell_where_that_is_known(told, names, text):
    assert told(*names)["alarms"] == text


# -- JK -------------------------------------------------------------------------------------------


def test_the_phase_of_charging_in_words(told):
    shown = told(JK_15, "jk02_32s_status_jk_pb2a16s20p_15_38_chargestatus")
    assert shown["charge_phase"] == "float"
    assert shown["emergency_s"] == "0"


def test_the_voltages_that_a_jk_requests(told):
    shown = told(
        JK_15,
        "jk02_32s_settings_jk_pb2a16s15p_15_38_esphfaker",
        "jk02_32s_status_jk_pb2a16s20p_15_38_chargestatus",
    )
    assert (shown["rcv_mv"], shown["rfv_mv"]) == ("3.448", "3.35")


def test_what_a_jk_is(told):
    shown = told(JK_15, "jk02_32s_status_jk_pb2a16s20p_15_38_chargestatus")
    assert shown["firmware"] == "JK_PB2A16S20P 15A 15.38"
    assert shown.attributes("firmware")["serial_number"] == "41018492555"


@pytest.mark.parametrize(
    "names",
    [
        (JK_15, "jk02_32s_status_jk_pb2a16s20p_15_38_chargestatus"),
        (
            "jk02_24s_device_jk_b1a20s15p_10_07_btsnoop",
            "jk02_24s_status_jk_b1a20s15p_10_07_btsnoop",
        ),
    ],
)
def test_the_wires_of_a_jk(told, shared, names):
    shown = told(*names)
    wires = shown.told("info")[-1]["cell_res_mohm"]
    expected = dialects.load(shared / "captures" / "jk" / f"{names[1]}.json")["expected"]
    assert wires == shown.attributes("firmware")["wires_mohm"] == expected["cell_res_mohm"]
    assert len(wires) == len(expected["cell_mv"]) and all(wires)


def test_wires_that_nobody_measured_are_unknown(told):
    shown = told(JK_WIRES, "jk02_32s_status_jk_b2a20s20p_11_288h_heatfaker")
    assert shown.told("info")[-1]["cell_res_mohm"] is None


# -- ANT ------------------------------------------------------------------------------------------


def test_totals_and_times_of_an_ant(told):
    shown = told("new_status_16s_16zm_idle_cold")
    assert (shown["charged_mah"], shown["discharged_mah"]) == ("5822.651", "3902.649")
    assert float(shown["runtime_s"]) == 36_591_632 / 3600
    assert float(shown["charge_time_s"]) == 4_830_952 / 3600
    assert float(shown["discharge_time_s"]) == 4_402_650 / 3600


@pytest.mark.parametrize(
    "name, charge, discharge",
    [
        ("new_status_16s_16zm_idle_cold", "on", "on"),
        ("new_status_14s_uart_ovp_1", "cell over-voltage", "on"),
        ("old_status_16s_legacy_ovp_balancing", "cell over-voltage", "on"),
    ],
)
def test_what_the_mos_of_an_ant_say(told, name, charge, discharge):
    shown = told(name)
    assert shown["charge_mos_code"] == charge and shown["discharge_mos_code"] == discharge


@pytest.mark.parametrize(
    "name, mask, high",
    [
        ("old_status_16s_legacy_ovp_balancing", 2896, 0),
        ("new_logcmd_status_092_balancing_both_off", 4_188_415, 0),
    ],
)
def test_the_cells_that_an_ant_bleeds(told, name, mask, high):
    shown = told(name)
    (state,) = shown.told("state")[-1:]
    assert (state["balance_mask"], state["balance_mask_high"]) == (mask, high)
    assert shown["balancing"] == "ON"


def test_what_an_ant_is(told):
    shown = told("new_device_16zm", "new_status_16s_16zm_idle_cold")
    assert shown["firmware"] == "16ZM 16ZMUB00-211026A"
    info = shown.told("info")[-1]
    assert info["serial"] is None and info["cell_res_mohm"] is None


# -- where it is told -----------------------------------------------------------------------------


def test_a_bms_that_never_said_what_it_is_is_not_announced(told):
    shown = told("new_status_16s_16zm_idle_cold")
    assert "firmware" not in shown.configs and set(shown.told("info")[-1].values()) == {None}


def test_without_memory_for_it_nothing_is_told_of_what_a_bms_is(told):
    shown = told("new_device_16zm", "new_status_16s_16zm_idle_cold", roomy=False)
    assert "firmware" not in shown.configs and not shown.told("info")
