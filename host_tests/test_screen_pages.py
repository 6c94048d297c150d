"""What the pages say: read off the texts that they draw."""

import ast

import pytest

import words
from bms import alarms, bank, check
from bms import pack as p
from host_tests.screen_rig import Page
from screen import font, footer
from screen import palette as pal
from screen.fonts.barlow import TEXT
from tools import ROOT, scenes


@pytest.fixture
def page(monkeypatch):
    return Page(monkeypatch)


def test_figures(monkeypatch):
    page = Page(monkeypatch)
    page.screen._page = 0  # draw everything again
    texts = page.update()
    for want in ("87", "-1.25", "53.27", "-23.4", "3.324", "3.336", "12", "18", "21", "0 s"):
        assert want in texts


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
    texts = page.update(power_mw=milliwatts)
    assert texts[:2] == [said, unit]


def test_power_colour_is_that_of_the_current(page):
    for current, ink in ((5000, pal.GREEN), (-5000, pal.AMBER), (0, pal.WHITE), (None, pal.WHITE)):
        page.update(power_mw=77_000, current_ma=current)
        page.update(power_mw=78_000)
        assert page.inks["+78"] == ink


UNKNOWN = {
    "soc_pct": 0,
    "power_mw": 0,
    "pack_mv": 0,
    "current_ma": 0,
    "cell_min_mv": 0,
    "cell_max_mv": 0,
    "cell_delta_mv": 0,
    "temp_min_dc": 0,
    "temp_max_dc": 0,
}


@pytest.mark.parametrize("figure", UNKNOWN)
def test_unknown_is_a_dash_and_never_a_zero(page, figure):
    zero = {"0", "0.0", "0.00", "0.000"}
    assert zero & set(page.update(**{figure: 0}))
    texts = set(page.update(**{figure: None}))
    assert "-" in texts and not zero & texts


def test_what_has_no_room_is_a_dash(page):
    assert page.update(cell_delta_mv=65_535_999)[0] == "-"
    assert page.update(pack_mv=-999_999_999)[0] == "-"


def test_limits_of_the_bms_colour_the_figures(page):
    page.update(cell_min_mv=2890, cell_uvp_mv=2600, cell_uvpr_mv=2900, temp_min_dc=-10)
    assert page.inks["2.890"] == pal.AMBER
    assert page.inks["-1"] == pal.BLUE
    page.update(cell_min_mv=2599, cell_max_mv=3650, temp_max_dc=560, soc_pct=9)
    for figure in ("2.599", "3.650", "56", "9"):
        assert page.inks[figure] == pal.RED
    page.update(soc_pct=19)
    assert page.inks["19"] == pal.AMBER


def test_temperatures_keep_their_tenths(page):
    assert page.update(temp_min_dc=180, temp_max_dc=220)[0] == "22"
    assert page.update(temp_min_dc=175)[:2] == ["17.5", "22.0"]
    assert page.update(temp_min_dc=170)[0] == "17.0"
    assert page.update(temp_min_dc=-4)[0] == "-0.4"


def footers(page, seconds=60, **changes):
    """Returns all different messages of the lowest line, in order."""
    said = []
    page.update(**changes)
    for second in range(200, 200 + seconds):
        for text in page.update(uptime_s=second):
            if text not in said:
                said.append(text)
    return said


def spoken(table):
    """Returns the names of a table as the screen writes them."""
    return table.decode().replace("_", " ").split("\n")


def test_several_alarms_take_turns(page):
    raised = (alarms.CELL_UNDERVOLTAGE, alarms.LOW_SOC, alarms.MOS_OVERTEMP)
    for bit in raised:
        page.model.pack.raise_alarm(bit)
    said = footers(page, alarm_count=3)
    assert sorted(said) == sorted(spoken(alarms.NAMES)[bit] for bit in raised)
    assert all(page.inks[text] == pal.ON_RED for text in said)


def test_every_problem_gets_its_turn(page):
    page.screen._footer.errors = 2
    page.model.pack.raise_alarm(alarms.LOW_SOC)
    page.complete(
        uptime_s=199,
        alarm_count=1,
        frozen=True,
        verdict=check.CELL_SUM,
        heater_state=words.FAULT,
        heater_reason=words.NOT_HEATING,
    )
    page.press()  # from the fault's own page to the figures
    said = footers(page, 8)
    # Stale alarms are not shown: content has stopped changing.
    assert said == [
        "HEATER: not heating",
        "BAD DATA: cell sum",
        "DATA FROZEN",
        "SETTINGS: 2 errors",
    ]


def test_heating_is_told_beside_an_alarm(page):
    page.model.pack.raise_alarm(alarms.LOW_SOC)
    said = footers(page, alarm_count=1, heater_on=True, heater_state=words.HEATING)
    assert said == ["low soc", "HEATING"] or said == ["HEATING", "low soc"]


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"heater_power_mw": 38_400, "heater_ready_s": 1_730}, "HEATING 38 W, 29 min"),
        ({"heater_power_mw": None, "heater_ready_s": 9_000}, "HEATING, 3 h"),
        ({"heater_power_mw": 200_000, "heater_ready_s": None}, "HEATING 200 W"),
    ],
)
def test_heating(page, changes, said):
    assert said in page.update(heater_state=words.HEATING, heater_on=True, **changes)


@pytest.mark.parametrize(
    "state, said",
    [
        (words.OFF, "Packmate"),
        (words.WAITING_CHARGER, "heater: waiting for charger"),
        (words.BLOCKED, "heater: no sensor"),
    ],
)
def test_heater_states(page, state, said):
    assert said in page.update(heater_state=state, heater_reason=words.NO_SENSOR)


def test_every_message_fits_its_line():
    """Nothing is cut: alarms, verdicts, and each reason of each heater state."""
    texts = spoken(alarms.NAMES)
    texts += ["BAD DATA: " + name for name in spoken(check.NAMES)[2:]]
    reasons = spoken(words.REASON_NAMES)
    texts += ["HEATER: " + name for name in reasons[1 : words.LAST_FAULT + 1]]
    texts += ["heater: " + name for name in reasons + ["waiting for charger"]]
    texts += ["DATA FROZEN", "SETTINGS: 99 errors", "HEATING 200 W, 99 min"]
    for text in texts:
        padding = 0 if text.startswith("heater") else 2 * 4  # of a filled box
        assert font.width(TEXT, text.encode(), 0, len(text)) <= footer.BAR_W - padding, text


def test_a_long_name_is_cut_not_drawn_over_the_age(monkeypatch):
    monkeypatch.setitem(scenes.SETTINGS, "name", "W" * 24)
    page = Page(monkeypatch)
    said = [text for text in page.update(heater_state=words.OFF) if text.startswith("W")]
    assert said and 10 < len(said[0]) < 24


def test_wrong_data_are_withheld(monkeypatch):
    page = Page(monkeypatch, "wrong_data")
    assert page.model.get(p.SOC_PCT) is None
    assert "BAD DATA: cell sum" in page.inks
    page.model = scenes.model_of("normal", page.model)
    assert "87" in page.update(verdict=check.PLAUSIBLE)
    page.model = scenes.model_of("normal", page.model)
    page.update(verdict=check.NO_DATA)  # after a reconnection: old, not wrong
    assert page.model.get(p.SOC_PCT) == 87


def old(page, age_s, **changes):
    return page.update(age_s=age_s, age_ms=1000 * age_s, **changes)


def clock(texts):
    """Returns what was drawn of the clock, which is in two parts."""
    return "".join(said for said in texts if said.rstrip(":").isdigit())


def test_ages(page):
    assert "10 s" in old(page, 10)
    assert page.inks["10 s"] == pal.GREY
    texts = old(page, 11)
    assert "11 s" in texts and "87" in texts
    assert page.inks["11 s"] == pal.AMBER and page.inks["87"] == pal.GREY
    assert "59 s" in old(page, 59)
    texts = old(page, 60)
    assert "NO DATA" in texts and clock(texts) == "01:00" and "87" not in texts
    assert clock(old(page, 754)) == "12:34"
    assert clock(old(page, 755)) == "35"  # what stays is not drawn again
    assert clock(old(page, 5999)) == "99:59"
    assert clock(old(page, 6000)) == "1:40" and "  hours" in page.inks
    assert clock(old(page, 86_400)) == "24:00"
    assert "87" in old(page, 0)


def test_never_seen_counts_from_the_start(monkeypatch):
    page = Page(monkeypatch, "start")
    assert {"NO DATA", "00:", "07", "since start", "bytes, but no good frame"} <= set(page.inks)
    assert "the BMS is silent" in page.update(why=1)
    whys = b"looking for the BMS\nthe phone has it"
    assert "the phone has it" in page.update(whys=whys, shown=1)  # another pack, by radio
    assert "looking for the BMS" in page.update(why=0)


@pytest.mark.parametrize("module", ["uart_link", "ble_setup", "ble", "several"])
def test_each_reason_has_words_that_fit(module):
    tree = ast.parse((ROOT / "firmware" / "links" / f"{module}.py").read_text())
    tables = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.BinOp)):
            name = getattr(node.targets[0], "id", "")
            if name in ("WORDS", "REASONS"):
                code = compile(ast.Expression(node.value), module, "eval")
                tables[name] = eval(code, {"b": bank}).split(b"\n")
    assert len(tables["WORDS"]) == len(tables["REASONS"])
    for said in tables["WORDS"]:
        assert font.width(TEXT, said, 0, len(said)) <= 234, said


def test_settings_errors_come_first_and_can_be_read_in_full(monkeypatch):
    page = Page(monkeypatch, "normal", scenes.ERRORS)
    page.model.uptime_s = 0
    said = []
    leave = None
    for quarter in range(0, 240):  # four updates a second
        texts = page.update(uptime_s=quarter // 4)
        if "87" in texts:
            leave = quarter / 4
            break
        assert len(texts) <= 1, "a line a call"
        said += texts
    assert leave == 32  # two screenfuls of 8 s, twice
    lines = [text for text in said if not text.startswith("SETTINGS")]
    assert " ".join(lines[: len(lines) // 2]) == " ".join(scenes.ERRORS)
    assert "SETTINGS: 3 errors   1/2" in said and "SETTINGS: 3 errors   2/2" in said


def test_the_button_brings_the_settings_errors_back(monkeypatch):
    page = Page(monkeypatch, "normal", scenes.ERRORS)
    page.model.uptime_s = 112  # the errors have been shown
    page.press()
    page.press()
    assert "SETTINGS: 3 errors   1/2" in page.press()
    assert "87" in page.press()


def test_the_button_leaves_the_settings_errors(monkeypatch):
    page = Page(monkeypatch, "settings_error", scenes.ERRORS)
    assert "NO DATA" in page.press()


def test_nothing_is_drawn_when_nothing_changed(page):
    page.canvas.changed[:] = bytes(len(page.canvas.changed))
    before = bytes(page.buffer)
    assert page.update() == []
    assert not page.canvas.any_changed() and bytes(page.buffer) == before


def test_one_figure_changes_its_rows_only(page):
    page.canvas.changed[:] = bytes(len(page.canvas.changed))
    page.update(current_ma=-23_500)
    assert [band for band, flag in enumerate(page.canvas.changed) if flag] == list(range(16, 23))
