"""The state message: what it says is what the pack holds, whatever that is, and it always fits."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import words as s
from bms import pack as p
from host_tests.view_tables import tables
from relay import state
from relay import view as v
from relay.json_out import name_room, put_name
from relay.state import StateMessage
from relay.view import View
from tools.vocabulary import ALARMS, words

LIMIT = 2**30 - 1
NOW = 123_456
MAX_AGE_MS = 10_000
STATES = b"off\nidle\nheating\nfault"
FAULTS = ("over_temperature", "not_heating", "stuck_on")

KEYS = words(state._KEYS)
# Members by where their names stand in the message.
LIVE_KEYS = KEYS[KEYS.index("soc_pct") :][: len(state._LIVE_SLOTS)]
LIMIT_KEYS = KEYS[KEYS.index("charge_utp_dc") :][: len(state._LIMIT_SLOTS)]
DEVICE_KEYS = KEYS[KEYS.index("link_up") :][: len(state._DEVICE_SLOTS)]
CHOICE_KEYS = KEYS[KEYS.index("heater_state") :][: len(state._CHOICE_SLOTS)]

# The message's own names for what pack.py and view.py call by constants.
LIVE = {p_name.lower(): getattr(p, p_name) for p_name in dir(p) if p_name.isupper()}
DEVICE = {name.lower(): getattr(v, name) for name in dir(v) if name.isupper()}


def make_view(**put):
    view = View(
        tables(
            HEATER_STATE=STATES,
            HEATER_REASON="\n".join(("none", *FAULTS, "no_charger")).encode(),
            HEATER_MODE=s.MODE_NAMES,
            VERDICT=b"plausible\ncell_sum",
            RESET_CAUSE=b"power_on\nwatchdog",
            MQTT_FAILURE=b"none\ndns",
            COMMAND_REFUSAL=b"none\nretained",
        )
    )
    view.put(v.PLAUSIBLE, 1)
    for name, value in put.items():
        view.put(getattr(v, name), value)
    return view


def make_pack(now=NOW):
    pack = p.PackState()
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3300 + i
    pack.temps = 2
    pack.put_temp(0, -35)
    pack.put(p.PACK_MV, 13206)
    pack.put(p.CURRENT_MA, -1500)
    pack.put(p.SOC_PCT, 0)
    pack.put(p.CHARGE_ON, 0)
    pack.put(p.DISCHARGE_ON, 1)
    pack.put(p.CHARGE_UTP_DC, 0)
    pack.touch(p.STATUS, now)
    pack.summarise()
    return pack


def text_of(message, pack, now=NOW):
    size = len(message.buf)
    length = message.build(pack, now)
    assert len(message.buf) == size, "the buffer has grown"
    assert 0 < length <= size
    return bytes(message.buf[:length]).decode()


def read(message, pack, now=NOW):
    pairs = json.loads(text_of(message, pack, now), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "a member is there twice"
    return dict(pairs)


def test_a_known_pack_is_told_exactly():
    told = read(StateMessage(make_view(), MAX_AGE_MS), make_pack(), NOW + 2999)
    assert told["fresh"] is True
    assert told["data_age_s"] == 2
    assert told["cell_mv"] == [3300, 3301, 3302, 3303]
    assert told["temps_dc"] == [-35, None]
    assert told["pack_mv"] == 13206
    assert told["current_ma"] == -1500
    assert told["power_mw"] == -19809
    assert told["soc_pct"] == 0  # a real nought, not unknown
    assert told["soh_pct"] is None
    assert told["charge_on"] is False and told["discharge_on"] is True
    assert told["balancing"] is None
    assert told["cell_min_mv"] == 3300 and told["cell_max_index"] == 4
    assert told["charge_utp_dc"] == 0 and told["charge_utpr_dc"] is None
    assert told["alarm"] is False and told["alarms"] == []


@pytest.mark.parametrize(
    "slots, keys, source",
    [
        (state._LIVE_SLOTS, LIVE_KEYS, LIVE),
        (state._LIMIT_SLOTS, LIMIT_KEYS, LIVE),
        (state._DEVICE_SLOTS, DEVICE_KEYS, DEVICE),
        (state._CHOICE_SLOTS, CHOICE_KEYS, DEVICE),
    ],
)
def test_every_key_is_the_name_of_its_slot(slots, keys, source):
    assert len(slots) == len(keys)
    assert [source[name] for name in keys] == list(slots)


def test_the_message_has_all_its_members_and_no_others():
    assert KEYS[-1] == ""
    assert list(read(StateMessage(make_view(), MAX_AGE_MS), make_pack())) == list(KEYS[:-1])


def test_stale_figures_are_withheld():
    message = StateMessage(make_view(LINK_UP=1, HEAP_FREE=50_000), MAX_AGE_MS)
    pack = make_pack()
    assert read(message, pack, NOW + MAX_AGE_MS)["pack_mv"] == 13206
    told = read(message, pack, NOW + MAX_AGE_MS + 1)
    assert told["fresh"] is False
    assert told["data_age_s"] == 10
    for name in LIVE_KEYS + ("cell_mv", "temps_dc", "alarm", "alarms", "alarm_count"):
        assert told[name] is None, name
    assert told["heap_free"] == 50_000  # the device's own figures are not stale
    assert told["charge_utp_dc"] == 0  # nor is a setting of the BMS


@pytest.mark.parametrize("put", [{"FROZEN": 1}, {"PLAUSIBLE": 0}, {"PLAUSIBLE": None}])
def test_untrustworthy_figures_are_withheld(put):
    told = read(StateMessage(make_view(**put), MAX_AGE_MS), make_pack())
    assert told["fresh"] is ("FROZEN" not in put)
    assert told["pack_mv"] is None and told["cell_mv"] is None and told["alarms"] is None
    assert (told["charge_utp_dc"] is None) == ("PLAUSIBLE" in put)


def test_a_pack_that_was_never_heard_has_no_age():
    told = read(StateMessage(make_view(), MAX_AGE_MS), p.PackState())
    assert told["fresh"] is False and told["data_age_s"] is None and told["seq"] == 0
    assert told["unprotected"] is False


def test_the_heater_and_the_device_are_told():
    view = make_view(
        HEATER_STATE=3,
        HEATER_REASON=0,
        HEATER_MODE=2,
        HEATER_ON=0,
        HEATER_DUTY_PERMILLE=0,
        RSSI_DBM=-67,
        VERDICT=0,
        RESET_CAUSE=1,
        UPTIME_S=2**31,
    )
    view.faults = 0b101
    told = read(StateMessage(view, MAX_AGE_MS), make_pack())
    assert told["heater_state"] == "fault"
    assert told["heater_reason"] is None
    assert told["heater_mode"] == "charger_or_soc"
    assert told["heater_on"] is False and told["heater_duty_permille"] == 0
    assert told["heater_power_mw"] is None
    assert told["heater_fault"] is True
    assert told["heater_faults"] == ["over_temperature", "stuck_on"]
    assert told["rssi_dbm"] == -67
    assert told["verdict"] == "plausible" and told["reset_cause"] == "watchdog"
    assert told["uptime_s"] == LIMIT  # stands still there, 34 years on


def test_a_choice_out_of_its_table_is_unknown():
    view = make_view(HEATER_STATE=len(words(STATES)), HEATER_REASON=-1)
    told = read(StateMessage(view, MAX_AGE_MS), make_pack())
    assert told["heater_state"] is None and told["heater_reason"] is None


def longest(view):
    """A pack and a view with the most digits in every figure and everything raised."""
    pack = p.PackState()
    pack.cells = p.MAX_CELLS
    pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_CELLS):
        pack.cell_mv[i] = 65535
    for i in range(p.MAX_TEMPS):
        pack.put_temp(i, -32768)
    for slot in range(p.SLOTS):
        pack.put(slot, 0 if slot < p.BOOLS else -LIMIT)
    for bit in range(len(ALARMS)):
        pack.raise_alarm(bit)
    pack.touch(p.STATUS, NOW)
    pack.seq = 65535
    for slot in range(v.FIGURES):
        view.put(slot, 0 if slot < v.BOOLS else -LIMIT)
    view.put(v.PLAUSIBLE, 1)
    for slot in range(v.FIGURES, v.FIGURES + v.CHOICES):
        names = words(view.names(slot))
        view.put(slot, max(range(len(names)), key=lambda i, n=names: len(n[i])))
    view.faults = (1 << len(FAULTS)) - 1
    return pack, view


def test_the_longest_message_at_32_cells_fits():
    pack, view = longest(make_view())
    told = read(StateMessage(view, MAX_AGE_MS), pack)
    assert told["cell_mv"] == [65535] * 32 and told["alarms"] == list(ALARMS[:10])
    assert told["alarm_count"] == sum(bin(bits).count("1") for bits in pack.alarms)
    assert told["power_mw"] == -LIMIT and told["heap_free"] == -LIMIT


@given(st.lists(st.from_regex("[a-z0-9_]*", fullmatch=True), min_size=1))
def test_any_table_of_names_is_told_as_it_is(names):
    table = "\n".join(names).encode()
    for line, name in enumerate(names):
        buf = bytearray(name_room(table))
        end = put_name(buf, 0, table, line)
        assert len(buf) == name_room(table)
        nothing = name == "" or line == 0 and name.startswith("none")
        assert json.loads(buf[:end].decode()) == (None if nothing else name)
    for line in (-1, len(names)):
        assert buf[: put_name(buf, 0, table, line)] == b"null"


figure = st.integers(-LIMIT, LIMIT)


@st.composite
def packs(draw):
    pack = p.PackState()
    for slot in range(p.SLOTS):
        if draw(st.booleans()):
            pack.put(slot, draw(st.integers(0, 1) if slot < p.BOOLS else figure))
    pack.cells = draw(st.integers(0, p.MAX_CELLS))
    for i in range(pack.cells):
        pack.cell_mv[i] = draw(st.integers(0, 65535))
    pack.temps = draw(st.integers(0, p.MAX_TEMPS))
    for i in range(pack.temps):
        if draw(st.booleans()):
            pack.put_temp(i, draw(st.integers(-32768, 32767)))
    for bit in draw(st.sets(st.integers(0, len(ALARMS) - 1))):
        pack.raise_alarm(bit)
    pack.touch(p.STATUS, NOW)
    return pack


@settings(max_examples=150, deadline=None)
@given(pack=packs(), age=st.integers(0, 20_000), plausible=st.booleans(), faults=st.integers(0, 7))
def test_any_message_is_the_pack(pack, age, plausible, faults):
    view = make_view(PLAUSIBLE=int(plausible))
    view.faults = faults
    told = read(StateMessage(view, MAX_AGE_MS), pack, NOW + age)
    shown = plausible and age <= MAX_AGE_MS
    assert told["fresh"] is (age <= MAX_AGE_MS)
    for slot, key in zip(state._LIVE_SLOTS, LIVE_KEYS, strict=True):
        value = told[key]
        assert value == (pack.get(slot) if shown else None)
        if value is not None:
            assert isinstance(value, bool) == (slot < p.BOOLS)
    raised = [name for bit, name in enumerate(ALARMS) if pack.alarm(bit)]
    temps = [pack.temps_dc[i] if pack.temp_valid[i] else None for i in range(pack.temps)]
    assert told["cell_mv"] == (list(pack.cell_mv[: pack.cells]) if shown else None)
    assert told["temps_dc"] == (temps if shown else None)
    assert told["alarms"] == (raised[:10] if shown else None)
    assert told["alarm_count"] == (len(raised) if shown else None)
    assert told["alarm"] == (bool(raised) if shown else None)
    assert told["heater_faults"] == [n for bit, n in enumerate(FAULTS) if faults >> bit & 1]
