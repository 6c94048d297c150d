"""docs/settings.md is what the table says."""

import json
import re

from settings import table as settings
from tools import settings_doc


def test_page_is_up_to_date():
    assert settings_doc.PAGE.read_text() == settings_doc.page()


def test_examples_are_good_files():
    examples = re.findall(r"```json\n(.*?)```", settings_doc.page(), re.S)
    loaded = [settings.load(json.loads(example)) for example in examples]
    assert [errors for _, errors in loaded] == [[], []]
    assert [pack["name"] for pack in loaded[0][0]["packs"]] == ["Pack 2", "Spare"]
    assert loaded[1][0]["heater_output"] == "gpio"
