"""A fleet plays at a real broker: what it counts is what was heard."""

import asyncio

import pytest

from tools import fleet
from tools.bench.net.broker import Broker, find_mosquitto, have_amqtt


@pytest.fixture(scope="module")
def broker():
    if not (find_mosquitto() or have_amqtt()):
        pytest.skip("no broker is installed")
    broker = Broker().start()
    yield broker
    broker.stop()


def test_all_that_is_told_is_heard(broker):
    row = asyncio.run(fleet.play("127.0.0.1", broker.port, 5, 0.1, 1))
    assert row["relays"] == 5 and row["lost"] == 0
    assert 45 <= row["sent"] <= 55
    assert row["ms"] == sorted(row["ms"]) and row["ms"][-1] <= row["longest_ms"]


def test_what_is_not_heard_is_lost(broker, monkeypatch):
    take = fleet.Listener.hear

    def deaf(listener, body):
        if b'"seq":3,' not in body:
            take(listener, body)

    monkeypatch.setattr(fleet.Listener, "hear", deaf)
    row = asyncio.run(fleet.play("127.0.0.1", broker.port, 2, 0.1, 1))
    assert row["lost"] == 2


def test_a_broker_that_is_not_there_is_an_error(broker):
    with pytest.raises(OSError):
        asyncio.run(fleet.play("127.0.0.1", 1, 1, 1, 1))


def test_the_payload_is_what_the_firmware_tells():
    before, after = fleet.template()
    assert before.endswith(b'"seq":') and after.startswith(b",")
    assert b'"cell_mv":[3300,' in after and 700 < len(before + after) < 3000


def test_the_table_has_a_row_for_each_size():
    row = {"relays": 1000, "connected_s": 2.04, "a_second": 999.6, "ms": [1, 2.25, 30]}
    row |= {"longest_ms": 44.44, "sent": 20_000, "lost": 3}
    lines = fleet.table([row])
    assert lines[2] == "| 1,000 | 2.0 | 1,000 | 1.0 | 2.2 | 30.0 | 44.4 | 20,000 | 3 |"
    assert {line.count("|") for line in lines} == {10}
