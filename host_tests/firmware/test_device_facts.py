"""What the pages are told of the device beside the pack's figures."""

import types

import pytest

from bms.pack import CELL_COUNT, DEVICE_ID, MODEL, STATUS, SW_VERSION, PackState
from screen.facts import UNKNOWN
from showing.device_facts import DeviceFacts, last_error
from tools.draw.scenes import Heater


@pytest.fixture
def device():
    wifi = types.SimpleNamespace(reason=2, losses=3, network=1)
    wifi.rssi_dbm = lambda: -61
    wifi.address = lambda: "10.0.0.9"
    unit = types.SimpleNamespace(link=types.SimpleNamespace(losses=2))
    return types.SimpleNamespace(
        wifi=wifi,
        relay=None,
        meter=None,
        recorder=None,
        clock=None,
        bms=types.SimpleNamespace(units=(unit, unit)),
        memory=types.SimpleNamespace(python_free=99_000),
        reset_cause=3,
        boots=17,
    )


def facts_of(device, pack, uptime_s=1):
    facts = DeviceFacts(device)
    facts.heater = Heater()
    facts.take(pack, 0, uptime_s)
    return facts


def test_links_and_memory(device):
    facts = facts_of(device, PackState())
    assert (facts.wifi_reason, facts.wifi_losses, facts.losses) == (2, 3, 4)
    assert (facts.rssi_dbm, facts.address, facts.network) == (-61, b"10.0.0.9", 1)
    assert (facts.python_free, facts.reset_cause, facts.boots) == (99_000, 3, 17)
    assert facts.day_min == UNKNOWN and facts.totals is None and facts.mqtt_reason == 0


@pytest.mark.parametrize(
    "record, name",
    [
        (None, b""),
        ("{", b""),
        ("[]", b""),
        ('{"error": null}', b""),
        ('{"error": "OSError: [Errno 5] EIO"}', b"OSError"),
        ('{"error": "NotImplementedError: "}', b"NotImplementedE"),
    ],
)
def test_what_ended_the_run_before(device, tmp_path, monkeypatch, record, name):
    monkeypatch.chdir(tmp_path)
    if record is not None:
        (tmp_path / "crash.new").write_text(record)
    assert last_error() == name
    assert DeviceFacts(device, name).crash == name and DeviceFacts(device).crash == b""


def test_what_few_devices_have(device):
    device.clock = types.SimpleNamespace(day_s=lambda: 7 * 3600 + 59)
    session = types.SimpleNamespace(failure=4)
    device.relay = types.SimpleNamespace(session=session, failures=5)
    device.meter = types.SimpleNamespace(told=[1, 2, 3, 4])
    device.recorder = types.SimpleNamespace(day_s=lambda device: 123, make_curve=lambda: "curve")
    facts = facts_of(device, PackState())
    assert facts.day_min == 420 and facts.moment_s == 123 and facts.curve == "curve"
    assert (facts.mqtt_reason, facts.mqtt_failures, facts.totals) == (4, 5, [1, 2, 3, 4])
    device.clock.day_s = lambda: None
    facts.take(PackState(), 0, 2)
    assert facts.day_min == UNKNOWN


def test_it_is_looked_at_once_a_second(device):
    facts = facts_of(device, PackState())
    device.wifi.losses = 9
    facts.take(PackState(), 0, 1)
    assert facts.wifi_losses == 3
    facts.take(PackState(), 0, 2)
    assert facts.wifi_losses == 9


@pytest.mark.parametrize(
    "texts, said",
    [
        ({MODEL: b"JK-PB2A16S20P", SW_VERSION: b"15.38"}, b"JK-PB2A16S20P 15.38"),
        ({DEVICE_ID: b"12345678"}, b"12345678"),
        ({}, b""),
    ],
)
def test_the_bms_says_what_it_is(device, texts, said):
    pack = PackState()
    pack.put(CELL_COUNT, 16)
    pack.touch(STATUS, 0)
    for which, text in texts.items():
        pack.put_text(which, text, 0, len(text))
    assert facts_of(device, pack).about == said
