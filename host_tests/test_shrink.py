"""The image's constant folding: same behaviour, fewer names."""

import pytest

from tools.shrink import Tree

LIMITS = """\
from compat import const
LOW = const(3)
HIGH = LOW * 2
_ROOM = const(HIGH + 1)
NAMES = ("a", "b")
"""


def run(tree, name, shrunk=True, **given):
    """Runs one module of a tree, shrunk or as it was, with the modules it imports."""
    import sys
    import types

    compat = types.ModuleType("compat")
    compat.const = lambda value: value
    modules = {"compat": compat}
    for each, text in tree.items():
        module = types.ModuleType(each)
        modules[each] = module
    saved = {key: sys.modules.get(key) for key in modules}
    sys.modules.update(modules)
    try:
        for each in tree:
            text = Tree(tree).shrink(each) if shrunk else tree[each]
            exec(text, modules[each].__dict__)
    finally:
        for key, module in saved.items():
            if module is None:
                del sys.modules[key]
            else:
                sys.modules[key] = module
    return modules[name].__dict__


def test_constants_are_written_out_and_their_names_go():
    tree = {
        "limits": LIMITS,
        "user": "import limits as l\nfrom limits import HIGH\nx = l.LOW + HIGH\n",
    }
    assert "LOW" not in run(tree, "limits") and "HIGH" not in run(tree, "limits")
    assert run(tree, "user")["x"] == 9
    assert "HIGH" not in Tree(tree).shrink("user")
    assert run(tree, "limits")["NAMES"] == ("a", "b")


def test_a_module_that_is_handed_on_keeps_its_names():
    tree = {
        "limits": LIMITS,
        "user": "import limits\ndef look(m):\n return m.LOW\nx = look(limits)\n",
    }
    assert run(tree, "user")["x"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "COUNT = 0\ndef up():\n global COUNT\n COUNT += 1\nup()\nx = COUNT\n",
        "SIZE = 1\nSIZE = 2\nx = SIZE\n",
        "NAME = 'n'\nx = NAME\n",
        "import sys\nPORT = 1 if sys.platform == 'esp32' else 2\nx = PORT\n",
        "X = 5\ndef f(X):\n return X\nx = f(7)\n",
    ],
)
def test_what_is_no_constant_is_left_alone(text):
    tree = {"m": text}
    assert run(tree, "m")["x"] == run(tree, "m", shrunk=False)["x"]


def test_the_real_tree_loses_hundreds_of_names():
    from pathlib import Path

    root = Path(__file__).resolve().parent.parent / "lib"
    sources = {
        str(path.relative_to(root).with_suffix("")).replace("/", "."): path.read_text()
        for path in root.rglob("*.py")
    }
    tree = Tree(sources)
    assert sum(len(found) for found in tree.constants.values()) > 300
    text = tree.shrink("bms.check")
    compile(text, "bms/check.py", "exec")
    assert "p.PACK_MV" not in text and "PLAUSIBLE =" not in text
