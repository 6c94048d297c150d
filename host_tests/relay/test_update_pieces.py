"""An update in pieces over MQTT: in their order, each once, however often they come."""

import time
import types

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.commands import ACCEPTED, INVALID, NOT_ALLOWED, NOT_POSSIBLE

BUNDLE = bytes(range(256)) * 11


class Updater:
    """Takes what is asked for, a step at a time; `got`: what it has."""

    def __init__(self):
        self.got = b""
        self.wishes = []
        self.refuses_after = 1 << 20
        self._steps = None

    def ask(self, wish, fetch):
        if self._steps is not None:
            return False
        self.wishes.append(wish)
        self.got = b""
        self._steps = fetch(self._take)
        return True

    def is_busy(self):
        return self._steps is not None

    def step(self):
        """Does a step; the words of a refusal, if it ends with one."""
        from update.intake import Refused

        try:
            next(self._steps)  # pyright: ignore[reportArgumentType]
        except StopIteration:
            self._steps = None
        except Refused as error:
            self._steps = None
            return str(error)
        return None

    def _take(self, data):
        self.got += data
        if len(self.got) > self.refuses_after:
            from update.intake import Refused

            raise Refused("damaged")
        return False


@pytest.fixture
def ticks(monkeypatch):
    now = [0]
    monkeypatch.setattr(time, "ticks_ms", lambda: now[0], raising=False)
    return now


@pytest.fixture
def rigged(tmp_path, monkeypatch, ticks):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "update.key").write_text("a key")
    import sys

    for name in ("update.arriving", "mqtt.pieces"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from mqtt.pieces import Pieces

    noted = []
    journal = types.SimpleNamespace(note=lambda *what: noted.append(what))
    device = types.SimpleNamespace(updater=Updater(), journal=journal, noted=noted)
    yield Pieces(device), device
    for name in ("update.arriving", "mqtt.pieces"):
        sys.modules.pop(name, None)


def piece(at, data=b"", older=0):
    return bytes([older]) + at.to_bytes(4, "big") + data


def pieces(size=500, older=0):
    starts = range(0, len(BUNDLE), size)
    return [piece(at, BUNDLE[at : at + size], older) for at in starts] + [piece(len(BUNDLE))]


def send(rigged, payload, tries=20):
    """Sends it until there is room, as who brings it does; returns the answer."""
    one, device = rigged
    for _ in range(tries):
        answer = one.ask(payload)
        if answer != NOT_POSSIBLE:
            return answer
        device.updater.step()
    return NOT_POSSIBLE


@pytest.mark.parametrize("size", [512, 500, 7])
def test_a_bundle_comes_together_again(rigged, size):
    _, device = rigged
    assert [send(rigged, one) for one in pieces(size)] == [ACCEPTED] * len(pieces(size))
    while device.updater.is_busy():
        assert device.updater.step() is None
    assert send(rigged, pieces(size)[-1]) == ACCEPTED  # it is known, and may have been before
    assert device.updater.got == BUNDLE and device.updater.wishes == [1]
    assert device.noted == [("command", "update, by MQTT: done")]  # once for all of them


def test_a_piece_whose_answer_was_lost_may_come_again(rigged):
    _, device = rigged
    for one in pieces()[:-1]:
        assert [send(rigged, one), send(rigged, one)] == [ACCEPTED] * 2
    assert send(rigged, pieces()[-1]) == ACCEPTED
    while device.updater.is_busy():
        device.updater.step()
    assert device.updater.got == BUNDLE


def test_there_is_room_for_a_few_until_they_are_taken(rigged):
    one, device = rigged
    assert one.ask(pieces()[0]) == ACCEPTED
    assert one.ask(pieces()[1]) == NOT_POSSIBLE  # the updater has not begun
    device.updater.step()
    found = [one.ask(part) for part in pieces()[1:]]
    assert found.count(ACCEPTED) == 4 and found[4] == NOT_POSSIBLE


def test_what_does_not_follow_is_refused(rigged):
    one, _ = rigged
    assert one.ask(piece(500, b"x")) == one.ask(piece(0)) == INVALID
    for wrong in (b"", b"\0\0", piece(0, b"x" * 513), piece(0, b"x", older=2)):
        assert one.ask(wrong) == INVALID
    assert send(rigged, pieces()[0]) == ACCEPTED
    assert send(rigged, pieces()[2]) == INVALID and send(rigged, pieces()[1]) == ACCEPTED


def test_who_begins_anew_is_asked_to_wait_and_then_let_in(rigged):
    _, device = rigged
    send(rigged, pieces()[0])
    send(rigged, pieces()[1])
    assert send(rigged, piece(0, b"another" * 9)) == ACCEPTED
    assert len(device.updater.wishes) == 2


def test_what_is_refused_takes_no_more(rigged):
    _, device = rigged
    device.updater.refuses_after = 900
    found = [send(rigged, one) for one in pieces()]
    assert found[-1] == INVALID and not device.updater.is_busy()
    assert send(rigged, pieces(older=1)[0]) == ACCEPTED and device.updater.wishes == [1, 2]


def test_who_stops_in_the_middle_leaves_all_as_it_was(rigged, ticks):
    _, device = rigged
    send(rigged, pieces()[0])
    for _ in range(3):
        assert device.updater.step() is None
    ticks[0] = 60_500
    assert device.updater.step() == "the rest of it has not come"


def test_without_a_key_nobody_could_be_believed(rigged, tmp_path):
    (tmp_path / "update.key").unlink()
    assert rigged[0].ask(pieces()[0]) == NOT_ALLOWED


GOOD = st.integers(0, len(pieces())).map(lambda at: [*pieces(), piece(0, b"another")][at])
ANY = st.binary(max_size=12) | st.integers(0, 1 << 32).map(lambda at: piece(at % (1 << 32), b"x"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(GOOD | ANY, max_size=20))
def test_whatever_comes_only_what_follows_is_taken(rigged, sent):
    """What was taken is a beginning of what the accepted pieces are."""
    device = types.SimpleNamespace(updater=Updater(), journal=rigged[1].journal)
    one = type(rigged[0])(device)
    taken = b""
    for payload in sent:
        answer = send((one, device), payload, tries=3)
        assert answer in (ACCEPTED, INVALID, NOT_POSSIBLE)
        at = int.from_bytes(payload[1:5], "big")
        if answer == ACCEPTED and at == 0:
            taken = payload[5:]
        elif answer == ACCEPTED and at == len(taken):
            taken += payload[5:]
    for _ in range(20 * device.updater.is_busy()):
        device.updater.step()
    assert taken.startswith(device.updater.got) or not device.updater.wishes
