"""Messages of several packs: one for each, and one about all of them."""

import json

import pytest

from bms import check
from bms import pack as p
from bms.bank import Bank
from host_tests.test_bank import bank_of
from host_tests.test_relay_discovery import configs, render
from host_tests.test_relay_state import make_pack, make_view, read
from relay import view as v
from relay.configs import ROOM
from relay.packs import BankMessage, PackMessage
from relay.packs_discovery import Good, PackDiscovery
from relay.state import StateMessage, learn
from relay.topics import Topics

MAX_AGE_MS = 10_000
NOW = 123_456
REASONS = b"none\nsilent\nnoise"


def message_of_pack(**put):
    buf = bytearray(4000)
    message = PackMessage(check.NAMES, REASONS, MAX_AGE_MS, buf)
    message.view.put(v.PLAUSIBLE, 1)
    for name, value in put.items():
        message.view.put(getattr(v, name), value)
    return message


def test_a_pack_tells_of_itself_what_the_device_tells_of_a_single_one():
    put = {"LINK_UP": 1, "FRAMES": 77, "LINK_LOSSES": 3, "FROZEN": 0}
    alone = read(StateMessage(make_view(**put), MAX_AGE_MS), make_pack())
    told = read(message_of_pack(**put), make_pack())
    assert told["pack_mv"] == 13206 and told["temps_dc"] == [-35, None] and told["frames"] == 77
    assert {key: alone[key] for key in told if key not in ("verdict", "link_reason")} == {
        key: told[key] for key in told if key not in ("verdict", "link_reason")
    }
    assert not [key for key in told if key.startswith(("heater", "mqtt", "heap", "uptime"))]


def test_why_a_pack_is_not_there():
    message = message_of_pack(LINK_UP=0, VERDICT=check.CELL_SUM, LINK_REASON=2, PLAUSIBLE=0)
    told = read(message, make_pack())
    assert told["verdict"] == "cell_sum" and told["link_reason"] == "noise"
    assert told["link_up"] is told["plausible"] is False
    assert told["pack_mv"] is None and told["cell_mv"] is None


def test_a_stale_pack_tells_no_figures():
    told = read(message_of_pack(), make_pack(), NOW + 10_001)
    assert told["fresh"] is False and told["soc_pct"] is None and told["data_age_s"] == 10


def test_the_device_says_who_has_the_extremes():
    bank = bank_of({"temps": (50,)}, {"temps": (-30, 90), "mv": 3310}, None)
    bank.step(0)
    message = BankMessage(make_view(), MAX_AGE_MS, bank)
    told = read(message, bank.pack, 0)
    assert told["packs"] == 3 and told["packs_good"] == 2
    assert (told["coldest_pack"], told["hottest_pack"]) == (2, 2)
    assert (told["cell_min_pack"], told["cell_max_pack"]) == (1, 2)
    assert told["temp_min_dc"] == -30 and told["current_ma"] is None  # a sum of some is none
    assert told["heater_state"] is None  # what any device tells is there, too


def test_nobody_is_good():
    bank = bank_of(None, None)
    bank.step(0)
    told = read(BankMessage(make_view(), MAX_AGE_MS, bank), bank.pack, 0)
    assert told["packs"] == 2 and told["packs_good"] == 0 and told["coldest_pack"] is None


def longest_pack():
    pack = p.PackState()
    pack.cells = p.MAX_CELLS
    pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_CELLS):
        pack.cell_mv[i] = 65535
    for i in range(p.MAX_TEMPS):
        pack.put_temp(i, -32768)
    for slot in range(p.SLOTS):
        pack.put(slot, 1 if slot < p.BOOLS else -(2**30 - 1))
    for i in range(len(pack.alarms)):
        pack.alarms[i] = 0x7F
    pack.touch(p.STATUS, 0)
    return pack


def test_the_longest_fit_into_one_buffer():
    packs = [longest_pack() for _ in range(4)]
    bank = Bank(packs, [check.Check(pack) for pack in packs], MAX_AGE_MS)
    view = make_view(FROZEN=0)
    for slot in range(v.BOOLS, v.FIGURES):
        view.put(slot, -(2**30 - 1))
    view.faults = 0x7FF
    message = BankMessage(view, MAX_AGE_MS, bank)
    size = len(message.buf)
    whole = message.build(packs[0], 0)
    one = PackMessage(check.NAMES, REASONS, MAX_AGE_MS, message.buf)
    one.view.put(v.PLAUSIBLE, 1)
    part = one.build(packs[0], 0)
    assert part < whole <= size == len(message.buf)
    assert json.loads(bytes(message.buf[:part]))["cell_mv"] == 32 * [65535]


@pytest.mark.parametrize("slot", [v.HEATER_STATE, v.RESET_CAUSE])
def test_a_pack_has_no_names_for_what_it_does_not_tell(slot):
    assert message_of_pack().view.names(slot) == b""


# -- Home Assistant -------------------------------------------------------------------------------

UNIT = "a0b1c2d3e4f5"
ABOUT = ("Camper", "LilyGO T-Display", "0.1.0", 10)


def device_of_pack(known, number=2, name="Roof", topics=None, about=ABOUT):
    topics = topics or Topics("packmate", UNIT.encode())
    return configs([PackDiscovery(topics, bytearray(ROOM), about, number, name, known)])


@pytest.fixture
def known():
    parts = bytearray(3)
    assert learn(parts, make_pack())
    return parts


def test_each_pack_is_a_device_by_way_of_the_one_with_the_radio(known):
    found = device_of_pack(known)
    for topic, config in found.items():
        assert f"/packmate_{UNIT}_pack2/" in topic
        device = config["dev"]
        assert device["ids"] == [f"packmate_{UNIT}_pack2"] and device["name"] == "Camper Roof"
        assert device["via_device"] == f"packmate_{UNIT}"
        assert config["~"] == f"packmate/{UNIT}/pack/2" and config["stat_t"] == "~/state"
        assert config["avty"][0] == {"t": f"packmate/{UNIT}/availability"}
        assert config["uniq_id"].startswith(f"packmate_{UNIT}_pack2_")
    assert len({config["uniq_id"] for config in found.values()}) == len(found)


def test_a_pack_has_its_figures_cells_and_sensors_and_nothing_of_the_device(known):
    keys = {topic.split("/")[3] for topic in device_of_pack(known)}
    assert {"soc_pct", "pack_mv", "alarm", "link_up", "temp_1", "cell_1", "cell_4"} <= keys
    assert not keys & {"temp_2", "cell_5", "rssi_dbm", "uptime_s", "heap_free"}
    assert not [key for key in keys if key.startswith("heater")]


def test_every_template_finds_its_figure_in_the_packs_message(known):
    pack = make_pack()
    message = message_of_pack(LINK_UP=1)
    payload = bytes(message.buf[: message.build(pack, NOW)]).decode()
    shown = {
        topic.split("/")[3]: render(config["val_tpl"], payload)
        for topic, config in device_of_pack(known).items()
    }
    assert (
        shown["pack_mv"] == "13.206" and shown["temp_1"] == "-3.5" and shown["cell_4"] == "3.303"
    )
    assert shown["link_up"] == "ON" and shown["data_age_s"] == "0"


def test_the_device_tells_how_many_are_good():
    bank = bank_of({}, None)
    bank.step(0)
    message = BankMessage(make_view(), MAX_AGE_MS, bank)
    payload = bytes(message.buf[: message.build(bank.pack, 0)]).decode()
    topics = Topics("packmate", UNIT.encode())
    ((_, config),) = configs([Good(topics, bytearray(ROOM), *ABOUT, bytes(3))]).items()
    assert render(config["val_tpl"], payload) == "1"
    assert json.loads(render(config["json_attr_tpl"], payload)) == {"packs": 2, "coldest": 1}
    assert "via_device" not in config["dev"]


def test_the_longest_names_fit():
    known = bytearray((0xFF, 32, 0))
    topics = Topics("t" * 32, UNIT.encode(), "p" * 32)
    about = ('"' * 24, "m" * 24, "10.10.10", 3600)
    found = device_of_pack(known, 4, '"' * 24, topics, about)
    assert len([topic for topic in found if "/cell_" in topic]) >= 32
