"""What may command the heater, and what may not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words as s
from relay import commands as c
from relay.topics import Topics
from tools.vocabulary import words

WORDS = {c.ACKNOWLEDGE: b"acknowledge", c.RESET_REPORT: b"reset"}
NUMBERS = (c.BOOST, c.SET_ON_DC, c.SET_OFF_DC, c.RELEASE)
MODE_WORDS = {b"off": 0, b"charger": 1, b"charger_or_soc": 2}


def bounds(source):
    at = 2 * NUMBERS.index(source)
    return c.BOUNDS[at], c.BOUNDS[at + 1]


def judge(source, payload, retained=False, length=None):
    judge = c.Judge()
    room = bytearray(c.PAYLOAD_MAX)
    room[: len(payload)] = payload
    judge.judge(source, retained, room, len(payload) if length is None else length)
    return judge


@pytest.mark.parametrize("word, mode", MODE_WORDS.items())
def test_modes_are_obeyed(word, mode):
    told = judge(c.SET_MODE, word)
    assert (told.command, told.refusal, told.value) == (c.SET_MODE, c.ACCEPTED, mode)
    assert s.MODE_NAMES.split(b"\n")[mode] == word


@pytest.mark.parametrize("source, word", WORDS.items())
def test_words_are_obeyed(source, word):
    assert judge(source, word).command == source
    assert judge(source, b"1").refusal == c.INVALID


@pytest.mark.parametrize("source", NUMBERS)
def test_numbers_are_obeyed_within_their_bounds(source):
    low, high = bounds(source)
    for value in (low, (low + high) // 2, high):
        told = judge(source, b"%d" % value)
        assert (told.command, told.refusal, told.value) == (source, c.ACCEPTED, value)
    for value in (low - 1, high + 1, 99_999, -9999):
        told = judge(source, b"%d" % value)
        assert (told.command, told.refusal) == (c.NOTHING, c.OUT_OF_BOUNDS)


@pytest.mark.parametrize("source", NUMBERS)
@pytest.mark.parametrize(
    "word", [b"", b"-", b"--5", b"+5", b"1.5", b" 5", b"5 ", b"0x5", b"nan", b"100000", b"on"]
)
def test_what_is_no_number_is_invalid(source, word):
    assert judge(source, word).refusal == c.INVALID


def test_the_bounds_are_those_of_the_heater():
    assert bounds(c.BOOST) == (0, s.MAX_BOOST_MIN)
    assert bounds(c.SET_ON_DC) == (s.ON_LOW_DC, s.ON_HIGH_DC)
    assert bounds(c.SET_OFF_DC) == (s.OFF_LOW_DC, s.OFF_HIGH_DC)
    assert len(c.BOUNDS) == 2 * len(NUMBERS)


def test_each_command_has_its_topic():
    topics = Topics("van/pack", b"0a1b")
    found = topics.subscriptions()
    assert found[c.FROM_BIRTH] == b"homeassistant/status"
    assert found[c.SET_MODE] == b"van/pack/0a1b/heater/mode/set"
    assert found[c.ACKNOWLEDGE] == b"van/pack/0a1b/heater/acknowledge"
    assert found[c.RESET_REPORT] == b"van/pack/0a1b/heater/report/reset"
    assert found[c.BOOST] == b"van/pack/0a1b/heater/boost/set"
    assert found[c.SET_ON_DC] == b"van/pack/0a1b/heater/on_dc/set"
    assert found[c.SET_OFF_DC] == b"van/pack/0a1b/heater/off_dc/set"
    assert found[c.RELEASE] == b"van/pack/0a1b/bms/release/set"
    assert len(found) == c.FROM_WRITES
    assert [topics.source(topic) for topic in found] == list(range(c.FROM_WRITES))


@given(st.binary(max_size=40))
def test_no_other_topic_is_a_command(tail):
    topics = Topics("van", b"0a1b")
    for topic in (tail, b"van/0a1b/" + tail, b"van/0a1b" + tail):
        if topic not in topics.subscriptions():
            assert topics.source(topic) == -1


@pytest.mark.parametrize("source", range(1, c.FROM_WRITES))
@pytest.mark.parametrize("word", [b"off", b"charger", b"acknowledge", b"30", b"nonsense", b""])
def test_a_retained_command_is_refused(source, word):
    told = judge(source, word, retained=True)
    assert (told.command, told.refusal) == (c.NOTHING, c.RETAINED)


@pytest.mark.parametrize("length", [c.PAYLOAD_MAX + 1, 255])
def test_an_oversized_command_is_refused_whatever_it_begins_with(length):
    told = judge(c.SET_MODE, b"charger", length=length)
    assert (told.command, told.refusal) == (c.NOTHING, c.OVERSIZED)


def test_home_assistants_birth_announces_and_its_death_does_not():
    assert judge(c.FROM_BIRTH, b"online").command == c.ANNOUNCE
    for payload, retained in ((b"offline", False), (b"online", True)):
        told = judge(c.FROM_BIRTH, payload, retained)
        assert (told.command, told.refusal) == (c.NOTHING, c.ACCEPTED)


@given(
    source=st.integers(0, 255),
    payload=st.binary(max_size=c.PAYLOAD_MAX),
    retained=st.booleans(),
)
def test_nothing_else_is_obeyed(source, payload, retained):
    told = judge(source, payload, retained)
    allowed = c.NOTHING
    if source == c.SET_MODE and payload in MODE_WORDS and not retained:
        allowed = c.SET_MODE
    elif payload == WORDS.get(source) and not retained:
        allowed = source
    elif source in NUMBERS and not retained and re.fullmatch(rb"-?[0-9]{1,4}", payload):
        low, high = bounds(source)
        allowed = source if low <= int(payload) <= high else c.NOTHING
    elif source == c.FROM_BIRTH and payload == b"online" and not retained:
        allowed = c.ANNOUNCE
    assert told.command == allowed
    if told.command == c.NOTHING and source != c.FROM_BIRTH:
        assert told.refusal != c.ACCEPTED


def test_every_refusal_has_a_name():
    codes = (c.ACCEPTED, c.RETAINED, c.INVALID, c.OVERSIZED, c.BUSY, c.NOT_WRITTEN)
    codes += (c.OUT_OF_BOUNDS, c.NOT_POSSIBLE)
    assert sorted(codes) == list(range(len(words(c.REFUSALS))))
