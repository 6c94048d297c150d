"""Commands to the BMS over MQTT: what is taken, what is told, what Home Assistant is offered."""

import json

import jinja2
import pytest

from bms import command, writer
from bms import pack as p
from host_tests.command_rig import NAMES, REASONS, STATES
from relay import commands as c
from relay import view as v
from relay.configs import ROOM
from relay.state import StateMessage
from relay.topics import Topics
from relay.view import View
from relay.writes import Writes
from relay.writes_discovery import WritesDiscovery

ALL = (1 << writer.COMMANDS) - 1


class Told:
    """What a queue of commands tells."""

    def __init__(self, number=0, value=0, state=0, reason=0, code=0):
        self.command = number
        self.value = value
        self.state = state
        self.reason = reason
        self.code = code
        self.changes = 0
        self.asked = []
        self.answer = 0
        self.mask = 0

    def ask(self, number, value, now):
        self.asked.append((NAMES[number], value, now))
        return self.answer

    def offered(self):
        return self.mask


def writes(told=None):
    return Writes(told or Told(), writer.NAMES, command.STATES, writer.REASONS, writer.UTP)


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
    assert part.learn() and part._offered == 7


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
    topics = Topics("packmate", b"unit")
    topics.commands += writes().topics()
    found = topics.subscriptions()
    for number, name in enumerate(NAMES):
        topic = b"packmate/unit/bms/" + name.encode() + b"/set"
        assert found[c.FROM_WRITES + number] == topic
        assert topics.source(topic) == c.FROM_WRITES + number
    assert len(found) == c.FROM_WRITES + len(NAMES)


def test_a_change_is_told_once():
    told = Told()
    part = writes(told)
    assert not part.changed()
    told.changes = 1
    assert part.changed() and not part.changed()


# -- the state message -------------------------------------------------------------------------


def message(told, good=True, known=True):
    view = View((b"a",) * v.CHOICES)
    pack = p.PackState()
    if known:
        pack.put(p.CHARGE_SWITCH, 0)
        pack.put(p.HEATING_START_DC, -30)
        pack.touch(p.STATUS, 0)
    view.put(v.PLAUSIBLE, int(good))
    built = StateMessage(view, 10_000, writes(told))
    n = built.build(pack, 0)
    return json.loads(bytes(built.buf[:n])), built


def test_the_last_command_and_the_switches_are_told():
    told = Told(writer.UTPR, -50, command.REJECTED, writer.BELOW_MINIMUM, 2)
    shown, _ = message(told)
    assert shown["bms_command"] == "charge_utpr_dc" and shown["bms_command_value"] == -50
    assert shown["bms_command_state"] == "rejected"
    assert shown["bms_command_reason"] == "below_minimum" and shown["bms_command_code"] == 2
    assert shown["charge_switch"] is False and shown["discharge_switch"] is None
    assert shown["heating_start_dc"] == -30 and shown["heating_stop_dc"] is None


def test_nothing_is_told_before_the_first_command_nor_of_a_pack_that_is_not_believed():
    shown, _ = message(Told(), good=False)
    for name in ("", "_value", "_state", "_reason"):
        assert shown["bms_command" + name] is None
    assert shown["charge_switch"] is None


def test_without_writes_the_message_has_none_of_it():
    view = View((b"a",) * v.CHOICES)
    built = StateMessage(view, 10_000)
    n = built.build(p.PackState(), 0)
    shown = json.loads(bytes(built.buf[:n]))
    assert not [name for name in shown if "command_state" in name or name.endswith("_switch")]


@pytest.mark.parametrize("state", range(len(STATES)))
@pytest.mark.parametrize("reason", range(len(REASONS)))
def test_the_longest_members_fit(state, reason):
    part = writes(Told(writer.START, -32_768, state, reason, -0x3FFFFFFF))
    pack = p.PackState()
    for slot in writer.SLOTS:
        pack.put(slot, 0 if slot < p.BOOLS else -0x3FFFFFFF)
    assert part.put(bytearray(2000), 0, pack, True) <= part.room


# -- Home Assistant ----------------------------------------------------------------------------


def configs(offered=ALL, known=(3, 4, 31)):
    topics = Topics("p" * 32, b"a0b1c2d3e4f5", "h" * 32)
    about = ("N" * 24, "LilyGO T-Display", "0.1.0", 3600)
    found = WritesDiscovery(
        topics, bytearray(ROOM), about, bytearray(known), writer.NAMES, writer.UTP, offered
    )
    entries = {}
    for index in range(found.count):
        n = found.build(index)
        assert n <= ROOM
        entries[found.topic.decode()] = json.loads(bytes(found.buf[:n]))
    assert len(entries) == found.count
    return {topic.split("/")[-2]: (topic.split("/")[-4], e) for topic, e in entries.items()}


def render(template, **values):
    return jinja2.Template(template).render(**values)


def test_only_what_the_unit_offers_gets_an_entity():
    found = configs(1 << writer.CHARGE | 1 << writer.UTP)
    assert found["charge_switch"][0] == "switch" and found["charge_utp_dc"][0] == "number"
    assert not {"discharge_switch", "heating_start_dc", "bms_save"} & set(found)
    assert len(configs()) == len(configs(0)) + writer.COMMANDS


def test_a_switch_shows_what_the_bms_says():
    _, entry = configs()["charge_switch"]
    template = entry["val_tpl"]
    for shown, text in ((True, "ON"), (False, "OFF"), (None, "None")):
        state = {"charge_switch": shown, "charge_on": None}
        assert render(template, value_json=state) == text
    assert render(template, value_json={"charge_switch": None, "charge_on": True}) == "ON"
    assert entry["opt"] is False and entry["cmd_t"] == "~/bms/charge_switch/set"
    for payload in (b"ON", b"OFF"):  # what Home Assistant sends unless told otherwise
        assert judged("charge_switch", payload)[0] == c.ACCEPTED


def test_a_number_sends_and_shows_degrees():
    _, entry = configs()["charge_utp_dc"]
    assert render(entry["val_tpl"], value_json={"charge_utp_dc": -50}) == "-5.0"
    assert render(entry["val_tpl"], value_json={"charge_utp_dc": None}) == "None"
    for value, wire in ((-5.0, b"-50"), (20, b"200"), (-30.0, b"-300"), (0.0, b"0")):
        sent = render(entry["cmd_tpl"], value=value).encode()
        assert sent == wire and judged("charge_utp_dc", sent) == (c.ACCEPTED, int(wire))
    assert (entry["min"], entry["max"]) == (writer.MIN_DC // 10, writer.MAX_DC // 10)
    assert entry["unit_of_meas"] == "°C"


def test_the_button_and_the_progress():
    found = configs()
    kind, entry = found["bms_save"]
    assert kind == "button" and judged("save", entry["payload_press"].encode())[0] == c.ACCEPTED
    kind, entry = found["bms_command_state"]
    told = Told(writer.CHARGE, 1, command.CONFIRMED)
    shown, _ = message(told)
    assert render(entry["val_tpl"], value_json=shown) == "confirmed"
    assert kind == "sensor"
