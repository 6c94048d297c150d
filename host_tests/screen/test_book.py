"""The pages of boards with memory for all: which there are, how buttons and swipes turn them."""

import pytest

import words as w
from bms import pack as p
from host_tests.screen.book_rig import NOW_S, new_page, seen
from host_tests.screen.screen_rig import Page
from host_tests.screen.test_screen_packs import Bank
from screen import book, facts, flow, show
from tools.draw import book_scenes, cpython_framebuf, scenes


@pytest.fixture
def page(monkeypatch):
    return new_page(monkeypatch)


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
