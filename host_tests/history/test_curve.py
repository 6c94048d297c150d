"""The last day in columns: what was, where it was, and nothing where nothing was recorded."""

import pytest

from history import curve as c
from history import record as r
from history.curve import Curve
from host_tests.history_rig import Store, small

DAY_S = 86_400
NOW_S = 90_000_000
SOC, MV, MA, DC = r.SOC_PCT, r.PACK_MV, r.CURRENT_MA, r.TEMP_MIN_DC


class Log:
    """A ring that is filled by hand."""

    def __init__(self):
        self.store = Store()
        self.ring = small(self.store, 200)

    def put(self, time_s, of_day=True, soc=None, ma=None, dc=None):
        record = r.Record()
        record.of_day = of_day
        record.time_s = time_s
        for figure, value in ((SOC, soc), (MA, ma), (DC, dc)):
            if value is not None:
                record.values[figure] = value
                record.valid[figure] = 1
        if ma is not None:
            record.values[MV] = 50_000
            record.valid[MV] = 1
        if dc is not None:
            record.values[r.TEMP_MAX_DC] = dc
            record.valid[r.TEMP_MAX_DC] = 1
        self._keep(record)

    def mark(self, kind, time_s, of_day, first, second=0):
        record = r.Record()
        record.of_day = of_day
        record.time_s = time_s
        record.mark(kind, first, second)
        self._keep(record)

    def _keep(self, record):
        assert self.ring.put(record)
        self.ring.commit()

    def draw(self, uptime_s=1000, day_s=NOW_S, **options):
        curve = Curve(self.ring, **options)
        curve.begin(uptime_s, day_s)
        steps = 1
        while curve.step():
            steps += 1
        assert steps <= 2 + self.ring.next // 16
        return curve


def charges(curve):
    return [curve.soc_pct[i] if curve.known[i] & c.SOC else None for i in range(curve.columns)]


def test_a_day_at_a_record_a_minute():
    log = Log()
    for minute in range(1440):
        log.put(NOW_S - DAY_S + 60 * minute + 30, soc=minute // 15, ma=20 * minute, dc=-minute)
    curve = log.draw()
    assert charges(curve) == [(6 * i + 5) // 15 for i in range(240)]
    assert [curve.power_w(i) for i in range(240)] == [6 * i + 2 for i in range(240)]
    assert list(curve.temp_dc) == [-(6 * i + 5) for i in range(240)]
    assert set(curve.known) == {c.SOC | c.POWER | c.TEMP}


def test_a_record_holds_until_the_next_one_if_that_is_not_too_late():
    log = Log()
    for ago_s, soc in ((7200, 70), (6200, 60), (2000, 50), (1000, 40)):
        log.put(NOW_S - ago_s, soc=soc)
    curve = log.draw(span_s=8000, columns=8)
    assert charges(curve) == [70, 60, None, None, None, 50, 40, 40]


def test_the_newest_holds_until_now():
    log = Log()
    log.put(NOW_S - 700, soc=55)
    assert charges(log.draw(span_s=1000, columns=5)) == [None, 55, 55, 55, 55]


def test_figures_that_were_not_known_are_not_drawn():
    log = Log()
    log.put(NOW_S - 300, soc=50, ma=-1000)
    log.put(NOW_S - 200)  # the BMS was silent
    log.put(NOW_S - 100, dc=-55)
    curve = log.draw(span_s=400, columns=4)
    assert list(curve.known) == [c.SOC | c.POWER, 0, c.TEMP, c.TEMP]
    assert curve.power_w(0) == -50 and curve.temp_dc[3] == -55


def test_without_the_time_of_day_this_start_is_drawn():
    log = Log()
    log.put(NOW_S - 5000, soc=90)  # when was that?
    log.mark(r.STARTED, 0, False, 7)
    log.put(100, False, soc=20)
    log.put(500, False, soc=21)
    curve = log.draw(uptime_s=1000, day_s=None, span_s=1000, columns=10)
    assert charges(curve) == [20] * 4 + [21] * 6


@pytest.mark.parametrize("corrected", [True, False])
def test_records_before_the_time_was_known_are_put_where_they_belong(corrected):
    log = Log()
    log.put(NOW_S - 900, soc=10)
    log.mark(r.STARTED, 0, False, 7)
    log.put(100, False, soc=20)
    if corrected:
        log.mark(r.TIMED, NOW_S - 500, True, 200, 7)
    else:
        log.mark(r.STARTED, 0, False, 8)
    log.put(NOW_S - 300, soc=30)
    curve = log.draw(span_s=1000, columns=10, hold_s=10)
    expected = [None] * 10
    expected[0] = 10
    expected[6] = 30
    if corrected:
        expected[3] = 20
    assert charges(curve) == expected


def test_each_piece_of_the_ring_is_read_once():
    log = Log()
    for minute in range(64):
        log.put(NOW_S - 4000 + 60 * minute, soc=minute, ma=minute % 2 * 8_000_000)
    loads = []
    load = log.ring.load
    log.ring.load = lambda number, page: loads.append(number) or load(number, page)
    log.draw()
    pages = len(log.store.numbers())
    assert len(loads) == len(set(loads)) == pages + 1 and pages > 1  # and the tail


def test_it_is_drawn_anew():
    log = Log()
    log.put(NOW_S - 100, soc=50)
    curve = Curve(log.ring, 1000, 10)
    for now, expected in ((NOW_S, [None] * 8 + [50, 50]), (NOW_S + 5000, [None] * 10)):
        curve.begin(0, now)
        while curve.step():
            assert curve.busy
        assert not curve.busy and not curve.step()
        assert charges(curve) == expected


def test_an_empty_ring_is_an_empty_picture():
    assert set(charges(Log().draw())) == {None}
