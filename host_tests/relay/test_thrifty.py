"""The relay with a budget of data: slower messages, a bill that is held, nothing urgent late."""

import random
import time

import pytest

from bms import alarms
from bms import pack as p
from host_tests.mqtt_rig import BASE, Bench, make_device, thing
from relay.budget import Budget
from words import FAULT

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def start(monkeypatch):
    """Returns a function that starts a device with so many MB a month."""
    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)

    def make(mb=10, full=1.0, **settings):
        device = make_device()
        device.budget = Budget(mb)
        device.budget.left = int(device.budget.ration * full)
        settings = {"ha_discovery": False, "mqtt_interval_s": 15, **settings}
        bench = Bench(monkeypatch, device=device, roomy=True, mqtt_mb_a_month=mb, **settings)
        bench.budget = device.budget
        bench.hear_pack()
        bench.run(5000)  # a session needs short steps
        return bench

    return make


def live(bench, ms, step=1000):
    """Lets time pass for the budget, too."""
    for _ in range(0, ms, step):
        bench.run(step, step=min(step, 1000))
        bench.budget.step(step // 1000)


def test_at_rest_all_is_told_each_hour(start):
    bench = start()
    live(bench, 1000)
    first = {topic for topic, _, _ in bench.broker.published}
    assert {f"{BASE}/{name}" for name in ("state", "heater", "device", "data")} <= first
    bench.broker.published.clear()
    live(bench, 4 * HOUR_MS)
    for name in ("state", "heater", "device", "data"):
        assert len(bench.told(name)) in (3, 4), name


def test_figures_are_told_when_they_have_moved_far_enough(start):
    bench = start(mb=1000)
    live(bench, MINUTE_MS)
    bench.broker.published.clear()
    bench.pack.put(p.CURRENT_MA, 400)
    live(bench, MINUTE_MS)
    assert [told["current_ma"] for told in bench.told("state")] == [400]  # it was unknown
    bench.pack.put(p.CURRENT_MA, 800)
    live(bench, MINUTE_MS)
    assert len(bench.told("state")) == 1
    bench.pack.put(p.CURRENT_MA, 901)
    live(bench, 16_000)
    assert [told["current_ma"] for told in bench.told("state")] == [400, 901]


def test_the_heater_is_told_when_it_says_something_else(start):
    bench = start(mb=1000)
    live(bench, 2 * MINUTE_MS)
    bench.broker.published.clear()
    bench.device.heater.wh_today += 1
    live(bench, 10 * MINUTE_MS)
    assert [told["heater_wh_today"] for told in bench.told("heater")] == [13]


def test_an_empty_bucket_delays_no_alarm_and_no_answer(start):
    bench = start(full=0)
    live(bench, MINUTE_MS)
    bench.broker.published.clear()
    bench.pack.put(p.CURRENT_MA, 50_000)
    live(bench, 10 * MINUTE_MS)
    assert bench.told("state") == []  # that can wait
    bench.pack.raise_alarm(alarms.CELL_OVERVOLTAGE)
    bench.relay.publish_soon()  # as the loop does when alarms change
    bench.run(1000)
    assert [told["name"] for told in bench.told("event")] == ["cell_overvoltage"]
    assert bench.told("state")[-1]["alarms"] == ["cell_overvoltage"]
    bench.broker.published.clear()
    bench.broker.send(f"{BASE}/heater/boost/set", "0")
    bench.run(300)
    assert bench.results() == [("heater/boost/set", True, None)]


def test_what_happens_too_often_is_held_to_the_budget_and_events_are_not(start):
    bench = start()
    bench.budget.left = -3 * bench.budget.ration
    live(bench, MINUTE_MS)
    bench.broker.published.clear()
    for number in range(60):
        if number % 2:
            bench.pack.raise_alarm(alarms.CELL_OVERVOLTAGE)
        else:
            bench.pack.clear_alarms()
        bench.relay.publish_soon()
        live(bench, 30_000)
    assert len(bench.told("event")) == 30
    assert len(bench.told("state")) in (2, 3)


def test_a_fault_of_the_heater_is_told_at_once(start):
    bench = start(full=0)
    live(bench, MINUTE_MS)
    bench.broker.published.clear()
    bench.device.heater.state = FAULT
    bench.device.heater.latched = 1
    bench.relay.publish_soon()
    bench.run(1000)
    assert bench.told("heater")[-1]["heater_fault"] is True
    assert bench.told("event")[0]["event_type"] == "heater_fault"


def test_a_connection_that_comes_and_goes_tells_nothing_twice(start):
    bench = start(full=0)
    live(bench, MINUTE_MS)
    bench.broker.published.clear()
    for _ in range(5):
        bench.broker.connection.ended = True
        bench.run(MINUTE_MS)
    assert bench.relay.connects == 6
    assert {topic for topic, _, _ in bench.broker.published} == {f"{BASE}/availability"}


def test_news_that_came_during_an_outage_are_told_after_it(start):
    bench = start(full=0)
    live(bench, MINUTE_MS)
    bench.broker.listens = False
    bench.broker.connection.ended = True
    live(bench, 5000)
    bench.pack.raise_alarm(alarms.CELL_OVERVOLTAGE)
    bench.relay.publish_soon()
    live(bench, 5 * MINUTE_MS)
    bench.broker.listens = True
    bench.broker.published.clear()
    bench.run(2 * MINUTE_MS)
    assert bench.told("state")[0]["alarms"] == ["cell_overvoltage"]


def test_pings_are_seldom_and_the_broker_knows(start):
    bench = start(mb=5)
    live(bench, 3 * HOUR_MS)
    (connect,) = [body for kind, body in bench.broker.packets if kind == 0x10]
    assert int.from_bytes(connect[8:10], "big") == 2 * 258
    assert bench.count(0xC0) in (41, 42)  # one each 258 s
    bench.broker.answers = False
    live(bench, 5 * MINUTE_MS)
    assert bench.relay.failures >= 1  # and a broker that is gone is still noticed


def test_home_assistant_s_restart_costs_nothing_and_no_value_gets_too_old(start):
    bench = start(mb=100, ha_discovery=True)
    bench.run(MINUTE_MS)
    configs = bench.configs()
    assert configs["soc_pct"]["exp_aft"] == configs["wifi_losses"]["exp_aft"] == 3 * 86_400
    assert configs["data_left_kb"]["stat_t"] == "~/data"
    bench.broker.published.clear()
    bench.broker.send("homeassistant/status", "online")
    live(bench, MINUTE_MS)
    assert bench.config_topics() == []


def line_bytes(bench):
    return sum(sock.taken + sock.given for sock in bench.net.sockets if sock.stream)


def test_what_is_counted_is_what_went_over_the_line_and_its_headers(start):
    bench = start()
    live(bench, MINUTE_MS)
    before = line_bytes(bench), bench.budget.spent(), len(bench.broker.packets)
    live(bench, 3 * HOUR_MS)
    sent = line_bytes(bench) - before[0]
    counted = bench.budget.spent() - before[1]
    packets = len(bench.broker.packets) - before[2]
    assert sent + 80 * packets <= counted <= sent + 240 * packets


def test_discovery_goes_in_many_small_writes_and_in_few_segments(start):
    bench = start(ha_discovery=True)
    live(bench, 5 * MINUTE_MS)
    sent = line_bytes(bench)
    assert 30_000 < sent and 1.1 * sent < bench.budget.spent() < 2 * sent


def test_tls_costs_more(start, monkeypatch):
    from mqtt import thrifty

    bench = start()
    spent = []
    for secure in (False, True):
        budget = Budget(10)
        thrifty.Line(bench.session, budget, secure)
        bench.broker.connection.ended = True
        bench.run(MINUTE_MS)
        spent.append(budget.spent())
    assert spent[1] > spent[0] + 6000


def test_what_is_left_is_told(start):
    bench = start(mb=10)
    live(bench, 2000)
    told = bench.told("data")[0]
    assert told["data_month_kb"] == 10_000 and told["data_today_pct"] > 95
    assert told["data_left_kb"] == 10_000 - told["data_spent_kb"] - 1 or told["data_spent_kb"] < 50
    assert 15 <= told["data_interval_s"] < 20


def test_a_month_is_within_its_budget_however_the_pack_is_used(start):
    """The relay itself, in steps of half a minute: current that never rests, alarms and commands
    now and then, connections that end."""
    chance = random.Random(3)
    bench = start(mb=3)
    budget = bench.budget
    alarm = False
    for minute in range(30 * 24 * 60):
        bench.pack.put(p.CURRENT_MA, chance.randrange(-60_000, 60_000))
        if minute % 400 == 17:
            alarm = not alarm
            bench.pack.raise_alarm(alarms.LOW_SOC) if alarm else bench.pack.clear_alarms()
            bench.relay.publish_soon()
        if minute % 1000 == 3:
            bench.broker.send(f"{BASE}/heater/boost/set", "0")
        if minute % 700 == 5:
            bench.broker.connection.ended = True
            bench.run(8000)  # a session needs short steps
        bench.run(MINUTE_MS, step=30_000)
        budget.step(60)
        bench.broker.packets.clear()
        if minute % 10_000 == 0:
            bench.net.sockets[:-1] = []
    assert 0.85 * budget.bytes < budget.spent() <= budget.bytes
    assert len(bench.results()) == 43 or len(bench.results()) == 44


class Saving:
    """A device that is saved."""

    def __init__(self, mb):
        self.budget = Budget(mb)
        self.uptime_s = 0
        self.output = thing(on=False)
        self.state = {}
        self.saves = 0
        self.works = True

    def save(self):
        self.saves += 1
        return self.works


def test_what_was_counted_is_kept_seldom(monkeypatch):
    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)
    from mqtt import thrifty

    device = Saving(10)
    task = thrifty.run(device)

    def live_on(seconds, a_second):
        for _ in range(seconds):
            assert next(task) == 1000
            device.uptime_s += 1
            device.budget.spend(a_second)

    live_on(3600, 1)
    assert device.saves == 0
    live_on(7 * 3600, 1)
    assert device.saves == 2  # each 10 kB
    assert Budget(10, device.state[thrifty.SAVED]).spent() >= device.budget.spent() - 10_000
    device.output.on = True
    live_on(1800, 1000)
    assert device.saves in (5, 6)
    device.output.on = False
    live_on(1800, 1000)
    assert device.saves - 6 <= 30
