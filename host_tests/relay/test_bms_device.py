"""The BMS is a device of its own in Home Assistant, with the versions and the number it told."""

import json

import pytest

from bms import pack as p
from host_tests.mqtt_rig import Bench, make_bank, make_device, make_unit

UNIT = "packmate_0a1b"
FIRMWARE = f"homeassistant/sensor/{UNIT}_bms/firmware/config"
SERIAL = f"homeassistant/sensor/{UNIT}_bms/serial/config"


def say(pack, which, text):
    pack.put_text(which, text.encode(), 0, len(text))


class Home:
    """A relay whose BMS has said what is given."""

    def __init__(self, monkeypatch, said=(), **settings):
        self.device = make_device([make_unit()])
        self.pack = self.device.bms.pack = p.PackState(True)
        for which, text in said:
            say(self.pack, which, text)
        settings = {"name": "Van", "roomy": True} | settings
        self.bench = Bench(monkeypatch, device=self.device, **settings)
        self.bench.hear_pack()

    def run(self, ms):
        self.bench.run(ms, step=100)

    def sent(self, topic=FIRMWARE):
        """Returns all that was told on a topic."""
        return [text for one, text, _ in self.bench.broker.published if one == topic]


JK = ((p.MODEL, "JK_B2"), (p.HW_VERSION, "15A"), (p.SW_VERSION, "15.38"), (p.SERIAL, "4101"))


@pytest.mark.parametrize("by_device", [False, True])
def test_its_page_has_what_it_said_of_itself(monkeypatch, by_device):
    home = Home(monkeypatch, JK, ha_by_device=by_device)
    home.run(60_000)
    (told,) = home.sent()
    config = json.loads(told)
    assert config["dev"] == {
        "ids": [f"{UNIT}_bms"],
        "name": "Van BMS",
        "via_device": UNIT,
        "mdl": "JK_B2",
        "hw": "15A",
        "sw": "15.38",
        "sn": "4101",
    }
    assert config["uniq_id"] == f"{UNIT}_bms_firmware" and config["exp_aft"] == 900
    assert config["avty_t"] == "packmate/0a1b/availability" and config["~"] == "packmate/0a1b"
    (serial,) = home.sent(SERIAL)
    assert json.loads(serial)["dev"] == config["dev"]
    assert json.loads(serial)["uniq_id"] == f"{UNIT}_bms_serial"


def test_packmate_s_own_page_has_packmate_s_version(monkeypatch):
    home = Home(monkeypatch, JK)
    home.run(60_000)
    own = home.bench.configs()["soc_pct"]["dev"]
    assert own["ids"] == [UNIT] and own["sw"] == "1" and not {"sn", "hw"} & own.keys()


def test_a_version_that_comes_later_is_told_then(monkeypatch):
    home = Home(monkeypatch, JK[:1])
    home.run(60_000)
    assert [json.loads(x)["dev"].get("sw") for x in home.sent()] == [None]
    say(home.pack, p.SW_VERSION, "15.38")
    home.run(310_000)
    assert [json.loads(x)["dev"].get("sw") for x in home.sent()] == [None, "15.38"]
    home.run(900_000)
    assert len(home.sent()) == 2


def test_it_is_told_again_when_home_assistant_starts(monkeypatch):
    home = Home(monkeypatch, JK)
    home.run(60_000)
    home.bench.broker.send("homeassistant/status", b"online")
    home.run(60_000)
    assert len(home.sent()) == len(home.sent(SERIAL)) == 2


def test_a_session_that_ends_meanwhile_has_it_told_in_the_next(monkeypatch):
    home = Home(monkeypatch, JK)
    while not home.sent():
        home.run(100)
    home.bench.broker.connection.ended = True
    home.run(60_000)
    assert len(home.sent(SERIAL)) == 1 and 1 <= len(home.sent()) <= 2


def test_of_a_bms_that_says_nothing_what_was_there_goes(monkeypatch):
    home = Home(monkeypatch)
    home.run(200_000)
    assert home.sent() == []
    home.run(400_000)
    assert home.sent() == [""] and home.sent(SERIAL) == [""]


def test_where_versions_before_told_it_is_cleared(monkeypatch):
    home = Home(monkeypatch, JK)
    old = [f"homeassistant/sensor/{UNIT}/{key}/config" for key in ("bms", "bms_serial")]
    for topic in old:
        home.bench.broker.retained[topic] = "{}"
    home.run(60_000)
    assert [home.sent(topic) for topic in old] == [[""], [""]]


def test_of_several_packs_each_has_its_own(monkeypatch):
    device, units = make_bank()
    for unit in units:
        unit.pack = p.PackState(True)
    say(units[2].pack, p.MODEL, "ANT")
    bench = Bench(
        monkeypatch,
        device=device,
        roomy=True,
        name="Van",
        packs=({"name": "Left", "bms_link": "uart"},),
    )
    bench.run(60_000)
    topics = [t for t, _, _ in bench.broker.published if t.endswith("/firmware/config")]
    assert topics == [f"homeassistant/sensor/{UNIT}_pack2_bms/firmware/config"]
    told = json.loads(bench.broker.retained[topics[0]])["dev"]
    assert told["via_device"] == f"{UNIT}_pack2" and told["name"] == "Van Left BMS"
    assert told["mdl"] == "ANT"
