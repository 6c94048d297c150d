"""Settings by number in an image: the application asks for what the reader has put there."""

import pytest

from settings import table as settings
from tools import image
from tools.small import numbered, squeeze

NAMES = [row[0] for row in settings.SETTINGS]
READER = "NUMBERED = False\nX = values['packs']\n"


def numbered_text(text):
    texts = {"settings.table": READER, "part": text}
    return numbered.number(texts, ["name", "packs", "pace"])["part"]


def test_a_name_becomes_its_place_in_the_table_and_the_readers_keep_theirs():
    text = "a = settings['pace']\nb = early.settings['packs'][2]['name']\nc = secrets['pin']\n"
    assert (
        numbered_text(text) == "a = settings[2]\nb = early.settings[1][2][0]\nc = secrets['pin']\n"
    )
    found = numbered.number(
        {"settings.table": READER, "starting.config": "values['packs']\n"}, ["packs"]
    )
    assert found == {
        "settings.table": "NUMBERED = True\nX = values['packs']\n",
        "starting.config": "values['packs']\n",
    }


@pytest.mark.parametrize(
    "text",
    ["a = record['name']\n", "a = settings.get('pace')\n", "for key in ('pace',): pass\n"],
)
def test_what_may_be_something_else_is_refused(text):
    with pytest.raises(squeeze.SqueezeError, match="part:1"):
        numbered_text(text)


def test_the_sources_of_an_image_can_be_followed():
    texts, _ = image.sources("lilygo_t_display", roomy=True)
    assert numbered.READERS | numbered.OTHERS <= texts.keys()
    found = numbered.number(texts, NAMES)
    assert {"heat.heater", "building.relay", "settings.table"} <= {
        m for m in texts if found[m] != texts[m]
    }


def test_settings_have_the_same_places_where_they_are_read(monkeypatch):
    pack = {"name": "second", "bms_dialect": "jk_modbus", "bms_address": 2}
    raw = {"bms_dialect": "jk_modbus", "bms_address": 1, "packs": [pack], "pack_wh": 3000}
    values, errors = settings.load(raw)
    assert errors == [] and settings.keyed(values) is values
    monkeypatch.setattr(settings, "NUMBERED", True)
    found = settings.keyed(values)
    assert [found[at] for at, name in enumerate(NAMES) if name != "packs"] == [
        values[name] for name in NAMES if name != "packs"
    ]
    assert len(found) == len(NAMES)
    (second,) = found[NAMES.index("packs")]
    assert second == {NAMES.index(name): value for name, value in values["packs"][0].items()}
