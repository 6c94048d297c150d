"""Commands to the BMS over MQTT: what is taken, what is told, what Home Assistant is offered."""

import jinja2
import pytest

from bms import command, writer
from bms import pack as p
from bms.check import PLAUSIBLE
from host_tests.command_rig import NAMES, REASONS, STATES
from host_tests.mqtt_rig import BASE, Bench, make_device, make_unit
from host_tests.relay.message_rig import NOW, read
from host_tests.relay.writes_rig import ALL, Told, writes
from relay import commands as c
from relay import fields
from relay.state import StateReport
from relay.topics import Topics


def judged(name, payload, retained=False, told=None):
    """Returns (refusal, value) for a message; the payload as it is kept, cut to its room."""
    told = told or Told()
    part = writes(told)
    part.now = 77
    kept = payload[: c.PAYLOAD_MAX].ljust(c.PAYLOAD_MAX, b"?")
    length = 255 if len(payload) > c.PAYLOAD_MAX else len(payload)
    part.judge(c.FROM_WRITES + NAMES.index(name), retained, kept, length)
    good = part.refusal in (c.ACCEPTED, c.NOT_WRITTEN)
    assert told.asked == ([(name, part.value, 77)] if good else [])
    assert part.command == (c.WRITE if part.refusal == c.ACCEPTED else c.NOTHING)
    return part.refusal, part.value


def test_what_the_queue_refuses_is_a_refusal():
    told = Told()
    told.answer = writer.ORDER
    assert judged("charge_utp_dc", b"90", told=told)[0] == c.NOT_WRITTEN


def test_what_the_unit_offers_is_learnt_and_not_forgotten():
    told = Told()
    part = writes(told)
    assert not part.learn()
    told.mask = 5
    assert part.learn() and not part.learn()
    told.mask = 3
    assert part.learn() and part.offered() == 7


@pytest.mark.parametrize(
    "name, payload, value",
    [
        ("charge_switch", b"on", 1),
        ("charge_switch", b"off", 0),
        ("heating_switch", b"OFF", 0),
        ("discharge_switch", b"ON", 1),
        ("balance_switch", b"0", 0),
        ("balance_switch", b"true", 1),
        ("charge_utp_dc", b"-50", -50),
        ("charge_utpr_dc", b"0", 0),
        ("heating_stop_dc", b"70", 70),
        ("charge_utp_dc", b"9999", 9999),  # a number; whether it is possible is for the queue
        ("save", b"save", 0),
    ],
)
def test_what_is_taken(name, payload, value):
    assert judged(name, payload) == (c.ACCEPTED, value)


@pytest.mark.parametrize(
    "name, payload",
    [
        ("charge_switch", b""),
        ("charge_switch", b"On"),
        ("charge_switch", b"2"),
        ("charge_switch", b"on "),
        ("charge_utp_dc", b""),
        ("charge_utp_dc", b"-"),
        ("charge_utp_dc", b"--5"),
        ("charge_utp_dc", b"1.5"),
        ("charge_utp_dc", b"5 "),
        ("charge_utp_dc", b"+5"),
        ("charge_utp_dc", b"123456"),
        ("charge_utp_dc", b"on"),
        ("save", b""),
        ("save", b"1"),
    ],
)
def test_what_is_invalid(name, payload):
    assert judged(name, payload)[0] == c.INVALID


@pytest.mark.parametrize("name", NAMES)
def test_retained_and_oversized_messages_are_refused(name):
    good = b"save" if name == "save" else b"0"
    assert judged(name, good, retained=True)[0] == c.RETAINED
    assert judged(name, good + bytes(40))[0] == c.OVERSIZED


def test_topics_in_the_order_of_the_names():
    topics = Topics(b"packmate/unit", b"ha", True, writes())
    for number, name in enumerate(NAMES):
        topic = b"packmate/unit/bms/" + name.encode() + b"/set"
        assert topics.source(topic, 0, len(topic)) == c.FROM_WRITES + number
    assert topics.count == c.FROM_WRITES + len(NAMES) + 1


def test_a_change_is_told_once():
    told = Told()
    part = writes(told)
    assert not part.changed()
    told.changes = 1
    assert part.changed() and not part.changed()


# -- the message -------------------------------------------------------------------------------


def message(told, verdict=PLAUSIBLE, frozen=False, age_ms=0):
    from mqtt.more_reports import WritesReport

    unit = make_unit()
    unit.pack.put(p.CHARGE_SWITCH, 0)
    unit.pack.put(p.CHARGE_ON, 1)
    unit.pack.put(p.HEATING_START_DC, -30)
    unit.pack.touch(p.STATUS, NOW - age_ms)
    unit.check.verdict = verdict
    unit.check.frozen = frozen
    about = StateReport(b"/state", unit, 10_000, 10_000)
    return read(WritesReport(unit, writes(told), about, 10_000))


def test_the_last_command_and_the_switches_are_told():
    told = Told(writer.UTPR, -50, command.REJECTED, writer.BELOW_MINIMUM, 2)
    shown = message(told)
    assert list(shown) == [field.name for field in fields.FIELDS[fields.BMS]]
    assert shown["bms_command"] == "charge_utpr_dc" and shown["bms_command_value"] == -50
    assert shown["bms_command_state"] == "rejected"
    assert shown["bms_command_reason"] == "below_minimum" and shown["bms_command_code"] == 2
    assert shown["charge_switch"] is False and shown["discharge_switch"] is None
    assert shown["charge_on"] is True and shown["balancing"] is None
    assert shown["heating_start_dc"] == -30 and shown["heating_stop_dc"] is None


def test_nothing_is_told_before_the_first_command():
    shown = message(Told())
    for name in ("", "_value", "_state", "_reason"):
        assert shown["bms_command" + name] is None


@pytest.mark.parametrize("doubt", ({"verdict": 4}, {"frozen": True}, {"age_ms": 10_001}))
def test_nothing_is_told_of_a_pack_that_is_not_believed_or_has_fallen_silent(doubt):
    shown = message(Told(writer.CHARGE, 1, command.CONFIRMED), **doubt)
    for name in ("charge_switch", "charge_on", "heating_start_dc"):
        assert shown[name] is None and message(Told())[name] is not None
    assert shown["bms_command"] == "charge_switch"  # it is ours, and stays true


@pytest.mark.parametrize("state", range(len(STATES)))
def test_every_name_is_told_whole(state):
    for reason in range(len(REASONS)):
        for number in range(writer.COMMANDS):
            shown = message(Told(number, -32_768, state, reason, -32_768))
            assert shown["bms_command_state"] == (STATES[state] if state else None)
            assert shown["bms_command_reason"] in (REASONS[reason], None)
            assert (shown["bms_command_reason"] is None) == (reason == 0)
            assert shown["bms_command"] == (NAMES[number] if state else None)


# -- Home Assistant ----------------------------------------------------------------------------


def configs(monkeypatch, offered=ALL, **settings):
    told = Told()
    told.mask = offered
    bench = Bench(monkeypatch, device=make_device(writes=writes(told)), **settings)
    bench.hear_pack()
    bench.run(60_000, step=50)
    return bench.configs()


def render(template, **values):
    return jinja2.Template(template).render(**values)


def test_only_what_the_unit_offers_gets_an_entity(monkeypatch):
    found = configs(monkeypatch, 1 << writer.CHARGE | 1 << writer.UTP)
    assert {"charge_switch", "charge_utp_dc", "bms_command_state"} <= set(found)
    assert not {"discharge_switch", "heating_start_dc", "bms_save"} & set(found)
    everything, nothing = configs(monkeypatch), configs(monkeypatch, 0)
    assert len(everything) == len(nothing) + writer.COMMANDS
    unwanted = configs(monkeypatch, mqtt_writes=False)
    assert set(unwanted) == set(nothing) and "bms_command_state" in unwanted


def test_a_bms_that_may_be_written_to_takes_no_command_that_is_not_allowed(monkeypatch):
    told = Told()
    bench = Bench(monkeypatch, device=make_device(writes=writes(told)), mqtt_writes=False)
    bench.run(20_000)
    bench.broker.send(f"{BASE}/bms/charge_switch/set", "off")
    bench.run(1_000)
    assert bench.results() == [("bms/charge_switch/set", False, "not_allowed")]
    assert told.asked == []


def test_a_switch_shows_what_the_bms_says(monkeypatch):
    entry = configs(monkeypatch)["charge_switch"]
    template = entry["val_tpl"]
    for shown, text in ((True, "ON"), (False, "OFF"), (None, "None")):
        state = {"charge_switch": shown, "charge_on": None}
        assert render(template, value_json=state) == text
    assert render(template, value_json={"charge_switch": None, "charge_on": True}) == "ON"
    assert entry["opt"] is False and entry["cmd_t"] == "~/bms/charge_switch/set"
    assert entry["stat_t"] == "~/bms" and {"charge_switch", "charge_on"} <= set(message(Told()))
    for payload in (b"ON", b"OFF"):  # what Home Assistant sends unless told otherwise
        assert judged("charge_switch", payload)[0] == c.ACCEPTED


def test_a_number_sends_and_shows_degrees(monkeypatch):
    entry = configs(monkeypatch)["charge_utp_dc"]
    assert entry["stat_t"] == "~/state"
    assert render(entry["val_tpl"], value_json={"charge_utp_dc": -50}) == "-5.0"
    assert render(entry["val_tpl"], value_json={"charge_utp_dc": None}) == "None"
    for value, wire in ((-5.0, b"-50"), (20, b"200"), (-30.0, b"-300"), (0.0, b"0")):
        sent = render(entry["cmd_tpl"], value=value).encode()
        assert sent == wire and judged("charge_utp_dc", sent) == (c.ACCEPTED, int(wire))
    assert (entry["min"], entry["max"]) == (writer.MIN_DC // 10, writer.MAX_DC // 10)
    assert entry["unit_of_meas"] == "°C"


def test_the_button_and_the_progress(monkeypatch):
    found = configs(monkeypatch)
    assert judged("save", found["bms_save"]["payload_press"].encode())[0] == c.ACCEPTED
    entry = found["bms_command_state"]
    shown = message(Told(writer.CHARGE, 1, command.CONFIRMED))
    assert render(entry["val_tpl"], value_json=shown) == "done"
    assert render(entry["val_tpl"], value_json=message(Told())) == "none"
