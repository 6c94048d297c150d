"""What may command the heater, and what may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import commands as c
from relay.view import MODES
from tools.vocabulary import words

MODE_WORDS = {b"off": 0, b"charger": 1, b"charger_or_soc": 2}


def judge(source, payload, retained=False, length=None):
    judge = c.Judge()
    room = bytearray(c.PAYLOAD_MAX)
    room[: len(payload)] = payload
    judge.judge(source, retained, room, len(payload) if length is None else length)
    return judge


@pytest.mark.parametrize("word, mode", MODE_WORDS.items())
def test_modes_are_obeyed(word, mode):
    told = judge(c.FROM_MODE, word)
    assert (told.command, told.refusal, told.mode) == (c.SET_MODE, c.ACCEPTED, mode)
    assert MODES.split(b"\n")[mode] == word


def test_acknowledge_is_obeyed():
    assert judge(c.FROM_ACKNOWLEDGE, b"acknowledge").command == c.ACKNOWLEDGE


@pytest.mark.parametrize("source", [c.FROM_MODE, c.FROM_ACKNOWLEDGE])
@pytest.mark.parametrize("word", [b"off", b"charger", b"acknowledge", b"nonsense", b""])
def test_a_retained_command_is_refused(source, word):
    told = judge(source, word, retained=True)
    assert (told.command, told.refusal) == (c.NOTHING, c.RETAINED)


@pytest.mark.parametrize("length", [c.PAYLOAD_MAX + 1, 255])
def test_an_oversized_command_is_refused_whatever_it_begins_with(length):
    told = judge(c.FROM_MODE, b"charger", length=length)
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
    if source == c.FROM_MODE and payload in MODE_WORDS and not retained:
        allowed = c.SET_MODE
    elif source == c.FROM_ACKNOWLEDGE and payload == b"acknowledge" and not retained:
        allowed = c.ACKNOWLEDGE
    elif source == c.FROM_BIRTH and payload == b"online" and not retained:
        allowed = c.ANNOUNCE
    assert told.command == allowed
    if told.command == c.NOTHING and source in (c.FROM_MODE, c.FROM_ACKNOWLEDGE):
        assert told.refusal != c.ACCEPTED


def test_every_refusal_has_a_name():
    codes = (c.ACCEPTED, c.RETAINED, c.INVALID, c.OVERSIZED, c.BUSY, c.NOT_WRITTEN)
    assert sorted(codes) == list(range(len(words(c.REFUSALS))))
