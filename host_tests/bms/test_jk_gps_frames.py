"""JK GPS-port frames: structure, groups and ages, and the password that is never kept."""

import pytest

from bms import pack as p
from host_tests.dialects import reachable
from host_tests.jk_gps_rig import everything, feed, listen, values
from tools.mp import frames


@pytest.mark.parametrize(
    "bad",
    [
        frames.whole(end=b"\x69"),
        frames.whole(unused=b"\x00\x01"),
        frames.whole(unused=b"\x80\x00"),
        frames.whole(kind=3),
        frames.frame(frames.item(0x85, 50) + frames.item(0x85, 51)),  # one item twice
        frames.frame(b"\x85\x32\x83\x14"),  # the last item runs past the end
        frames.frame(b"\x79"),
        frames.frame(b"\xba" + b"x" * 23),
    ],
)
def test_wrong_structure_with_a_right_checksum_changes_nothing(bad):
    target = listen(frames.whole())
    before = everything(target)
    assert feed(target, bad) == 0
    assert target.framer.bad_frame == 1 and target.framer.frames == 1
    assert everything(target) == before


def test_length_bounds():
    for size in (0, 17, 401, 0xFFFF):
        target = listen(b"NW" + frames.big(size, 2))
        assert target.framer.bad_length == 1, size
    for size in (18, 400):
        target = listen(b"NW" + frames.big(size, 2))
        assert target.framer.bad_length == 0 and target.framer.pending() == 4, size


def test_longest_frame():
    # An unknown item at the end may have any length, so a frame of 402 bytes can be filled.
    short = frames.whole({0x79: [3300] * 32, 0x83: 10_560, 0x8A: 32})
    body = short[11:-9]
    full = frames.frame(body + b"\xff" * (402 - len(short)))
    assert len(full) == 402
    assert values(listen(full))["cell_count"] == 32
    assert listen(frames.frame(body + b"\xff" * (403 - len(short)))).framer.frames == 0


@pytest.mark.parametrize("command", [3, 6])
@pytest.mark.parametrize("kind", [1, 2])
def test_a_table_is_taken_whatever_asked_for_it(command, kind):
    assert values(listen(frames.whole(command=command, kind=kind)))["pack_mv"] == 52_920


def test_requests_and_acknowledgements_tell_nothing_about_the_pack():
    for quiet in (
        frames.request(),
        frames.request(2, 0xAB, b"\x01"),
        frames.frame(b"\xab", command=2),
        frames.frame(b"", command=1),
        frames.frame(b"\x00", command=5),
    ):
        target = listen(quiet)
        assert target.framer.others == 1 and target.framer.frames == 0
        assert values(target) == {} and target.pack.seq == 0


def test_header_inside_a_text():
    got = values(listen(frames.whole({0xB7: b"NW_1_0_0_200428"})))
    assert got["sw_version"] == "NW_1_0_0_200428" and got["pack_mv"] == 52_920


# -- ages: only a whole status makes a pack fresh -------------------------------------------------


def test_a_whole_reply_touches_every_group_once():
    target = listen(frames.whole(), now=700)
    pack = target.pack
    for group in (p.STATUS, p.SETTINGS, p.DEVICE):
        assert pack.seen(group) and pack.age_ms(group, 1000) == 300
    feed(target, frames.whole(), 800)
    assert pack.age_ms(p.STATUS, 1000) == 200


@pytest.mark.parametrize("code", [0x79, 0x81, 0x83, 0x84, 0x85, 0x8C, 0xA5, 0xA6, 0xB7])
def test_a_single_register_refreshes_no_age(code):
    target = listen(frames.whole(), now=0)
    ages = [target.pack.age_ms(group, 5000) for group in range(3)]
    seq = target.pack.seq
    assert feed(target, frames.single(code, frames.WHOLE[code]), 4000) == 1
    assert [target.pack.age_ms(group, 5000) for group in range(3)] == ages
    assert target.pack.seq == seq
    assert not listen(frames.single(code, frames.WHOLE[code])).pack.seen(p.STATUS)


@pytest.mark.parametrize("code", [0x79, 0x83, 0x84, 0x85, 0x8C])
def test_a_reply_without_an_essential_item_is_no_status(code):
    assert not listen(frames.whole({code: None})).pack.seen(p.STATUS)


def test_a_reply_without_any_battery_sensor_is_no_status():
    assert not listen(frames.whole({0x81: None, 0x82: None})).pack.seen(p.STATUS)


def test_what_a_later_whole_reply_does_not_hold_is_unknown_again():
    target = listen(frames.whole(), frames.whole({0xA5: None, 0xB9: None, 0xBA: None, 0x80: None}))
    got = values(target)
    for name in ("charge_utp_dc", "capacity_actual_mah", "manufacturer_id", "mos_temp_dc"):
        assert name not in got
    assert got["capacity_mah"] == 280_000


# -- the password ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "last", [frames.single(0xB2, frames.PASSWORD), frames.whole(), frames.whole({0x85: 50})]
)
def test_the_password_is_never_stored(last):
    target = listen(frames.whole(), last, last)
    # The receive buffer holds the wire's bytes until the next ones; nothing else may.
    places = list(reachable(target.pack, set()))
    assert any(b"Input Us" in place for place in places)  # the search does find texts
    assert not any(frames.PASSWORD[:6] in place for place in places)
    target.framer.buf[:] = bytes(len(target.framer.buf))
    assert not any(frames.PASSWORD[:6] in place for place in reachable(target, set()))
    assert frames.PASSWORD.decode()[:6] not in str(values(target))
