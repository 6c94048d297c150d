"""The screen of boards with memory for all pages: its pages, buttons, night and sleep."""

import pytest

import words as w
from bms import alarms
from bms import pack as p
from host_tests.screen.screen_rig import Page
from host_tests.screen.test_screen_packs import Bank
from screen import book, facts, flow, show
from screen.draw import night_colours as night
from screen.draw import palette as pal
from screen.lamp import Lamp
from tools.draw import book_scenes, cpython_framebuf, scenes

NOW_S = 10_000


@pytest.fixture(autouse=True)
def _colours(monkeypatch):
    monkeypatch.setattr(pal, "COLOURS", pal.COLOURS)


def new_page(monkeypatch, scene="big", errors=(), new=False, **settings):
    glass, screen = book_scenes.new_screen(cpython_framebuf, settings, errors=errors, new=new)
    lit = []
    glass.light = lit.append
    page = Page(monkeypatch, made=(glass, screen, book_scenes.fill(facts.Facts(), scene)))
    page.lit = lit
    return page


@pytest.fixture
def page(monkeypatch):
    return new_page(monkeypatch)


def seen(page, presses, back=False):
    found = []
    for _ in range(presses):
        (page.screen.back if back else page.screen.button)(page.model)
        page.update()
        found.append(page.screen.page)
    return found


# -- the pages, and the buttons -------------------------------------------------------------------

ORDER = [show.GLANCE, book.BIG, show.FIGURES, book.CELLS, book.WARMTH, show.HEATER, show.REPORT]
ORDER += [book.ENERGY, book.HISTORY, book.ALARMS, book.LINKS, book.ABOUT]


def test_one_button_goes_through_all_pages_and_the_other_back(page):
    assert page.screen.page == show.GLANCE
    assert seen(page, 12) == ORDER[1:] + ORDER[:1]
    assert seen(page, 12, back=True) == ORDER[:0:-1] + ORDER[:1]


def test_the_first_page_is_set(monkeypatch):
    page = new_page(monkeypatch, screen_first="big")
    assert page.screen.page == book.BIG
    assert seen(page, 2) == [show.GLANCE, show.FIGURES]
    page.update(uptime_s=NOW_S + 59)
    assert page.screen.page == show.FIGURES
    page.update(uptime_s=NOW_S + 60)
    assert page.screen.page == book.BIG


def test_without_a_heater_its_pages_are_left_out(monkeypatch):
    page = new_page(monkeypatch, heater_output="none")
    assert not {show.HEATER, show.REPORT} & set(seen(page, 12))


def test_settings_errors_come_first_and_last(monkeypatch):
    page = new_page(monkeypatch, errors=("a: b",))
    page.update(uptime_s=2)
    assert page.screen.page == show.ERRORS
    assert seen(page, 1) == [show.GLANCE]
    assert seen(page, 12)[-1] == show.ERRORS
    assert seen(page, 1) == [show.GLANCE]


def test_without_data_the_pages_of_figures_say_so_and_the_others_go_on(page):
    old = 61
    page.update(age_s=old, age_ms=1000 * old)
    assert page.screen.page == show.LOST
    found = seen(page, 11)
    assert found[3] == show.LOST and found[-3:] == [book.ALARMS, book.LINKS, book.ABOUT]


def test_a_new_device_says_what_to_do_until_the_bms_is_there(monkeypatch):
    page = new_page(monkeypatch, "welcome", new=True)
    assert page.screen.page == book.WELCOME
    what_to_do = {"From a phone: switch it", "off, and on again.", "By USB: packmate setup"}
    assert {"WELCOME", "Nothing is set up yet."} | what_to_do <= set(page.inks)
    page.model.pack.touch(p.STATUS, scenes.NOW)
    page.model.take(page.model.pack, scenes.NOW, NOW_S + 1)
    page.update()
    assert page.screen.page == show.GLANCE
    page = new_page(monkeypatch, "welcome")
    assert page.screen.page == show.LOST


def test_a_fault_hides_every_page_and_gives_way_for_ten_seconds(page):
    seen(page, 3)
    page.update(heater_state=w.FAULT, heater_reason=9, heater_latched=256)
    assert page.screen.page == show.FAULT
    assert seen(page, 2) == [show.GLANCE, book.BIG]
    page.update(uptime_s=NOW_S + 11)
    assert page.screen.page == show.FAULT


def page_of_packs(monkeypatch, size=(240, 135)):
    """Returns the page of three packs; `bank`: what it looks at."""
    glass, screen = book_scenes.new_screen(cpython_framebuf, glass=scenes.Glass(*size))
    glass.light = lambda pct: None
    bank = Bank()
    asked = dict(book_scenes.SETTINGS)
    screen = book.Book(screen.brush, asked, scenes.new_language(), (), False, bank=bank)
    page = Page(monkeypatch, made=(glass, screen, book_scenes.fill(facts.Facts(), "big")))
    page.bank = bank
    page.update(packs=3)
    return page


def test_several_packs_come_one_by_one_before_the_other_pages(monkeypatch):
    page = page_of_packs(monkeypatch)
    assert seen(page, 3) == [show.GLANCE] * 3 and page.model.shown == 3
    assert seen(page, 1) == [book.BIG] and page.model.shown == 0
    page.bank.ok[1] = 0
    texts = []
    for second in range(4):
        texts += page.update(uptime_s=NOW_S + 70 + second)
    assert "without data: 2" in texts


def swiped(page, *steps):
    """Returns (page, pack) after each swipe."""
    found = []
    for step in steps:
        page.screen.swipe(page.model, step)
        page.update()
        found.append((page.screen.page, page.model.shown))
    return found


def test_a_swipe_turns_the_pages_of_one_pack(page):
    assert [at for at, _ in swiped(page, 1, 1, -1, -1, -1)] == [
        *(book.BIG, show.FIGURES, book.BIG),
        *(show.GLANCE, book.ABOUT),
    ]


@pytest.mark.parametrize("at", [show.GLANCE, book.CELLS, book.ALARMS])
def test_a_swipe_goes_through_several_packs_on_the_page_that_is_shown(monkeypatch, at):
    page = page_of_packs(monkeypatch, (320, 240))
    while page.screen.page != at:
        page.press()
        page.update()
    packs = [pack for where, pack in swiped(page, 1, 1, 1, 1, -1, -1) if where == at]
    assert packs == [1, 2, 3, 0, 3, 2]
    page.screen.sheet.reset()
    assert "pack 2 of 3" in page.update(uptime_s=NOW_S + 40) + page.update(uptime_s=NOW_S + 42)
    swiped(page, 1)
    page.update(uptime_s=NOW_S + 101)
    assert (page.screen.page, page.model.shown) == (at, 3)
    page.update(uptime_s=NOW_S + 102)
    assert (page.screen.page, page.model.shown) == (show.GLANCE, 0)


def test_a_small_panel_says_for_a_moment_which_pack_comes(monkeypatch):
    page = page_of_packs(monkeypatch)
    while page.screen.page != book.CELLS:
        page.press()
        page.update()
    said = []
    for step in (1, 1, 1, 1, -1):
        page.screen.swipe(page.model, step)
        said.append(page.update())
        assert page.screen.page == book.WHICH
    assert said[0] == ["pack", "1", "of 3"]
    assert said[1:] == [["2"], ["3"], ["all packs"], ["pack", "of 3"]]
    page.update(uptime_s=NOW_S + 2)
    assert (page.screen.page, page.model.shown) == (book.CELLS, 3)
    swiped(page, -1)
    assert seen(page, 1) == [book.WARMTH]  # the button asks for the page behind
    while page.screen.page != book.BIG:
        page.press()
        page.update()
    assert swiped(page, 1) == [(book.BIG, 1)]  # which says it itself


def test_what_is_counted_of_all_packs_is_told_of_none_of_them(monkeypatch):
    page = page_of_packs(monkeypatch, (320, 240))
    while page.screen.page != book.ENERGY:
        page.press()
        page.update()
    page.screen.sheet.reset()
    assert {"182", "164"} <= set(page.update(uptime_s=NOW_S + 20))
    swiped(page, 1)
    page.screen.sheet.reset()
    assert not {"182", "164"} & set(page.update(uptime_s=NOW_S + 21))


def test_a_swipe_turns_pages_that_are_of_no_pack(monkeypatch):
    page = page_of_packs(monkeypatch)
    while page.screen.page != show.HEATER:
        page.press()
        page.update()
    assert swiped(page, 1, -1, -1) == [(show.REPORT, 0), (show.HEATER, 0), (book.WARMTH, 0)]
    assert swiped(page, -1) == [(book.WHICH, 3)]


def test_a_swipe_over_a_panel_that_is_off_only_lights_it_up(monkeypatch):
    page = new_page(monkeypatch, screen_off_min=1, screen_wake_ma=0)
    page.update(uptime_s=NOW_S + 120)
    assert page.screen.lamp.asleep
    assert swiped(page, 1) == [(show.GLANCE, 0)] and not page.screen.lamp.asleep


# -- what they say --------------------------------------------------------------------------------


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


# -- night and sleep ------------------------------------------------------------------------------


def lamp(**settings):
    return Lamp(book_scenes.SETTINGS | settings)


def look(lamp, second=1, day_min=-1, around=None, ma=0, wrong=0):
    lamp.look(second, day_min, around, ma, wrong)
    return lamp.light_pct


@pytest.mark.parametrize(
    "start, end, minute, night",
    [
        ("20:00", "07:00", 1199, False),
        ("20:00", "07:00", 1200, True),
        ("20:00", "07:00", 0, True),
        ("20:00", "07:00", 419, True),
        ("20:00", "07:00", 420, False),
        ("01:00", "05:30", 60, True),
        ("01:00", "05:30", 330, False),
        ("20:00", "07:00", -1, False),  # nobody has told the time
    ],
)
def test_night_by_the_clock(start, end, minute, night):
    light = lamp(screen_night="time", screen_night_from=start, screen_night_to=end)
    assert look(light, day_min=minute) == (20 if night else 80)
    assert light.night == night


def test_night_by_the_light_around_has_a_band():
    light = lamp(screen_night="light")
    levels = (50, 25, 19, 30, 34, 35, 25, 19)
    nights = []
    for around in levels:
        look(light, around=around)
        nights.append(light.night)
    assert nights == [False, False, True, True, True, False, False, True]
    look(light, around=None)  # it cannot be told: as it was
    assert light.night


def test_the_second_button_goes_from_bright_to_dark_and_back():
    light = lamp()
    found = []
    for _ in range(7):
        light.brighter()
        found.append(light.light_pct)
    assert found == [60, 35, 20, 10, 5, 100, 60]
    light = lamp(screen_night="always", screen_night_pct=5)
    look(light)
    light.brighter()
    assert light.light_pct == 100


def test_it_sleeps_when_nobody_needs_it_and_wakes_for_what_counts():
    light = lamp(screen_off_min=2)
    assert look(light, 119) == 80
    assert look(light, 120) == 0 and light.asleep
    assert look(light, 121, ma=4_999) == 0
    assert look(light, 122, ma=-5_000) == 80
    assert look(light, 241) == 80 and look(light, 242) == 0
    assert look(light, 243, wrong=1) == 80  # something new is wrong
    assert look(light, 363, wrong=1) == 0  # and still
    assert look(light, 364, wrong=2) == 80
    assert look(light, 500, wrong=2) == 0
    assert light.touch(501) and light.light_pct == 80
    assert not light.touch(502)


def test_without_a_setting_it_never_sleeps():
    assert look(lamp(), 1_000_000) == 80


def test_a_current_that_is_not_known_wakes_nobody():
    light = lamp(screen_off_min=1)
    assert look(light, 60, ma=None) == 0
    light = lamp(screen_off_min=1, screen_wake_ma=0)
    assert look(light, 60, ma=90_000) == 0


def test_a_panel_that_sleeps_draws_nothing_and_a_press_only_wakes_it(monkeypatch):
    page = new_page(monkeypatch, "big_rests", screen_off_min=1)
    page.update(uptime_s=NOW_S + 59)
    page.glass.sent.clear()
    page.update(uptime_s=NOW_S + 60)
    assert page.lit == [0]
    page.update(uptime_s=NOW_S + 61, soc_pct=55)
    assert page.glass.sent == []
    assert "55" in page.press()
    assert page.lit == [0, 80] and page.screen.page == show.GLANCE
    assert seen(page, 1) == [book.BIG]


def test_an_alarm_wakes_it(monkeypatch):
    page = new_page(monkeypatch, "big_rests", screen_off_min=1)
    page.update(uptime_s=NOW_S + 60)
    page.model.pack.raise_alarm(alarms.CELL_UNDERVOLTAGE)
    page.model.take(page.model.pack, scenes.NOW, NOW_S + 61)
    assert "cell voltage too low" in page.update()
    assert page.lit == [0, 80]


def test_the_night_has_its_own_colours_and_the_day_comes_back(monkeypatch):
    page = new_page(monkeypatch, screen_night="time")
    day = bytes(page.glass.pixels)
    page.update(uptime_s=NOW_S + 1, day_min=1300)
    dark = bytes(page.glass.pixels)
    assert page.lit == [20] and dark != day
    found = {dark[at : at + 2] for at in range(0, len(dark), 2)}
    assert found <= {night.COLOURS[at : at + 2] for at in range(0, 32, 2)}
    page.update(uptime_s=NOW_S + 2, day_min=600)
    assert page.lit == [20, 80] and bytes(page.glass.pixels) == day


def test_the_brightness_is_changed_by_the_second_button(page):
    page.screen.brighter(page.model)
    page.update(uptime_s=NOW_S + 1)
    assert page.lit == [60]


def test_night_colours_can_be_read_and_have_hardly_any_blue():
    from host_tests.screen.test_screen_scenes import contrast
    from tools.draw.render_lcd import rgb_of

    for index in range(1, 16):
        red, green, blue = rgb = rgb_of(
            night.COLOURS[2 * index] << 8 | night.COLOURS[2 * index + 1]
        )
        assert blue < 0.7 * max(red, green)
        if index % 3 == 0 or index == 2:
            assert contrast(rgb, (0, 0, 0)) >= 5, index


# -- how a page is laid out -----------------------------------------------------------------------


def test_lines_move_apart_and_one_that_grows_takes_what_is_left():
    def show_it():
        pass

    line = (20, (50, 2, 1, show_it), (50, 6, 2, show_it))
    rows, shows = flow.lay((line, line), 200, 100)
    assert list(rows) == [0, 15, 100, 20, 2, 1, 100, 15, 100, 20, 6, 2] + [
        *(0, 65, 100, 20, 2, 1),
        *(100, 65, 100, 20, 6, 2),
    ]
    assert shows == (show_it,) * 4
    rows, _ = flow.lay((line, (-30, (100, 8, 0, show_it)), line), 200, 100)
    assert list(rows[12:18]) == [0, 20, 200, 60, 8, 0] and rows[19] == 80
    nested = ((40, (30, 2, 0, show_it), (70, ((20, (100, 2, 3, show_it)),))),)
    rows, _ = flow.lay(nested, 200, 40)
    assert list(rows[6:]) == [60, 10, 140, 20, 2, 3]
    assert len(flow.lay((line, line, line), 200, 50)[1]) == 4  # no room for the third
    fit = ((20, (100, flow.FIT + 4, 0, show_it)),)
    assert flow.lay(fit, 240, 40)[0][4] == 6 and flow.lay(fit, 320, 40)[0][4] == 5


@pytest.mark.parametrize("size", [(240, 135), (320, 240), (135, 240), (240, 240), (480, 320)])
def test_fields_share_their_black_edges_at_most(size):
    for name, described in book.described():
        rows, _ = flow.lay(described, *size)
        boxes = [rows[at : at + 4] for at in range(0, len(rows), 6)]
        for i, (x, y, wide, high) in enumerate(boxes):
            assert 0 <= x and x + wide <= size[0] and 0 <= y and y + high <= size[1], name
            for x2, y2, w2, h2 in boxes[:i]:
                apart = x + wide - 1 <= x2 + 1 or x2 + w2 - 1 <= x + 1
                assert apart or y + high - 1 <= y2 + 1 or y2 + h2 - 1 <= y + 1, name
