"""The pages about the heater, what comes before what, and what the button does."""

import pytest

import words as w
from host_tests.screen.screen_rig import Page
from screen import show
from screen.draw import palette as pal
from tools.draw import scenes


def latched(*reasons):
    """Returns what a heater with these latched faults has."""
    return {
        "heater_state": w.FAULT,
        "heater_reason": reasons[0],
        "heater_latched": sum(1 << reason - 1 for reason in reasons),
    }


CLEARED = {"heater_state": w.IDLE, "heater_reason": w.NONE, "heater_latched": 0}


@pytest.fixture
def page(monkeypatch):
    return Page(monkeypatch)


def to_heater(page):
    """Goes to the heater's page."""
    page.press()
    return page.press()


# -- a latched fault ------------------------------------------------------------------------------


def test_a_fault_takes_the_screen_at_once_and_says_what_to_do(page):
    texts = page.update(**latched(w.STUCK_ON))
    assert texts == [
        "MAT STAYS ON",
        "It heats although it is",
        "switched off!",
        "PULL ITS FUSE NOW. The",
        "MOSFET or relay is broken.",
        "hold button 2 s to clear",
    ]
    assert page.inks["MAT STAYS ON"] == pal.ON_RED


@pytest.mark.parametrize(
    "scene", ["normal", "lost", "start", "wrong_data", "alarm", "settings_error"]
)
def test_nothing_hides_a_fault(monkeypatch, scene):
    errors = scenes.ERRORS if scene == "settings_error" else ()
    page = Page(monkeypatch, scene, errors)
    texts = page.update(**latched(w.OPEN_CIRCUIT), handed_over_s=100, frozen=True)
    assert "MAT IS CUT OFF" in texts


def test_a_fault_from_before_a_restart_is_the_first_thing_shown(monkeypatch):
    page = Page(monkeypatch, "fault", scenes.ERRORS)
    assert "HEATER: NO WARMTH" in page.inks


def test_several_faults_take_turns(page):
    headlines = []
    page.update(**latched(w.OVER_TEMPERATURE, w.STUCK_ON), uptime_s=95)
    for second in range(96, 128):
        texts = page.update(uptime_s=second)
        headlines += [text for text in texts if text[-2:] == "/2"]
    assert headlines == ["HEATER: TOO HOT  1/2", "MAT STAYS ON  2/2"] * 2


def test_a_fault_without_words_has_its_number(page):
    assert "60" in page.update(**latched(60))


def test_the_figures_can_be_looked_at_for_some_seconds(page):
    page.update(**latched(w.TOO_LONG), uptime_s=500)
    assert "87" in page.press()
    assert page.update(uptime_s=509) == []
    assert "HEATING FOR TOO LONG" in page.update(uptime_s=510)


def test_a_further_fault_ends_the_look_at_the_figures(page):
    page.update(**latched(w.TOO_LONG), uptime_s=500)
    page.press()
    texts = page.update(**latched(w.TOO_LONG, w.STUCK_ON), uptime_s=504)
    assert "MAT STAYS ON  2/2" in texts


def test_holding_the_button_shows_between_two_frames(page):
    page.update(**latched(w.TOO_LONG))
    bars = []
    for held_ms in (0, 500, 1000, 1750):
        page.model.held_ms = held_ms
        while page.screen.update(page.model):
            pass
        at = 2 * 240 * 131
        row = bytes(page.glass.pixels[at : at + 480])
        red = bytes(pal.COLOURS[24:26])
        bars.append([row[2 * x : 2 * x + 2] for x in range(240)].count(red))
    assert bars == [0, 58, 117, 204]


def test_clearing_is_confirmed_for_some_seconds(page):
    page.update(**latched(w.TOO_LONG), uptime_s=500)
    texts = page.update(**CLEARED, uptime_s=501)
    assert texts[0] == "FAULT CLEARED" and len(texts) == 5
    assert page.update(uptime_s=505) == []
    assert "87" in page.update(uptime_s=506)


def test_a_cause_that_is_still_there_brings_the_fault_back(page):
    page.update(**latched(w.TOO_LONG), uptime_s=500)
    page.update(**CLEARED, uptime_s=501)
    assert "HEATING FOR TOO LONG" in page.update(**latched(w.TOO_LONG), uptime_s=503)


def test_the_button_leaves_the_confirmation(page):
    page.update(**latched(w.TOO_LONG))
    page.update(**CLEARED)
    assert "87" in page.press()


# -- the heater's page ----------------------------------------------------------------------------

LIMITS = {"heater_on_dc": 0, "heater_off_dc": 50}


def test_heating(monkeypatch):
    texts = to_heater(Page(monkeypatch, "heating"))
    for said in ("HEATING", "fed by the pack", "-4.0", "aim 0.0 to 5.0"):
        assert said in texts
    assert {"38 W", "today 87 Wh", "warm in 29 min, 31 Wh"} <= set(texts)
    assert "fed by the charger" in to_heater(Page(monkeypatch, "heating_by_charger"))


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"heater_state": w.OFF, "heater_mode": 0}, {"HEATER OFF", "switched off"}),
        ({"heater_state": w.OFF}, {"HEATER OFF", "no output is set"}),
        ({"heater_state": w.IDLE}, {"WARM ENOUGH", "no charger is seen"}),
        ({"heater_state": w.IDLE, "sense_present": True}, {"a charger is there"}),
        ({"heater_state": w.WAITING_CHARGER}, {"WAITING FOR CHARGER", "cold, no charger seen"}),
        (
            {"heater_state": w.BLOCKED, "heater_reason": w.TOO_WEAK},
            {"HEATER OFF FOR NOW", "too cold for this mat"},
        ),
        ({"heater_state": w.IDLE, "heater_boost_s": 661}, {"boost, still 12 min"}),
        ({"heater_ready_s": 0}, {"warm enough to charge"}),
        ({"heater_ready_s": 7200}, {"warm in 2 h"}),
        ({"heater_ready_s": 1_000_000}, {"warm in: not known"}),
        (
            {"heater_on": True, "heater_power_mw": None, "heater_duty_permille": 1000},
            {"mat on"},
        ),
        (
            {"heater_on": True, "heater_power_mw": 60_400, "heater_duty_permille": 453},
            {"60 W, 45 %"},
        ),
        ({"heater_mat_w": 38, "heater_loss_w": 61}, {"38 W, cold takes 61 W"}),
        ({"heater_mat_w": 888, "heater_loss_w": 888}, {"888 W, cold takes 888 W"}),
        ({"temp_min_dc": None}, {"-"}),
        ({}, {"aim -", "mat off", "warm in: not known", "18.0"}),
    ],
)
def test_what_the_page_says(page, changes, said):
    page.update(**changes)
    assert said <= set(to_heater(page))


def test_the_bar_shows_where_the_pack_is_between_the_thresholds(monkeypatch):
    page = Page(monkeypatch)
    page.update(**LIMITS)
    to_heater(page)
    for cold, ink in ((-10, pal.BLUE), (20, pal.AMBER), (60, pal.GREEN)):
        page.update(temp_min_dc=cold)
        at = 2 * 240 * 79
        row = bytes(page.glass.pixels[at : at + 480])
        bar = [row[2 * x : 2 * x + 2] for x in range(240)]
        share = (cold + 100) / 180

        def count(colour, bar=bar):
            return bar.count(bytes(pal.COLOURS[2 * colour : 2 * colour + 2]))

        # Two marks of two pixels may lie over the filled part.
        assert 234 * share - 5 <= count(ink & 15) <= 234 * share + 1
        assert count(pal.WHITE & 15) == 4


def test_stale_figures_are_grey_here_too(page):
    page.update(**LIMITS, age_s=12, age_ms=12_000)
    to_heater(page)
    assert page.inks["18.0"] == pal.GREY


def test_a_change_draws_its_field_only(page):
    page.update(**LIMITS)
    to_heater(page)
    assert page.update(temp_min_dc=170) == ["17.0", "^C"]
    assert page.update() == []


# -- its report -----------------------------------------------------------------------------------


def rows(texts):
    """Returns the report's rows as a dict."""
    texts = [text for text in texts if text not in ("^C", "Ah")]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def test_the_report(page):
    page.update(heater_cold_min=74, heater_cold_charged_mah=340)
    to_heater(page)
    assert rows(page.press()) == {
        "mode": "charger only",
        "charger": "none seen",
        "preheat": "off",
        "probe": "-",
        "below limit": "74 min",
        "charged cold": "0.3",
    }
    texts = page.update(heater_preheat=2, heater_probe_dc=-12, sense_present=True, sense_source=4)
    assert texts == ["remembered", "waiting", "-1.2", "^C"]


# -- the button, and the phone --------------------------------------------------------------------


def test_the_button_goes_round(page):
    assert "cells" in page.press()
    assert "WARM ENOUGH" in page.press()
    assert "below limit" in page.press()
    assert "87" in page.press()


def test_without_figures_the_button_leaves_their_page_out(monkeypatch):
    page = Page(monkeypatch, "lost")
    assert page.screen.page == show.LOST
    page.press()
    assert page.screen.page == show.HEATER


def test_the_figures_go_when_they_are_lost(page):
    page.press()
    assert "NO DATA" in page.update(age_s=60, age_ms=60_000)


def test_the_heater_page_goes_by_itself(page):
    page.update(uptime_s=300)
    to_heater(page)
    assert page.update(uptime_s=359) == []
    assert "87" in page.update(uptime_s=360)


def test_a_bms_that_may_still_heat_is_told_while_the_phone_has_it(page):
    page.update(handed_over_s=581)
    texts = page.update(heater_reason=w.UNCONFIRMED)
    assert "ITS HEATING ON? SEE APP" in texts
    assert page.inks["ITS HEATING ON? SEE APP"] == pal.RED


def test_the_phone_has_the_bms(page):
    texts = page.update(handed_over_s=581)
    assert "PHONE HAS THE BMS" in texts and "heater off; back by itself" in texts
    assert [text for text in texts if text[0].isdigit()] == ["09:", "41"]
    assert page.update(handed_over_s=580) == ["40"]
    assert "87" in page.press()
    assert "87" not in page.update(uptime_s=page.model.uptime_s + 10)
    assert "87" in page.update(handed_over_s=0)
