"""The ring: nothing is lost but the record being written, whatever cuts the power, and when."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.page import BYTES, MOST
from history.record import SEGMENT_BYTES, Record
from history.ring import PAGES, ROOM, Ring, Window
from history.unpaged import Unpaged
from host_tests.history_rig import PER, PowerCut, Store, numbered, plain, small, times


def fill(ring, begin, end):
    for n in range(begin, end):
        assert ring.put(numbered(n))
        ring.commit()


@pytest.mark.parametrize("count", [0, 1, PER - 1, PER, PER + 1, 25, 31, 100])
def test_what_was_made_is_there_after_a_restart(count):
    store = Store()
    fill(small(store), 0, count)
    ring = small(store)
    assert ring.next == count
    found = times(ring)
    assert found == list(range(ring.first, count))
    assert len(found) >= min(count, 3 * PER)
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


def test_a_page_stays_small_enough_for_the_books_of_littlefs():
    store = Store()
    ring = small(store)
    for n in range(50):
        fill(ring, n, n + 1)
        assert len(store.files.get("tail", b"")) <= 128
    # The blocks of a file: 4096 bytes, then that less one to two pointers.
    assert PAGES * BYTES <= SEGMENT_BYTES - 8 * 8


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
    for begin in range(8, 72, 16):  # as while the mat is on: more than a page each time
        for n in range(begin, begin + 16):
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
    assert (ring.first, ring.delivered, ring.lost) == (10, 10, 10)
    ring.delivered = 40
    fill(ring, 45, 61)
    assert (ring.first, ring.delivered, ring.lost) == (30, 40, 10)


def test_a_smaller_ring_keeps_the_newest():
    store = Store()
    fill(small(store), 0, 39)
    ring = small(store, segments=2)
    assert times(ring) == list(range(10, 39))


def test_a_larger_one_keeps_all():
    store = Store()
    fill(small(store), 0, 39)
    assert times(small(store, segments=9)) == times(small(store))


def test_a_record_is_found_in_a_few_reads():
    store = Store()
    ring = small(store, 4, PAGES)
    chance = random.Random(4)
    n = 0
    while n < 9000:  # pages of very different lengths
        record = Record()
        record.of_day = True
        record.time_s = n
        busy = n % 3000 > 1500
        record.valid[1] = record.valid[2] = busy
        record.values[1] = chance.randrange(600_000)
        record.values[2] = chance.randrange(8_000_000)
        assert ring.put(record)
        ring.commit()
        n += 1
    window = Window(ring)
    store.reads = 0
    asked = [chance.randrange(ring.next) for _ in range(500)]
    for n in asked:
        assert window.read(n, record) and record.time_s == n
    assert store.reads < 6 * len(asked)
    store.reads = 0
    for n in range(2000):
        assert window.read(n, record)
    assert store.reads < 400


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
            for n in range(count, count + ROOM):
                assert ring.put(numbered(n))
            ring.commit()

        ends = {count - 1, count + ROOM - 1, *range(PER - 1, count + ROOM, PER)}
        for files in cut_at_each_step(store.files, work):
            found = times(small(Store(files)))
            assert found == list(range(found[0], found[-1] + 1))
            assert found[-1] >= count - 1 and found[-1] in ends


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
@given(actions, st.integers(2, 4), st.integers(1, 3))
def test_whatever_happens_all_that_was_written_is_there_in_order(actions, segments, pages):
    store = Store()
    ring = small(store, segments, pages)
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
            ring = small(store, segments, pages)
            made = ring.next
        found = times(ring)
        assert found == list(range(ring.first, ring.next))
        assert ring.next >= safe and ring.next - ring.first >= min(
            safe, (segments - 1) * PER * pages
        )
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
    for n in range(8, 24):
        assert ring.put(numbered(n))
    assert ring.full() and not ring.put(numbered(24))
    store.after = after
    with pytest.raises(OSError):
        ring.commit()
    assert times(ring) == list(range(24)) and ring.changed
    store.after = None
    ring.commit()
    assert times(ring) == list(range(24))
    assert times(small(store)) == list(range(24))


def test_a_flash_that_takes_nothing_does_not_overflow_what_waits():
    store = Failing()
    ring = small(store)
    store.after = 0
    made = 0
    while ring.put(numbered(made)):
        made += 1
        try:
            ring.commit()
        except OSError:
            pass
        store.after = 0
    assert ROOM <= made <= ROOM + PER and times(ring) == list(range(made))


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
    fill(small(store, 9, 2), 0, 50)
    del store.files["tail"]
    store.files[20] = store.files[20][:-7]
    ring = small(store, 9, 2)
    assert ring.next == 30
    fill(ring, 100, 115)
    assert times(small(store, 9, 2)) == list(range(30)) + list(range(100, 115))
    assert len(store.files[20]) == 2 * BYTES - 7


def test_a_damaged_page_costs_no_other():
    for page in range(4):
        store = Store()
        fill(small(store, 9, 4), 0, 45)
        data = bytearray(store.files[0])
        data[page * BYTES + 40] ^= 1
        store.files[0] = bytes(data)
        gone = range(PER * page, PER * (page + 1))
        ring = small(store, 9, 4)
        assert times(ring) == [None if n in gone else n for n in range(45)]


def test_numbers_of_a_damaged_page_do_not_come_again():
    store = Store()
    fill(small(store, 9, 4), 0, 25)
    del store.files["tail"]
    store.files[0] = store.files[0][:BYTES] + bytes(BYTES)
    assert small(store, 9, 4).next == PER + MOST


def test_the_tail_outlives_the_segment_before_it():
    store = Store()
    fill(small(store), 0, 35)
    del store.files[20]
    assert times(small(store)) == list(range(20)) + 10 * [None] + list(range(30, 35))


def test_what_is_missing_is_read_as_nothing():
    store = Store()
    ring = small(store)
    fill(ring, 0, 12)
    whole = store.files[0]
    store.files[0] = whole[: BYTES - 3]
    assert times(ring) == 10 * [None] + [10, 11]
    del store.files[0]
    assert times(ring) == 10 * [None] + [10, 11]


def test_without_its_tail_what_was_delivered_is_in_the_page_before():
    store = Store()
    ring = small(store)
    fill(ring, 0, 8)
    ring.delivered = 6
    fill(ring, 8, 16)
    ring.delivered = 14
    fill(ring, 16, 18)
    assert small(Store(store.files)).delivered == 14
    store.files["tail"] = b"garbage"
    assert small(store).delivered == 6


@given(st.integers(0, 10_000))
def test_kills_at_random(seed):
    """Runs of a random length, each ended by a cut in the middle of something."""
    chance = random.Random(seed)
    store = Store()
    made = 0
    for _ in range(8):
        ring = small(store)
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
    assert times(small(store))[-1] >= made - 1


# -- what a version before wrote ------------------------------------------------------------------


def plain_files(records, tail, delivered):
    """Returns the files of so many records, 10 in each, and of some in a tail."""
    ring = small(Store(), 99)
    fill(ring, 0, records + tail)
    return plain(ring, 10, tail, delivered)


@pytest.mark.parametrize("records, tail", [(35, 4), (30, 0), (39, 5), (3, 2)])
def test_the_records_of_before_are_read_on_and_go_first(records, tail):
    before = Store(plain_files(records, tail, 2))
    store = Store()
    count = records + tail
    ring = Ring(store, 5, 1, Unpaged(before, 10))
    assert (ring.first, ring.next, ring.delivered) == (0, count, 2)
    assert times(ring) == list(range(count))
    fill(ring, count, count + 25)
    again = Ring(Store(store.files), 5, 1, Unpaged(before, 10))
    assert times(again) == list(range(again.first, count + 25))
    assert len(before.numbers()) + len(store.numbers()) <= 5
    fill(ring, count + 25, count + 80)
    assert before.numbers() == [] and ring.lost == ring.first - 2
    again = Ring(Store(store.files), 5, 1, Unpaged(before, 10))
    assert times(again) == list(range(ring.first, count + 80)) == times(ring)


def test_where_the_version_before_ran_once_more_what_is_newer_in_pages_stays():
    before = Store(plain_files(24, 0, 0))
    store = Store()
    fill(Ring(store, 6, 1, Unpaged(before, 10)), 1024, 1040)
    before.files |= plain_files(33, 0, 0)
    ring = Ring(store, 6, 1, Unpaged(before, 10))
    assert times(ring) == [*range(24), *range(1024, 1040)]


def test_of_before_what_is_damaged_is_left_out():
    files = plain_files(25, 3, 0)
    files[1] = files[1][:25] + b"\x55" + files[1][26:]
    del files[0]
    ring = Ring(Store(), 5, 1, Unpaged(Store(files), 10))
    assert times(ring) == [10, None, *range(12, 28)]
    files["tail"] = b"garbage"
    assert times(Ring(Store(), 5, 1, Unpaged(Store(files), 10)))[-1] == 24
