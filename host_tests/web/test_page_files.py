"""The file that holds the page: what is in it, in each language, and what browsers get of it."""

import ast
import gzip
import io
import json
import re

import pytest

from settings import table as settings
from tools import web_page
from web import request as r
from website.files import Files


@pytest.fixture(scope="module")
def sources():
    return {name: content.decode() for name, content in web_page.files().items()}


@pytest.fixture
def files():
    return Files(io.BytesIO(web_page.data()))


def ask(files, name, mark=None):
    """Returns (status, head, content) of a file."""
    request = r.Request()
    if mark is not None:
        request.headers = {"if-none-match": mark}
    answer = files.answer(request, name)
    return answer.status, answer.head(), b"".join(answer.pieces)


def test_it_is_small_enough_for_any_flash():
    assert len(web_page.data()) < 40_000


def test_it_is_always_the_same():
    assert web_page.data() == web_page.data()


def test_a_browser_gets_what_was_put_in(files, sources):
    for name in files.names():
        status, head, content = ask(files, name)
        assert status == 200 and gzip.decompress(content).decode() == sources[name]
        assert b"Content-Length: %d\r\n" % len(content) in head
        assert b"Content-Encoding: gzip\r\n" in head and b"no-store" not in head


def test_two_browsers_at_once_get_the_same(files):
    name = "style.css"
    answers = [files.answer(r.Request(), name).pieces for _ in range(2)]
    found = [b"", b""]
    for pieces in zip(*answers, strict=True):
        for place, piece in enumerate(pieces):
            found[place] += piece
    assert found[0] == found[1] == ask(files, name)[2]


def test_a_browser_keeps_what_has_not_changed(files):
    head = ask(files, "app.js")[1].decode()
    mark = re.search(r'ETag: ("\w+")', head)[1]
    assert ask(files, "app.js", mark)[::2] == (304, b"")
    assert ask(files, "app.js", '"other"')[0] == 200


def test_a_file_that_is_cut_off_is_not_taken_for_whole():
    files = Files(io.BytesIO(web_page.data()[:-100]))
    with pytest.raises(OSError):
        ask(files, "words.js")  # the last one


def test_the_page_asks_nobody_else(sources):
    for name, text in sources.items():
        found = re.findall(r"(?:https?:)?//[\w.]+", text.replace("http://www.w3.org/2000/svg", ""))
        assert not found or name.startswith("texts-"), (name, found)


def test_the_page_holds_no_script_or_style_of_its_own(sources):
    """Its Content-Security-Policy would have the browser refuse them."""
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|<style|\sstyle=", sources["index.html"])
    for name, text in sources.items():
        assert not re.search(r"innerHTML|document\.write|eval\(|new Function", text), name
        assert not re.search(r'setAttribute\("style', text), name


def test_what_the_page_names_is_there(sources):
    for name, text in sources.items():
        for path in re.findall(r'(?:src|href)="(/[\w./-]+)"|from "(\./[\w.-]+)"', text):
            wanted = "".join(path).lstrip("./")
            assert wanted in sources, (name, wanted)


# -- words ----------------------------------------------------------------------------------------


def all_texts():
    return {language: web_page.texts(language) for language in web_page.LANGUAGES}


def test_both_languages_say_the_same_things():
    one, other = all_texts().values()
    for part in ("page", "events", "answers", "refusals", "words", "faults"):
        assert one[part].keys() == other[part].keys()
    for table in one["words"]:
        assert one["words"][table].keys() == other["words"][table].keys()
    assert len(one["faults"]) == 10 and all(all(words) for words in one["faults"].values())


def test_nothing_is_shouted_as_on_the_panel():
    known = {"BMS", "GPS", "MQTT", "PIN", "UART", "WLAN"}
    for language, found in all_texts().items():
        for table, rows in found["words"].items():
            loud = {w for row in rows.values() for w in re.findall(r"\b[A-ZÄÖÜ]{2,}\b", row)}
            assert loud <= known, (language, table)


def test_what_the_scripts_say_has_words(sources):
    scripts = "".join(text for name, text in sources.items() if name.endswith((".js", ".html")))
    used = set(re.findall(r'\btext\("(\w+)"', scripts))
    used |= set(re.findall(r'data-(?:text|placeholder)="(\w+)"', scripts))
    used |= set(re.findall(r'"(of_\w+|history_empty)"', scripts))
    known = web_page.texts("english")["page"].keys()
    assert used - known == set()
    by_name_put_together = {"heats_below", "warm_from", "of_soc", "of_temp", "of_power", "of_heat"}
    by_choice = {"on", "off", "is_set", "is_not_set", "log_in", "log_out", "restarts"}
    by_choice |= {"log_in_again", "by_mqtt", "on_page", "by_button"}
    assert known - used <= by_name_put_together | by_choice


def test_every_setting_is_explained_in_german_too():
    there = json.loads((web_page.FOLDER / "texts-german.json").read_text())["helps"]
    keys = {row[0] for row in settings.SETTINGS + settings.SECRETS}
    assert there.keys() == keys, "a line in firmware/website/page/texts-german.json"


def test_the_languages_are_those_of_the_settings():
    (row,) = [row for row in settings.SETTINGS if row[0] == "language"]
    assert row[2] == web_page.LANGUAGES


def test_an_event_has_words():
    """What kept/journal.py says that there is."""
    text = ast.get_docstring(ast.parse((web_page.ROOT / "firmware/kept/journal.py").read_text()))
    named = set(re.findall(r"`(\w+)`", text.partition("What there is:")[2])) - {"bms N", "up"}
    assert named <= web_page.texts("english")["events"].keys()
