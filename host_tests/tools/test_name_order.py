"""The names that a module uses most are those that bytecode names with one byte."""

import pytest

from tools import image
from tools.small import name_order, short_names


def module(count):
    """Returns a module with `count` names that are used once, and then one that is used often."""
    once = [f"def f{n}(self):\n    return self.a{n}\n" for n in range(count)]
    often = "def last(self):\n    return " + " + ".join(["self.often"] * 50) + "\n"
    return "".join(once) + often


def size(text, tmp_path):
    """Returns the bytes that a module's .mpy has."""
    image.compile_module("m", text, tmp_path / "m.mpy")
    return (tmp_path / "m.mpy").stat().st_size


def test_uses_are_counted_in_functions_and_not_where_code_runs_once():
    text = """\
from x import far
_LIMIT = const(3)
far.seen = far.other
class C:
    def step(self, by):
        local = by.seen + far(self.seen, key=_LIMIT)
        from late import thing
        return len([far for n in local if n == "word"])
"""
    found = name_order.uses(short_names.parse(text))
    expected = {"seen": 2, "step": 1, "self": 1, "by": 1, "far": 2, "key": 1, "len": 1}
    assert {name: found[name] for name in expected} == expected
    assert found["thing"] == found["word"] == 1
    assert found.keys().isdisjoint({"other", "local", "_LIMIT", "x", "C"})


def test_a_name_used_often_has_one_byte_though_it_comes_last(tmp_path):
    text = module(150)
    line = name_order.first_line(text)
    assert line.startswith("__name__ or __name__.self.often.")
    other = line.replace(".often", ".other")
    assert size(other + "\n" + text, tmp_path) - size(line + "\n" + text, tmp_path) >= 50


def test_all_that_the_line_names_fit_one_byte(tmp_path):
    """The last of them takes no more than the first, and one that is not named does."""
    text = module(150)
    line = name_order.first_line(text)
    names = line.partition(" or ")[2].split(".")[1:]
    assert len(names) == name_order.ONE_BYTE - 2

    def grown(name):
        more = f"def more(self):\n    self.{name}\n    self.{name}\n"
        return size(line + "\n" + text + more, tmp_path)

    assert grown(names[-1]) == grown(names[0]) < grown("a99")


@pytest.mark.parametrize("count", [10, 150])
def test_the_line_does_nothing(count, tmp_path, micropython64):
    text = module(count)
    line = name_order.first_line(text)
    assert bool(line) == (count > 100)
    script = tmp_path / "script.py"
    script.write_text(line + "\n" + text + "print(sorted(globals())[-2:])\n")
    done = micropython64(script)
    assert done.stdout == ("['f99', 'last']\n" if count > 100 else "['f9', 'last']\n")
