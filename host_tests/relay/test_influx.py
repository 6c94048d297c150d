"""Influx lines: what a parser of others' reads is what the JSON message says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.mqtt_rig import BASE, Bench, make_clock, make_device, make_unit
from host_tests.relay.influx_rig import fields_of
from relay.influx import line

names = st.from_regex("[a-z_]{1,12}", fullmatch=True).filter(lambda name: name != "ts")
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
values = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), texts)


def parse(text):
    parser = pytest.importorskip("line_protocol_parser", reason="line-protocol-parser is missing")
    return parser.parse_line(text.decode())


@given(
    st.dictionaries(names, values, min_size=1), texts, st.none() | st.integers(1, 9_223_372_036)
)
def test_whatever_is_told_is_read(told, name, ts):
    text = line("packmate_state", [("device", "a0b1"), ("name", name)], {"ts": ts, **told})
    wanted = fields_of(told)
    assert (text == b"") == (wanted == {})
    if not wanted:
        return
    found = parse(text)
    assert found["measurement"] == "packmate_state"
    assert found["fields"] == wanted
    assert {type(value) for value in found["fields"].values()} == {
        type(value) for value in wanted.values()
    }
    tags = {"device": "a0b1"} | ({"name": name.rstrip("\\")} if name.rstrip("\\") else {})
    assert found["tags"] == tags
    assert found.get("time") == (None if ts is None else ts * 10**9)


def test_a_line_as_the_page_has_it():
    told = {"ts": 1796684820, "fresh": True, "soc_pct": 71, "mos_temp_dc": None}
    told |= {"cell_mv": [3309, 3310], "temps_dc": [None, -5], "alarms": [], "notices": ["a", "b"]}
    text = line("packmate_state", [("device", "24"), ("name", "My, van")], told)
    assert text == (
        rb"packmate_state,device=24,name=My\,\ van fresh=true,soc_pct=71i,cell_mv_1=3309i,"
        rb'cell_mv_2=3310i,temps_dc_2=-5i,alarms="",notices="a,b" 1796684820000000000'
    )


def test_a_tag_is_never_empty():
    assert line("m", [("box", "\\"), ("name", "")], {"x": 1}) == b"m x=1i"


def heard(bench):
    return [
        text.encode() for topic, text, _ in bench.broker.published if topic == f"{BASE}/influx"
    ]


def test_the_relay_tells_lines_beside_its_messages(monkeypatch):
    device = make_device()
    device.clock = make_clock(1796684820)
    given = {"mqtt_influx": True, "ha_discovery": False, "charge_max_a": 50}
    bench = Bench(monkeypatch, device=device, roomy=True, **given)
    bench.hear_pack()
    bench.run(25_000)
    by_name = {}
    for text in heard(bench):
        by_name.setdefault(text.partition(b",")[0].decode(), []).append(text)
    names = {"packmate_state", "packmate_heater", "packmate_device", "packmate_limits"}
    assert set(by_name) == names
    assert len(by_name["packmate_state"]) == 3 and len(by_name["packmate_heater"]) == 1
    for name, lines in by_name.items():
        found = parse(lines[-1])
        told = bench.told(name.removeprefix("packmate_"))[-1]
        for name in ("seq", "clock_set_ts"):  # time has passed in between
            found["fields"].pop(name, None)
            told.pop(name, None)
        assert found["fields"] == fields_of(told)
        assert found["tags"] == {"device": "0a1b", "box": "Packmate"}
        assert found["time"] == 1796684820 * 10**9


def test_of_several_packs_each_has_its_tag(monkeypatch):
    units = [make_unit() for _ in range(3)]
    device = make_device(units[1:])
    units[0].units = tuple(units[1:])
    device.bms = units[0]
    bench = Bench(monkeypatch, device=device, roomy=True, mqtt_influx=True, ha_discovery=False)
    bench.run(5000)
    tags = [parse(x)["tags"].get("pack") for x in heard(bench) if x.startswith(b"packmate_state")]
    assert tags == [None, "1", "2"]
