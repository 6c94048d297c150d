"""Modules are joined by what needs them, and do what they did; tracebacks are explained."""

import json

import pytest

from tools import explain_traceback, image
from tools.small import bundle, groups, inline, legend, squeeze

MAIN = """\
def start():
    from starting import startup

    return startup.read()


def run(first):
    import app

    app.run(first)


run(start())
"""
STARTUP = "from ticks import later\n\n\ndef read():\n    return later(2)\n"
TICKS = "_STEP = const(3)\n\n\ndef later(n):\n    return n + _STEP\n"
APP = """\
import sys

import meter as m
from ticks import later

_scale = [2]


class Dial:
    later = later

    def turn(self, by):
        return m.read(by) * _scale[0]


def run(start):
    from seldom import Spare

    _a = later(start)
    print([later(x) for x in range(_a)], Dial().turn(start), Spare().note(), m.COUNTS)
"""
METER = """\
import sys

COUNTS = []
_scale = [10]


def read(by):
    COUNTS.append(by)
    return by * _scale[0]
"""
SELDOM = """\
import sys
from meter import COUNTS as seen


class Spare:
    def note(self):
        import rare

        return rare.double(len(seen))
"""
RARE = "def double(n):\n    return 2 * n\n"
TEXTS = {"entry": MAIN, "starting.startup": STARTUP, "ticks": TICKS, "app": APP, "meter": METER}
TEXTS |= {"seldom": SELDOM, "rare": RARE}


def joined(texts=TEXTS, chosen=frozenset(), squeezed=False):
    if squeezed:
        texts = squeeze.squeeze(texts, {"print", "range", "len", "append"})
    return bundle.bundle(texts, set(chosen))


def write(texts, folder):
    for name, text in texts.items():
        file = folder / (name.replace(".", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("from micropython import const\n" + text)
    return folder


def test_what_is_always_needed_is_one_group_and_what_is_seldom_is_another():
    assert groups.group(TEXTS, set()) == {
        "starting.startup": ["starting.startup"],
        "common": ["ticks"],
        "app": ["meter", "app"],
        "seldom": ["seldom"],
        "rare": ["rare"],
    }


def test_what_two_roots_need_is_a_group_of_its_own_unless_the_application_needs_it():
    texts = {
        "entry": "def f():\n    import app\n",
        "app": "import a\n",
        "a": "",
        "shared": "",
        "deep": "",
    }
    texts |= {"one": "import shared, a\n", "two": "import shared\n", "three": "import deep\n"}
    found = groups.group(texts, {"one", "two", "three"})
    assert found == {
        "app": ["a", "app"],
        "shared": ["shared"],
        "one": ["one"],
        "two": ["two"],
        "three": ["deep", "three"],
    }


def test_what_only_builds_the_device_keeps_nothing_that_lives_on():
    texts = {"app": "def f():\n    import build\n", "unit": "", "build": "import unit\n"}
    texts["entry"] = "def f():\n    import app\n"
    assert groups.group(texts, set())["app"] == ["app", "unit"]


def test_what_a_part_needs_comes_with_its_builder_if_nothing_before_it_has_brought_it():
    texts = {
        "entry": "def f():\n    import app\n",
        "app": "import a\n\n\ndef f():\n    import build\n",
        "build": "def f():\n    import building.heater\n    import building.relay\n",
        "building.heater": "import a, b\n",
        "building.relay": "import b, c\n",
    }
    texts |= {"a": "", "b": "", "c": ""}
    found = groups.group(texts, set())
    assert found["app"] == ["a", "app"]
    assert found["heater_part"] == ["b"] and found["relay_part"] == ["c"]
    assert found["building.heater"] == ["building.heater"]


def test_files_lie_side_by_side_under_names_that_tell_them_apart():
    modules = ["app", "a.b.one", "c.one", "c.two", "c.b", "c.machine", "c.relay"]
    assert bundle.side_by_side(modules) == {
        "app": "app",
        "a.b.one": "b_one",
        "c.one": "c_one",
        "c.two": "two",
        "c.b": "c_b",  # b is a folder of the sources, and may be one beside the files
        "c.machine": "c_machine",  # machine is MicroPython's
        "c.relay": "c_relay",  # relay is a folder of rendered files
    }


def test_a_module_that_is_named_by_a_text_is_found_where_it_lies():
    texts = {"entry": "def f():\n    import app\n"}
    texts["app"] = 'NAME = "deep.panel"\n\n\ndef f():\n    return __import__(NAME).find\n'
    texts["deep.panel"] = "def find():\n    return 5\n"
    found = joined(texts, chosen={"deep.panel"}).texts
    assert found.keys() == {"entry", "app", "panel"}
    assert "'panel'" in found["app"] and "deep" not in found["app"]


def test_the_rooms_that_are_named_as_seldom_or_always_needed_exist():
    for name in groups.EARLY | groups.ONCE | groups.PARTS.keys() | groups.ALWAYS.keys():
        assert image.find_source(name), name


@pytest.mark.parametrize("squeezed", [False, True])
def test_joined_modules_do_what_they_did(tmp_path, micropython64, squeezed):
    plain = write(TEXTS, tmp_path / "plain")
    one = write(joined(squeezed=squeezed).texts, tmp_path / "one")
    expected = micropython64(plain / "entry.py", places=[plain]).stdout
    assert expected == "[3, 4, 5, 6, 7, 8, 9, 10] 100 2 [5]\n"
    assert micropython64(one / "entry.py", places=[one]).stdout == expected


def test_globals_of_joined_modules_are_apart_and_constants_are_the_compilers():
    app = joined().texts["app"]
    assert app.count(" = [2]") == app.count(" = [10]") == 1
    assert "_scale" not in app and "import meter" not in app
    assert "_0 = const(3)" in joined().texts["common"]


def test_a_global_never_takes_the_name_of_a_local_where_it_is_used():
    app = joined().texts["app"]
    body = app[app.index("    _a = ") :]
    assert "_a(x)" not in body and "_a(start)" not in body


def test_what_is_chosen_by_a_text_keeps_its_name():
    texts = {
        "entry": "def f():\n    import app\n",
        "app": "CLASS = 'Dialect'\n",
        "dialect": "class Dialect:\n",
    }
    texts["dialect"] += "    pass\n\n\nclass Other:\n    pass\n"
    found = joined(texts, {"dialect"}).texts
    assert "class Dialect" in found["dialect"] and "class Other" not in found["dialect"]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("import meter\nx = [meter]\n", "module meter is handed on"),
        ("import meter\nx = meter.nothing\n", "meter.nothing is not its own"),
        ("import meter\n\n\ndef f():\n    global x\n    x = 1\n", "global"),
        ("import sys as s\n", "s: use its own name"),
    ],
)
def test_what_cannot_be_followed_is_refused(text, complaint):
    with pytest.raises(squeeze.SqueezeError, match=complaint):
        joined({"entry": "def f():\n    import app\n", "app": text, "meter": METER})


def test_the_same_sources_give_the_same_texts():
    backwards = dict(reversed(TEXTS.items()))
    assert joined().texts == joined(backwards).texts


def test_a_traceback_of_joined_modules_is_explained(tmp_path, micropython64):
    meter = METER.replace("COUNTS.append(by)", "_note(by)")
    texts = TEXTS | {"meter": meter + "\n\ndef _note(by):\n    COUNTS[by]\n"}
    inlined = inline.inline(texts, {"run", "start", "read"})
    found = joined(inlined.texts, squeezed=True)
    folder = write(found.texts, tmp_path)
    said = micropython64(folder / "entry.py", places=[folder], must_pass=False)
    table = json.loads(json.dumps(legend.legend(texts, inlined, found)))
    lines = explain_traceback.explain(said.stdout + said.stderr, table).splitlines()
    named = [line.strip() for line in lines if line.startswith("      = ")]
    assert named == [
        "= run, entry.py from line 7",
        "= run, app.py from line 16",
        "= Dial.turn, app.py from line 12",
        "= read, meter.py from line 7, or in it _note",
    ]


def test_of_several_methods_the_one_that_can_have_been_called_is_named():
    entries = [
        {"name": f"{c}.step", "module": c, "line": 1, "calls": calls, "inside": []}
        for c, calls in (("heat", ["_q"]), ("relay", ["_r"]))
    ]
    last = [{"name": "fail", "module": "heat", "line": 9, "calls": [], "inside": []}]
    text = 'Traceback:\n  File "app", line 1, in _a\n  File "app", line 1, in _q\nValueError'
    said = explain_traceback.explain(text, {"app": {"_a": entries, "_q": last}})
    assert "heat.step" in said and "relay.step" not in said and "fail, heat.py" in said
