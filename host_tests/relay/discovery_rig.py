"""What Home Assistant is told of a device with packs, and what it shows of that."""

import datetime
import functools
import json

import jinja2
import pytest

from bms import pack as p
from host_tests.mqtt_rig import Bench

UNIT = "packmate_0a1b"
# Settings under which something is used that the usual ones do not use, and under which something
# is not used that the usual ones use, by its name in relay.fields.USES.
USING = {
    "radio": {"bms_link": "ble"},
    "no_modes_from_afar": {"mqtt_mode": False},
    "psram": {"roomy": True},
    "updates": {"update_url": "http://x/y"},
    "charge_limits": {"roomy": True, "charge_max_a": 50},
    "data_budget": {"roomy": True, "mqtt_mb_a_month": 20},
}
UNUSED = {
    "heater": {"heater_output": "none", "heater_mode": "off"},
    "modes_from_afar": {"mqtt_mode": False},
    "no_modes_from_afar": {},
    "boosts_from_afar": {"mqtt_boost": False},
    "psram": {},
    "writes_from_afar": {},
    "thresholds": {"mqtt_thresholds": False},
    "probe": {"heater_probe": "none"},
    "preheat": {"preheat_at": ""},
    "radio": {},
    "writes": {},
    "several": {},
    "updates": {},
    "charge_limits": {},
    "data_budget": {},
}


def fill(pack, now):
    """Puts figures of four cells into a pack."""
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3301 + i
    pack.temps = 3
    pack.put_temp(0, -35)
    pack.put_temp(2, 201)  # the second is not fitted
    for slot, value in (
        (p.PACK_MV, 13206),
        (p.CURRENT_MA, -1500),
        (p.SOC_PCT, 87),
        (p.CHARGE_ON, 0),
        (p.DISCHARGE_ON, 1),
    ):
        pack.put(slot, value)
    pack.raise_alarm(9)
    pack.touch(p.STATUS, now)
    pack.summarise()


def announced(monkeypatch, ms=60_000, device=None, errors=(), **settings):
    """Returns a Bench on which a device has told so long what it is; `errors`: of its settings."""
    bench = Bench(monkeypatch, device=device, errors=errors, **settings)
    for unit in bench.unit.units:
        fill(unit.pack, bench.now)
    bench.talks = True
    bench.run(ms, step=50)
    return bench


def full_house(monkeypatch, **settings):
    """Returns a Bench on which a device with all that a pack can have, and with the longest names,
    has told what it is."""
    names = {"name": '"' * 24, "mqtt_topic": "ü" * 32, "ha_prefix": "h" * 32}
    settings = {**names, "mqtt_interval_s": 3600, "bms_link": "ble", **settings}
    bench = Bench(monkeypatch, **settings)
    bench.hear_pack(p.MAX_CELLS)
    bench.pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_TEMPS):
        bench.pack.put_temp(i, 0)
    for slot in range(p.SLOTS):
        bench.pack.put(slot, 1)
    bench.run(120_000, step=50)
    return bench


def records(data):
    """Returns (those about a pack, those about the device) of discovery's DATA."""
    found = []
    at = 3
    while at < len(data):
        end = at + 13 + int.from_bytes(data[at + 11 : at + 13], "big")
        found.append(data[at:end])
        at = end
    assert at == len(data) and len(found) == data[2]
    pack = 0
    while sum(map(len, found[:pack])) < int.from_bytes(data[:2], "big"):
        pack += 1
    return found[:pack], found[pack:]


@pytest.fixture
def start(monkeypatch):
    """Returns announced() of a test."""
    return functools.partial(announced, monkeypatch)


@pytest.fixture
def bench(start):
    """A Bench on which the usual device has told what it is."""
    return start()


def messages(bench):
    """Returns {topic: newest message} of all."""
    return {t: x for t, x, _ in bench.broker.published if not t.endswith("/config")}


def render(template, payload):
    """Returns what Home Assistant makes of a message by a template."""
    environment = jinja2.Environment()
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.filters["as_datetime"] = lambda s: datetime.datetime.fromtimestamp(
        s, datetime.timezone.utc
    )
    parsed = json.loads(payload) if payload.startswith("{") else None
    return environment.from_string(template).render(value_json=parsed, value=payload)


def shown(bench, config):
    """Returns what Home Assistant shows for a config."""
    return render(config["val_tpl"], messages(bench)[config["stat_t"].replace("~", config["~"])])
