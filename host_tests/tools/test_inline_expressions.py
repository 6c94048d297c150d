"""An expression that stands in the place of the call that asked for it means the same there."""

import ast

import pytest

from tools.small import inline

DIAL = """\
_STEP = 3


class Dial:
    def __init__(self, at):
        self.at = at
        self.hand = Hand(at)

    @property
    def double(self):
        return self.at * 2

    def beyond(self, limit):
        return self.at > limit

    def rest(self, by):
        return by % _STEP


class Hand:
    def __init__(self, at):
        self.at = at

    @property
    def is_long(self):
        return self.at > 3


def show():
    dial = Dial(5)
    far = [n for n in range(9) if dial.beyond(n)]
    print(far, dial.double if far else 0, dial.hand.is_long, not dial.rest(far[0] + 7))
"""


def inlined(text, kept=(), stock=(), **others):
    texts = {"dial": text, **others}
    return inline.inline(texts, {"show", "print", *kept}, frozenset(stock)).texts


def printed(text):
    lines = []
    space = {"print": lambda *words: lines.append(words)}
    exec(compile(text, "dial", "exec"), space)
    space["show"]()
    return lines


def left(text):
    """Returns the names of the functions that are left."""
    return {n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)}


def test_short_ones_stand_where_they_were_asked_for():
    found = inlined(DIAL)["dial"]
    assert left(found) == {"__init__", "show"}
    assert printed(found) == printed(DIAL) == [([0, 1, 2, 3, 4], 10, True, False)]


@pytest.mark.parametrize(
    "old, new, stays",
    [
        ("dial.beyond(n)", "dial.beyond(n + far_away())", "beyond"),  # may have effects
        ("dial.beyond(n)", "dial.beyond(limit=n)", "beyond"),
        ("dial.beyond(n)", "list(map(dial.beyond, [n]))[0]", "beyond"),  # handed on
        ("dial.beyond(n)", "dial.beyond(*[n])", "beyond"),
        ("dial = Dial(5)\n", "dial = Dial(5)\n    _STEP = 2\n", "rest"),  # another one there
        ("return by % _STEP", "return [by % 3 for _ in (1,)][0]", "rest"),
        ("return by % _STEP", "by += 1\n        return by", "rest"),
        ("self.at > limit", " or ".join([f"self.at > limit + {n}" for n in range(9)]), "beyond"),
        ("    def double(self)", "    def double(self, by=2)", "double"),
        ("class Hand:", "class Hand:\n    def double(self):\n        return 2", "double"),
        ("self.hand = Hand(at)", "self.hand = Hand(at)\n        self.double = 2", "double"),
    ],
)
def test_what_would_not_be_the_same_or_longer_stays(old, new, stays):
    assert DIAL.count(old) == 1
    text = DIAL.replace(old, new).replace("n in range(9)", "n in range(9) if dial.beyond(n)")
    if "+ far_away" in new:
        text += "\n\ndef far_away():\n    return len(str(show))\n"
    assert stays in left(inlined(text)["dial"])


def test_what_others_than_ours_may_have_stays():
    assert "beyond" in left(inlined(DIAL, stock={"beyond"})["dial"])
    assert "beyond" in left(inlined(DIAL, kept={"beyond"})["dial"])


def test_it_goes_to_another_module_with_numbers_but_not_with_names():
    user = "import dial\n\n\ndef turn(d):\n    return d.rest(4), d.rest(5), d.double\n"
    user += "\n\ndef again(d):\n    return turn(d), turn(d)\n\n\nprint(again)\n"
    text = DIAL[: DIAL.index("def show")]
    found = inlined(text.replace("_STEP = 3", "_STEP = const(3)"), user=user)
    assert "4 % 3" in found["user"] and "d.at * 2" in found["user"]
    found = inlined(text.replace("_STEP = 3", "_STEP = [3]"), user=user)
    assert "d.rest(4)" in found["user"] and "rest" in left(found["dial"])


def test_an_argument_that_is_used_twice_is_no_longer_than_a_name():
    text = DIAL.replace("return by % _STEP", "return by % 3 or by")
    assert "rest" in left(inlined(text)["dial"])
    assert "rest" not in left(inlined(text.replace("far[0] + 7", "dial"))["dial"])


def test_lines_and_names_are_told():
    found = inline.inline({"dial": DIAL}, {"show", "print"})
    functions = {n.name: n.lineno for n in ast.walk(ast.parse(found.texts["dial"]))
                 if isinstance(n, ast.FunctionDef)}  # fmt: skip
    assert found.lines["dial"][functions["show"]] == DIAL[: DIAL.index("def show")].count("\n") + 1
    assert set(found.inside["dial"][functions["show"]]) == {"double", "beyond", "rest", "is_long"}
