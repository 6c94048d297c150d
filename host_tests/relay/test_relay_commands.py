"""What may command the heater, and what may not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words as told_words
from relay import commands as c
from relay.topics import NAMES, Topics
from tools.vocabulary import words
from update import marks

WORDS = {c.ACKNOWLEDGE: b"acknowledge", c.RESET_REPORT: b"reset"}
UPDATE_WORDS = (b"check", b"install", b"install_older")
NUMBERS = (c.BOOST, c.SET_ON_DC, c.SET_OFF_DC)
MODE_WORDS = {b"off": 0, b"charger": 1, b"charger_or_soc": 2}
KINDS = c.MODES | c.BOOSTS | c.THRESHOLDS | c.UPDATES
ALL = (KINDS, 2, 200, 250)  # of the settings: everything is allowed


def bounds(source):
    at = 2 * NUMBERS.index(source)
    return c.BOUNDS[at], c.BOUNDS[at + 1]


def judge(source, payload, retained=False, length=None, limits=ALL):
    judge = c.Judge(*limits)
    room = bytearray(c.PAYLOAD_MAX)
    room[: len(payload)] = payload
    judge.judge(source, retained, room, len(payload) if length is None else length)
    return judge


@pytest.mark.parametrize("word, mode", MODE_WORDS.items())
def test_modes_are_obeyed(word, mode):
    told = judge(c.SET_MODE, word)
    assert (told.command, told.refusal, told.value) == (c.SET_MODE, c.ACCEPTED, mode)
    assert told_words.MODE_NAMES.split(b"\n")[mode] == word


@pytest.mark.parametrize("source, word", WORDS.items())
def test_words_are_obeyed(source, word):
    assert judge(source, word).command == source
    assert judge(source, b"1").refusal == c.INVALID


@pytest.mark.parametrize("wish, word", list(enumerate(UPDATE_WORDS)))
def test_an_update_is_obeyed_where_the_settings_say_from_where(wish, word):
    told = judge(c.UPDATE, word)
    assert (told.command, told.refusal, told.value) == (c.UPDATE, c.ACCEPTED, wish)
    assert (marks.CHECK, marks.INSTALL, marks.OLDER) == (0, 1, 2)
    assert judge(c.UPDATE, word, limits=(KINDS - c.UPDATES, 2, 0, 0)).refusal == c.NOT_ALLOWED
    assert judge(c.UPDATE, word, limits=(c.UPDATES, 0, 0, 0)).command == c.UPDATE


@pytest.mark.parametrize("source", [c.SET_MODE, *WORDS, c.UPDATE])
def test_a_word_of_another_command_is_invalid(source):
    of_each = {c.SET_MODE: MODE_WORDS, c.UPDATE: UPDATE_WORDS}
    own = of_each.get(source, [WORDS.get(source)])
    for word in {*MODE_WORDS, *WORDS.values(), *UPDATE_WORDS} - {*own}:
        assert judge(source, word).refusal == c.INVALID, word


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
    assert bounds(c.BOOST) == (0, told_words.MAX_BOOST_MIN)
    assert bounds(c.SET_ON_DC) == (told_words.ON_LOW_DC, told_words.ON_HIGH_DC)
    assert bounds(c.SET_OFF_DC) == (told_words.OFF_LOW_DC, told_words.OFF_HIGH_DC)
    assert len(c.BOUNDS) == 2 * len(NUMBERS)


@given(
    kinds=st.integers(0, KINDS),
    mode=st.integers(0, 2),
    on=st.integers(-300, 200),
    off=st.integers(-280, 250),
    source=st.integers(1, c.FROM_WRITES - 1),
    value=st.integers(-400, 400),
)
def test_nothing_from_afar_raises_what_the_settings_say(kinds, mode, on, off, source, value):
    word = [b"off", b"charger", b"charger_or_soc"][value % 3]
    payload = word if source == c.SET_MODE else WORDS.get(source, b"%d" % value)
    told = judge(source, payload, limits=(kinds, mode, on, off))
    if told.command == c.SET_MODE:
        assert told.value <= (mode if kinds & c.MODES else 0)
    elif told.command == c.BOOST:
        assert told.value == 0 or mode > 0 and kinds & c.BOOSTS
    elif told.command in (c.SET_ON_DC, c.SET_OFF_DC):
        assert kinds & c.THRESHOLDS and told.value <= (on if source == c.SET_ON_DC else off)
    elif source == c.UPDATE:
        assert told.command == c.NOTHING  # a number
    elif source == c.ACKNOWLEDGE:
        assert told.command == (source if kinds & c.MODES else c.NOTHING)
    elif source in WORDS:
        assert told.command == source


def test_each_command_has_its_topic():
    topics = Topics(b"van/pack/0a1b", b"homeassistant")
    assert topics.count == c.FROM_WRITES + 1 and words(NAMES)[0] == "/availability"
    for source, name in enumerate(words(topics.names)):
        topic = b"van/pack/0a1b" + name.encode()
        assert topics.source(b"xx" + topic + b"yy", 2, 2 + len(topic)) == source
    assert topics.source(b"homeassistant/status", 0, 20) == c.FROM_BIRTH
    assert words(NAMES)[c.SET_MODE] == "/heater/mode/set"
    assert words(NAMES)[c.ACKNOWLEDGE] == "/heater/acknowledge"
    assert words(NAMES)[c.RESET_REPORT] == "/heater/report/reset"
    assert words(NAMES)[c.BOOST] == "/heater/boost/set"
    assert words(NAMES)[c.SET_ON_DC] == "/heater/on_dc/set"
    assert words(NAMES)[c.SET_OFF_DC] == "/heater/off_dc/set"
    assert words(NAMES)[c.UPDATE] == "/update/set"
    assert len(words(NAMES)) == c.FROM_WRITES


def test_every_topic_is_subscribed_to():
    for announces in (True, False):
        topics = Topics(b"van/0a1b", b"ha", announces)
        buf = bytearray(100)
        asked = []
        for number in range(topics.count):
            n = topics.put_subscription(buf, number)
            assert buf[0] == 0x82 and buf[1] == n - 2 and buf[n - 1] == 0
            assert buf[2:4] == bytes((0, number + 1))
            assert int.from_bytes(buf[4:6], "big") == n - 7
            asked.append(bytes(buf[6 : n - 1]))
        own = [b"van/0a1b" + name.encode() for name in words(NAMES)]
        assert asked == own + [b"ha/status"] * announces


@given(st.binary(max_size=40))
def test_no_other_topic_is_a_command(tail):
    topics = Topics(b"van/0a1b", b"ha")
    own = {b"van/0a1b" + name.encode() for name in words(NAMES)} | {b"ha/status"}
    for topic in (tail, b"van/0a1b/" + tail, b"van/0a1b" + tail, b"ha" + tail):
        if topic not in own:
            assert topics.source(topic, 0, len(topic)) == -1


@pytest.mark.parametrize("source", range(1, c.FROM_WRITES))
@pytest.mark.parametrize("word", [b"off", b"charger", b"acknowledge", b"30", b"nonsense", b""])
def test_a_retained_command_is_refused(source, word):
    told = judge(source, word, retained=True)
    assert (told.command, told.refusal) == (c.NOTHING, c.RETAINED)


@pytest.mark.parametrize("length", [c.PAYLOAD_MAX + 1, 255])
def test_an_oversized_command_is_refused_whatever_it_begins_with(length):
    told = judge(c.SET_MODE, b"charger", length=length)
    assert (told.command, told.refusal) == (c.NOTHING, c.OVERSIZED)


@given(
    source=st.integers(1, 255),
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
    elif source == c.UPDATE and payload in UPDATE_WORDS and not retained:
        allowed = source
    elif source in NUMBERS and not retained and re.fullmatch(rb"-?[0-9]{1,4}", payload):
        low, high = bounds(source)
        allowed = source if low <= int(payload) <= high else c.NOTHING
    assert told.command == allowed
    assert (told.refusal == c.ACCEPTED) == (told.command != c.NOTHING)


def test_every_refusal_has_a_name():
    codes = (c.ACCEPTED, c.RETAINED, c.INVALID, c.OVERSIZED, c.NOT_ALLOWED, c.NOT_WRITTEN)
    codes += (c.OUT_OF_BOUNDS, c.NOT_POSSIBLE, c.EXPIRED, c.NO_TIME, c.REPEATED)
    assert sorted(codes) == list(range(len(words(c.REFUSALS))))
