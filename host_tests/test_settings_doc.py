"""docs/settings.md is what the table says."""

import json
import re

import settings
from tools import settings_doc


def test_page_is_up_to_date():
    assert settings_doc.PAGE.read_text() == settings_doc.page()


def test_example_is_a_good_file():
    example = re.search(r"```json\n(.*?)```", settings_doc.page(), re.S).group(1)
    values, errors = settings.load(json.loads(example))
    assert errors == []
    assert values["heater_output"] == "gpio"
