"""What the JK GPS-port dialect sends: requests byte for byte (jk.md §1.3), and when."""

from bms.jk import jk_gps_request as requests
from host_tests.jk_gps_rig import dialect, feed
from tools.mp import frames

# As the table gps_requests prints them, retyped.
READ_ALL = "4E 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29"
ACTIVATE = "4E 57 00 13 00 00 00 00 01 03 00 00 00 00 00 00 68 00 00 01 24"


def sent(build, *args):
    out = bytearray(b"\xee" * 32)
    n = build(out, *args)
    assert out[n:] == b"\xee" * (32 - n)
    return out[:n].hex(" ").upper()


def test_read_one():
    assert sent(requests.put_request, requests.READ_ONE, 0x83) == (
        "4E 57 00 13 00 00 00 00 03 03 00 83 00 00 00 00 68 00 00 01 A9"
    )


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
    assert target.framer.pending() == 0 and target.framer.dropped == 100
    assert ask(target, 1) == READ_ALL
