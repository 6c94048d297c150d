"""Damaged JK GPS-port streams: no exception, no wrong value, back in sync within one good frame.

What a 16-bit sum can do, and cannot. It notices every single flipped bit and every burst of up to
8 bits, since such an error always changes the sum. It cannot notice errors that cancel: two flips
of the same bit position in opposite directions, in two bytes (or one of them in the sum itself).
So the tests demand that whatever is accepted has the right sum. The second net, for errors that
cancel, is the structure of the chain, the ranges of the figures, and bms.check; through it slips
what changes a figure by as little as it could have changed by itself.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bms import check
from bms import pack as p
from host_tests.jk_gps_rig import balanced, dialect, everything, feed, listen, silence, values
from tools.mp import frames

WHOLE = frames.whole()
VALUES = values(listen(WHOLE))
SHORT = frames.single(0x83, 5292)
OTHER = frames.whole({0x83: 5290, 0x85: 76})
OTHER_VALUES = values(listen(OTHER))


def flipped(data, bits):
    """Returns `data` with bits flipped; bit 0 is the lowest of byte 0, the first on the line."""
    damaged = bytearray(data)
    for bit in bits:
        damaged[bit >> 3] ^= 1 << (bit & 7)
    return bytes(damaged)


def sum_fits(data):
    """True if the last two bytes are the sum of those before."""
    return sum(data[:-2]) & 0xFFFF == data[-2] << 8 | data[-1]


def test_every_single_bit_flip_is_noticed_and_the_next_frame_read():
    for bit in range(8 * len(WHOLE)):
        target = dialect()
        assert feed(target, flipped(WHOLE, [bit])) == 0, bit
        assert values(target) == {}, bit
        # In sync again with the very next frame, at the latest after a gap.
        assert feed(target, OTHER) + silence(target) == 1, bit
        assert values(target) == OTHER_VALUES and balanced(target.framer)


def test_every_burst_of_up_to_8_bits_is_noticed():
    for start in range(8 * len(SHORT)):
        for pattern in range(1, 256, 2):
            bits = [start + i for i in range(8) if pattern >> i & 1]
            if bits[-1] < 8 * len(SHORT):
                assert listen(flipped(SHORT, bits)).framer.frames == 0, (start, pattern)


def test_bursts_of_up_to_16_bits_pass_only_if_they_cancel():
    rng = random.Random(16)
    passed = 0
    for _ in range(20_000):
        start = rng.randrange(8 * len(SHORT) - 16)
        bits = [start, *(start + i for i in range(1, 16) if rng.getrandbits(1))]
        damaged = flipped(SHORT, bits)
        if listen(damaged).framer.frames:
            passed += 1
            assert sum_fits(damaged)
    assert passed < 20


def test_double_flips_pass_only_if_they_cancel():
    rng = random.Random(2)
    passed = 0
    for _ in range(5000):
        bits = rng.sample(range(8 * len(WHOLE)), 2)
        damaged = flipped(WHOLE, bits)
        target = listen(damaged)
        if target.framer.frames:
            passed += 1
            assert sum_fits(damaged) and bits[0] & 7 == bits[1] & 7
    assert 0 < passed < 5000 // 12  # the same bit, the other way round: about one pair in 16


def test_errors_that_cancel_are_read_as_sent_or_found_implausible():
    """The limit of the sum, shown: cell 1 and the SOC change together, and the sum is right."""
    cell, soc = WHOLE.index(b"\x79\x30\x01") + 4, WHOLE.index(b"\x85\x4d") + 1
    damaged = bytearray(WHOLE)
    damaged[cell] -= 0x40  # 3300 mV -> 3236 mV: 64 mV, within what the sum of cells may be off
    damaged[soc] += 0x40  # 77 % -> 141 %: no SOC
    got = values(listen(bytes(damaged)))
    assert got["cell_mv"][0] == 3236 and "soc_pct" not in got
    cell -= 1
    damaged = bytearray(WHOLE)
    damaged[cell] += 0x04  # 3300 mV -> 4324 mV
    damaged[damaged.index(b"\x83\x14\xac") + 1] -= 0x04  # 52.92 V -> 42.68 V
    target = listen(bytes(damaged))
    assert target.framer.frames == 1 and check.judge(target.pack) == check.CELL_SUM


@pytest.mark.parametrize("keep", range(len(WHOLE)))
def test_truncation_at_every_byte(keep):
    target = dialect()
    assert feed(target, WHOLE[:keep]) == 0
    assert silence(target) == 0
    assert target.framer.pending() == 0 and values(target) == {} and balanced(target.framer)
    # ... and without silence: the next frame is there as soon as it is whole, or after the gap.
    target = dialect()
    feed(target, WHOLE[:keep])
    assert feed(target, OTHER) + silence(target) == 1
    assert values(target) == OTHER_VALUES and balanced(target.framer)


def test_every_split_point():
    for cut in range(1, len(WHOLE)):
        target = dialect()
        assert feed(target, WHOLE[:cut]) == 0
        assert feed(target, WHOLE[cut:]) == 1
        assert values(target) == VALUES


GARBAGE = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [b"N", b"W", b"NW", b"NW\x00\x13", b"NW\x01\x90", b"\x68\0\0", WHOLE[:40]]
        ),
        max_size=40,
    ).map(b"".join),
    st.integers(0, len(WHOLE)).map(lambda n: WHOLE[n:]),
)


@settings(max_examples=300, deadline=None)
@given(GARBAGE, GARBAGE, st.integers(1, 97))
def test_garbage_before_and_between_at_any_chunk_size(before, between, step):
    # A tail of WHOLE that starts at 0 is a frame itself.
    expected = 2 + (before == WHOLE) + (between == WHOLE)
    target = dialect()
    stream = before + WHOLE + between + OTHER
    decoded = sum(feed(target, stream[i : i + step]) for i in range(0, len(stream), step))
    decoded += silence(target)
    assert decoded == expected
    assert values(target) == OTHER_VALUES
    assert balanced(target.framer) and target.framer.pending() == 0


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=60))
def test_garbage_inside_a_frame(at, garbage):
    target = dialect()
    feed(target, WHOLE[:at] + garbage + WHOLE[at:])
    silence(target)
    assert values(target) in ({}, VALUES)
    assert (values(target) == VALUES) == (WHOLE in WHOLE[:at] + garbage + WHOLE[at:])
    assert feed(target, OTHER) + silence(target) == 1
    assert values(target) == OTHER_VALUES


def test_a_good_frame_inside_a_damaged_ones_claimed_length():
    for claim in (len(SHORT) + 60, 400):
        head = b"NW" + frames.big(claim, 2) + bytes(7)
        target = dialect()
        feed(target, head + SHORT + bytes(claim - len(head)))
        assert silence(target) + target.framer.frames >= 1
        assert target.framer.frames == 1 and values(target) == {"pack_mv": 52_920}


def test_an_echo_of_each_question_before_its_answer():
    target = dialect()
    for _ in range(3):
        assert feed(target, frames.request() + WHOLE) == 1
    assert target.framer.others == 3 and target.framer.dropped == 0


def test_frames_spliced_at_every_byte():
    """Bytes lost in the middle, so that one frame's head meets another's tail."""
    for cut in range(0, len(WHOLE), 3):
        for lost in (1, 2, 17):
            target = dialect()
            feed(target, WHOLE[:cut] + OTHER[cut + lost :])
            silence(target)
            assert values(target) in ({}, OTHER_VALUES) and (cut == 0 or values(target) == {})


def test_hours_of_random_bytes_hold_no_frame():
    """3 hours at 115200 baud, 124 MB."""
    rng = random.Random(3)
    target = dialect()
    for _ in range(3 * 3600 * 11_520 // 512):
        target.feed(rng.randbytes(512), 512, 0)
    assert target.framer.fed == 124_416_000
    assert target.framer.frames == target.framer.others == 0
    assert values(target) == {} and balanced(target.framer)


def test_noise_made_of_the_protocols_own_pieces_holds_no_frame():
    """Headers, plausible lengths, end marks: where random bytes would hardly ever come."""
    rng = random.Random(4)
    pieces = [b"NW", b"NW\x00\x12", b"NW\x00\x20", b"NW\x01\x15", b"\x68\x00\x00", b"\x00\x01\x29"]
    pieces += [WHOLE[a : a + 25] for a in range(0, len(WHOLE), 25)]
    target = dialect()
    for _ in range(20_000):
        noise = b"".join(rng.choice(pieces) for _ in range(rng.randrange(20)))[:500]
        target.feed(noise + rng.randbytes(2), len(noise) + 2, 0)
    assert target.framer.bad_frame > 1000  # it did meet false headers
    assert target.framer.frames == target.framer.others == 0


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(frames.SIZES)).flatmap(
                lambda code: st.binary(
                    min_size=frames.SIZES[code], max_size=frames.SIZES[code]
                ).map(lambda data: bytes([code]) + data)
            ),
            st.lists(st.integers(0, 0xFFFF), max_size=34).map(
                lambda mv: b"\x79" + frames.cells(mv)
            ),
            st.binary(max_size=6),
        ),
        max_size=30,
    ),
    st.integers(0, 255),
    st.integers(0, 3),
)
def test_frames_of_random_items_with_a_right_sum(items, command, kind):
    """Hostile input: the sum fits. No exception, and every figure is one its slot can mean."""
    data = frames.frame(b"".join(items)[:380], command=command, kind=kind)
    target = listen(WHOLE)
    before = everything(target)
    if feed(target, data) + silence(target) == 0:
        assert everything(target) == before
    pack = target.pack
    for slot in range(p.SLOTS):
        value = pack.get(slot, 0)
        assert -(1 << 30) < value < 1 << 30
        assert value in (0, 1) or slot >= p.BOOLS
    assert 0 <= pack.get(p.SOC_PCT, 0) <= 100
    assert pack.cells <= p.MAX_CELLS
    for i in range(pack.temps):
        assert not pack.temp_valid[i] or -400 <= pack.temps_dc[i] <= 980
