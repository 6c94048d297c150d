"""docs/vocabulary.md names every figure of PackState, in its order and unit, and no other."""

import re

import pytest

from bms import pack as p
from tools import ROOT, vocabulary

PAGE = (ROOT / "docs" / "vocabulary.md").read_text()
UNITS = {
    "mv": "mV",
    "mohm": "mΩ",
    "ma": "mA",
    "mw": "mW",
    "mah": "mAh",
    "dc": "0.1 °C",
    "pct": "%",
    "s": "s",
}


def section(title):
    """Returns the rows (name, unit, meaning) under a heading."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\| (.+) \|$", text, re.M)


SECTIONS = {
    "Lists": ("cell_mv", "temps_dc", "cell_res_mohm", "alarms", "alarm_cells", "notices"),
    "True or false": vocabulary.SLOTS[: p.BOOLS],
    "Measurements": vocabulary.SLOTS[p.BOOLS : p.PACK_OVP_MV],
    "Settings of the BMS": vocabulary.SLOTS[p.PACK_OVP_MV :],
    "Device": vocabulary.TEXTS,
}


@pytest.mark.parametrize("title", SECTIONS)
def test_names_in_the_order_of_the_slots(title):
    assert tuple(name for name, _, _ in section(title)) == tuple(SECTIONS[title])


@pytest.mark.parametrize("title", SECTIONS)
def test_units_are_those_of_the_names(title):
    for name, unit, meaning in section(title):
        assert unit == UNITS.get(name.rpartition("_")[2], ""), name
        assert len(meaning) > 4, name


def test_alarms():
    text = PAGE.partition("\n## Alarms\n")[2]
    assert tuple(re.findall(r"`(\w+)`", text)) == vocabulary.ALARMS


def test_no_name_means_two_things():
    names = [name for title in SECTIONS for name, _, _ in section(title)]
    assert len(names) == len(set(names))
