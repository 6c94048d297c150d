"""The device's own network, how long it waits, and what it says of one that cannot be joined."""

import pytest

from compat import ticks_add
from setup import access, qr, stay, trial
from words import WIFI_NAMES

UNIT = "240ac400be01"
MINUTE = 60_000


def test_the_network_is_named_by_the_chip():
    assert access.network_name(UNIT) == "Packmate-00be01"


def test_a_random_password_is_one_that_wpa2_takes_and_a_person_can_type():
    noise = bytes(range(0, 250, 25))
    password = access.random_password(noise)
    assert len(password) == access.PASSWORD_LETTERS >= 8 and password.isascii()
    assert access.is_password(password)
    assert not set(password) & set("loIOmw") and password == password.lower()
    every = [access.random_password(bytes([n] * 10))[0] for n in range(256)]
    assert len(set(every)) == 32 and all(every.count(letter) == 8 for letter in set(every))


@pytest.mark.parametrize("text", ["", "k7fq2xq9h", "k7fq2xq9hdd", "k7fq2xq9h;", "K7FQ2XQ9HD"])
def test_what_is_no_password_of_ours_is_not_taken_from_the_flash(text):
    assert not access.is_password(text)


def test_without_a_screen_the_password_follows_from_the_name():
    assert access.plain_password(UNIT) == "packmate-00be01"


def test_a_camera_takes_the_code_for_a_network_and_it_has_room():
    for password in ("k7fq2xq9hd", access.plain_password(UNIT)):
        text = access.qr_text(access.network_name(UNIT), password)
        assert text == f"WIFI:T:WPA;S:Packmate-00be01;P:{password};;".encode()
        assert len(text) <= qr.MOST_BYTES


@pytest.mark.parametrize("start", [0, (1 << 30) - 2 * MINUTE])
def test_it_waits_for_five_minutes_and_an_hour_at_most(start):
    def at(minutes):
        return ticks_add(start, int(minutes * MINUTE))

    waits = stay.Stay(start)
    assert not waits.is_over(at(4.9)) and waits.is_over(at(5))
    for minute in range(0, 60, 4):
        waits.visited(at(minute))
    assert not waits.is_over(at(59.9)) and waits.is_over(at(60))


def test_each_way_to_fail_has_words_that_help():
    codes = WIFI_NAMES.decode().split("\n")
    said = {code: trial.advice(number) for number, code in enumerate(codes)}
    assert "password" in said["password"] and "2.4 GHz" in said["no_network"]
    assert all(text.endswith(".") for text in said.values())
    known = {"no_network", "password", "security", "weak", "no_address"}
    assert len({said[code] for code in known}) == len(known)
