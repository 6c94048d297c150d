"""The screen of several packs: the whole, each by the button, and which have no good figures."""

import types

import pytest

import words
from host_tests.screen.screen_rig import Page
from screen.pages.packs import PacksScreen
from tools.draw import scenes


class Bank:
    """What the screen looks at."""

    def __init__(self):
        self.ok = bytearray(b"\x01\x01\x01")
        self.blind = 0
        self.heated = types.SimpleNamespace(lax_pack=0)

    @property
    def good(self):
        return sum(self.ok)


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(scenes, "Screen", lambda *about: PacksScreen(Bank(), *about))
    page = Page(monkeypatch)
    page.bank = page.screen.bank
    page.update(packs=3, uptime_s=1000)
    return page


def said(page, start_s, seconds=4):
    """Returns the footer's texts over some seconds."""
    texts = []
    for s in range(seconds):
        texts += page.update(uptime_s=start_s + s)
    return texts


def test_the_whole_is_shown_as_a_single_pack_is(page):
    assert not [text for text in said(page, 1000, 10) if "pack" in text.lower()[:5]]


def test_packs_that_are_missing_are_told_in_turn_with_what_else_there_is(page):
    page.bank.ok[1] = 0
    assert "without data: 2" in said(page, 1000)
    texts = said(page, 1004)
    assert "without data: 2" in texts and len(texts) > 1
    page.bank.ok[2] = 0
    assert "without data: 2, 3" in said(page, 1008)
    page.bank.ok[:] = b"\x01\x01\x01"
    assert not [text for text in said(page, 1012) if "without" in text]


def test_a_pack_on_the_mat_without_a_sensor_is_named(page):
    blocked = {"heater_state": words.BLOCKED, "heater_reason": words.NO_SENSOR}
    assert "no battery sensor" in page.update(**blocked)
    page.bank.blind = 2
    assert "pack 2: no battery sensor" in said(page, 1004)
    page.update(heater_reason=words.STALE)
    assert not [text for text in said(page, 1008) if "pack 2" in text]


def test_a_pack_that_may_be_charged_in_the_cold_is_named(page):
    page.bank.heated.lax_pack = 3
    assert not [text for text in said(page, 1004) if "pack 3" in text]
    page.update(heater_warnings=1 << words.BMS_TOO_COLD - 1)
    assert "pack 3: BMS charges in the cold" in said(page, 1008)
    page.update(heater_warnings=1 << words.WARMS_OFF - 1)
    assert not [text for text in said(page, 1012) if "pack 3" in text]


def test_what_the_phone_has_does_not_hide_the_pack_on_the_wire(page):
    page.bank.ok[1] = page.bank.ok[2] = 0
    texts = said(page, 1000) + page.update(handed_over_s=581) + said(page, 1004)
    assert "phone: 09:41" in texts and "PHONE HAS THE BMS" not in texts
    page.bank.ok[0] = 0
    assert "PHONE HAS THE BMS" in page.update(uptime_s=1009)
    assert "87" in page.update(handed_over_s=0, uptime_s=1010)


def test_the_button_goes_through_the_packs_and_on(page):
    shown = []
    for press in range(4):
        page.press()
        shown.append(page.model.shown)
        if press < 3:
            assert f"pack {press + 1} of 3" in said(page, 1000 + 8 * press, 6)
    assert shown == [1, 2, 3, 0] and page.screen.page == 1  # their figures come next


def test_a_swipe_goes_through_the_packs_forth_and_back(page):
    shown = []
    for step in (1, 1, 1, 1, -1, -1):
        page.screen.swipe(page.model, step)
        page.update()
        shown.append((page.screen.page, page.model.shown))
    assert shown == [(0, 1), (0, 2), (0, 3), (0, 0), (0, 3), (0, 2)]


def test_on_a_page_that_is_of_no_pack_a_swipe_is_as_the_button(page):
    for _ in range(5):
        page.press()
    assert (page.screen.page, page.model.shown) == (3, 0)  # the heater's
    page.screen.swipe(page.model, -1)
    page.update()
    assert (page.screen.page, page.model.shown) == (4, 0)


def test_a_pack_is_left_after_a_minute(page):
    page.press()
    page.update(uptime_s=1059)
    assert page.model.shown == 1
    page.update(uptime_s=1060)
    assert page.model.shown == 0


def test_settings_errors_come_first_and_are_left_by_the_button(monkeypatch):
    monkeypatch.setattr(scenes, "Screen", lambda *about: PacksScreen(Bank(), *about))
    page = Page(monkeypatch, errors=scenes.ERRORS)
    page.update(packs=3, uptime_s=1)
    page.press()
    assert page.model.shown == 0
    page.press()
    assert page.model.shown == 1
