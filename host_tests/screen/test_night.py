"""The panel by night and asleep, on boards with memory for all pages."""

import pytest

from bms import alarms
from host_tests.screen.book_rig import NOW_S, new_page, seen
from screen import book, show
from screen.draw import night_colours as night
from screen.draw import palette as pal
from screen.lamp import Lamp
from tools.draw import book_scenes, scenes


@pytest.fixture(autouse=True)
def _colours(monkeypatch):
    monkeypatch.setattr(pal, "COLOURS", pal.COLOURS)


@pytest.fixture
def page(monkeypatch):
    return new_page(monkeypatch)


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
