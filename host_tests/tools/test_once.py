"""What only builds the device is found, dropped when it is built, and nothing else is."""

import ast
import re
import sys

import pytest

from building import built
from tools import image
from tools.small import bundle, groups, once, squeeze

MAIN = """\
def run():
    import app

    print(app.run())


run()
"""
APP = """\
from meter import Meter


def make_device():
    from build import build

    return build()


def forget():
    from building.built import drop

    for part in range(4):
        drop(part)


def run():
    device = make_device()
    forget()
    return device.step()
"""
BUILD = """\
from meter import Meter


def build():
    meter = Meter(3)
    meter.load(4)
    return meter
"""
METER = """\
class Meter:
    def __init__(self, by):
        self.by = by
        self._later = self._double

    def load(self, by):
        self.by += self._half(by)

    def _half(self, by):
        return by // 2

    def _double(self):
        return 2 * self.by

    def step(self):
        return self._later()


def unused():
    return Meter(1)
"""
BUILT = (image.ROOT / "firmware" / "building" / "built.py").read_text()
TEXTS = {"entry": MAIN, "app": APP, "build": BUILD, "meter": METER, "building.built": BUILT}


def dropped(texts=TEXTS):
    """Returns the names of what goes, "Class.method" or "function", as a set."""
    found = once.only_building(texts)
    return {".".join([*([c.owner[1]] if c.owner else []), c.node.name]) for c in found}


def changed(module, old, new):
    assert TEXTS[module].count(old) == 1
    return TEXTS | {module: TEXTS[module].replace(old, new)}


def test_constructors_and_what_they_call_go_and_what_they_hand_on_stays():
    assert dropped() - {"drop", "build"} == {
        "Meter.__init__",
        "Meter.load",
        "Meter._half",
        "unused",
    }


@pytest.mark.parametrize(
    "module, old, new, stays",
    [
        ("app", "device.step()", "device.step(), Meter(5)", "Meter.__init__"),
        ("app", "device.step()", "device.step(), device.load(1)", "Meter._half"),
        ("app", "device.step()", "device.step(), device.load", "Meter.load"),
        ("app", "device.step()", "device.step(), getattr(device, 'load')", "Meter.load"),
        ("app", "device.step()", "device.step(), [m.load(2) for m in (device,)]", "Meter.load"),
        ("build", "return meter", "meter.then = meter.load", "Meter.load"),
        ("build", "return meter", "meter.then = lambda: meter.load(1)", "Meter.load"),
        ("build", "return meter", "meter.kind = Meter", "Meter.__init__"),
        ("meter", "def unused", "class Finer(Meter):\n    pass\n\n\nX = Finer(1)\n\n\ndef unused",
         "Meter.__init__"),
        ("meter", "    def step", "    again = load\n\n    def step", "Meter.load"),
        ("meter", "    def load", "    async def load", "Meter._half"),
        ("meter", "def unused", "@unused\ndef used():\n    pass\n\n\ndef unused", "unused"),
        ("meter", "def unused", "def used(by=unused):\n    pass\n\n\ndef unused", "unused"),
        ("meter", "    def load", "    def write", "Meter.write"),
    ],
)  # fmt: skip
def test_what_may_run_later_stays(module, old, new, stays):
    found = dropped(changed(module, old, new))
    assert stays not in found
    assert found & {"Meter.__init__", "Meter.load", "Meter._half", "unused"}


def test_a_constructor_that_runs_later_keeps_those_that_it_inherits():
    texts = changed("app", "device.step()", "device.step(), Finer(1)")
    texts["app"] = texts["app"].replace("import Meter", "import Finer, Meter")
    texts["meter"] += "\n\nclass Finer(Meter):\n    pass\n"
    assert "Meter.__init__" not in dropped(texts)


def test_what_is_defined_in_one_of_two_ways_stays():
    texts = TEXTS | {"meter": METER + "\n\ntry:\n    import sys\nexcept ImportError:\n\n"}
    texts["meter"] += "    def spare():\n        pass\n"
    assert "spare" not in dropped(texts)


def test_a_class_that_is_named_in_data_stays_where_it_may_be_made_later():
    catalog = "ALL = (('meter', 'Meter'),)\n\n\ndef create(n):\n    m, c = ALL[n]\n"
    catalog += "    return getattr(__import__(m), c)(1)\n"
    build = BUILD.replace("from meter import Meter", "from bms import catalog")
    texts = TEXTS | {
        "bms.catalog": catalog,
        "build": build.replace("Meter(3)", "catalog.create(0)"),
    }
    assert "Meter.__init__" in dropped(texts)
    later = texts | {"app": APP.replace("device.step()", "device.step(), catalog.create(0)")}
    later["app"] = "from bms import catalog\n" + later["app"]
    assert "Meter.__init__" not in dropped(later)


def test_it_is_gone_when_the_device_is_built(tmp_path, micropython64):
    kept = {"print", "split", "pop", "rpartition", "get", "modules", "sys", "Meter"}
    joined = bundle.bundle(squeeze.squeeze(TEXTS, kept), set())
    once.fill_in(joined, TEXTS)
    meter = re.search(r"class (\w+)", joined.texts["app"])[1]
    load, half = re.findall(r"def (\w+)", joined.texts["app"])[1:3]
    joined.texts["entry"] += f"from app import {meter}\n"
    joined.texts["entry"] += (
        f"print([k for k, v in sorted({meter}.__dict__.items()) if v is None])\n"
    )
    for name, text in joined.texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    found = micropython64(tmp_path / "entry.py", places=[tmp_path]).stdout
    assert found == f"10\n{sorted(['__init__', load, half])}\n"


def test_what_a_later_part_needs_goes_when_that_is_built():
    texts = TEXTS | {
        "building.screen": "from meter import Meter\n\n\ndef add_to():\n    Meter(2)\n"
    }
    build = BUILD.replace(
        "    return", "    from building.screen import add_to\n\n    add_to()\n    return"
    )
    texts["build"] = build
    names = [
        {c.node.name for c in once.only_building(texts, part) if c.module == "meter"}
        for part in range(len(once.PARTS))
    ]
    assert names[0] == names[1] == names[2] == {"load", "_half", "unused"}
    assert names[3] == names[2] | {"__init__"}


def test_the_parts_are_those_of_build():
    code = (image.ROOT / "firmware" / "build.py").read_text()
    parts = ast.literal_eval(re.search(r"_ONCE = (\(.*?\n\))", code, re.S)[1])
    assert len(parts) == len(once.PARTS)
    for names, known in zip(parts, once.PARTS, strict=True):
        assert names[0] in known and known <= groups.ONCE


def test_the_image_drops_its_constructors_and_keeps_what_is_made_anew():
    texts, _ = image.sources("lilygo_t_display")
    found = {(c.module, c.node.name) for c in once.only_building(texts)}
    assert ("heat.heater", "__init__") in found and ("screen.show", "__init__") in found
    assert ("bms.pack", "__init__") not in found  # a search makes packs while the device runs
    assert ("bms.jk.jk_gps", "__init__") not in found
    assert not {m for m, n in found if n != "__init__"} & {"tasks", "supervisor", "boot"}
    named = {m: text for m, text in texts.items() if m not in once.SEARCH}
    alone = {(c.module, c.node.name) for c in once.only_building(named)}
    assert found <= alone | {(m, n) for m, n in found if m in once.SEARCH}
    assert {(m, "__init__") for m in ("bms.pack", "bms.jk.jk_gps", "bms.framer")} <= alone
    assert not {m for m, n in alone if n != "__init__"} & {"tasks", "supervisor", "boot"}


def test_what_only_a_search_makes_goes_where_nothing_searches(monkeypatch):
    class Pack:
        def __init__(self):
            pass

    made = Pack.__init__
    part = type(built)("part")
    part.Pack = Pack
    monkeypatch.setitem(sys.modules, "part", part)
    monkeypatch.setattr(built, "_DROPPED", ((), (), (), (), ("part Pack",)))
    monkeypatch.setitem(sys.modules, "links.auto", part)
    built.drop(3)
    assert Pack.__init__ is made
    monkeypatch.delitem(sys.modules, "links.auto")
    built.drop(2)
    assert Pack.__init__ is made
    built.drop(3)
    assert Pack.__init__ is None


def test_the_builders_exist():
    texts, _ = image.sources("lilygo_t_display")
    program = once.Program(texts)
    assert program.functions.keys() >= once.BUILDERS
    with_touch, _ = image.sources("esp32_2432s028")
    assert groups.ONCE <= texts.keys() | with_touch.keys() | {"languages"}
