"""What the JK GPS-port dialect sends: requests byte for byte (jk.md §1.3), and when."""

import pytest

from bms import jk_gps_request as requests
from bms import pack as p
from host_tests.gps import dialect, feed
from host_tests.mp import frames

# As the table gps_requests prints them, retyped.
READ_ALL = "4E 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29"
ACTIVATE = "4E 57 00 13 00 00 00 00 01 03 00 00 00 00 00 00 68 00 00 01 24"


def sent(build, *args):
    out = bytearray(b"\xee" * 32)
    n = build(out, *args)
    assert out[n:] == b"\xee" * (32 - n)
    return out[:n].hex(" ").upper()


def test_read_one_and_unlock():
    assert sent(requests.read_register, 0x83) == (
        "4E 57 00 13 00 00 00 00 03 03 00 83 00 00 00 00 68 00 00 01 A9"
    )
    assert sent(requests.unlock) == (
        "4E 57 00 14 00 00 00 00 05 02 00 00 00 00 00 00 00 68 00 00 01 28"
    )


@pytest.mark.parametrize(
    "slot, value, wire",
    [
        (p.CHARGE_SWITCH, 0, "4E 57 00 14 00 00 00 00 02 03 00 AB 00 00 00 00 00 68 00 00 01 D1"),
        (p.CHARGE_SWITCH, 1, "4E 57 00 14 00 00 00 00 02 03 00 AB 01 00 00 00 00 68 00 00 01 D2"),
        (p.DISCHARGE_SWITCH, 0, "4E570014000000000203 00AC000000000068000001D2"),
        (p.DISCHARGE_SWITCH, 1, "4E570014000000000203 00AC010000000068000001D3"),
        (p.CHARGE_UTP_DC, 0, "4E570015000000000203 00A500000000000068000001CC"),
        (p.CHARGE_UTP_DC, -50, "4E570015000000000203 00A5FFFB0000000068000003C6"),
        (p.CHARGE_UTPR_DC, 50, "4E570015000000000203 00A600050000000068000001D2"),
        (p.BALANCE_SWITCH, 1, "4E570014000000000203 009D010000000068000001C4"),
    ],
)
def test_writes_byte_for_byte(slot, value, wire):
    assert sent(requests.write, slot, value) == bytes.fromhex(wire).hex(" ").upper()


@pytest.mark.parametrize(
    "slot, value",
    [
        (p.CHARGE_SWITCH, 2),
        (p.CHARGE_SWITCH, -1),
        (p.CHARGE_UTP_DC, -310),
        (p.CHARGE_UTP_DC, 210),
        (p.CHARGE_UTPR_DC, 5),
        (p.CHARGE_UTPR_DC, -15),
        (p.CELL_OVP_MV, 3650),
        (p.PACK_MV, 0),
    ],
)
def test_writes_out_of_bounds_are_refused_and_write_nothing(slot, value):
    out = bytearray(32)
    with pytest.raises(ValueError):
        requests.write(out, slot, value)
    assert out == bytes(32)


@pytest.mark.parametrize("value", [-300, 200])
def test_write_bounds_are_inclusive(value):
    out = bytearray(32)
    n = requests.write(out, p.CHARGE_UTP_DC, value)
    assert out[:n] == frames.request(2, 0xA5, frames.big(value // 10, 2))


# -- polling --------------------------------------------------------------------------------------


def ask(target, now):
    out = bytearray(24)
    n = target.request(now, out)
    return out[:n].hex(" ").upper()


def test_polls_at_once_and_then_at_the_interval():
    target = dialect(poll_ms=1000)
    assert ask(target, 50) == READ_ALL
    feed(target, frames.whole(), 150)
    assert ask(target, 1049) == ""
    assert ask(target, 1050) == READ_ALL


def test_waits_for_a_late_reply_before_asking_again():
    target = dialect(poll_ms=500)
    assert ask(target, 0) == READ_ALL
    assert ask(target, 1999) == ""
    assert ask(target, 2000) == READ_ALL
    assert target.unanswered == 2


def test_a_silent_bms_is_activated_in_turn_with_questions():
    target = dialect(poll_ms=1000)
    asked = [ask(target, now) for now in range(0, 24_000, 2000)]
    assert asked[:6] == [READ_ALL] * 6
    assert asked[6:] == [ACTIVATE, READ_ALL] * 3
    feed(target, frames.frame(b"", command=1), 24_000)  # it woke up
    assert ask(target, 24_500) == READ_ALL


def test_an_echo_is_no_answer():
    target = dialect(poll_ms=1000)
    ask(target, 0)
    feed(target, frames.request(), 1)
    assert target.unanswered == 1
    feed(target, frames.whole(), 100)
    assert target.unanswered == 0


def test_polling_goes_on_through_the_wrap_of_the_tick_counter():
    target = dialect(poll_ms=1000)
    period = 1 << 30
    assert ask(target, period - 400) == READ_ALL
    feed(target, frames.whole(), period - 300)
    assert ask(target, 599) == ""
    assert ask(target, 600) == READ_ALL


def test_reset_asks_at_once_and_forgets_half_a_frame():
    target = dialect()
    ask(target, 0)
    feed(target, frames.whole()[:100])
    target.reset()
    assert target.framer.pending == 0 and target.framer.dropped == 100
    assert ask(target, 1) == READ_ALL
