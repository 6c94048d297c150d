"""The documentation: its links lead somewhere, and it knows every reason of the heater."""

import collections
import json
import re

import pytest

import words
from bms import catalog
from heat import thermal
from tools import ROOT

_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _pages():
    names = [path.relative_to(ROOT) for path in ROOT.rglob("*.md")]
    own = [name for name in names if not any(_foreign(part) for part in name.parts)]
    return sorted(str(name) for name in own)


def _foreign(part):
    return part in ("build", "node_modules") or part.startswith(".")


def _prose(page):
    return _CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(text):
    """Returns the anchors that GitHub gives to the headings of a page."""
    found = []
    for heading in _HEADING.findall(text):
        words = re.sub(r"[`*]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        again = found.count(slug)
        found.append(f"{slug}-{again}" if again else slug)
    return found


def dead_links(page):
    """Returns the links of a page that lead nowhere: a missing file, an anchor nobody has."""
    dead = []
    for _, target in _LINK.findall(_prose(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists() or (anchor and anchor not in anchors(_prose(goal))):
            dead.append(target)
    return dead


@pytest.mark.parametrize("name", _pages())
def test_every_link_leads_somewhere(name):
    assert dead_links(ROOT / name) == []


def test_a_dead_link_would_be_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `page`, really\n[a](#a-page-really) [b](#b) [c](none.md) ![d](page.md)")
    assert dead_links(page) == ["#b", "none.md"]


def test_every_page_of_docs_is_linked_from_another():
    linked = set()
    for name in _pages():
        for _, target in _LINK.findall(_prose(ROOT / name)):
            goal = ((ROOT / name).parent / target.partition("#")[0]).resolve()
            if goal != (ROOT / name).resolve():
                linked.add(goal)
    lone = [name for name in _pages() if name != "README.md" and ROOT / name not in linked]
    assert lone == []


def test_the_heater_page_explains_every_reason():
    rows = re.findall(r"^\| (`.+?) \|", _prose(ROOT / "docs" / "heater.md"), re.MULTILINE)
    explained = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert set(words.REASON_NAMES.decode().split()) <= explained


def test_names_in_the_text_are_in_the_sources():
    sources = "".join(
        path.read_text(encoding="utf-8").lower()
        for folder in ("lib", "firmware", "boards", "tools", "host_tests")
        for path in (ROOT / folder).rglob("*.py")
    )
    unknown = {}
    for name in _pages():
        quoted = " ".join(re.findall(r"`([^`\n]+)`", _prose(ROOT / name)))
        names = re.findall(r"(?<![\w./-])[a-z]+(?:_[a-z0-9]+)+(?![\w./-])", quoted)
        missing = sorted({word for word in names if word not in sources})
        if missing:
            unknown[name] = missing
    assert unknown == {}


def test_tests_are_named_where_they_are():
    files = [ROOT / name for name in _pages()]
    for folder in ("lib", "firmware", "boards", "tools"):
        files += (ROOT / folder).rglob("*.py")
    texts = [file.read_text(encoding="utf-8") for file in files]
    named = {name for text in texts for name in re.findall(r"host_tests/[\w/*]+\.py", text)}
    assert len(named) > 15 and [name for name in named if not list(ROOT.glob(name))] == []


def test_the_readme_counts_the_recordings(shared):
    found = collections.Counter()
    for path in (shared / "captures").glob("*/*.json"):
        name = json.loads(path.read_text())["protocol"]
        found[dict(catalog.WIRE_NAMES).get(name, name)] += 1
    streams = len(list((shared / "streams").glob("*/*.json")))
    readme = _prose(ROOT / "README.md")
    rows = re.findall(
        r"^\|.*\| `(\w+)` \|.*\| (\d+) .*?frames(?:, (\d+) streams?)? \|$", readme, re.M
    )
    assert {row[0] for row in rows} == set(catalog.NAMES)
    assert {name: int(count) for name, count, _ in rows} == {n: found[n] for n in catalog.NAMES}
    assert sum(int(count or 0) for _, _, count in rows) == streams


def _figures(*heads):
    """The rows of the mats' tables, as lists of their numbers."""
    text = _prose(ROOT / "docs" / "heater" / "building.md")
    rows = [line for line in text.splitlines() if line.startswith(heads)]
    return [[float(n) for n in re.findall(r"\d+(?:\.\d+)?", row)] for row in rows]


def test_the_mats_that_the_output_bears():
    rows = _figures("| 4S | ", "| 8S | ", "| 16S | ")
    assert [row[0] for row in rows] == [4, 8, 16]
    for cells, volt, ohm, watt in rows:
        assert volt == pytest.approx(3.65 * cells)
        least = max(volt / 3, volt**2 / 200)
        assert least <= ohm <= least + 0.1
        assert watt == round(volt**2 / ohm)


def test_the_examples_of_mats():
    rows = _figures("| 4S 100 Ah,", "| 8S 100 Ah,", "| 16S 280 Ah,")
    assert len(rows) == 3
    for cells, ah, wh, ohm, amp, full_w, rest_w, minutes, cost in rows:
        assert wh == cells * 3.2 * ah
        assert amp == round(3.65 * cells / ohm, 1) and full_w == round((3.65 * cells) ** 2 / ohm)
        watt = (3.3 * cells) ** 2 / ohm
        seconds = thermal.heat_s(int(7 * wh), int(600 * watt), 100)
        assert rest_w == round(watt)
        assert minutes == pytest.approx(seconds / 60, abs=1)
        assert cost == pytest.approx(watt * seconds / 3600, abs=1)
