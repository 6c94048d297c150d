"""The set-up page: every setting, in the words and bounds of the table, and no secret."""

import html

import pytest

from host_tests.setup.form_rig import NETWORKS, Balance, page
from settings import settings_memory
from settings import table as settings
from setup.answers import NETWORK
from setup.markup import MOST_NETWORKS, strength
from setup.notes import escaped, gathered, note
from setup.questions import questions
from setup.sections import SECTIONS, others, row_of

ROWS = settings.SETTINGS + settings.SECRETS
HOSTILE = "<script>alert('x')</script>\"&"


def fields(text):
    return {a["name"]: (tag, a) for tag, a in Balance(text).tags if "name" in a}


def test_the_page_says_what_is_true_of_the_heater():
    assert "The heater is off meanwhile" in page()
    assert "The heater is off meanwhile" in page({"heater_output": "gpio"})
    text = page({"heater_output": "bms"})
    assert (
        "goes on meanwhile: look in its app" in text and "The heater is off meanwhile" not in text
    )


# -- what is asked --------------------------------------------------------------------------------


def options():
    return [(q, o) for q in questions() for o in q.options]


def test_every_setting_has_one_place():
    for key in [row[0] for row in ROWS]:
        asked = [t for t, ask, _ in SECTIONS if any(key in q.keys() for q in ask())]
        shown = [t for t, ask, begin in SECTIONS if key in [r[0] for r in others(ask(), begin)]]
        assert len(shown) == 1 or asked, (key, asked, shown)
        assert len(shown) <= 1, (key, shown)


def test_the_sections_ask_what_the_terminal_asks():
    def texts(asked):
        return sorted(question.text for question in asked)

    assert texts([q for _, ask, _ in SECTIONS for q in ask()]) == texts(questions())


def test_questions_and_conditions_are_about_settings():
    keys = {row[0] for row in ROWS}
    for question in questions():
        assert question.key in question.keys() <= keys
        conditions = question.when + sum([option.when for option in question.options], ())
        assert {key for key, _, _ in conditions} <= keys


def test_no_two_questions_share_a_field():
    names = [question.key for question in questions()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("question, option", options())
def test_an_option_says_whether_it_needs_psram(question, option):
    values, _ = settings.load(option.values)
    refused = []
    settings_memory.refuse(values, refused)
    assert option.roomy == bool(refused), option.text


@pytest.mark.parametrize("question, option", options())
def test_an_option_is_what_the_table_takes(question, option):
    assert all(row_of(key) for key in option.values)
    for key, value in option.values.items():
        values, _ = settings.load({key: value})
        assert values[key] == value or key == "bms_link"


# -- the page -------------------------------------------------------------------------------------


def test_it_is_well_formed():
    for text in (page(), page(errors=["name: x", "y"], untried=True, roomy=False, networks=[])):
        found = Balance(text)
        assert found.wrong == [] and set(found.open) <= {"html", "body", "main"}


def test_every_setting_is_on_it():
    shown = fields(page())
    elsewhere = {"packs"} | {key for q in questions() for key in q.keys() - {q.key}}
    assert {row[0] for row in ROWS} - elsewhere <= set(shown)


def test_it_has_the_words_and_the_bounds_of_the_table():
    text = page()
    asked = {key for question in questions() for key in question.keys()}
    for key, kind, low, high, _, words in ROWS:
        if key not in asked:
            assert html.escape(words, quote=False).replace("'", "&#39;") in text, key
            if kind == settings.INT:
                assert f"<small>{key} · {low}…{high}</small>" in text
        tag, attributes = fields(text).get(key, ("", {}))
        if kind == settings.TEXT:
            assert (tag, attributes["maxlength"]) == ("input", str(high))


def test_what_is_set_is_what_is_proposed():
    given = {"name": "Van", "mqtt_port": 8883, "heater_on_dc": -25, "ha_discovery": False}
    text = page(given)
    shown = fields(text)
    assert shown["name"][1]["value"] == "Van" and shown["mqtt_port"][1]["value"] == "8883"
    assert shown["heater_on_dc"][1]["value"] == "-2.5"  # in the unit that people use
    assert '<option value="false" selected>no</option>' in text.split('name="ha_discovery"')[1]


def test_a_secret_is_never_on_it():
    secrets = {row[0]: f"hidden-{row[0]}" for row in settings.SECRETS}
    text = page({"wifi_ssid": "van"}, secrets)
    assert "hidden" not in text.replace("[hidden]", "")
    shown = fields(text)
    for row in settings.SECRETS:
        assert shown[row[0]][1] | {"value": "x"} == {
            "id": row[0],
            "name": row[0],
            "type": "password",
            "maxlength": str(row[3]),
            "placeholder": "kept as it is",
            "value": "x",
        }
        assert "value" not in shown[row[0]][1]
    assert "kept as it is" not in page()


def test_nothing_that_others_say_becomes_markup():
    networks = [(HOSTILE, -50, False)]
    text = page({"name": HOSTILE, "mqtt_host": HOSTILE}, errors=[f"name: {HOSTILE}"], **{})
    text += page(networks=networks)
    assert "<script>" not in text and "alert('x')" not in text
    assert fields(page({"name": HOSTILE}))["name"][1]["value"] == HOSTILE
    radio = [a for tag, a in Balance(page(networks=networks)).tags if a.get("name") == NETWORK]
    assert radio[0]["value"] == HOSTILE


def test_what_the_file_holds_that_is_no_setting_at_all_is_shown_and_not_believed():
    text = page({"name": ["a"], "mqtt_port": "x", "heater_on_dc": None, "language": 7})
    assert Balance(text).wrong == []


def test_what_is_wrong_stands_beside_its_field():
    text = page(errors=["mqtt_port: 0 is under 1", "settings.json: is not valid JSON"])
    beside = text.partition('name="mqtt_port"')[2].partition("</div>")[0]
    assert '<p class="error">0 is under 1</p>' in beside
    assert '<p class="error">settings.json: is not valid JSON</p>' in text
    assert "<details open>" not in text  # the question is in sight
    hidden = page(errors=["mqtt_interval_s: 0 is under 1"])
    assert hidden.count("<details open>") == 1
    assert "look for the red lines" in text and "look for" not in page()


def test_networks_are_offered_the_strongest_first_and_not_too_many():
    networks = [(f"n{n}", -40 - n, n % 2 == 0) for n in range(40)]
    radio = [a for _, a in Balance(page(networks=networks)).tags if a.get("name") == NETWORK]
    assert [a["value"] for a in radio] == [f"n{n}" for n in range(MOST_NETWORKS)] + [""]
    assert "checked" in radio[-1]
    chosen = page({"wifi_ssid": "Camping"})
    assert 'value="Camping" checked' in chosen and chosen.count(" checked") == 1
    assert "<small>good, open</small>" in chosen and "<small>strong</small>" in chosen
    assert [strength(dbm) for dbm in (-60, -61, -72, -73)] == ["strong", "good", "good", "weak"]


def test_a_board_without_psram_is_not_offered_bluetooth():
    assert "by Bluetooth" in page() and "by Bluetooth" not in page(roomy=False)


def test_an_unusual_setting_is_kept_unless_another_is_chosen():
    given = {"bms_dialect": "auto", "bms_link": "uart", "heater_output": "gpio"}
    assert "as it is" not in page(given)
    assert "as it is" in page({"bms_dialect": "jk_display", "bms_link": "ble"})


def test_saving_untried_is_offered_once_it_has_failed():
    assert "untried" not in page() and "untried" in page(untried=True)


# -- pieces ---------------------------------------------------------------------------------------


def test_pieces_are_small_and_together_the_page():
    text = page(networks=NETWORKS)
    pieces = list(gathered(iter([text[at : at + 40] for at in range(0, len(text), 40)])))
    assert b"".join(pieces).decode() == text
    assert max(map(len, pieces)) < 1100


def test_a_note_says_its_lines_and_asks_again():
    text = "".join(note("A & B", ("one", HOSTILE), 3))
    assert Balance(text).wrong == [] and 'http-equiv="refresh" content="3"' in text
    assert "<h1>A &amp; B</h1>" in text and f"<p>{escaped(HOSTILE)}</p>" in text
    assert "refresh" not in "".join(note("A", ()))
