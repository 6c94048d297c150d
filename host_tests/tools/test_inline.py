"""A function that is put where it was called does there what it did."""

import ast
import random
import textwrap

import pytest

from tools import image
from tools.small import inline, inline_choice

# Each is a body of `caller`, in which `self._moved(x)` logs what it gets and returns something.
CALLS = {
    "return": "return self._moved(x)",
    "alone": "self._moved(x)",
    "alone, not last": "self._moved(x)\nself.log(5)",
    "assigned": "y = self._moved(x)\nself.log(y)\nreturn y",
    "assigned to what is given": "x = self._moved(x)\nreturn x",
    "assigned to an attribute": "self.last = self._moved(x)\nreturn self.last",
    "added": "x += self._moved(3)\nreturn x",
    "in a test": "if self._moved(x):\n    return 1\nelif x:\n    return 2",
    "in a second test": "if x == 2:\n    return 1\nelif self._moved(x):\n    return 2",
    "not": "if not self._moved(x):\n    return 1",
    "first of two": "return self._moved(x) and self.log(7) or 8",
    "compared": "return x < (self._moved(x) or 0)",
    "an argument": "return self.log(self._moved(x))",
    "in a loop": "for x in (3, 1, 2):\n    if self._moved(x):\n        continue\n    self.log(x)",
    "repeated": "while self._moved(x) and x > -3:\n    x -= 1\n    if x == 2:\n"
    "        continue\n    self.log(x)",
    "looped over": "for y in (self._moved(x), 2):\n    self.log(y)",
    "in a try": "try:\n    return self._moved(x)\nfinally:\n    self.log(6)",
    "caught": "try:\n    self._moved(x)\nexcept ValueError as error:\n    self.log(str(error))\n"
    "return self.kept",
    "in an else": "if x == 4:\n    self.log(1)\nelse:\n    self._moved(x)",
    "beside names it has": "y = 4\nz = 5\nself._moved(x)\nreturn y + z",
    "given more than a name": "return self._moved(self.log(x) or x)",
}
# Bodies of `_moved`.
BODIES = {
    "nothing": "pass",
    "text": '"""Docstring."""\nself.log(x)',
    "one value": "return self.log(x)",
    "last value": "y = x + 1\nself.log(y)\nreturn y",
    "early": "if x == 2:\n    return\nself.log(x)",
    "many": "if x == 1:\n    return 4\nif x == 2:\n    self.log(2)\n    return\nreturn x - 2",
    "all ways": "if x > 2:\n    return 1\nelse:\n    return 0",
    "given away": "x += 1\ny = [x for z in (1, 2)]\nself.log(y)\nreturn x - 2",
    "loop": "for z in range(x):\n    if z == 1:\n        break\n    self.log(z)\nreturn x > 1",
    "returning loop": "for z in range(x):\n    if z == 1:\n        return True\n    self.log(z)",
    "try": "try:\n    if x == 2:\n        return x\n    raise ValueError(x)\n"
    "except ValueError as y:\n    self.log(y)\n    if x == 3:\n        raise\n"
    "finally:\n    self.log(x)",
}
CLASS = """\
class Thing:
    def __init__(self):
        self.kept = []

    def log(self, what):
        self.kept.append(str(what))
        return what if len(self.kept) % 2 else None

    def caller(self, x):
{caller}

    def _moved(self, x):
{moved}


def show():
    for x in range(5):
        thing = Thing()
        try:
            print(x, thing.caller(x), thing.kept)
        except (ValueError, TypeError) as error:
            print(x, type(error), thing.kept)
"""
# Where nothing can be put: a `return` in a loop, unless the caller returns, too; and a global that
# would meet a local variable.
RETURNING = {"return", "alone", "in an else", "in a try", "given more than a name"}
STAYS = {("returning loop", call) for call in CALLS.keys() - RETURNING}
STAYS |= {("given away", "beside names it has")}


HEAP = 8 << 20  # all programs at once


def thing(call, body):
    moved = textwrap.indent(BODIES[body], " " * 8)
    return CLASS.format(caller=textwrap.indent(CALLS[call], " " * 8), moved=moved)


def printed(text):
    """Returns what show() of a module prints."""
    lines = []
    space = {"print": lambda *words: lines.append(" ".join(map(str, words)))}
    exec(compile(text, "module", "exec"), space)
    space["show"]()
    return lines


def inlined(text, kept=()):
    return inline.inline({"m": text}, {"log", *kept}).texts["m"]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("call", CALLS)
def test_it_does_what_it_did(call, body):
    text = thing(call, body)
    found = inlined(text)
    assert ("_moved" in found) == ((body, call) in STAYS)
    assert printed(found) == printed(text)


def test_micropython_does_the_same(micropython64, tmp_path):
    for stage in ("before", "after"):
        parts = []
        for call in CALLS:
            for body in BODIES:
                text = thing(call, body)
                parts.append((text if stage == "before" else inlined(text)) + "\n\nshow()\n")
        (tmp_path / f"{stage}.py").write_text("\n".join(parts))
    before = micropython64(tmp_path / "before.py", heap=HEAP).stdout
    assert len(before.splitlines()) == 5 * len(CALLS) * len(BODIES)
    assert micropython64(tmp_path / "after.py", heap=HEAP).stdout == before


def test_one_in_another_in_a_third():
    """Random programs of functions, each called by the one before it, in random ways."""
    moved = 0
    for seed in range(200):
        text = chain(random.Random(seed))
        found = inlined(text)
        assert printed(found) == printed(text), text
        moved += text.count("def ") - found.count("def ")
    assert moved > 400


def chain(rng):
    parts = []
    for n in range(4):
        call = rng.choice(list(CALLS.values())).replace("_moved", f"_f{n + 1}")
        body = rng.choice(list(BODIES.values()))
        code = "\n".join(rng.sample([body, call], 2)) if "return" not in body + call else call
        code = textwrap.indent(code if n else call, " " * 8)
        parts.append(f"    def {f'_f{n}' if n else 'caller'}(self, x):\n{code}\n")
    code = textwrap.indent(rng.choice(list(BODIES.values())), " " * 8)
    parts.append(f"    def _f4(self, x):\n{code}\n")
    head, _, tail = CLASS.partition("    def caller")
    return head + "\n".join(parts) + tail[tail.index("\n\ndef show") :]


def test_functions_of_modules_go_too_and_defaults_and_names_are_filled_in():
    text = """\
def show():
    for x in (1, 2):
        print(_area(x, width=x + 1))


def _area(height, width, more=2):
    area = height * width
    return area + more
"""
    found = inlined(text)
    assert found.count("def ") == 1
    assert printed(found) == printed(text) == ["4", "8"]


def test_a_local_name_of_one_is_never_a_global_of_another_there():
    text = """\
def show():
    for x in range(3):
        _first(x)
        _second(x)
        _third(x)


def _first(x):
    print(helper(x))


def _second(x):
    helper = x + 1
    print(helper)


def _third(x):
    print(helper(x))


def helper(x):
    return 2 * x
"""
    found = inlined(text)
    assert found.count("def ") < 5
    assert printed(found) == printed(text)


METER = """\
_STEP = const(3)


class Meter:
    def __init__(self):
        self.sum = 0

    def grow(self, by):
        if by > _STEP:
            self.sum += _STEP
            return min(by, 5)
        self.sum += by
"""
USER = """\
from meter import Meter


class User:
    def __init__(self):
        self.meter = Meter()

    def step(self, by):
        return self.meter.grow(by), self.meter.sum


def show():
    user = User()
    print([user.step(x) for x in range(8)])
"""


def both(meter, user, kept=(), stock=()):
    texts = {"meter": meter, "user": user}
    return inline.inline(texts, {"print", *kept}, frozenset(stock)).texts


def test_a_method_goes_to_another_module_with_its_numbers(tmp_path, micropython64):
    found = both(METER, USER)
    assert "grow" not in found["meter"] + found["user"]
    assert "if by > 3:" in found["user"]
    outputs = []
    for texts in ({"meter": METER, "user": USER}, found):
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text("from micropython import const\n" + text)
        (tmp_path / "main.py").write_text("import user\nuser.show()\n")
        outputs.append(micropython64(tmp_path / "main.py", places=[tmp_path]).stdout)
    assert outputs[0] == outputs[1] != ""


@pytest.mark.parametrize(
    "old, new",
    [
        ("_STEP = const(3)", "_STEP = [3]"),
        ("min(by, 5)", "least(by, 5)"),
        ("_STEP = const(3)", "_STEP = const(3)\n\n\ndef min(a, b):\n    return a"),
        ("            return", "            from x import y\n            return"),
    ],
)
def test_what_names_its_own_module_stays_there(old, new):
    assert METER.count(old) == 1
    assert "def grow" in both(METER.replace(old, new), USER)["meter"]


def test_what_others_than_ours_may_have_stays():
    assert "def grow" in both(METER, USER, stock={"grow"})["meter"]
    assert "def grow" in both(METER, USER + "\n\ndef min(a, b):\n    return b\n")["meter"]


@pytest.mark.parametrize(
    "more, kept",
    [
        ("    def other(self):\n        self._moved(1)\n", ()),
        ("    def other(self):\n        return self._moved\n", ()),
        ("    def other(self, it):\n        it._moved = 1\n", ()),
        ("    def other(self, it):\n        return getattr(it, '_moved')\n", ()),
        ("\n\nclass Other:\n    def _moved(self):\n        pass\n", ()),
        ("    again = _moved\n", ()),
        ("", {"_moved"}),
    ],
)
def test_what_may_be_asked_for_elsewhere_stays(more, kept):
    text = thing("return", "many")
    assert "_moved" not in inlined(text)
    assert inlined(text.replace("\n\ndef show", more + "\n\ndef show"), kept).count("_moved") > 1


@pytest.mark.parametrize(
    "old, new",
    [
        ("    def _moved(self, x)", "    @property\n    def _moved(self, x)"),
        ("    def _moved(self, x)", "    async def _moved(self, x)"),
        ("    def _moved(self, x)", "    def _moved(self, *x)"),
        ("    def _moved(self, x)", "    def _moved(self, x, y=[])"),
        ("return x - 2", "return lambda: x"),
        ("return x - 2", "yield x"),
        ("return x - 2", "return super()"),
        ("return self._moved(x)", "return [self._moved(x) for x in (1,)]"),
        ("return self._moved(x)", "return self.log(x) + self._moved(x)"),
        ("return self._moved(x)", "return x or self._moved(x)"),
        ("return self._moved(x)", "self.kept[x] = self.kept[self.log(1)] = self._moved(x).y(x)\n"
         "        return self._moved"),
        ("return self._moved(x)", "return self._moved(*x)"),
        ("return self._moved(x)", "log = x\n        return self._moved(x)"),
    ],
)  # fmt: skip
def test_what_would_not_be_the_same_stays(old, new):
    text = thing("return", "many").replace("self.log(2)", "log(2)") + "\n\nlog = print\n"
    assert "_moved" not in inlined(text)
    assert "_moved" in inlined(text.replace(old, new))


def test_a_stream_is_read_by_others():
    text = "class Stream:\n    def step(self):\n        return self.read(1)\n\n"
    text += "    def read(self, n):\n        return n\n"
    assert "def read" in inlined(text)
    assert "def fetch" not in inlined(text.replace("read", "fetch"))


def test_lines_and_names_are_told():
    text = '"""Docs,\n\nlong."""\n\n\n\nA = 1  # one\n\n' + thing("return", "many")
    found = inline.inline({"m": text}, {"log", "caller"})
    before, after = (
        {n.name: n.lineno for n in ast.walk(ast.parse(t)) if isinstance(n, ast.FunctionDef)}
        for t in (text, found.texts["m"])
    )
    assert found.lines["m"] == {line: before[name] for name, line in after.items()}
    assert after["caller"] != before["caller"]
    assert found.inside["m"] == {after["caller"]: ["_moved"]}


def test_a_module_without_such_stays_as_it_is():
    text = "A = (1,  # one\n     2)\n\n\ndef b():\n    return A\n"
    assert inlined(text) == text


def test_the_image_has_fewer_functions():
    texts, _ = image.sources("lilygo_t_display")
    found = inline.inline(texts, set())
    assert sum(len(names) for inside in found.inside.values() for names in inside.values()) > 100


def test_what_is_called_for_each_frame_stays():
    texts = {module: image.find_source(module).read_text() for module in inline_choice.STAY}
    moved = inline.inline(texts, set()).texts
    for module, names in inline_choice.STAY.items():
        left = {n.name for n in ast.walk(ast.parse(moved[module])) if hasattr(n, "name")}
        assert names <= left


def test_values_that_change_places_make_no_tuple():
    """In parentheses they would, in MicroPython, at each time."""
    text = "def _moved(y):\n    log(y)\n\n\ndef f(x, y):\n    x, y = y, x\n    _moved(x)\n"
    found = inlined(text)
    assert "x, y = y, x\n" in found and "_moved" not in found
