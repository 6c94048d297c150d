"""What an image for a board without PSRAM leaves out, and what it must not keep."""

import re

from tools import image
from tools.mp import runner
from tools.small import absent, class_maps, lean, passing


def cut(text, *others):
    """Returns the text of a module beside `others`; room.there and room.gone are ours."""
    texts = {"a": text, **dict.fromkeys(others, "")}
    found = absent.without_absent(texts, {"room.there", "room.gone"}.__contains__)["a"]
    assert found.count("\n") == text.count("\n")
    return found


def test_what_follows_the_import_of_an_absent_module_is_gone():
    text = "def f(x):\n    if x:\n        from room.gone import Much\n\n        y = Much()\n"
    text += "        return y\n    return x\n\n\ndef g():\n    return f(2)\n"
    found = cut(text)
    assert "Much" not in found and "raise ImportError" in found
    assert "    return x\n" in found and "def g():\n    return f(2)\n" in found
    scope = {}
    exec(found, scope)
    assert scope["f"](0) == 0


def test_what_is_there_or_nobodys_or_caught_stays_as_it_was():
    text = (
        "def f():\n    from room import there\n    import asyncio\n\n    return there, asyncio\n"
    )
    assert cut(text, "room.there") == text
    caught = "def f():\n    try:\n        from room import gone\n    except ImportError:\n"
    caught += "        gone = None\n    return gone\n"
    scope = {}
    exec(cut(caught), scope)
    assert scope["f"]() is None


def test_a_generator_stays_one():
    text = "def f():\n    from room import gone\n\n    yield gone\n"
    assert cut(text) == text


def test_what_nobody_names_is_gone():
    text = (
        "class Dial:\n    @property\n    def idle(self):\n        return (1 +\n            2)\n\n"
    )
    text += "    def turn(self):\n        return 5\n\n    def read(self):\n        return 6\n\n\n"
    text += "def asked():\n    return Dial().turn()\n\n\ndef spare():\n    return asked()\n"
    found = absent.without_unnamed({"a": text}, {"asked"})["a"]
    assert found.count("\n") == text.count("\n")
    assert "idle" not in found and "spare" not in found and "@" not in found
    assert "def read" in found  # MicroPython reads streams
    scope = {}
    exec(found, scope)
    assert scope["asked"]() == 5
    assert "def spare" in absent.without_unnamed({"a": text}, {"spare"})["a"]


def names_taken(text, folder):
    """Returns how many names the 32-bit MicroPython has more when it has imported a module."""
    image.compile_module("m", text, folder / "m.mpy")
    info = "import micropython\nmicropython.qstr_info()"
    plan = {"heap": 2**18, "files": {"/m.mpy": str(folder / "m.mpy")}, "path": ["/"], "argv": []}
    result = runner.run_plan(plan | {"chunks": [info, "import m\nprint(m.f({}))", info]})
    assert runner.failure(result) is None
    assert "[('gpio', 0)]" in result.stdout
    before, after = [int(n) for n in re.findall(r"n_qstr=(\d+)", result.stdout)]
    return after - before


def test_texts_of_what_is_dropped_leave_no_name_behind(tmp_path):
    text = '"""Doc."""\n\n\ndef f(a):\n    a["gpio"] = getattr(5, "real", 0)\n'
    text += '    return list(a.items()) if "x" in ("gpio", "x") else ""\n'
    lean_text = passing.without_names(text, set())
    assert lean_text.count("\n") == text.count("\n")
    assert names_taken(text, tmp_path) == names_taken(lean_text, tmp_path) + 1
    assert passing.without_names(text, {"gpio"}).count('"gpio"') == 2


def test_what_an_image_starts_with_is_found_in_it():
    place = image.kept("lilygo_t_display")
    found = image.started_in(place)
    assert found.keys() == image.STARTED | image.SET_UP_STARTED
    assert not {"startup.prepare", "app.forget"} & set(found.values())


def test_only_what_is_reached_is_in_an_image():
    texts = {"main": "def f():\n    import app\n", "app": "import deep.b\n", "deep.b": ""}
    texts |= {"chosen": "", "idle": "import app\n"}
    assert lean.reached(texts, {"main", "chosen"}).keys() == texts.keys() - {"idle"}


def test_classes_have_no_names_that_nobody_asks_for(tmp_path, micropython64):
    text = (
        'class Dial:\n    """Turns;\n    also back."""\n\n    def turn(self):\n        return 5\n'
    )
    text += "\n\nclass Bare:\n    FIRST = 1\n"
    made = class_maps.without_idle_names(text)
    assert made.count("\n") == text.count("\n")
    script = tmp_path / "m.py"
    script.write_text(made + "\n\nprint(Dial.__dict__.keys(), Dial().turn(), Dial.__name__)\n")
    assert micropython64(script, places=[tmp_path]).stdout == "dict_keys(['turn']) 5 Dial\n"
