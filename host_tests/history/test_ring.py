"""The ring: nothing is lost but the record being written, whatever cuts the power, and when."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.record import BYTES, SEGMENT_BYTES
from history.record import PER as REAL_PER
from history.ring import ROOM, WHOLE, Ring
from host_tests.history_rig import PER, PowerCut, Store, numbered, small, times


def fill(ring, begin, end):
    for n in range(begin, end):
        assert ring.put(numbered(n))
        ring.commit()


@pytest.mark.parametrize("count", [0, 1, WHOLE - 1, WHOLE, 13, PER, 25, 31, 100])
def test_what_was_made_is_there_after_a_restart(count):
    store = Store()
    fill(small(store), 0, count)
    ring = small(store)
    assert ring.next == count
    found = times(ring)
    assert found == list(range(ring.first, count))
    assert len(found) >= min(count, 2 * PER)  # one of three segments can be empty
    assert len(store.numbers()) <= 3


def test_records_that_wait_are_read_like_the_others_and_written_together():
    store = Store()
    ring = small(store)
    for n in range(ROOM):
        assert ring.put(numbered(n))
    assert ring.full() and not ring.put(numbered(ROOM))
    assert times(ring) == list(range(ROOM)) and store.files == {}
    assert ring.waiting() == ROOM
    ring.commit()
    assert ring.waiting() == 0 and not ring.changed
    assert times(small(store)) == list(range(ROOM))


def test_the_tail_stays_small_enough_for_the_books_of_littlefs():
    store = Store()
    ring = small(store)
    for n in range(50):
        fill(ring, n, n + 1)
        assert len(store.files.get("tail", b"")) <= 128
    # The blocks of a file: 4096 bytes, then that less one to two pointers.
    assert REAL_PER * BYTES <= SEGMENT_BYTES - 8 * 8


def test_how_much_was_delivered_is_remembered_with_the_next_record():
    store = Store()
    ring = small(store)
    fill(ring, 0, 12)
    ring.delivered = 9
    assert ring.stale()
    assert small(store).delivered == 0
    fill(ring, 12, 14)
    assert small(store).delivered == 9
    ring.delivered = 14
    ring.commit()  # with nothing new
    assert not ring.stale() and small(store).delivered == 14
    assert times(small(store)) == list(range(14))


def test_what_the_broker_has_is_written_with_many_records_too():
    store = Store()
    ring = small(store)
    fill(ring, 0, 8)
    for begin in range(8, 24, 8):  # as while the mat is on: never fewer than a segment takes
        for n in range(begin, begin + 8):
            assert ring.put(numbered(n))
        ring.delivered = begin
        ring.commit()
        assert small(Store(store.files)).delivered == begin


def test_what_waits_is_not_safe():
    ring = small(Store())
    fill(ring, 0, 3)
    assert ring.put(numbered(3))
    assert (ring.safe, ring.next) == (3, 4)
    ring.commit()
    assert ring.safe == ring.next == 4


def test_what_goes_undelivered_is_counted():
    ring = small(Store())
    fill(ring, 0, 45)
    assert (ring.first, ring.delivered, ring.lost) == (20, 20, 20)
    ring.delivered = 40
    fill(ring, 45, 60)
    assert (ring.first, ring.delivered, ring.lost) == (30, 40, 20)


def test_a_smaller_ring_keeps_the_newest():
    store = Store()
    fill(small(store), 0, 29)
    ring = small(store, segments=2)
    assert times(ring) == list(range(10, 29))


def test_a_larger_one_keeps_all():
    store = Store()
    fill(small(store), 0, 39)
    assert times(small(store, segments=9)) == times(small(store))


# -- the power goes -------------------------------------------------------------------------------


def cut_at_each_step(files, work):
    """Yields what is in the flash after `work(ring)` was cut at each of its steps."""
    whole = Store(files)
    ring = small(whole)
    whole.steps = 0
    work(ring)
    for budget in range(whole.steps):
        store = Store(files)
        ring = small(store)
        store.steps = 0
        store.budget = budget
        with pytest.raises(PowerCut):
            work(ring)
        yield store.files


@pytest.mark.parametrize("count", range(0, 46))
def test_a_cut_at_any_step_costs_the_record_being_written(count):
    store = Store()
    fill(small(store), 0, count)
    before = times(small(store))

    def work(ring):
        assert ring.put(numbered(count))
        ring.commit()

    for files in cut_at_each_step(store.files, work):
        again = Store(files)
        ring = small(again)
        found = times(ring)
        if found and found[-1] == count:
            found.pop()  # only what the broker has was still to be written
        # It may have given up the oldest segment for the new one already.
        assert found in (before, before[PER:])
        fill(ring, ring.next, count + 2)
        assert times(small(again))[-2:] == [count, count + 1]


def test_a_cut_while_several_are_written_keeps_what_was_there():
    for count in (7, 8, 18, 28):
        store = Store()
        fill(small(store), 0, count)

        def work(ring, count=count):
            for n in range(count, count + ROOM - WHOLE):
                assert ring.put(numbered(n))
            ring.commit()

        for files in cut_at_each_step(store.files, work):
            found = times(small(Store(files)))
            assert found == list(range(found[0], found[-1] + 1))
            ends = (count - 1, PER * (count // PER + 1) - 1, count + ROOM - WHOLE - 1)
            assert found[-1] in ends


actions = st.lists(
    st.one_of(
        st.tuples(st.just("make"), st.integers(1, 30)),
        st.tuples(st.just("deliver"), st.integers(1, 30)),
        st.tuples(st.just("cut"), st.integers(0, 400)),
        st.tuples(st.just("wait"), st.integers(1, 9)),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(actions, st.integers(2, 4))
def test_whatever_happens_all_that_was_written_is_there_in_order(actions, segments):
    store = Store()
    ring = small(store, segments)
    made = safe = delivered = 0
    for what, amount in actions:
        try:
            if what == "cut":
                store.budget = store.steps + amount
            for _ in range(amount if what != "cut" else 12):
                if what == "deliver":
                    ring.delivered = min(ring.delivered + 1, ring.next)
                    delivered = max(delivered, ring.delivered)
                elif ring.put(numbered(made)):
                    made += 1
                if what != "wait" or ring.full():
                    ring.commit()
                    safe = made
        except PowerCut:
            store.budget = None
            ring = small(store, segments)
            made = ring.next
        found = times(ring)
        assert found == list(range(ring.first, ring.next))
        assert ring.next >= safe and ring.next - ring.first >= min(safe, (segments - 1) * PER)
        assert ring.first <= ring.delivered <= max(delivered, ring.first)
        safe = min(safe, made)


# -- flash that fails -----------------------------------------------------------------------------


class Failing(Store):
    """Its writes fail from the `after`th on, with the device alive."""

    after = None

    def append(self, number, buf, start, end):
        if self.after is not None:
            self.after -= 1
            if self.after < 0:
                raise OSError(28)
        Store.append(self, number, buf, start, end)


@pytest.mark.parametrize("after", [0, 1])
def test_what_could_not_be_written_is_written_later(after):
    store = Failing()
    ring = small(store)
    fill(ring, 0, 8)
    store.after = after
    for n in range(8, 20):
        assert ring.put(numbered(n))
    with pytest.raises(OSError):
        ring.commit()
    assert times(ring) == list(range(20)) and ring.changed
    store.after = None
    ring.commit()
    assert times(ring) == list(range(20))
    assert times(small(store)) == list(range(20))


def test_a_segment_that_is_gone_or_damaged_is_no_obstacle():
    store = Store()
    fill(small(store), 0, 35)
    files = dict(store.files)
    for damage in range(5):
        store = Store(files)
        numbers = sorted(store.numbers())
        if damage == 0:
            del store.files[numbers[-1]]
        elif damage == 1:
            store.files[numbers[-1]] = store.files[numbers[-1]][:-7]
        elif damage == 2:
            del store.files["tail"]
        elif damage == 3:
            store.files["tail"] = b"\xff" * 60
        else:
            del store.files[numbers[1]]
        ring = small(store)
        fill(ring, 100, 117)
        again = small(store)
        good = [time for time in times(again) if time is not None]
        assert good[-17:] == list(range(100, 117)), damage
        assert good == sorted(good)


def test_a_segment_cut_short_is_not_appended_to():
    store = Store()
    fill(small(store), 0, 26)
    del store.files["tail"]
    store.files[2] = store.files[2][:-7]
    ring = small(store)
    assert ring.next == 30
    fill(ring, 100, 110)
    assert times(small(store))[10:] == [20, 21, 22] + 7 * [None] + list(range(100, 110))


def test_the_tail_outlives_the_segment_before_it():
    store = Store()
    fill(small(store), 0, 35)
    del store.files[2]
    found = times(small(store))
    assert found == list(range(20)) + 10 * [None] + list(range(30, 35))


def test_what_is_missing_is_read_as_nothing():
    store = Store()
    ring = small(store)
    fill(ring, 0, 12)
    store.files[0] = store.files[0][: 4 * BYTES]
    buf = bytearray(10 * BYTES)
    numbered(7).pack(buf, 6 * BYTES)
    assert ring.read(0, buf) == 10
    assert not any(buf[4 * BYTES :])
    del store.files[0]
    assert ring.read(0, buf) == 10 and not any(buf)


def test_without_its_tail_all_is_delivered_again():
    store = Store()
    ring = small(store)
    ring.delivered = 0
    fill(ring, 0, 20)
    ring.delivered = 20
    fill(ring, 20, 26)
    store.files["tail"] = b"garbage"
    assert small(store).delivered == small(store).first


@given(st.integers(0, 10_000))
def test_kills_at_random(seed):
    """Runs of a random length, each ended by a cut in the middle of something."""
    chance = random.Random(seed)
    store = Store()
    made = 0
    for _ in range(8):
        ring = Ring(store, 3, PER)
        assert ring.next >= made
        made = ring.next
        store.budget = store.steps + chance.randrange(2000)
        try:
            while True:
                ring.put(numbered(ring.next))
                if chance.random() < 0.5 or ring.full():
                    ring.commit()
                    made = ring.next
        except PowerCut:
            store.budget = None
    assert times(Ring(store, 3, PER))[-1] >= made - 1
