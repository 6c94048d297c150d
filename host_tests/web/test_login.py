"""Who is let in, for how long, and how often one may try."""

import pytest

from host_tests.web import site_rig as rig
from web.answer import whole
from website import login, told

PASSWORD = "a good password"


@pytest.fixture
def device():
    return rig.make_device()


@pytest.fixture
def door(device):
    return login.Login(PASSWORD, device)


def enter(door, password=PASSWORD, peer="192.168.1.5"):
    request = rig.asked({"password": password})
    request.peer = peer
    return rig.told(door.enter(request))


def token_of(door):
    return enter(door)[1]["token"]


def test_the_password_gives_a_token_that_lets_in(door):
    token = token_of(door)
    assert len(token) == 32 and door.allows(rig.asked(token=token))


def test_every_login_has_a_token_of_its_own(door):
    assert len({token_of(door) for _ in range(4)}) == 4


@pytest.mark.parametrize("token", ["", "0" * 32, "x", PASSWORD, "ü"])
def test_no_other_token_lets_in(door, token):
    token_of(door)
    assert not door.allows(rig.asked(token=token))


def test_without_a_password_nobody_is_let_in(device):
    door = login.Login("", device)
    assert not door.possible()
    for wish in ("", "None"):
        assert enter(door, wish)[0] == 403
    assert not door.allows(rig.asked(token=""))


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"password": None},
        {"password": 7},
        {"password": [PASSWORD]},
        {"password": PASSWORD, "more": 1},
        [PASSWORD],
        PASSWORD,
        b"",
        b"{",
        b"\xff",
        b"[" * 250,
    ],
)
def test_what_is_no_wish_is_refused_and_costs_no_attempt(door, wish):
    assert rig.told(door.enter(rig.asked(wish)))[0] == 400
    assert "token" in enter(door)[1]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_what_a_page_of_another_origin_can_send_is_not_read(door, kind):
    assert rig.told(door.enter(rig.asked({"password": PASSWORD}, kind=kind)))[0] == 400


def test_json_may_say_how_it_is_written():
    kind = "Application/JSON; charset=utf-8"
    assert told.told(rig.asked({"a": 1}, kind=kind), ("a",)) == {"a": 1}


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (30, 60)]
)
def test_each_wrong_password_makes_the_next_attempt_wait_longer(door, device, failures, wait_s):
    for _ in range(failures):
        device.uptime_s += 60
        assert enter(door, "wrong password")[0] == 403
    device.uptime_s += wait_s - 1
    assert enter(door)[0] == 429
    device.uptime_s += 1
    assert "token" in enter(door)[1]


def test_who_tries_keeps_nobody_out_at_another_address(door, device):
    for _ in range(30):
        device.uptime_s += 60
        assert enter(door, "wrong password", "192.168.1.66")[0] == 403
    assert enter(door, peer="192.168.1.66")[0] == 429
    assert "token" in enter(door)[1]


def test_many_addresses_have_no_more_attempts_than_nine(door, device):
    """And one that has not tried for an hour makes room for another."""

    def attempts(net):
        found = [enter(door, "wrong password", f"10.0.{net}.{n}")[0] for n in range(40)]
        return found.count(403)

    for _ in range(10):
        device.uptime_s += 60
        assert attempts(0) == 9
    assert enter(door)[0] == 429
    device.uptime_s += 3660
    assert "token" in enter(door)[1] and attempts(1) == 8


def test_who_is_let_in_begins_anew(door, device):
    for _ in range(5):
        device.uptime_s += 60
        enter(door, "wrong password")
    device.uptime_s += 60
    token_of(door)
    enter(door, "wrong password")
    device.uptime_s += 2
    assert "token" in enter(door)[1]


def test_while_one_waits_nothing_is_tried(door, device):
    enter(door, "wrong password")
    request = rig.asked({"password": PASSWORD})
    request.peer = "192.168.1.5"
    answer = door.enter(request)
    assert answer.status == 429 and b"Retry-After: 2\r\n" in answer.head()


def test_attempts_are_in_the_event_log_without_the_password(door, device):
    enter(door, "wrong password")
    device.uptime_s += 2
    enter(door)
    assert device.journal.noted == [
        ("command", "login, on the page: wrong password"),
        ("command", "login, on the page: done"),
    ]


def test_who_leaves_is_out(door):
    token = token_of(door)
    door.leave(rig.asked(token=token))
    assert not door.allows(rig.asked(token=token))


def test_who_does_nothing_for_long_is_out(door, device):
    token = token_of(door)
    device.uptime_s += 1799
    assert door.allows(rig.asked(token=token))
    device.uptime_s += 1800
    assert not door.allows(rig.asked(token=token))


def test_nobody_is_in_for_ever(door, device):
    token = token_of(door)
    for _ in range(43_200 // 600 - 1):
        device.uptime_s += 600
        assert door.allows(rig.asked(token=token))
    device.uptime_s += 600
    assert not door.allows(rig.asked(token=token))


def test_the_one_that_was_used_least_lately_makes_room(door, device):
    tokens = []
    for _ in range(4):
        device.uptime_s += 1
        tokens.append(token_of(door))
    device.uptime_s += 1
    door.allows(rig.asked(token=tokens[0]))
    fifth = token_of(door)
    assert [door.allows(rig.asked(token=token)) for token in tokens] == [True, False, True, True]
    assert door.allows(rig.asked(token=fifth))


def test_what_is_guarded_is_for_those_who_are_in(door):
    made = []
    make = door.guarded(lambda request: made.append(request) or whole(b"{}"))
    answer = make(rig.asked())
    assert answer.status == 401 and b"WWW-Authenticate: Bearer\r\n" in answer.head() and not made
    assert make(rig.asked(token=token_of(door))).status == 200 and len(made) == 1
