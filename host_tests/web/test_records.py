"""The history as the page gets it."""

import types

import pytest

from history import record as r
from history.page import MOST
from host_tests.history_rig import Store, small
from host_tests.web import site_rig as rig
from website.records import Records

NOON = 90_000_000  # s since 2024


@pytest.fixture
def ring():
    ring = small(Store())
    put(ring, kind=r.STARTED, first=7)
    put(ring, time_s=5)
    put(ring, kind=r.TIMED, first=20, of_day=True, time_s=NOON)
    for i in range(40):
        put(ring, time_s=NOON + 60 * i, of_day=True, soc=50 + i % 10)
    return ring


def put(ring, kind=r.FIGURED, first=0, time_s=0, of_day=False, soc=None, safe=True):
    record = r.Record()
    record.kind, record.first, record.time_s, record.of_day = kind, first, time_s, of_day
    record.valid[r.SOC_PCT] = soc is not None
    record.values[r.SOC_PCT] = soc or 0
    record.valid[r.CURRENT_MA] = record.valid[r.CHARGE_ON] = soc is not None
    record.values[r.CURRENT_MA] = -12_345
    record.values[r.CHARGE_ON] = 1
    record.heater_on = soc == 55
    assert ring.put(record)
    if safe:
        ring.commit()


def ask(ring, query=""):
    recorder = None if ring is None else types.SimpleNamespace(ring=ring)
    device = rig.make_device(recorder=recorder)
    return rig.told(Records(device).answer(rig.asked(query=query)))


def test_records_are_rows(ring):
    status, found = ask(ring, f"from={ring.next - 40}")
    assert status == 200 and found["next"] == ring.next == 43
    (row,) = [row for row in found["rows"] if row[0] == 38]
    known = [55, None, -12_345, None, None, None, None, 1, None]
    assert row == [38, r.EPOCH_S + NOON + 2100, 1, *known, 0, 1]
    assert [row[0] for row in found["rows"]] == list(range(max(3, ring.first), 43))


def test_marks_tell_what_the_times_before_them_were():
    ring = small(Store())
    put(ring, kind=r.STARTED, first=7)
    put(ring, time_s=5)
    put(ring, kind=r.TIMED, first=20, of_day=True, time_s=NOON)
    _, found = ask(ring)
    assert found["first"] == 0
    assert found["rows"][0] == [0, "started", 7]
    assert found["rows"][1][:3] == [1, 5, 0]
    assert found["rows"][2] == [2, "timed", r.EPOCH_S + NOON - 20]


def test_each_nth_is_enough_for_a_long_time(ring):
    _, found = ask(ring, "from=20&step=7")
    assert [row[0] for row in found["rows"]] == [20, 27, 34, 41]


def test_what_is_older_than_there_is_begins_with_the_oldest(ring):
    for i in range(100):
        put(ring, time_s=NOON + 9000 + i, of_day=True)
    _, found = ask(ring)
    assert found["first"] == ring.first > 0
    assert [row[0] for row in found["rows"]] == list(range(ring.first, ring.next))


def test_what_is_not_in_the_flash_yet_is_not_told(ring):
    safe = ring.next
    put(ring, time_s=NOON + 9000, of_day=True, safe=False)
    _, found = ask(ring, f"from={safe - 2}")
    assert found["next"] == safe and [row[0] for row in found["rows"]] == [safe - 2, safe - 1]
    ring.commit()
    assert ask(ring, f"from={safe}")[1]["rows"][0][0] == safe


def test_what_is_not_there_yet_is_nothing(ring):
    assert ask(ring, "from=999999999")[1]["rows"] == []


def test_a_damaged_record_is_left_out(ring):
    store = Store()
    ring = small(store)
    for i in range(3 * MOST):
        put(ring, time_s=NOON + i, of_day=True)
    number = sorted(store.numbers())[1]
    data = bytearray(store.files[number])
    data[30] ^= 1
    store.files[number] = bytes(data)
    left = [*range(number), *range(number + MOST, 3 * MOST)]
    assert [row[0] for row in ask(ring)[1]["rows"]] == left


@pytest.mark.parametrize(
    "query", ["from=-1", "from=x", "step=0", "step=1e3", "from=1&from=2", "%"]
)
def test_what_is_no_number_is_refused(ring, query):
    assert ask(ring, query)[0] == 400


def test_without_a_history_the_answer_says_so():
    assert ask(None) == (404, {"error": "no history is kept: see history_kb"})


def test_a_piece_is_a_few_records(ring):
    device = rig.make_device(recorder=types.SimpleNamespace(ring=ring))
    pieces = list(Records(device).answer(rig.asked()).pieces)
    assert max(piece.count(b"[") for piece in pieces[1:]) <= 6
