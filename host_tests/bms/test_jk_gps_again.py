"""JK GPS port: a frame means what it means, whatever came before it.

The dialect does not decode again what stands as it stood in the frame before; nothing of that may
be seen.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import pack as p
from host_tests.jk_gps_rig import dialect, feed, listen
from tools import vocabulary
from tools.mp import frames

# Items that change, among those that do not: the lengths of frames are often the same.
ITEMS = {
    0x79: [[3300] * 16, [3300] * 15 + [3301], [3200 + 9 * i for i in range(16)], [3300] * 8],
    0x80: [21, 22, 120],
    0x84: [0x8000, 10_000],
    0x85: [50, 51, 101],
    0x8B: [0, 2],
    0x8E: [5840, 5850],
    0x9D: [0, 1, 2],
    0xA5: [-1, 5],
    0xA9: [16, 8],
    0xAA: [280, 0],
    0xB2: [frames.PASSWORD, b"0123456789"],
    0xB4: [b"Input Us", b"another\0"],
    0xB6: [99_043, 99_044],
    0xB9: [276, 0, None],
    0xBA: [b"Input UserdaSomebodysVan", b"Input UserdaSomebodysCar"],
    0xC0: [1, 0, None],
}
CHANGES = st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in ITEMS.items()})


def damaged(frame):
    """Returns a frame with a wrong bit among its settings."""
    wrong = bytearray(frame)
    wrong[150] ^= 4
    return bytes(wrong)


BETWEEN = st.sampled_from(
    [
        b"",
        frames.request(),  # an echo
        damaged(frames.whole()),
        damaged(frames.whole({0x8E: 5850})),
        frames.single(0x8E, 5830),
        frames.single(0xB2, frames.PASSWORD),
        frames.frame(b"\xb2"),
        frames.frame(b"\x8e\x16\xd0\xff"),
    ]
)


def shown(target):
    """Returns all that the last frame told."""
    pack = target.pack
    return vocabulary.values(pack), pack.fingerprint, pack.seen(p.SETTINGS), pack.seen(p.DEVICE)


@given(st.lists(st.tuples(CHANGES, BETWEEN), min_size=1, max_size=5))
def test_a_frame_tells_the_same_whatever_came_before(told):
    target = dialect()
    for changes, between in told:
        feed(target, between)
        frame = frames.whole(changes)
        assert feed(target, frame) == 1
        assert shown(target) == shown(listen(frame))


@pytest.mark.parametrize("code", sorted(set(frames.REGISTERS[i][0] for i in range(49))))
def test_each_register_alone_changes(code):
    size = frames.SIZES[code]
    old = frames.whole({code: 0})
    new = frames.whole({code: 1 if size < 4 else 0x0102})
    assert shown(listen(old, old, new)) == shown(listen(new))
    assert shown(listen(old, old, new)) != shown(listen(old))


def test_a_pack_that_was_cleared_is_filled_again():
    target = listen(frames.whole(), frames.whole())
    target.pack.clear()
    feed(target, frames.whole())
    assert shown(target) == shown(listen(frames.whole()))


def test_items_in_another_order():
    values = dict(frames.WHOLE)
    first = frames.whole()
    body = b"".join(frames.item(code, values[code]) for code in sorted(values, reverse=True))
    second = frames.frame(body)
    assert len(first) == len(second)
    for sequence in ((first, second), (first, first, second, first), (second, second, first)):
        target = listen(*sequence)
        assert target.framer.frames == len(sequence)
        assert shown(target) == shown(listen(sequence[-1]))


def test_two_items_of_one_length_change_places():
    first = frames.whole()
    at = first.index(b"\x80\x00\x15\x81")
    body = first[11:at] + first[at + 3 : at + 6] + first[at : at + 3] + first[at + 6 : -9]
    second = frames.frame(body)
    assert shown(listen(first, first, second, first)) == shown(listen(first))
    target = listen(first, first, second)
    assert target.framer.frames == 3 and shown(target) == shown(listen(second))


def test_what_was_stored_last_counts_not_what_was_seen():
    first = frames.whole()
    second = frames.whole({0xA6: 6})  # behind what was damaged
    assert shown(listen(first, first, damaged(first), second, first)) == shown(listen(first))
    assert shown(listen(first, first, damaged(second), second)) == shown(listen(second))


def test_a_frame_inside_of_one_that_is_judged_like_the_last_is_not_touched():
    # The inner frame bears, at the right places, what makes the outer one look whole.
    first = frames.whole()
    inner = frames.whole({0x8C: 0xB203, 0xAA: 0x0068_0000})
    cut = len(first) - 5 - inner.index(b"\xaa\x00\x68") - 2
    assert (first[:cut] + inner)[first.index(b"\xb2" + frames.PASSWORD)] == 0xB2
    target = listen(first, first, first[:cut] + inner)
    assert target.framer.bad_checksum > 0 and target.framer.frames == 3
    assert shown(target) == shown(listen(inner))


def test_each_reply_answers_its_question():
    target = dialect(poll_ms=1000)
    out = bytearray(32)
    for now in range(0, 5000, 1000):
        assert target.request(now, out), now
        assert target.unanswered == 1
        feed(target, frames.whole(), now)
        assert target.unanswered == 0
