"""The framer by itself, with a small frame kind of its own and a reference that sees all at once.

The small frame makes collisions likely that a 300-byte frame would meet once in years: A5 5A, one
length byte (0…12), the payload, and the sum of the payload. A second header, the
same bytes the other way round, overlaps with the first.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms.framer import (
    BAD_CHECKSUM,
    BAD_FRAME,
    BAD_LENGTH,
    DECODED,
    MORE,
    MOVED,
    OTHER,
    Dialect,
    Framer,
)
from host_tests.jk_gps_rig import balanced

HEADER = b"\xa5\x5a"
SECOND = b"\x5a\xa5"
GAP_MS = 50
CHUNK = 16


class Small(Dialect):
    """A payload of 7F is refused, one of 7E is a frame without values."""

    HEADERS = (HEADER, SECOND)
    LONGEST = 16

    def __init__(self):
        self.taken = []

    def length(self, buf, at, have):
        if have < 3:
            return MORE
        return buf[at + 2] + 4 if buf[at + 2] <= 12 else BAD_LENGTH

    def accept(self, buf, at, size, now):
        payload = bytes(buf[at + 3 : at + size - 1])
        if sum(payload) & 0xFF != buf[at + size - 1]:
            return BAD_CHECKSUM
        if payload == b"\x7f":
            return BAD_FRAME
        if payload == b"\x7e":
            return OTHER
        self.taken.append((payload, now))
        return DECODED


def frame(payload, header=HEADER):
    return header + bytes([len(payload)]) + payload + bytes([sum(payload) & 0xFF])


def reference(stream):
    """What a parser finds that sees the whole stream and looks at every position in turn."""
    found = []
    at = 0
    while at < len(stream):
        size = 4 + stream[at + 2] if at + 2 < len(stream) else 99
        whole = stream[at : at + size]
        if whole.startswith((HEADER, SECOND)) and size <= 16 and len(whole) == size:
            payload = whole[3:-1]
            if sum(payload) & 0xFF == whole[-1] and payload != b"\x7f":
                found.append(payload)
                at += size
                continue
        at += 1
    return [payload for payload in found if payload != b"\x7e"]


def run(pieces, end=True):
    """Feeds pieces at 1 ms intervals, then a gap; returns (payloads, framer)."""
    shape = Small()
    framer = Framer(shape, CHUNK, GAP_MS)
    now = decoded = 0
    for piece in pieces:
        for at in range(0, len(piece), CHUNK):
            part = piece[at : at + CHUNK]
            decoded += framer.feed(part, len(part), now)
            assert balanced(framer)
        now += 1
    if end:
        decoded += framer.feed(b"", 0, now + GAP_MS + 1)
        assert framer.pending() == 0
    assert balanced(framer)
    assert framer.frames == decoded == len(shape.taken)
    return [payload for payload, _ in shape.taken], framer


# Bytes that often look like a header, a length or a frame.
BYTES = st.one_of(
    st.binary(max_size=20),
    st.lists(st.sampled_from([0xA5, 0x5A, 0, 1, 2, 12, 13, 0x7F]), max_size=30).map(bytes),
    st.binary(max_size=12).map(frame),
    st.binary(max_size=12).map(lambda payload: frame(payload, SECOND)),
    st.binary(max_size=12).map(lambda payload: frame(payload)[:-1]),
)
STREAMS = st.lists(BYTES, max_size=12)


@given(STREAMS)
def test_finds_what_the_reference_finds(pieces):
    assert run(pieces)[0] == reference(b"".join(pieces))


@given(STREAMS, st.lists(st.integers(0, 200)))
def test_any_chunking_gives_the_same(pieces, cuts):
    stream = b"".join(pieces)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunked = [stream[a:b] for a, b in zip(places, places[1:], strict=False)]
    bytewise = [stream[i : i + 1] for i in range(len(stream))]
    expected, whole = run([stream])
    for pieces in (chunked, bytewise):
        found, framer = run(pieces)
        assert found == expected
        for counter in ("frames", "others", "frame_bytes", "bad_checksum", "bad_frame", "dropped"):
            assert getattr(framer, counter) == getattr(whole, counter), counter


@given(STREAMS, st.binary(max_size=12).filter(lambda payload: payload not in (b"\x7f", b"\x7e")))
def test_back_in_sync_within_one_good_frame_and_a_gap(garbage, payload):
    """Whatever came before, a good frame that silence follows is not lost.

    Unless the line itself said something else: a frame of right sum that begins in the garbage and
    ends in our frame. With one byte of sum that happens here; the reference then sees it too.
    """
    stream = b"".join(garbage)
    stolen = any(
        reference(stream[at:] + frame(payload)[:cut]) > reference(stream[at:])
        for at in range(len(stream))
        for cut in range(1, len(payload) + 4)
    )
    found = run([stream, frame(payload)])[0]
    if not stolen:
        assert found == reference(stream) + [payload]
    assert found == reference(stream + frame(payload))


def test_garbage_before_between_and_after():
    found, framer = run([b"\x00\x5b\xa5", frame(b"one"), b"\xa5\xa5\x00", frame(b"two"), b"\xa5"])
    assert found == [b"one", b"two"]
    assert (framer.dropped, framer.frame_bytes) == (7, 14)


def test_two_frames_back_to_back_in_one_read():
    shape = Small()
    framer = Framer(shape, CHUNK, GAP_MS)
    both = frame(b"one") + frame(b"two")
    assert framer.feed(both, len(both), 5) == 2
    assert shape.taken == [(b"one", 5), (b"two", 5)]


@pytest.mark.parametrize("cut", range(1, 7))
def test_frame_split_anywhere_header_included(cut):
    whole = frame(b"one")
    found, framer = run([whole[:cut], whole[cut:]])
    assert found == [b"one"] and framer.dropped == 0


def test_good_frame_inside_a_damaged_frames_claimed_length():
    inner = frame(b"in")
    damaged = HEADER + b"\x0c" + b"ab" + inner + b"xyzwv"  # claims 12 bytes, its sum is wrong
    found, framer = run([damaged])
    assert found == [b"in"]
    assert framer.bad_checksum == 1 and framer.dropped == len(damaged) - len(inner)


def test_good_frame_swallowed_by_a_false_header_is_given_back_by_the_gap():
    shape = Small()
    framer = Framer(shape, CHUNK, GAP_MS)
    stream = HEADER + b"\x0c" + frame(b"one")  # the claim reaches 5 bytes further than there is
    assert framer.feed(stream, len(stream), 100) == 0
    assert framer.feed(b"", 0, 100 + GAP_MS) == 0  # not yet: the rest may come
    assert framer.feed(b"", 0, 101 + GAP_MS) == 1
    assert shape.taken == [(b"one", 101 + GAP_MS)]
    assert framer.bad_length == 1 and framer.pending() == 0 and framer.dropped == 3


def test_the_gap_counts_from_the_last_byte_and_over_the_wrap_of_the_ticks():
    start = (1 << 30) - 20
    shape = Small()
    framer = Framer(shape, CHUNK, GAP_MS)
    whole = frame(b"one")
    assert framer.feed(whole[:3], 3, start) == 0
    assert framer.feed(b"", 0, start + 10) == 0
    assert framer.feed(whole[3:5], 2, 10) == 0  # 30 ms on, and round the counter
    assert framer.feed(b"", 0, 10 + GAP_MS) == 0
    assert framer.feed(whole[5:], 2, 10 + GAP_MS) == 1


def test_only_the_first_n_bytes_count():
    shape = Small()
    framer = Framer(shape, CHUNK, GAP_MS)
    source = bytearray(frame(b"one").ljust(CHUNK, b"\xa5"))
    assert framer.feed(source, 4, 0) == 0
    source[:3] = frame(b"one")[4:]
    assert framer.feed(source, 3, 0) == 1
    assert shape.taken == [(b"one", 0)] and framer.fed == 7 and framer.pending() == 0


def test_kinds_of_rejection_are_told_apart():
    for stream, counter in (
        (frame(b"one")[:-1] + b"\x00", "bad_checksum"),
        (frame(b"\x7f"), "bad_frame"),
        (HEADER + b"\x0d", "bad_length"),
        (frame(b"\x7e"), "others"),
    ):
        framer = run([stream])[1]
        for name in ("bad_checksum", "bad_frame", "bad_length", "others"):
            assert getattr(framer, name) == (name == counter), (stream, name)


def test_reset_drops_what_is_pending():
    framer = run([HEADER + b"\x05ab"], end=False)[1]
    assert framer.pending() == 5
    framer.reset()
    assert framer.pending() == 0 and framer.dropped == 5 and balanced(framer)
    assert framer.feed(frame(b"one"), 7, 0) == 1


def test_counters_wrap_below_2_to_the_29():
    framer = Framer(Small(), CHUNK, GAP_MS)
    counters = ("fed", "frames", "others", "frame_bytes", "dropped")
    counters += ("bad_checksum", "bad_length", "bad_frame")
    for counter in counters:
        setattr(framer, counter, (1 << 29) - 1)
    told = (
        b"x"
        + frame(b"one")
        + frame(b"\x7e")
        + frame(b"\x7f")
        + HEADER
        + b"\x01ab"
        + HEADER
        + b"\xff"
    )
    for at in range(len(told)):
        framer.feed(told[at : at + 1], 1, 0)
    assert all(getattr(framer, counter) < 64 for counter in counters)


def test_a_header_is_looked_for_again_where_the_need_is_forgotten():
    for forgotten in (False, True):
        shape = Small()
        framer = Framer(shape, CHUNK, GAP_MS)
        whole = frame(b"one")
        framer.feed(whole[:4], 4, 0)
        assert framer.need == len(whole)
        shape.HEADERS = (SECOND,)  # as a JK's bus does when it asks another unit
        if forgotten:
            framer.need = 0
        assert framer.feed(whole[4:], len(whole) - 4, 0) == (0 if forgotten else 1)
        assert balanced(framer)


class Moving(Small):
    """A frame may hold a byte EE that is not its own; it is closed up."""

    def accept(self, buf, at, size, now):
        for i in range(at, at + size):
            if buf[i] == 0xEE:
                buf[at + 1 : i + 1] = buf[at:i]
                self.moved = 1
                return MOVED
        return super().accept(buf, at, size, now)


@pytest.mark.parametrize("place", range(3, 7))
def test_foreign_bytes_inside_a_frame_are_taken_out_and_counted(place):
    shape = Moving()
    framer = Framer(shape, CHUNK, GAP_MS)
    whole = frame(b"one")
    stream = whole[:place] + b"\xee" + whole[place:]
    assert framer.feed(stream, len(stream), 0) == 1
    assert shape.taken == [(b"one", 0)] and framer.dropped == 1 and balanced(framer)
