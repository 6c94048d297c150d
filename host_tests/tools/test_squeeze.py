"""Squeezing changes names and constants in the text, and nothing of what the code does."""

import re

import pytest

from host_tests.test_mp_scripts import SCRIPTS, widths
from tools import image
from tools.small import flash_names, short_names, squeeze, stock_names
from tools.small import squeezed as squeezed_files
from tools.small.squeezed import MP, RENDERED

PACK = """\
from compat import const

SOC = const(7)
LOWEST = -3
_HIDDEN = const(9)


class Pack:
    def __init__(self):
        self._values = [0] * (SOC + 1)
        self._count = 0

    def put(self, slot, value):
        self._values[slot] = value
        self._bump(_HIDDEN)

    def _bump(self, by):
        self._count += by
"""
USER = """\
from bms import pack as p
from bms.pack import (
    LOWEST,
    Pack,
)


def run():
    pack = Pack()
    pack.put(p.SOC, 2 - LOWEST)
    return pack._count, _twice(p.SOC)


def _twice(value):
    return 2 * value
"""


def squeezed(kept=None, **sources):
    """Returns the texts; names without an underscore stay, or those in `kept`."""
    if kept is None:
        kept = set(re.findall(r"\b[A-Za-z]\w*", "".join(sources.values())))
    return squeeze.squeeze({k.replace("__", "."): v for k, v in sources.items()}, kept)


@pytest.mark.parametrize("value", ["b'ab'", "(1, 2)", "((1, b'x'), ('y', None))"])
def test_private_bytes_and_tuples_of_one_place_are_written_there(value):
    once = f"_HEAD = {value}\n\n\ndef f(x):\n    return x == _HEAD\n"
    text = squeezed(once=once)["once"]
    assert f"return x == {value}" in text and "_HEAD" not in text and text.count(value) == 1
    assert len(text.splitlines()) == len(once.splitlines())  # each line where it was


def test_a_tuple_that_is_made_anew_each_time_stays():
    text = squeezed(once="_HEAD = (1, [2])\n\n\ndef f(x):\n    return x is _HEAD\n")["once"]
    assert text.count("[2]") == 1 and "x is [" not in text and "x is (" not in text


@pytest.mark.parametrize(
    "more",
    [
        "\n\ndef g():\n    return _HEAD\n",  # a second place
        "\n\ndef g():\n    global _HEAD\n    _HEAD = 1\n",  # it changes
        "\n\ndef g(module):\n    return module._HEAD\n",  # perhaps this one
        "\n\ndef g():\n    del _HEAD\n",
        "\n\ndef g(_HEAD):\n    pass\n",  # another of this name
    ],
)
def test_other_private_bytes_stay_where_they_are(more):
    once = "_HEAD = b'ab'\n\n\ndef f(x):\n    return x == _HEAD\n"
    assert "x == b'ab'" not in squeezed(once=once + more)["once"]


def test_bytes_of_constants_become_a_literal_and_other_bytes_stay():
    table = "from bms import pack as p\n_END = const(255)\n"
    table += "ROWS = bytes(\n    (1, p.SOC)\n    + (2, _END)\n)\n"
    others = "FIRST = bytes(range(3))\nROOM = bytes(2 * p.SOC)\n"
    others += "def f(x):\n    return bytes((x, 1)), ROWS, FIRST\n"
    text = squeezed(bms__pack=PACK, user=table + others)["user"]
    assert r"ROWS = b'\x01\x07\x02\xff'" in text
    assert r"FIRST = b'\x00\x01\x02'" in text
    assert "ROOM = bytes(2 * 7)" in text and "return bytes((x, 1)), ROWS" in text
    assert text.count("\n") == (table + others).count("\n")


def test_a_table_that_no_module_names_is_left_out():
    table = 'NAMES = b"off\\non"\nOTHERS = b"a"\nOWN = b"b"\nTHEIRS = b"c"\nTEXT = "d"\nf(OWN)\n'
    user = "from tables import OTHERS\nimport tables as t\nprint(OTHERS, t.THEIRS)\n"
    text = squeezed(tables=table, user=user)["tables"]
    assert "NAMES" not in text and text.count("\n") == table.count("\n")
    for line in ('OTHERS = b"a"', 'OWN = b"b"', 'THEIRS = b"c"', 'TEXT = "d"'):
        assert line in text
    same_name = "import others\nNAMES = others.NAMES\nf(NAMES)\n"
    texts = squeezed(tables=table, others='NAMES = b"x"\n', user=same_name)
    assert "NAMES" not in texts["tables"] and 'NAMES = b"x"' in texts["others"]


def test_constants_become_numbers_everywhere():
    texts = squeezed(bms__pack=PACK, user=USER)
    assert "SOC" not in texts["bms.pack"] + texts["user"]
    assert "[0] * (7 + 1)" in texts["bms.pack"]
    assert "pack.put(7, 2 - (-3))" in texts["user"]
    assert "from bms.pack import Pack\n" in texts["user"]


def test_bytes_in_const_are_written_wherever_they_are_used():
    told = 'from compat import const\nHEATER = const(b"/heater")\nBIRTH = b"/status"\n'
    user = "import told as t\nclass Report:\n    name = t.HEATER\nf(t.BIRTH)\n"
    texts = squeezed(told=told, user=user)
    assert "name = b'/heater'" in texts["user"] and "t.BIRTH" in texts["user"]
    assert "heater" not in texts["told"] and 'BIRTH = b"/status"' in texts["told"]


def test_private_names_become_short_and_mean_one_thing():
    texts = squeezed(bms__pack=PACK, user=USER)
    assert "_bump" not in texts["bms.pack"]
    assert "_twice" not in texts["user"]
    # _count is used by both modules: the same in both, and no other name of either.
    assert "a._a += b" in texts["bms.pack"] and "a._b(_HIDDEN)" in texts["bms.pack"]
    assert "return pack._a, _b(7)" in texts["user"]


def test_unrelated_modules_share_short_names_and_constants_keep_theirs():
    one = "_a = const(3)\n\n\ndef _double(x):\n    return 2 * x + _a\n"
    two = "class Two:\n    def __init__(self):\n        self._half = 1\n"
    texts = squeezed(one=one, two=two)
    assert "def _b(x):\n    return 2 * x + _a" in texts["one"]
    assert "a._a = 1" in texts["two"]


def test_arguments_become_letters_unless_they_are_given_by_name():
    text = """\
def scale(value, *, by=1):
    return value * by


def shift(a_mv, by_mv, kept=0):
    return [a_mv + by_mv + a.kept for a in kept]


def clash(a, now):
    try:
        return lambda: a + now
    except OSError as now:
        pass


shift(1, 2, kept=scale(3, by=4))
"""
    assert squeezed(a=text)["a"] == (
        text.replace("scale(value, *", "scale(a, *")
        .replace("return value", "return a")
        .replace("shift(a_mv, by_mv", "shift(b, c")
        .replace("[a_mv + by_mv +", "[b + c +")
    )


def test_lines_stay_where_they_are():
    texts = squeezed(bms__pack=PACK, user=USER)
    assert texts["bms.pack"].split("\n").index("class Pack:") == 7
    assert texts["user"].split("\n").index("def run():") == 7


def test_public_names_become_short_too_but_for_those_that_others_have():
    renamed = {name: text.replace("put", "feed") for name, text in (("p", PACK), ("u", USER))}
    texts = squeezed(stock_names.load(), bms__pack=renamed["p"], user=renamed["u"])
    # "feed" is a method of a watchdog; modules keep their names.
    assert "class _a:" in texts["bms.pack"] and "def feed(a, b, c):" in texts["bms.pack"]
    assert "from bms.pack import _a\n" in texts["user"]
    assert "a = _a()" not in texts["user"] and "pack = _a()\n    pack.feed(7, " in texts["user"]


def test_what_a_text_may_mean_stays():
    text = "class Box:\n    pass\n\n\ndef open_box(a):\n    return getattr(a, 'lid')\n"
    text += "\n\ndef lid():\n    return open_box\n\n\nNAMES = ('Box', b'open_box')\n"
    short = text.replace("open_box(a)", "_a(a)").replace("return open_box", "return _a")
    # Only some modules ask for a class by a text.
    assert squeezed({"NAMES"}, showing__panels=text)["showing.panels"] == short
    others = short.replace("_a", "_b").replace("class Box", "class _a")
    assert squeezed({"NAMES"}, a=text)["a"] == others


def test_a_name_that_a_module_has_too_is_shortened_where_it_is_not_that():
    text = "from bms import pack\nfrom bms.pack import Pack\n\n\nclass Box:\n"
    text += "    def __init__(self, bms):\n        self.bms = bms, pack, Pack\n"
    short = squeezed(frozenset(), bms__pack=PACK, user=text)["user"]
    assert short.startswith("from bms import pack\nfrom bms.pack import _")
    assert "self.bms" not in short and ", pack, _" in short


def test_free_names_come_first_but_not_where_a_base_is_not_ours():
    text = "class Box:\n    pass\n\n\ndef lid():\n    return Box\n"
    heir = "class Refused(Exception):\n    pass\n"
    texts = squeeze.shorten({"a": text, "heir": heir}, frozenset(), ("sin", "cos"))
    assert texts["a"] == text.replace("Box", "sin").replace("lid", "cos")
    assert texts["heir"] == heir.replace("Refused", "_a")


def test_what_comes_from_elsewhere_keeps_its_name():
    text = "import rig\nfrom kit import glue\n\n\ndef bolt():\n    return rig.bolt(glue)\n"
    text += "\n\ndef glue():\n    return bolt\n"
    assert squeezed(frozenset(), a=text)["a"] == text


def test_a_constant_of_a_class_is_not_hidden_from_others():
    text = "class Box:\n    DEPTH = const(3)\n"  # as _a = const(3), the compiler would drop it
    assert squeezed({"Box"}, a=text)["a"] == text


def test_what_was_imported_for_constants_alone_is_not_imported():
    user = "import os\nfrom bms import pack as p, alarms\nimport board\n\n\n"
    user += "def f():\n    return p.SOC, board.ON, board.NAME, alarms.NAMES, os\n"
    board = "ON = True\nNAME = 'x'\n_OWN = 'y'\n"
    alarms = "NAMES = b'a'\n"
    texts = squeezed(bms__pack=PACK, bms__alarms=alarms, board=board, user=user)
    assert texts["board"] == "pass\npass\n_a = 'y'\n"  # its texts are written there, too
    assert texts["user"] == (
        "import os\nfrom bms import alarms\npass\n\n\n"
        "def f():\n    return 7, True, 'x', alarms.NAMES, os\n"
    )


def test_what_is_set_from_outside_shares_its_name_with_nothing():
    box = "class Box:\n    def __init__(self):\n        self.alpha = 1\n"
    lid = "class Lid:\n    def __init__(self):\n        self.beta = 1\n"
    user = "def close(box):\n    box.beta = 2\n"
    apart = squeezed({"Box", "Lid", "close"}, box=box, lid=lid)
    assert "a._a = 1" in apart["box"] and "a._a = 1" in apart["lid"]
    texts = squeezed({"Box", "Lid", "close"}, box=box, lid=lid, user=user)
    assert "a._a = 2" in texts["user"] and "a._a = 1" in texts["lid"]
    assert "a._b = 1" in texts["box"]


def test_arguments_given_by_a_name_that_became_short_are_found():
    text = "class Box:\n    def __init__(self, reach):\n        self.reach = reach\n"
    text += "Box(reach=3)\n"
    assert squeezed({"Box"}, a=text)["a"] == text.replace("self", "a").replace("reach", "_a")
    # Something of MicroPython's has an argument of this name.
    asked = text.replace("reach", "baudrate")
    assert squeezed({"Box"}, a=asked)["a"] == asked.replace("self", "a")


def test_the_stock_names_are_those_of_the_stubs():
    if not stock_names.STUBS.is_dir():
        pytest.skip("the stubs are not installed: `make check` does that")
    assert stock_names.main(["--check"]) == 0


def test_stock_names_know_what_untyped_objects_have():
    assert {"sock", "set_last_will", "readinto", "ScanResult", "ipoll"} <= stock_names.load()
    assert "baudrate" in stock_names.arguments() and "feed" not in stock_names.arguments()


def test_flash_names_are_those_that_both_have_and_nobody_asks_for():
    assert flash_names.main(["--check"]) == 0
    names = set(flash_names.load())
    assert len(names) > 300 and not names & {"print", "len", "readinto", "send", "write", "in"}
    trees = {"a": short_names.parse("def sin(x):\n    return getattr(x, 'cos'), 'tan'\n")}
    left = set(flash_names.unused(trees))
    assert left == names - {"sin", "cos"}


def test_a_module_handed_over_keeps_its_constants():
    texts = squeezed(huge="HEIGHT = 40\nWIDTH = 3\n", font="def load(m):\n    return m.HEIGHT\n")
    assert texts["huge"] == "HEIGHT = 40\npass\n"


def test_a_constant_passed_on_by_another_module_is_followed():
    texts = squeezed(a="SIZE = 5\n", b="from a import SIZE\n", c="import b\nx = b.SIZE\n")
    assert texts["c"] == "pass\nx = 5\n"


def test_classes_that_inherit_share_no_short_name():
    base = "class Base:\n    def __init__(self):\n        self._alpha = 1\n"
    heir = (
        "from base import Base\n\n\nclass Heir(Base):\n    def f(self):\n        self._beta = 2\n"
    )
    texts = squeezed(base=base, heir=heir)
    assert "a._a = 1" in texts["base"]
    assert "a._b = 2" in texts["heir"]


def test_only_what_could_clash_with_micropythons_own_keeps_a_class_from_names_of_its():
    """An exception without anything of its own is no reason: what all share may be called so."""
    user = "class Device:\n    def __init__(self):\n        self.alpha = 0\n\n\n"
    user += "def f(device):\n    device.alpha = 1\n"
    texts = {"user": user, "fault": 'class Fault(Exception):\n    """Why."""\n'}
    own = "class Fault(Exception):\n    def why(self):\n        return 1\n"
    for fault, taken in ((texts["fault"], True), (own, False)):
        found = squeeze.shorten(texts | {"fault": fault}, {"f", "Device"}, ("sin", "cos"))
        assert (".sin = 1" in found["user"]) is taken


def test_a_public_name_may_be_asked_for():
    text = "def f(a):\n    return getattr(a, 'frames', None)\n"
    assert squeezed(a=text)["a"] == text


def test_a_name_that_is_not_ours_stays():
    text = "import _thread\n\n\ndef start(a):\n    _thread.start_new_thread(a, ())\n"
    assert squeezed(a=text)["a"] == text


@pytest.mark.parametrize(
    "source, complaint",
    [
        ("X = 1\ny = getattr(y, 'X')\n", "getattr hides which names are used"),
        ("y = getattr(y, '_x')\n", "getattr hides which names are used"),
        ("y = getattr(y, x)\n", "getattr hides which names are used"),
        ("x = f'{x}'\n", "f-string"),
        ("from bms.pack import *\n", "star import"),
        ("print(**names())\n", r"\*\* hides which names"),
        ("SOC = 1\n\n\ndef f(SOC):\n    pass\n", "SOC is also an argument"),
        ("SOC = 1\n\n\ndef f():\n    global SOC\n    SOC = 2\n", "SOC is also a variable"),
    ],
)
def test_what_cannot_be_followed_is_refused(source, complaint):
    with pytest.raises(squeeze.SqueezeError, match=complaint):
        squeeze.squeeze({"a": source}, frozenset())


def can_be_squeezed(script):
    """True if the script does nothing that hides names, and needs nothing that is a file in an
    image; what else it imports of ours never hides any."""
    tree = short_names.parse(script.read_text())
    try:
        squeeze.refuse(script.stem, tree)
    except squeeze.SqueezeError:
        return False
    imported = short_names.imported_modules(tree)
    places = (MP, script.parent)
    files = [place / f"{name}.py" for name in imported - {"harness"} for place in places]
    beside = [file for file in files if file.is_file()]
    return not RENDERED & imported and all(map(can_be_squeezed, beside))


FOLLOWED = [script for script in SCRIPTS if can_be_squeezed(script)]
CASES = [
    pytest.param(script, width, id=f"{script.stem}-{width}")
    for script in FOLLOWED
    for width in widths(script)
]


@pytest.fixture(scope="module")
def squeezed_tree(tmp_path_factory):
    """A folder with all scripts that can be squeezed, and what they import, squeezed at once."""
    out = tmp_path_factory.mktemp("squeezed")
    squeezed_files.lay_out(FOLLOWED, out)
    return out


def test_most_scripts_can_be_squeezed():
    assert len(FOLLOWED) >= len(SCRIPTS) // 2


@pytest.mark.parametrize("script, width", CASES)
def test_scripts_pass_on_squeezed_modules(script, width, squeezed_tree, request):
    run = request.getfixturevalue(f"micropython{width}")
    run(squeezed_tree / f"{script.stem}.py", places=[squeezed_tree])


def test_the_image_is_smaller_for_it(tmp_path):
    board = "lilygo_t_display"
    image.lay_out(board, tmp_path / "plain", squeezed=False)
    folders = (image.kept(board), tmp_path / "plain")
    sizes = [sum(f.stat().st_size for f in folder.rglob("*.mpy")) for folder in folders]
    assert sizes[0] < 0.9 * sizes[1]
