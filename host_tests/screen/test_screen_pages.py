"""What the pages say: read off the texts that they draw."""

import pytest

import words as w
from bms import alarms, check
from bms import pack as p
from host_tests.screen.screen_rig import Page
from screen.draw import brush
from screen.draw import palette as pal
from screen.draw.fonts import barlow
from screen.pages.errors import number_of
from tools.draw import scenes


@pytest.fixture
def page(monkeypatch):
    return Page(monkeypatch)


def drawn(page):
    """Returns the texts of the page drawn anew."""
    page.screen.sheet.reset()
    return page.update()


def test_glance(page):
    texts = drawn(page)
    for want in ("87", "%", "-1.25", "kW", "-23.4", "18.0", "0 s ago", "WARM ENOUGH"):
        assert want in texts


def test_figures(page):
    texts = page.press()
    for want in ("53.27", "-23.4", "3.324", "3.336", "12", "18.0", "21.0"):
        assert want in texts
    assert {"cells", "differ", "temp", "to", "mV", "^C", "V"} <= set(texts)


@pytest.mark.parametrize(
    "milliwatts, said, unit",
    [
        (0, "0", "W"),
        (499, "0", "W"),
        (500, "+1", "W"),
        (-500, "-1", "W"),
        (999_499, "+999", "W"),
        (999_500, "+1.00", "kW"),
        (-999_500, "-1.00", "kW"),
        (9_994_999, "+9.99", "kW"),
        (9_995_000, "+10.0", "kW"),
        (-99_950_000, "-100", "kW"),
    ],
)
def test_power(page, milliwatts, said, unit):
    page.update(power_mw=None)
    assert page.update(power_mw=milliwatts) == [said, unit]


def test_power_colour_is_that_of_the_current(page):
    for current, ink in ((5000, pal.GREEN), (-5000, pal.AMBER), (0, pal.WHITE), (None, pal.WHITE)):
        page.update(power_mw=77_000, current_ma=current)
        page.update(power_mw=78_000)
        assert page.inks["+78"] == ink


ON_GLANCE = ("soc_pct", "power_mw", "current_ma", "temp_min_dc")
ON_FIGURES = ("pack_mv", "current_ma", "cell_min_mv", "cell_max_mv", "cell_delta_mv")
ON_FIGURES += ("temp_min_dc", "temp_max_dc")


@pytest.mark.parametrize(
    "presses, figure", [(0, name) for name in ON_GLANCE] + [(1, name) for name in ON_FIGURES]
)
def test_unknown_is_a_dash_and_never_a_zero(page, presses, figure):
    for _ in range(presses):
        page.press()
    zero = {"0", "0.0", "0.00", "0.000"}
    assert zero & set(page.update(**{figure: 0}))
    texts = set(page.update(**{figure: None}))
    assert "-" in texts and not zero & texts


def test_what_has_no_room_is_a_dash(page):
    page.press()
    assert page.update(cell_delta_mv=65_535_999) == ["65535999", "mV"]
    drawn_text = page.screen.brush.text
    assert drawn_text.n == 1 and drawn_text.buf[0] == number_of(barlow.LARGE, ord("-"))


EXTREMES = {
    "soc_pct": (0, 100),
    "pack_mv": (0, 130_500),
    "current_ma": (-888_800, 888_800),
    "power_mw": (-99_900_000, 99_900_000),
    "cell_min_mv": (0, 5_000),
    "cell_max_mv": (0, 5_000),
    "cell_delta_mv": (0, 5_000),
    "temp_min_dc": (-450, 1_300),
    "temp_max_dc": (-450, 1_300),
}


@pytest.mark.parametrize("presses", (0, 1))
@pytest.mark.parametrize("end", (0, 1))
def test_every_figure_of_a_real_pack_has_room(monkeypatch, presses, end):
    page = Page(monkeypatch)
    kept = []
    plain = brush.Brush.step

    def step(pen):
        text = pen.text
        kept.append(bytes(text.buf[: text.n]))
        return plain(pen)

    monkeypatch.setattr(brush.Brush, "step", step)
    for _ in range(presses):
        page.press()
    page.update(**{name: ends[end] for name, ends in EXTREMES.items()})
    assert kept and b"-" not in kept


def test_limits_of_the_bms_colour_the_figures(page):
    page.press()
    page.update(cell_min_mv=2890, cell_uvp_mv=2600, cell_uvpr_mv=2900, temp_min_dc=-10)
    assert page.inks["2.890"] == pal.AMBER
    assert page.inks["-1.0"] == pal.BLUE
    page.update(cell_min_mv=2599, cell_max_mv=3650, temp_max_dc=560)
    for figure in ("2.599", "3.650", "56.0"):
        assert page.inks[figure] == pal.RED


@pytest.mark.parametrize(
    "soc, ink",
    [(9, pal.RED), (10, pal.AMBER), (19, pal.AMBER), (20, pal.WHITE)],
)
def test_a_low_charge_is_coloured(page, soc, ink):
    page.update(soc_pct=soc)
    assert page.inks[str(soc)] == ink


# What is coloured while it is fresh, on which page (by presses of the button).
COLOURED = {
    "9": (0, {"soc_pct": 9}, pal.RED),
    "+78": (0, {"power_mw": 78_000, "current_ma": 5000}, pal.GREEN),
    "-1.1": (0, {"temp_min_dc": -11}, pal.BLUE),
    "2.599": (1, {"cell_min_mv": 2599}, pal.RED),
    "56.1": (1, {"temp_max_dc": 561}, pal.RED),
}


@pytest.mark.parametrize("said", COLOURED)
def test_old_figures_are_grey_whatever_they_are(page, said):
    presses, change, ink = COLOURED[said]
    for _ in range(presses):
        page.press()
    page.update(**change)
    assert page.inks[said] == ink
    assert said in old(page, 11)
    assert page.inks[said] == pal.GREY


def test_temperatures_have_tenths_always(page):
    page.press()
    assert page.update(temp_min_dc=180, temp_max_dc=220) == ["22.0", "^C"]
    assert page.update(temp_min_dc=-3, temp_max_dc=124) == ["-0.3", "12.4", "^C"]


def footers(page, seconds=60, **changes):
    """Returns all different messages of the lowest line, in order."""
    said = []
    page.update(**changes)
    for second in range(200, 200 + seconds):
        for text in page.update(uptime_s=second):
            if text not in said:
                said.append(text)
    return said


def lines(table):
    """Returns a language's table as its lines."""
    from languages import english

    return english.TEXTS[table].split("\n")


def test_several_alarms_take_turns(page):
    raised = (alarms.CELL_DELTA, alarms.LOW_SOC, alarms.MOS_OVERTEMP)
    for bit in raised:
        page.model.pack.raise_alarm(bit)
    said = footers(page, alarm_count=3)
    assert sorted(said) == sorted(lines(w.ALARM_TEXTS)[bit] for bit in raised)
    assert all(page.inks[text] == pal.ON_RED for text in said)


@pytest.mark.parametrize(
    "cells, alarm, said",
    [
        ((3300, 3650, 3300), alarms.CELL_OVERVOLTAGE, "cell voltage too high: 2"),
        ((3300, 3300, 2490), alarms.CELL_UNDERVOLTAGE, "cell voltage too low: 3"),
        ((3650, 3650, 3300), alarms.CELL_OVERVOLTAGE, "cell voltage too high"),
        ((3300, 2490, 2490), alarms.CELL_UNDERVOLTAGE, "cell voltage too low"),
        ((), alarms.CELL_OVERVOLTAGE, "cell voltage too high"),
        ((3300, 3650, 3300), alarms.WIRE_RESISTANCE, "check balance wire: 16"),
        ((3300, 3650, 3300), alarms.CELL_DELTA, "cells differ too much"),
    ],
)
def test_an_alarm_names_its_cell_where_that_is_known(page, cells, alarm, said):
    pack = page.model.pack
    pack.cells = len(cells)
    for i, mv in enumerate(cells):
        pack.cell_mv[i] = mv
    pack.summarise()
    pack.put(p.BAD_WIRE, 16)
    pack.raise_alarm(alarm)
    assert said in page.update(alarm_count=1)


def test_a_line_follows_the_cell_that_an_alarm_is_about(page):
    pack = page.model.pack
    pack.put(p.BAD_WIRE, 16)
    pack.raise_alarm(alarms.WIRE_RESISTANCE)
    assert "check balance wire: 16" in page.update(alarm_count=1)
    pack.put(p.BAD_WIRE, 3)
    assert page.update(alarm_count=1) == ["check balance wire: 3"]


def test_every_problem_gets_its_turn(page):
    page.screen.sheet.footer.errors = 2
    page.model.pack.raise_alarm(alarms.LOW_SOC)
    page.update(
        uptime_s=199,
        alarm_count=1,
        frozen=True,
        verdict=check.CELL_SUM,
        heater_state=w.FAULT,
        heater_reason=w.NOT_HEATING,
        heater_warnings=1,
    )
    page.press()  # from the fault's own page to the figures
    said = footers(page, 9)
    # Stale alarms are not shown: content has stopped changing.
    assert said == [
        "HEATER: NO WARMTH",
        "WRONG DATA: sum of cells",
        "DATA STAND STILL",
        "BMS charges in the cold",
        "2 settings errors",
    ]


def test_heating_is_told_beside_an_alarm(page):
    page.model.pack.raise_alarm(alarms.LOW_SOC)
    said = footers(page, alarm_count=1, heater_on=True, heater_state=w.HEATING)
    assert sorted(said) == ["HEATING", "battery nearly empty"]


@pytest.mark.parametrize("bit", (alarms.BATTERY_UNDERTEMP, alarms.CHARGE_UNDERTEMP))
def test_cold_that_is_seen_to_is_no_alarm(page, bit):
    page.model.pack.raise_alarm(bit)
    seen = {}
    for state in (w.OFF, w.IDLE, w.HEATING, w.WAITING_CHARGER, w.BLOCKED, w.FAULT):
        page.model.heater.state = state
        page.model.take(page.model.pack, scenes.NOW, 100)
        seen[state] = page.model.alarm_count, page.model.alarm(0)
    told = (1, bit)
    handled = (w.HEATING, w.WAITING_CHARGER)
    assert seen == {state: (0, -1) if state in handled else told for state in seen}


def test_other_alarms_are_told_beside_cold_that_is_seen_to(page):
    page.model.pack.raise_alarm(alarms.BATTERY_UNDERTEMP)
    page.model.pack.raise_alarm(alarms.CELL_UNDERVOLTAGE)
    page.model.heater.state = w.HEATING
    page.model.take(page.model.pack, scenes.NOW, 100)
    assert page.model.alarm_count == 1 and page.model.alarm(0) == alarms.CELL_UNDERVOLTAGE


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"heater_power_mw": 38_400, "heater_ready_s": 1_730}, "HEATING 38 W, 29 min"),
        ({"heater_power_mw": None, "heater_ready_s": 9_000}, "HEATING, 3 h"),
        ({"heater_power_mw": 200_000, "heater_ready_s": None}, "HEATING 200 W"),
    ],
)
def test_heating(page, changes, said):
    assert said in page.update(heater_state=w.HEATING, heater_on=True, **changes)


@pytest.mark.parametrize(
    "state, said",
    [
        (w.OFF, "Packmate"),
        (w.WAITING_CHARGER, "WAITING FOR CHARGER"),
        (w.BLOCKED, "no battery sensor"),
    ],
)
def test_heater_states(page, state, said):
    assert said in page.update(heater_state=state, heater_reason=w.NO_SENSOR)


@pytest.mark.parametrize(
    "name, shown",
    [
        ("Büsli", "B\x81sli"),  # the bytes of screen.draw.letters
        ("Ärger Straße", "\x82rger Stra\x85e"),
        ("Ván 2", "V?n 2"),
        ("Вагон", "?????"),
    ],
)
def test_a_name_is_shown_with_its_letters_or_question_marks(monkeypatch, name, shown):
    monkeypatch.setitem(scenes.SETTINGS, "name", name)
    page = Page(monkeypatch)
    assert shown in page.update(heater_state=w.OFF)
    page = Page(monkeypatch, errors=(f'name: "{name}"',))
    assert f'name: "{shown}"' in page.update(uptime_s=1)


def test_a_long_name_is_cut(monkeypatch):
    monkeypatch.setitem(scenes.SETTINGS, "name", "W" * 24)
    page = Page(monkeypatch)
    page.update(heater_state=w.OFF)
    text = page.screen.brush.text
    assert 10 < text.n < 24


def test_wrong_data_are_withheld(monkeypatch):
    page = Page(monkeypatch, "wrong_data")
    assert page.model.get(p.SOC_PCT) is None
    assert "WRONG DATA: sum of cells" in page.inks
    page.model = scenes.model_of("normal", page.model)
    assert "87" in page.update(verdict=check.PLAUSIBLE, uptime_s=101)
    page.model = scenes.model_of("normal", page.model)
    page.update(verdict=check.NO_DATA)  # after a reconnection: old, not wrong
    assert page.model.get(p.SOC_PCT) == 87


def old(page, age_s, **changes):
    return page.update(age_s=age_s, age_ms=1000 * age_s, **changes)


def clock(texts):
    """Returns what was drawn of the clock, which is in two parts."""
    return "".join(said for said in texts if said.rstrip(":").isdigit())


def test_ages(page):
    assert "10 s ago" in old(page, 10)
    assert page.inks["10 s ago"] == pal.GREY
    texts = old(page, 11)
    assert "11 s ago" in texts and "87" in texts
    assert page.inks["11 s ago"] == pal.AMBER and page.inks["87"] == pal.GREY
    assert "59 s ago" in old(page, 59)
    texts = old(page, 60)
    assert "NO DATA" in texts and clock(texts) == "01:00" and "87" not in texts
    assert clock(old(page, 754)) == "12:34"
    assert clock(old(page, 755)) == "35"  # what stays is not drawn again
    assert clock(old(page, 5999)) == "99:59"
    texts = old(page, 6000)
    assert clock(texts) == "01:40" and "h" in texts
    assert clock(old(page, 86_400)) == "24:00"
    assert clock(old(page, 999 * 3600)) == "999:"
    assert "87" in old(page, 0)


def test_never_seen_counts_from_the_start(monkeypatch):
    page = Page(monkeypatch, "start")
    assert {"NO DATA YET", "00:", "07", "silent: UART protocol 0?"} <= set(page.inks)
    assert "BMS silent: check wires" in page.update(why=1)
    radio = w.RADIO_TEXTS
    assert "the phone has it" in page.update(why_texts=radio, why=13)  # another pack, by radio
    assert "looking for the BMS" in page.update(why=0)


def test_settings_errors_come_first_and_can_be_read_in_full(monkeypatch):
    page = Page(monkeypatch, "normal", scenes.ERRORS)
    said = []
    leave = None
    page.screen.sheet.reset()
    for second in range(0, 60):
        texts = page.update(uptime_s=second)
        if "87" in texts:
            leave = second
            break
        said += texts
    assert leave == 32  # two screenfuls of 8 s, twice
    read = [text for text in said if not text.startswith("3 settings")]
    assert " ".join(read[: len(read) // 2]) == " ".join(scenes.ERRORS)
    assert "3 settings errors  1/2" in said and "3 settings errors  2/2" in said


def test_the_button_brings_the_settings_errors_back(monkeypatch):
    page = Page(monkeypatch, "normal", scenes.ERRORS)
    page.update(uptime_s=112)  # the errors have been shown
    for _ in range(3):
        page.press()
    assert "3 settings errors  1/2" in page.press()
    assert "87" in page.press()


def test_the_button_leaves_the_settings_errors(monkeypatch):
    page = Page(monkeypatch, "settings_error", scenes.ERRORS)
    assert "NO DATA YET" in page.press()


def test_nothing_is_looked_at_between_two_frames_and_two_seconds(page, monkeypatch):
    looked = []
    monkeypatch.setattr(page.screen, "_choose", looked.append)
    page.model.wifi = 1
    assert not page.screen.update(page.model)
    assert looked == []
    page.model.uptime_s += 1
    page.screen.update(page.model)
    assert looked


def test_what_changes_without_a_frame_is_shown_within_a_second(page):
    page.model.wifi = 1
    page.glass.sent.clear()
    assert not page.screen.update(page.model)
    page.model.uptime_s += 1
    while page.screen.update(page.model):
        pass
    assert page.glass.sent


def test_nothing_is_sent_when_nothing_changed(page):
    page.glass.sent.clear()
    assert page.update() == []
    assert page.update(uptime_s=101) == []
    assert page.glass.sent == []


def test_one_figure_changes_its_own_box_only(page):
    page.glass.sent.clear()
    page.update(current_ma=-23_500)
    assert {(y, h) for _x, y, _w, h in page.glass.sent} == {(28, 28)}
    assert len(page.glass.sent) == 1  # the last digit alone
    page.glass.sent.clear()
    page.update(current_ma=-123_500)
    assert {(y, h) for _x, y, _w, h in page.glass.sent} == {(28, 28)}
    assert all(130 <= x and x + w <= 240 for x, _y, w, _h in page.glass.sent)
    page.glass.sent.clear()
    page.update(current_ma=None)
    assert min(x for x, *_ in page.glass.sent) == 130
