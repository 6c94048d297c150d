"""The messages: what they say is what the device holds, whatever that is, and it always fits."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import words as told_words
from bms import check
from bms import pack as p
from bms.framer import Dialect
from bms.jk import jk_gps
from bms.jk.jk_gps import JkGps
from bms.pack import PackState
from host_tests.mqtt_rig import File, make_device, make_unit
from host_tests.relay.message_rig import CODES, MAX_AGE_MS, NOW, build, fill, make_state, read
from languages.file import render
from relay import fields, message_names
from relay import message as m
from relay.message import Message
from relay.state import Known
from screen.draw.language import Language
from tools.cost import boot_play
from tools.vocabulary import ALARMS, raised

LIMIT = 2**30 - 1


@pytest.fixture
def unit():
    unit = make_unit()
    fill(unit.pack)
    return unit


# -- of a pack ------------------------------------------------------------------------------------


def test_a_known_pack_is_told_exactly(unit):
    told = read(make_state(unit), NOW + 2999)
    assert told["fresh"] is True and told["link_up"] is True and told["verdict"] == "plausible"
    assert told["data_age_s"] == 2
    assert told["cell_mv"] == [3300, 3301, 3302, 3303]
    assert told["temps_dc"] == [-35, None]
    assert told["pack_mv"] == 13206
    assert told["current_ma"] == -1500
    assert told["power_mw"] == -19809
    assert told["soc_pct"] == 0  # a real nought, not unknown
    assert told["charge_on"] is False and told["discharge_on"] is True
    assert told["cell_min_mv"] == 3300 and told["cell_max_index"] == 4
    assert told["charge_utp_dc"] == 0
    assert told["alarm"] is False and told["alarms"] == []


def test_what_the_pack_never_told_is_not_in_it_and_what_it_told_once_is_null(unit):
    report = make_state(unit)
    assert not {"soh_pct", "balancing", "charge_utpr_dc"} & set(read(report))
    unit.pack.put(p.SOH_PCT, 99)
    assert read(report)["soh_pct"] == 99 and report.renewed
    unit.pack.drop(p.SOH_PCT)
    assert read(report)["soh_pct"] is None


def test_a_pack_that_grows_is_told_whole(unit):
    report = make_state(unit)
    read(report)
    unit.pack.cells = 32
    unit.pack.temps = 8
    for i in range(8):
        unit.pack.put_temp(i, -400)
    told = read(report)
    assert len(told["cell_mv"]) == 32 and told["temps_dc"] == [-400] * 8


def test_stale_figures_are_withheld(unit):
    report = make_state(unit)
    assert read(report, NOW + MAX_AGE_MS)["pack_mv"] == 13206
    told = read(report, NOW + MAX_AGE_MS + 1)
    assert told["fresh"] is False and told["data_age_s"] == 10
    live = [f.name for f in fields.SLOTTED if f.name in told and f.name not in fields.SETTLED]
    assert len(live) > 10
    for name in live + ["cell_mv", "temps_dc", "alarm", "alarms", "alarm_count"]:
        assert told[name] is None, name
    assert told["charge_utp_dc"] == 0  # a setting of the BMS is not stale


def test_frozen_figures_are_as_old_as_their_content(unit):
    unit.check.frozen = 1
    unit.check.content_ms = 95_000
    assert read(make_state(unit), NOW + 2999)["data_age_s"] == 95


@pytest.mark.parametrize("what", ["frozen", "verdict"])
def test_untrustworthy_figures_are_withheld(unit, what):
    report = make_state(unit)
    read(report)
    unit.check.content_ms = 0
    setattr(unit.check, what, 1)
    told = read(report)
    assert told["fresh"] is (what == "verdict") and told["plausible"] is (what == "frozen")
    assert told["pack_mv"] is None and told["cell_mv"] is None and told["alarms"] is None
    assert (told["charge_utp_dc"] is None) == (what == "verdict")


def test_a_pack_that_was_never_heard_has_no_age_and_no_figures():
    told = read(make_state())
    assert told["fresh"] is False and told["data_age_s"] is None and told["seq"] == 0
    assert "pack_mv" not in told and told["cell_mv"] is None


def test_why_there_are_no_figures(unit):
    unit.link.reason = 4
    unit.check.verdict = check.CELL_SUM
    unit.answering = False
    told = read(make_state(unit))
    assert told["link_reason"] == "noise" and told["verdict"] == "cell_sum"
    assert told["link_up"] is told["plausible"] is False


def longest(pack):
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


def test_the_longest_message_at_32_cells_fits():
    unit = make_unit()
    longest(unit.pack)
    told = read(make_state(unit))
    assert told["cell_mv"] == [65535] * 32 and told["alarms"] == list(ALARMS[:10])
    assert told["alarm_count"] == sum(bin(bits).count("1") for bits in unit.pack.alarms)
    assert set(told["notices"]) == {
        name for bit, name in enumerate(ALARMS) if raised(unit.pack.notices, bit)
    }
    assert told["power_mw"] == -LIMIT
    assert told["seq"] == 65535


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
@given(pack=packs(), age=st.integers(0, 20_000), plausible=st.booleans())
def test_any_message_is_the_pack(pack, age, plausible):
    unit = make_unit()
    unit.pack = pack
    report = make_state(unit)
    read(report)
    unit.check.verdict = 0 if plausible else 3
    told = read(report, NOW + age)
    shown = plausible and age <= MAX_AGE_MS
    assert told["fresh"] is (age <= MAX_AGE_MS)
    for field in fields.SLOTTED:
        slot = getattr(p, field.name.upper())
        if field.name not in told:
            assert not pack.has(slot)
            continue
        value = told[field.name]
        good = plausible if field.name in fields.SETTLED else shown
        assert value == (pack.get(slot) if good else None)
        if value is not None:
            assert isinstance(value, bool) == (slot < p.BOOLS)
    names = [name for bit, name in enumerate(ALARMS) if raised(pack.alarms, bit)]
    temps = [pack.temps_dc[i] if pack.temp_valid[i] else None for i in range(pack.temps)]
    assert told["cell_mv"] == (list(pack.cell_mv[: pack.cells]) if shown else None)
    assert told["temps_dc"] == (temps if shown else None)
    assert told["alarms"] == (names[:10] if shown else None)
    assert told["alarm_count"] == (len(names) if shown else None)
    assert told["alarm"] == (bool(names) if shown else None)


def test_what_is_known_is_not_forgotten(unit):
    known = Known()
    assert known.learn(unit.pack) and not known.learn(unit.pack)
    assert known.has(p.SOC_PCT) and not known.has(p.SOH_PCT)
    unit.pack.put_temp(1, 40)
    assert known.learn(unit.pack) and known.temps == 3
    unit.pack.drop_temp(1)
    unit.pack.cells = 0
    assert not known.learn(unit.pack) and known.cells == 4 and known.temps == 3


# -- values ---------------------------------------------------------------------------------------


class TwoFields(Message):
    """Tells two values; `puts` writes the first."""

    def __init__(self, tables=("x",)):
        names = b'\xff\x06,"ts":\xff\x05,"x":\xff\x05,"y":' + bytes(2)
        lines = ["\n"] * (told_words.ALL_TABLES - len(tables))
        index = bytes((0, 16, 0, 38) + 6 * (0, 38))
        super().__init__(Language(File(render([*tables, *lines]) + index + names)))

    def value_of(self, puts):
        for _ in range(40):
            self.begin(m.STATE)
            puts()
            self.put(7)
            length = self.finish()
            if length:
                told = json.loads(bytes(self.buf[:length]))
                assert told["y"] == 7
                return told["x"]
        raise AssertionError("the buffer grows and grows")


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40))))
def test_any_number_is_told_exactly(numbers):
    message = TwoFields()
    for value in numbers:
        assert message.value_of(lambda value=value: message.put(value)) == value


@given(st.lists(st.from_regex("[a-z0-9_]{0,32}", fullmatch=True), min_size=1))
def test_any_table_of_codes_is_told_as_it_is(names):
    message = TwoFields(("x", "\n".join(names), "y"))
    for line, name in enumerate(names):
        told = message.value_of(lambda line=line: message.put_code(1, line))
        assert told == (name or None)
    for line in (-1, len(names)):
        assert message.value_of(lambda line=line: message.put_code(1, line)) is None


def test_truth_is_told():
    message = TwoFields()
    for value in (True, False, None, 1, 0):
        told = message.value_of(lambda value=value: message.put_bool(value))
        assert told is (None if value is None else bool(value))


def test_a_buffer_that_is_too_small_grows_until_all_has_room():
    """Nothing is cut, and no field is left out."""
    unit = make_unit()
    longest(unit.pack)
    expected = read(make_state(unit))
    message = Message(CODES)
    message.buf = bytearray(m.NAME_BYTES)
    assert read(make_state(unit), message=message) == expected
    size = len(message.buf)
    read(make_state(unit), message=message)
    assert len(message.buf) == size < 2700


def test_a_dialect_that_tells_less_needs_less_room():
    """jk_gps, with all that one tells in a buffer as long as the dialect says."""
    unit = make_unit()
    longest(unit.pack)
    told = PackState()
    replies, _ = boot_play.conversation("jk_gps")
    dialect = JkGps(told, 512)
    for reply in replies.values():
        dialect.feed(reply.ljust(512, b"\0"), len(reply), NOW)
    assert told.seq > 0
    for slot in range(p.SLOTS):
        if slot >= p.BOOLS:
            unit.pack.values[slot] = -1_999_999
        if not told.valid[slot] and slot not in jk_gps._SLOTS:
            unit.pack.valid[slot] = 0
    message = Message(CODES, JkGps.STATE_BYTES)
    assert build(make_state(unit), NOW, message) > JkGps.STATE_BYTES - 100
    assert len(message.buf) == JkGps.STATE_BYTES
    assert JkGps.STATE_BYTES < Dialect.STATE_BYTES == len(Message(CODES).buf)


def test_a_file_without_all_names_is_no_file():
    with pytest.raises(OSError, match="damaged"):
        Message(Language(File(CODES.file.getvalue()[:-1])))


def test_no_name_is_too_long_to_be_read(monkeypatch):
    longest_name = fields.Field("x" * (m.NAME_BYTES - 4), fields.INT)
    names = {**fields.FIELDS, fields.PACKS: (longest_name,)}
    monkeypatch.setattr(fields, "FIELDS", names)
    message_names.render()
    longest_name.name += "x"
    with pytest.raises(ValueError, match="too long"):
        message_names.render()


def test_the_reports_share_a_buffer(unit):
    message = Message(CODES)
    state = make_state(unit)
    first = read(state, message=message)
    device = make_device()
    from mqtt.reports import HeaterReport

    told = read(HeaterReport(device.heater, device.output, 10_000), message=message)
    assert "heater_state" in told and set(told) & set(first) == {"ts"}
    assert read(state, message=message) == first
