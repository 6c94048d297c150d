"""What the pages say on boards with memory for all of them."""

import pytest

from bms import alarms
from bms import pack as p
from host_tests.screen.book_rig import NOW_S, new_page, seen
from screen import book, facts, show
from screen.draw import palette as pal
from tools.draw import book_scenes, scenes


@pytest.fixture
def page(monkeypatch):
    return new_page(monkeypatch)


def to_page(page, number):
    while page.screen.page != number:
        page.press()
    page.screen.sheet.reset()
    return page.update()


def test_time_to_go_follows_the_current_slowly(page):
    texts = to_page(page, book.BIG)
    assert {"10:24", "to empty"} <= set(texts)
    model = page.model
    for second in range(1, 600):
        model.pack.put(p.CURRENT_MA, -30_000)
        model.take(model.pack, scenes.NOW, NOW_S + second)
        if second == 1:
            assert 600 < model.left_min < 624
    assert model.left_min == pytest.approx(243_600 * 60 // 30_000, abs=2)
    model.pack.put(p.CURRENT_MA, 36_400)
    model.take(model.pack, scenes.NOW, NOW_S + 601)
    assert model.fills and model.left_min == 60  # it has turned round: at once
    model.pack.put(p.CURRENT_MA, 0)
    for second in range(602, 1500):
        model.take(model.pack, scenes.NOW, NOW_S + second)
    assert model.left_min == facts.UNKNOWN


@pytest.mark.parametrize("ma", [-1_500, -20_000, 1_500])
def test_time_to_go_of_another_pack_is_there_at_once(page, ma):
    model = page.model
    other = scenes.pack_of({p.CURRENT_MA: ma, p.REMAINING_MAH: 50_000}, 0, ())
    other.put(p.CAPACITY_MAH, 100_000)
    for shown, pack in ((1, other), (0, page.model.pack), (1, other)):
        model.shown = shown
        model.take(pack, scenes.NOW, NOW_S)  # within one second: as quick as a finger
        left = 50_000 * 60 // abs(ma) if shown else 10 * 60 + 24
        assert (model.left_min, model.fills) == (left, bool(shown) and ma > 0)


@pytest.mark.parametrize("slot", [p.REMAINING_MAH, p.CURRENT_MA])
def test_without_its_figures_there_is_no_time_to_go(page, slot):
    page.model.pack.drop(slot)
    page.model.take(page.model.pack, scenes.NOW, NOW_S + 1)
    assert page.model.left_min == facts.UNKNOWN
    assert "not known" in to_page(page, book.BIG)


def test_old_figures_have_no_time_to_go_but_their_age(page):
    to_page(page, book.BIG)
    texts = page.update(age_s=12, age_ms=12_000)
    assert "12 s ago" in texts and page.inks["12 s ago"] == pal.AMBER and "-" in texts


def test_energy_that_is_left(page):
    texts = to_page(page, book.ENERGY)
    assert {"12.97", "kWh", "243.6 of 280.0 Ah", "182", "164", "143", "98"} <= set(texts)
    page.model.pack.drop(p.CAPACITY_MAH)
    page.model.totals = None
    page.screen.sheet.reset()
    texts = page.update()
    assert "243.6 Ah" in texts and "-" in texts


def test_the_cells_are_named(page):
    book_scenes.put_cells(page.model.pack, 16)
    texts = to_page(page, book.CELLS)
    assert {"highest, cell: 16", "lowest, cell: 3", "3.336", "3.324"} <= set(texts)
    texts = page.update(balancing=1)
    assert texts == ["balancing"] and page.inks["balancing"] == pal.AMBER
    assert page.update(bad_wire=7) == ["check wire: 7"]
    assert page.inks["check wire: 7"] == pal.RED


def test_bars_change_when_a_cell_does_and_only_then(page):
    pack = page.model.pack
    book_scenes.put_cells(pack, 16)
    to_page(page, book.CELLS)
    page.glass.sent.clear()
    page.update()
    assert page.glass.sent == []
    pack.cell_mv[5] += 5
    page.update()
    assert page.glass.sent


def test_a_sensor_that_is_silent_is_a_dash_and_one_that_is_not_there_nothing(page):
    book_scenes.put_temps(page.model.pack, 4)
    texts = to_page(page, book.WARMTH)
    assert {"1", "2", "3", "4", "18.0", "21.0", "31.2"} <= set(texts)
    assert "5" not in texts and "-" in texts


def test_fahrenheit(monkeypatch):
    page = new_page(monkeypatch, "big_cold", temperature_unit="fahrenheit")
    book_scenes.put_temps(page.model.pack, 2)
    page.update(temp_min_dc=-400, temp_max_dc=100)
    texts = to_page(page, book.BIG)
    assert "-40.0" in texts and "^F" in texts and "^C" not in texts
    to_page(page, show.HEATER)
    page.update(heater_on_dc=0, heater_off_dc=50)
    assert "aim 32.0 to 41.0" in page.inks
    assert "-40.0" in page.inks


def test_alarms_in_words_one_after_the_other(page):
    page.model.pack.raise_alarm(alarms.CELL_UNDERVOLTAGE)
    page.model.pack.raise_alarm(alarms.LOW_SOC)
    page.model.take(page.model.pack, scenes.NOW, NOW_S)
    to_page(page, book.ALARMS)
    said = set()
    for second in range(17):
        said |= set(page.update(uptime_s=NOW_S + second))
    assert {"battery nearly empty", "cell voltage too low", "Charge the battery soon,"} <= said
    assert {"1/2", "2/2"} <= said
    page.model.pack.clear_alarms()
    page.model.take(page.model.pack, scenes.NOW, NOW_S + 17)
    assert "NOTHING IS WRONG" in page.update()


def test_cold_that_is_seen_to_is_no_alarm(monkeypatch):
    page = new_page(monkeypatch, "big_cold")
    assert "NOTHING IS WRONG" in to_page(page, book.ALARMS)


class Slow(book_scenes.Day):
    """A curve that takes three steps."""

    def __init__(self):
        super().__init__(False)
        self.begun = []
        self.left = 0

    def begin(self, uptime_s, day_s):
        self.begun.append((uptime_s, day_s))
        self.left = 3
        self.busy = True

    def step(self):
        self.left -= 1
        self.busy = self.left > 0
        return self.busy


def test_the_last_day_is_drawn_when_it_is_looked_at(page):
    page.model.curve = curve = Slow()
    page.model.moment_s = 77
    page.update(uptime_s=NOW_S + 1)
    assert curve.begun == []
    to_page(page, book.HISTORY)
    assert curve.begun == [(NOW_S + 1, 77)] and not curve.busy
    drawn = bytes(page.glass.pixels)
    colours = {drawn[at : at + 2] for at in range(0, len(drawn), 2)}
    for index in (5, 6, 9):  # charge, into the pack, out of it
        assert pal.COLOURS[2 * index : 2 * index + 2] in colours
    for second in range(2, 50):
        page.update(uptime_s=NOW_S + second)
    assert len(curve.begun) == 1
    page.press()
    page.update(uptime_s=NOW_S + 400)
    to_page(page, book.HISTORY)
    assert len(curve.begun) == 2


def test_what_was_not_recorded_stays_empty(page):
    page.model.curve = curve = book_scenes.Day(False)
    curve.known[:] = bytes(240)
    to_page(page, book.HISTORY)
    empty = bytes(page.glass.pixels)
    assert pal.COLOURS[10:12] not in {empty[at : at + 2] for at in range(0, len(empty), 2)}
    page.model.curve = None
    page.update(uptime_s=NOW_S + 1)


def test_without_a_history_it_has_no_page(page):
    screen = page.screen
    other = book.Book(screen.brush, book_scenes.SETTINGS, scenes.new_language(), (), False)
    page.screen = other
    assert book.HISTORY not in seen(page, 14)


def test_links_in_words(monkeypatch):
    page = new_page(monkeypatch, "links_trouble")
    texts = to_page(page, book.LINKS)
    assert {
        "waiting for the BMS",
        "wrong password?",
        "waits for Wi-Fi",
        "ZeroDivisionErr",
        "start 99999",
    } <= set(texts)
    texts = page.update(wifi=2, mqtt=2, rssi_dbm=-70, address=b"10.0.0.9", age_s=0, age_ms=0)
    assert {"10.0.0.9", "-70 dBm", "connected", "answers"} <= set(texts)
    assert page.update(address=b"10.0.0.8") == ["10.0.0.8"]
    assert page.update(network=2) == ["Wi-Fi 2"]
    assert page.update(crash=b"") == ["it had hung"]


def test_about(page):
    texts = to_page(page, book.ABOUT)
    assert {"0.1.0, Python 1.27", "Feather ESP32-S3 TFT", "JK_B2A8S20P 11.48", "2:46 h"} <= set(
        texts
    )
    assert "computer: packmate logs" in texts
