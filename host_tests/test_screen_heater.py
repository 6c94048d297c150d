"""The pages about the heater, what comes before what, and what the button does."""

import sys

import pytest

import words as s
from heat import charger
from host_tests.screen_rig import Page
from screen import fault, heater, report
from screen import palette as pal
from screen.font import width
from screen.fonts.barlow import TEXT
from tools import scenes

FAULTS = s.REASON_NAMES.decode().split("\n")[1 : s.LAST_FAULT + 1]
HEADLINES = fault._WORDS.decode().split("\n")[:: fault._LINES]


def latched(*reasons):
    """Returns what a heater with these latched faults has."""
    return {
        "heater_state": s.FAULT,
        "heater_reason": reasons[0],
        "heater_latched": sum(1 << reason - 1 for reason in reasons),
    }


CLEARED = {"heater_state": s.IDLE, "heater_reason": s.NONE, "heater_latched": 0}


@pytest.fixture
def page(monkeypatch):
    return Page(monkeypatch)


# -- the table of words ---------------------------------------------------------------------------


def wide(text):
    return width(TEXT, text.encode(), 0, len(text))


def test_every_fault_has_its_words_and_they_fit():
    lines = fault._WORDS.decode().split("\n")
    assert len(lines) == fault._LINES * s.LAST_FAULT == fault._LINES * fault._KNOWN
    for at, line in enumerate(lines):
        if at % fault._LINES == 0:
            assert line and wide(f"HEATER: {line}   1/2") <= 226, line
        else:
            assert wide(line) <= 230, line
    assert all(lines[fault._LINES * n + 1] and lines[fault._LINES * n + 3] for n in range(9))
    # The order of the table is that of the reasons.
    assert dict(zip(FAULTS, HEADLINES, strict=True)) == {
        "sensor_spread": "SENSORS DISAGREE",
        "over_temperature": "TOO HOT",
        "not_heating": "NO WARMTH",
        "open_circuit": "MAT CUT OFF",
        "too_long": "ON FOR TOO LONG",
        "unstable": "RESTARTS",
        "internal": "PROGRAM ERROR",
        "state_lost": "RECORD LOST",
        "stuck_on": "MAT STAYS ON",
    }


def test_every_reason_to_be_blocked_has_its_words_and_they_fit():
    blocked = s.REASON_NAMES.decode().split("\n")[s.LAST_FAULT + 1 :]
    words = heater._WHY.decode().split("\n")
    assert heater._FIRST_BLOCKED == s.LAST_FAULT + 1
    found = dict(zip(blocked, words, strict=False))
    assert found["link_down"] == "the BMS does not answer"
    assert found["resting"] == "a rest between two heatings"
    assert found["unconfirmed"] == "the BMS does not switch it on"
    assert len(words) >= len(blocked), "a reason without words"
    assert all(0 < wide(line) <= 230 for line in words)


def test_the_other_tables_are_those_of_the_heater():
    assert len(report._SOURCES.split(b"\n")) == len(charger.SOURCE_NAMES.split(b"\n"))
    assert len(report._MODES.split(b"\n")) == len(s.MODE_NAMES.split(b"\n"))
    assert len(report._PREHEATS.split(b"\n")) == len(s.PREHEAT_NAMES.split(b"\n"))
    assert len(heater._TITLES.split(b"\n")) == len(heater._INKS) == s.FAULT + 1
    for table in (report._SOURCES, report._MODES, report._PREHEATS):
        assert all(wide(line) <= 125 for line in table.decode().split("\n"))
    assert all(wide(line) <= 105 for line in report._NAMES.decode().split("\n"))


# -- a latched fault ------------------------------------------------------------------------------


def test_a_fault_takes_the_screen_at_once_and_says_what_to_do(page):
    texts = page.complete(**latched(s.STUCK_ON))
    assert texts == [
        "hold button 2 s to clear",
        "HEATER: MAT STAYS ON",
        "It heats although it is",
        "switched off!",
        "PULL ITS FUSE NOW. The MOSFET",
        "or relay has failed.",
    ]
    assert page.inks["HEATER: MAT STAYS ON"] == pal.ON_RED


def test_each_call_draws_one_line_at_most(page):
    assert page.update(**latched(s.TOO_LONG))[1:] == ["HEATER: ON FOR TOO LONG"]
    while texts := page.update():
        assert len(texts) == 1


@pytest.mark.parametrize(
    "scene", ["normal", "lost", "start", "wrong_data", "alarm", "settings_error"]
)
def test_nothing_hides_a_fault(monkeypatch, scene):
    errors = scenes.ERRORS if scene == "settings_error" else ()
    page = Page(monkeypatch, scene, errors)
    texts = page.complete(**latched(s.OPEN_CIRCUIT), handed_over_s=100, frozen=True)
    assert "HEATER: MAT CUT OFF" in texts


def test_a_fault_from_before_a_restart_is_the_first_thing_shown(monkeypatch):
    page = Page(monkeypatch, "fault", scenes.ERRORS)
    assert "HEATER: NO WARMTH" in page.inks


def test_several_faults_take_turns(page):
    headlines = []
    page.update(**latched(s.OVER_TEMPERATURE, s.STUCK_ON), uptime_s=95)
    for second in range(96, 128):
        texts = page.complete(uptime_s=second)
        headlines += [text for text in texts if text.startswith("HEATER: ")]
    assert headlines == ["HEATER: TOO HOT   1/2", "HEATER: MAT STAYS ON   2/2"] * 2


def test_a_fault_that_has_no_words_here_has_its_name(page):
    page.screen._names.heater_reasons = b"\n" * 30 + b"new_kind"
    texts = page.complete(**latched(30))
    assert "HEATER: new kind" in texts


def test_the_figures_can_be_looked_at_for_some_seconds(page):
    page.complete(**latched(s.TOO_LONG), uptime_s=500)
    assert "87" in page.press()
    assert page.complete(uptime_s=509) == []
    assert "HEATER: ON FOR TOO LONG" in page.complete(uptime_s=510)


def test_a_further_fault_ends_the_look_at_the_figures(page):
    page.complete(**latched(s.TOO_LONG), uptime_s=500)
    page.press()
    texts = page.complete(**latched(s.TOO_LONG, s.STUCK_ON), uptime_s=504)
    assert "HEATER: MAT STAYS ON   2/2" in texts


def test_holding_the_button_shows(page):
    page.complete(**latched(s.TOO_LONG))
    bars = []
    for held_ms in (0, 500, 1000, 1750, 0):
        page.update(held_ms=held_ms)
        row = [page.canvas.fb.pixel(x, 130) for x in range(3, 237)]
        bars.append(row.count(pal.RED & 15))
    assert bars == [0, 58, 117, 203, 0]


def test_clearing_is_confirmed_for_some_seconds(page):
    page.complete(**latched(s.TOO_LONG), uptime_s=500)
    texts = page.complete(**CLEARED, uptime_s=501)
    assert texts[0] == "FAULT CLEARED" and len(texts) == 5
    assert all(wide(text) <= 234 for text in texts)
    assert page.complete(uptime_s=505) == []
    assert "87" in page.complete(uptime_s=506)


def test_a_cause_that_is_still_there_brings_the_fault_back(page):
    page.complete(**latched(s.TOO_LONG), uptime_s=500)
    page.complete(**CLEARED, uptime_s=501)
    assert "HEATER: ON FOR TOO LONG" in page.complete(**latched(s.TOO_LONG), uptime_s=503)


def test_the_button_leaves_the_confirmation(page):
    page.complete(**latched(s.TOO_LONG))
    page.complete(**CLEARED)
    assert "87" in page.press()


# -- the heater's page ----------------------------------------------------------------------------

LIMITS = {"heater_on_dc": 0, "heater_off_dc": 50}


def test_heating(monkeypatch):
    texts = Page(monkeypatch, "heating").press()
    for said in ("HEATING", "fed by the pack", "on below  0.0", "off from  5.0"):
        assert said in texts
    assert {"mat  38 W", "today  87 Wh", "warm in  29 min,  31 Wh"} <= set(texts)
    assert "fed by the charger" in Page(monkeypatch, "heating_by_charger").press()


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"heater_state": s.OFF, "heater_mode": 0}, {"HEATER OFF", "by its mode"}),
        ({"heater_state": s.OFF}, {"HEATER OFF", "no output is set"}),
        ({"heater_state": s.IDLE}, {"WARM ENOUGH", "no charger is seen"}),
        ({"heater_state": s.IDLE, "sense_present": True}, {"a charger is there"}),
        ({"heater_state": s.WAITING_CHARGER}, {"WAITING FOR A CHARGER"}),
        (
            {"heater_state": s.BLOCKED, "heater_reason": s.TOO_WEAK},
            {"BLOCKED", "too cold for this mat"},
        ),
        ({"heater_state": s.IDLE, "heater_boost_s": 661}, {"boost: 12 min left"}),
        ({"heater_ready_s": 0}, {"warm enough to be charged"}),
        ({"heater_ready_s": 7200}, {"warm in  2 h"}),
        ({"heater_ready_s": 1_000_000}, {"warm in  unknown"}),
        (
            {"heater_on": True, "heater_power_mw": None, "heater_duty_permille": 1000},
            {"mat  on"},
        ),
        (
            {"heater_on": True, "heater_power_mw": 60_400, "heater_duty_permille": 453},
            {"mat  60 W,  45 %"},
        ),
        ({"heater_mat_w": 38, "heater_loss_w": 61}, {"mat 38 W, cold takes 61 W"}),
        ({"heater_mat_w": 888, "heater_loss_w": 888}, {"mat 888 W, cold takes 888 W"}),
        ({"temp_min_dc": None}, {"-"}),
        ({}, {"on below  -", "mat  off", "warm in  unknown", "18.0"}),
    ],
)
def test_what_the_page_says(page, changes, said):
    page.update(**changes)
    assert said <= set(page.press())


def test_the_bar_shows_where_the_pack_is_between_the_thresholds(monkeypatch):
    page = Page(monkeypatch)
    page.update(**LIMITS)
    page.press()
    for cold, ink in ((-10, pal.BLUE), (20, pal.AMBER), (60, pal.GREEN)):
        page.complete(temp_min_dc=cold)
        bar = [page.canvas.fb.pixel(x, heater._BAR_Y + 4) for x in range(4, 236)]
        share = (cold + 100) / 180
        # Two marks of two pixels may lie over the filled part.
        assert 232 * share - 5 <= bar.count(ink & 15) <= 232 * share + 1
        assert bar.count(pal.WHITE & 15) == 4


def test_stale_figures_are_grey_here_too(page):
    page.update(**LIMITS, age_s=12, age_ms=12_000)
    page.press()
    assert page.inks["18.0"] == pal.GREY


def test_a_change_draws_its_row_only(page):
    page.update(**LIMITS)
    page.press()
    assert page.complete(temp_min_dc=170) == ["17.0", "^C"]
    assert page.complete() == []


# -- its report -----------------------------------------------------------------------------------


def test_the_report(page):
    page.update(heater_cold_min=74, heater_cold_charged_mah=340)
    page.press()
    texts = page.press()
    assert texts[0] == "HEATER REPORT"
    rows = dict(zip(texts[1::2], texts[2::2], strict=True))
    assert rows == {
        "mode": "charger only",
        "charger": "none seen",
        "below limit": "74 min",
        "charged cold": "0.3 Ah",
    }


def test_the_report_has_what_is_used_besides(page):
    page.update(heater_boost_s=61, heater_preheat=2, heater_probe_dc=-12)
    page.update(sense_present=True, sense_source=charger.MEMORY)
    page.press()
    texts = page.press()
    assert "HEATER REPORT" not in texts  # no room
    for said in ("2 min", "waiting", "-1.2 ^C", "remembered"):
        assert said in texts
    assert "HEATER REPORT" in page.complete(heater_boost_s=0)


# -- the button, and the phone --------------------------------------------------------------------


def test_the_button_goes_round(page):
    assert "WARM ENOUGH" in page.press()
    assert "HEATER REPORT" in page.press()
    assert "87" in page.press()


def test_the_heater_page_goes_by_itself(page):
    page.update(uptime_s=300)
    page.press()
    assert page.complete(uptime_s=359) == []
    assert "87" in page.complete(uptime_s=360)


def test_the_phone_has_the_bms(page):
    texts = page.complete(handed_over_s=581)
    assert "THE PHONE HAS THE BMS" in texts and "heater off; back by itself" in texts
    assert [text for text in texts if text[0].isdigit()] == ["09:", "41"]
    assert page.complete(handed_over_s=580) == ["40"]
    assert "87" in page.press()
    assert "87" not in page.complete(uptime_s=page.model.uptime_s + 10)
    assert "87" in page.complete(handed_over_s=0)


# -- memory ---------------------------------------------------------------------------------------

SELDOM = ("heater", "report", "handed", "fault")


@pytest.fixture
def forgotten():
    """The modules of the pages as the device has them: not in memory. Put back at the end."""
    import screen

    kept = {
        name: sys.modules.pop(f"screen.{name}")
        for name in SELDOM
        if f"screen.{name}" in sys.modules
    }
    yield
    for name, module in kept.items():
        sys.modules[f"screen.{name}"] = module
        setattr(screen, name, module)


def loaded():
    import screen

    names = [name for name in SELDOM if f"screen.{name}" in sys.modules]
    assert names == [name for name in SELDOM if hasattr(screen, name)]
    return names


def test_pages_are_in_memory_only_while_they_are_shown(page, forgotten):
    import screen

    for name in SELDOM:
        vars(screen).pop(name, None)
    page.press()
    assert loaded() == ["heater"]
    page.press()
    assert loaded() == ["report"]
    page.press()
    assert loaded() == []
    page.complete(**latched(s.TOO_LONG))
    assert loaded() == ["fault"]
    page.complete(**CLEARED)
    page.press()
    page.complete(handed_over_s=9)
    assert loaded() == ["handed"]
    page.complete(handed_over_s=0)
    assert loaded() == []


def test_without_memory_the_figures_stay_and_the_lowest_line_tells_the_fault(page, monkeypatch):
    def full(*_):
        raise MemoryError

    plain = page.screen._load
    page.screen._load = full
    texts = page.complete(**latched(s.STUCK_ON), uptime_s=400)
    assert "HEATER: stuck on" in texts
    page.screen._load = plain
    assert page.complete(uptime_s=429) == []
    assert "HEATER: MAT STAYS ON" in page.complete(uptime_s=430)
