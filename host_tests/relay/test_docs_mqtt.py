"""docs/mqtt.md names everything that MQTT tells and takes: topics, members, reasons."""

import ast
import re

import pytest

import words as told_words
from relay import commands, discovery, fields, topics
from tools import ROOT, mqtt_doc
from tools.vocabulary import words

PAGE = (ROOT / "docs" / "mqtt.md").read_text()
NAMED = set(re.findall(r"`([\w/]+)`", PAGE))


def source_table(path, name):
    """Returns a table of names out of a module that only a device can import."""
    text = (ROOT / path).read_text()
    body = re.search(rf"^{name} = (\(.*?^\))", text, re.M | re.S).group(1)
    return words(ast.literal_eval(body))


def test_the_list_is_what_the_table_says():
    assert mqtt_doc.page() == mqtt_doc.PAGE.read_text()


SPELLED = {value.decode() for value in vars(topics).values() if isinstance(value, bytes)}
TOLD = {topic for topic in SPELLED if re.fullmatch("/[a-z]+", topic)} - {"/set", "/status"}
TAKEN = {*words(topics.NAMES), "/log/get", "/bms/release/set", "/update/data"}


def test_every_topic_has_its_row_and_no_other_has_one():
    assert set(re.findall(r"^\| `BASE(/[a-z]+)` \|", PAGE, re.M)) == TOLD
    rows = {"/" + name for name in re.findall(r"^\| `([a-z]+/[\w/]+)` \|", PAGE, re.M)}
    assert rows == TAKEN - {"/availability"} | {"/bms/NAME/set"}


def test_home_assistant_is_told_topics_that_there_are():
    named = {topic.decode() for topic in re.findall(rb'"~(/[\w/]+)"', discovery.DATA)}
    writes = {name for name in named if re.fullmatch("/bms/[a-z0-9_]+/set", name)}
    assert len(writes) > 5 and len(named & TOLD) > 5
    assert named <= TOLD | TAKEN | writes


@pytest.mark.parametrize("message", fields.MESSAGES + fields.OTHERS)
def test_every_message_and_member_is_named(message):
    assert re.search(rf"^\| `BASE/{message}` \|", PAGE, re.M)
    assert {field.name for field in fields.FIELDS[message]} <= NAMED


@pytest.mark.parametrize("name", words(commands.REFUSALS)[1:])
def test_every_refusal_is_explained(name):
    assert re.search(rf"^\| `{name}` \| .{{10,}} \|$", PAGE, re.M)


@pytest.mark.parametrize("name", [name[1:] for name in words(topics.NAMES)[1:]])
def test_every_command_has_its_topic_and_bounds(name):
    row = re.search(rf"^\| `{name}` \| (.+?) \|", PAGE, re.M).group(1)
    number = words(topics.NAMES).index("/" + name)
    if number >= commands.BOOST:
        at = 2 * (number - commands.BOOST)
        low, high = re.search(r"(-?\d+)…(-?\d+)", row).groups()
        assert (int(low), int(high)) == commands.BOUNDS[at : at + 2]


@pytest.mark.parametrize("name", ["WIRE_NAMES", "RADIO_NAMES", "WIFI_NAMES", "MQTT_NAMES"])
def test_every_reason_is_listed(name):
    found = words(getattr(told_words, name))
    assert len(found) > 6 and set(found) - {"none"} <= NAMED, set(found) - NAMED
