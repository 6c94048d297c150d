"""What changed since the record before: it comes back whole, in few bytes, within its room."""

from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from history import differences as d
from history import record as r
from history.page import BYTES, MOST, Draft, Page

LARGEST = (100, 655_350, (1 << 23) - 1, 2047, 2047, 8191, 8191, 1, 1)
LEAST = (0, 0, -(1 << 23), -2048, -2048, 0, 0, 0, 0)


@st.composite
def records(draw):
    record = r.Record()
    record.of_day = draw(st.booleans())
    record.time_s = draw(st.integers(0, r.MOST_S))
    if draw(st.integers(0, 5)) == 0:
        numbers = st.integers(0, r.MOST_S)
        record.mark(draw(st.sampled_from((r.STARTED, r.TIMED))), draw(numbers), draw(numbers))
        return record
    for figure in range(r.FIGURES):
        record.values[figure] = draw(st.integers(LEAST[figure], LARGEST[figure]))
        record.valid[figure] = draw(st.booleans())
    record.values[r.PACK_MV] -= record.values[r.PACK_MV] % 10
    for low in (r.TEMP_MIN_DC, r.CELL_MIN_MV):
        record.valid[low + 1] = record.valid[low]
    record.alarm = draw(st.booleans())
    record.heater_on = draw(st.booleans())
    record.heater_state = draw(st.integers(0, 15))
    return record


def told(record):
    figures = [record.values[i] if record.valid[i] else None for i in range(r.FIGURES)]
    time = (record.of_day, record.time_s)
    if record.kind != r.FIGURED:
        return (*time, record.kind, record.first, record.second)
    return (*time, record.kind, figures, record.alarm, record.heater_on, record.heater_state)


@settings(max_examples=200)
@given(st.lists(records(), min_size=1, max_size=40), st.integers(0, r.MOST_S - 40))
def test_what_goes_into_a_page_comes_out(given_, first):
    draft = Draft()
    draft.start(first)
    taken = [record for record in given_ if draft.put(record)]
    count = draft.end - first
    assert min(len(given_), 3) <= count <= MOST
    page = Page()
    size = draft.seal(77)
    assert size <= BYTES
    page.buf[:size] = draft.buf[:size]
    assert page.look(size) and (page.begin, page.end, page.delivered) == (first, first + count, 77)
    page.unfold()
    back = r.Record()
    for n, record in enumerate(taken[:count]):
        assert page.read(first + n, back)
        assert told(back) == told(record)
    assert not page.read(first + count, back) and not page.read(first - 1, back)
    again = Draft()
    again.resume(page)
    assert again.seal(77) == size and again.buf[:size] == draft.buf[:size]


@given(records(), records())
def test_no_record_takes_more_than_its_room(last, record):
    before = array("i", bytes(4 * d.NUMBERS))
    d.take(last, before, 0)
    row = array("i", before)
    d.take(record, row, 0)
    buf = bytearray(d.LONGEST)
    assert d.write(buf, 0, row, before) <= d.LONGEST


def test_what_a_van_tells_takes_a_few_bytes():
    draft = Draft()
    draft.start(0)
    record = r.Record()
    record.of_day = True
    for figure in range(r.FIGURES):
        record.valid[figure] = 1
    time_s, n = 90_000_000, 0
    while draft.put(record):
        n += 1
        time_s += 60
        record.time_s = time_s
        record.values[r.CURRENT_MA] += 4000 if n % 2 else -3900
        record.values[r.PACK_MV] += 30 if n % 3 else -60
        record.values[r.CELL_MIN_MV] += 2 if n % 3 else -4
        record.values[r.CELL_MAX_MV] += 2 if n % 3 else -4
    assert n >= 16


@given(st.integers(0, 8 * BYTES - 1), st.integers(1, 255))
def test_a_damaged_page_is_none(bit, pattern):
    draft = Draft()
    draft.start(5)
    while draft.put(r.Record()) and draft.end < 12:
        pass
    size = draft.seal(0)
    whole = bytes(draft.buf[:size])
    burst = pattern << bit % (8 * size)  # any error within eight bits
    damaged = int.from_bytes(whole, "little") ^ burst & (1 << 8 * size) - 1
    page = Page()
    page.buf[:size] = damaged.to_bytes(size, "little")
    assert page.look(size) == (bytes(page.buf[:size]) == whole)


def test_empty_flash_is_no_page():
    for byte in (0, 0xFF):
        page = Page()
        page.buf[:] = bytes((byte,)) * BYTES
        assert not page.look(BYTES)
        assert not page.look(0)
