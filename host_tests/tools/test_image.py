"""The image: complete, portable, the same on every machine, and loadable by real MicroPython."""

import ast
import io
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet  # 3.10: not the builtin one
from contextlib import redirect_stdout

import pytest

from settings import table as settings
from tools import ROOT, boards, image
from tools.draw import panel_layouts
from tools.small import groups, short_names

BOARDS = [folder.name for folder in boards.folders()]
BUILT = ["adafruit_feather_s3_tft", "esp32_2432s028", "lilygo_t_display"]  # each takes seconds
PSRAM, _, NO_PSRAM = BUILT

# What the ESP32's firmware has built in, and this one has not, is stood in for by anything.
LOAD_ALL = """
import sys

BUILT_IN = "machine network esp32 socket select bluetooth aioble "
BUILT_IN += "aioble.core ntptime onewire framebuf"

class Anything:
    def __getattr__(self, name):
        return self
    def __call__(self, *args, **keywords):
        return self

for name in BUILT_IN.split():
    sys.modules[name] = Anything()
for name in sys.argv[1:]:
    __import__(name)
    print(name)
"""


@pytest.fixture(scope="module", params=BUILT)
def built(request):
    """Returns (board name, folder of its image), which is made once for all tests of a run."""
    psram = bool(image.load_board(request.param).PSRAM)
    return request.param, image.kept(request.param, squeezed=not psram)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """{board: (folder, what the command says)} of one with PSRAM and one without."""
    found = {}
    for board in (PSRAM, NO_PSRAM):
        out = tmp_path_factory.mktemp("said") / "x"
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as text:
            patch.chdir(out.parent)
            assert image.main([board, "--out", str(out)]) == 0
        found[board] = (out, text.getvalue())
    return found


def names_in(out):
    """Returns the paths of all files in the tree, from its root."""
    return sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())


def modules_in(out):
    """Returns the names of the compiled modules, which lie side by side."""
    return sorted(file.stem for file in (out / "lib").glob("*.mpy"))


def test_the_root_holds_what_the_device_starts_from(built):
    _, out = built
    top = sorted(p.name for p in out.iterdir())
    assert top == ["boot.py", "lib", "main.py", "settings.example.json", "slots.mpy"]


def test_boot_needs_nothing_but_the_chip(built):
    """It must drop the pin even where lib/ is half copied, and before anything that may fail."""
    name, out = built
    board = image.load_board(name)
    text = (out / "boot.py").read_text()
    line = f"Pin({board.HEATER_PIN}, Pin.OUT, value=1 - {board.HEATER_ACTIVE})"
    head, imports, pin, *after = ast.parse(text).body
    assert isinstance(head, ast.Expr) and ast.unparse(imports) == "from machine import RTC, Pin"
    assert ast.unparse(pin) == line
    assert [type(statement) for statement in after] == [ast.Try, ast.If]
    assert "import slots" in ast.unparse(after[0])
    assert ast.unparse(after[1].test) == "RTC().memory() == b'set-up'"


def test_boot_begins_the_set_up_if_it_is_asked_for_and_starts_anew_whatever_comes_of_it(built):
    text = (built[1] / "boot.py").read_text()
    code = text[text.index("if RTC()") :]
    lines = [line.strip() for line in code.splitlines()]
    assert lines[:2] == [
        'if RTC().memory() == b"set-up":',
        'RTC().memory(b"")  # whatever comes of it, the next start is one as usual',
    ]
    assert lines[-1] == "machine.reset()" and "except Exception as error:" in lines


def test_the_set_up_is_a_program_of_its_own(built):
    """Where the application is squeezed, nothing of that is in it."""
    name, out = built
    if name == PSRAM:
        assert (out / "lib" / "set_up.mpy").exists() and (out / "lib" / "setup").is_dir()
        return
    own = {file.stem for file in (out / "lib" / "set_up").glob("*.mpy")}
    assert {"set_up", "front", "markup", "table"} <= own
    assert not image.set_up_sources(name).keys() & {"app", "heat.heater", "build"}
    texts, _ = image.sources(name)
    assert not [module for module in texts if module.startswith(("portal.", "set_up."))]


def test_what_no_update_changes_knows_one_name_of_what_it_does(built):
    """The files at the root go on with each lib/ that comes: what they ask of it never changes."""
    name, out = built
    found = short_names.imported_modules(short_names.parse((out / "main.py").read_text()))
    assert found == {"machine", "machine.Pin", groups.ENTRY} and "entry" in modules_in(out)
    assert "set_up.run()" in (out / "boot.py").read_text()
    assert image.set_up_made(name, name != PSRAM).started["set_up.run"] == "run"


@pytest.mark.parametrize("board", [PSRAM, NO_PSRAM])
def test_what_is_asked_of_the_root_is_what_every_version_asks(board, tmp_path, micropython64):
    """Whoever wants another name of slots has to find it in the ones that are out there."""
    asked = {"read", "write"}
    texts, _ = image.sources(board)
    for name, text in texts.items():
        if name != "slots" and "slots" in short_names.imported_modules(short_names.parse(text)):
            every = short_names.nodes(short_names.parse(text))
            attributes = [node for node in every if isinstance(node, ast.Attribute)]
            found = {node.attr for node in attributes if ast.unparse(node.value) == "slots"}
            assert found <= asked, name
    script = tmp_path / "names.py"
    script.write_text("import slots\nprint(*dir(slots))\n")
    place = image.kept(board, squeezed=board == NO_PSRAM)
    told = micropython64(script, places=[place]).stdout
    assert asked <= set(told.split())


def test_every_import_resolves_inside_the_tree(built):
    texts, files = image.sources(built[0])
    here = texts.keys() | files.keys()
    folders = {n.rpartition(".")[0] for n in here}
    for name, text in texts.items():
        for wanted in short_names.imported_modules(short_names.parse(text)):
            parent = wanted.rpartition(".")[0]
            known = {wanted, parent} & (here | groups.ROOMY | groups.TOUCH | folders - {""})
            elsewhere = image.STOCK | image.ADDED
            assert known or wanted.partition(".")[0] in elsewhere, f"{name} needs {wanted}"


@pytest.mark.parametrize(
    "name, has", [("lilygo_t_display", False), (PSRAM, False), ("esp32_2432s028", True)]
)
def test_what_a_finger_needs_is_only_where_there_is_a_touch_panel(name, has):
    modules = image.sources(name, name == PSRAM)[0].keys()
    touch = {
        "hardware.inputs.touch",
        "hardware.inputs.taps",
        "building.touch_panel",
        "screen.gestures",
    }
    touch |= {"screen.axes", "hardware.inputs.xpt2046"}
    assert touch & modules == (touch if has else set())


def test_the_application_and_its_choices_are_in(built):
    name, out = built
    if name == PSRAM:  # each module in its room
        assert all((out / "lib" / path).exists() for path in ("app.mpy", "bms/jk/jk_gps.mpy"))
    else:
        assert {"app", "common", "jk_gps", "jk_ble"} <= set(modules_in(out))
        deeper = [path.relative_to(out / "lib") for path in (out / "lib").glob("*/**/*.mpy")]
        assert {path.parts[0] for path in deeper} == {"set_up"}
    assert {"heat.heater", image.load_board(name).PANEL} <= image.sources(name)[0].keys()


def test_compiled_files_are_portable_bytecode(built):
    _, out = built
    for file in (out / "lib").rglob("*.mpy"):
        head = file.read_bytes()[:4]
        assert head[:2] == b"M\x06", f"{file}: not version 6"
        assert head[2] >> 2 == 0, f"{file}: has native code"
        assert head[3] <= 31, f"{file}: needs integers of {head[3]} bits"


def test_nothing_of_this_machine_is_inside(built):
    _, out = built
    for file in out.rglob("*"):
        if file.is_file():
            assert os.fsencode(ROOT) not in file.read_bytes(), file
            assert os.fsencode(out.parent) not in file.read_bytes(), file


def test_the_same_sources_give_the_same_bytes(said):
    """What the command has just made is what was kept, in another folder."""
    again, _ = said[NO_PSRAM]
    out = image.kept(NO_PSRAM)
    assert names_in(again) == names_in(out)
    for file in names_in(out):
        assert (again / file).read_bytes() == (out / file).read_bytes(), file


def test_a_start_finds_out_for_which_boards_the_image_is(said):
    """starting/roominess.py looks for a file that only images for boards with PSRAM have."""
    assert '"power_saver.mpy"' in image.find_source("starting.roominess").read_text()
    for name, (out, _) in said.items():
        assert (out / "lib" / "power_saver.mpy").exists() is bool(image.load_board(name).PSRAM)


def test_an_old_tree_leaves_nothing_behind(tmp_path):
    stale = tmp_path / "out" / "lib" / "stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    image.lay_out(PSRAM, tmp_path / "out", squeezed=False)
    assert not stale.exists()


def test_the_example_settings_are_valid_and_hold_no_secret(built):
    _, out = built
    raw = json.loads((out / "settings.example.json").read_text())
    values, errors = settings.load(raw)
    assert errors == []
    assert values == raw
    assert not set(raw) & {row[0] for row in settings.SECRETS}


@pytest.mark.parametrize("width", [64, 32])
@pytest.mark.parametrize("squeezed", [True, False])
def test_real_micropython_loads_every_module(squeezed, tmp_path, width, request):
    out = image.kept(NO_PSRAM)
    if not squeezed:
        out = tmp_path / "x"
        image.lay_out(NO_PSRAM, out, squeezed)
    modules = [name for name in modules_in(out) if name != groups.ENTRY]  # which would start
    script = tmp_path / "load_all.py"
    script.write_text(LOAD_ALL)
    run = request.getfixturevalue(f"micropython{width}")
    result = run(script, *modules, places=[out, out / "lib"], heap=1024 * 1024)
    assert result.stdout.split() == modules


def test_an_import_that_the_device_lacks_is_refused(tmp_path, monkeypatch):
    (tmp_path / "main.py").write_text("import dataclasses\n")
    monkeypatch.setattr(image, "ROOT", tmp_path)
    monkeypatch.setattr(image, "ROOTS", (tmp_path,))
    with pytest.raises(image.ImageError, match="main.py imports dataclasses: not on the device"):
        image.check_imports(tmp_path / "main.py")


def test_an_unknown_board_is_named_with_those_there_are(capsys):
    assert image.main(["no_such_board"]) == 1
    assert (
        "no board 'no_such_board'; there are: adafruit_feather_s3_tft, esp32_2432s028"
        in capsys.readouterr().err
    )


def test_the_report_says_how_to_copy(said):
    for out, text in said.values():
        assert f"mpremote cp -r {out}/. :" in text
        assert "/lib/app.mpy" in text


def test_a_board_with_psram_gets_its_modules_as_they_are(said):
    for board, (_, text) in said.items():
        psram = bool(image.load_board(board).PSRAM)
        assert psram is (board == PSRAM)
        assert psram is ("/lib/heat/heater.mpy" in text)
        assert psram is ("explain_traceback" not in text)


@pytest.mark.parametrize("name", boards.names())
def test_every_board_has_its_driver_and_the_layout_of_its_panel(name):
    board = image.load_board(name)
    texts, _files = image.sources(name)
    assert board.PANEL in texts and f'NAME = "{board.NAME}"' in texts["board"]
    if board.PANEL in panel_layouts.MONO:  # it has a page of its own
        assert "screen.layout" not in texts
        return
    large = "\nMORE_FIGURES = const(4)\n" in texts["screen.layout"]
    assert large == (board.PANEL_WIDTH >= 320 and board.PANEL_HEIGHT >= 240)


@pytest.mark.parametrize("board", BOARDS)
def test_the_manifest_names_what_exists(board):
    asked = []
    libraries = []

    def read(manifest):
        """Follows a manifest and those it includes, paths being relative to each."""
        taken = {"freeze": lambda path: asked.append((manifest.parent / path).resolve())}
        taken |= {"module": taken["freeze"], "require": libraries.append}
        taken["include"] = lambda path: path[0] == "$" or read((manifest.parent / path).resolve())
        exec(manifest.read_text(), taken)

    read(ROOT / "boards" / board / "manifest.py")
    assert asked == [ROOT / "boards" / board / "board.py", ROOT / "lib", ROOT / "firmware"]
    assert libraries == ["aioble-central", "aioble-client"]


def test_a_file_is_rendered_from_a_module_that_the_device_does_not_carry(tmp_path, monkeypatch):
    def spoken(module, board, roomy):
        assert roomy
        return board.NAME.encode() + module.CHECK.to_bytes(4, "little")

    monkeypatch.setitem(image.rendered.FILES, "screen.draw.fonts.barlow", spoken)
    image.lay_out(NO_PSRAM, tmp_path / "x", squeezed=False)
    fonts = tmp_path / "x" / "lib" / "screen" / "draw" / "fonts"
    assert (fonts / "barlow.bin").read_bytes()[:-4] == b"LilyGO T-Display"
    assert not (fonts / "barlow.mpy").exists()


def test_an_image_is_kept_for_as_long_as_its_sources_are_the_same(monkeypatch, tmp_path):
    made = []

    def lay_out(board, out, squeezed, joined, roomy):
        made.append((board, joined))
        out.mkdir()
        (out / "main.py").write_text(f"# {len(made)}")
        return image.Laid([], {}, {"startup.prepare": board})

    monkeypatch.setattr(image, "ROOT", tmp_path)
    monkeypatch.setattr(image, "lay_out", lay_out)
    (tmp_path / "requirements-packmate.txt").write_text("")
    (tmp_path / "lib").mkdir()
    for texts in ("a = 1", "a = 2"):
        (tmp_path / "lib" / "a.py").write_text(texts)
        first = image.kept("board")
        assert image.kept("board") == first
    assert made == [("board", True)] * 2 and (first / "main.py").read_text() == "# 2"
    others = {image.kept("other"), image.kept("board", joined=False)}
    assert len(others - {first}) == 2 and made[2:] == [("other", True), ("board", False)]
    assert {image.started_in(place)["startup.prepare"] for place in others} == {"board", "other"}


def test_who_wants_the_same_image_at_the_same_time_waits_for_it(monkeypatch, tmp_path):
    made = []
    begun = threading.Event()
    goes_on = threading.Event()

    def lay_out(board, out, squeezed, joined, roomy):
        made.append(board)
        begun.set()
        assert goes_on.wait(60)
        out.mkdir()
        return image.Laid([], {}, {})

    monkeypatch.setattr(image, "ROOT", tmp_path)
    monkeypatch.setattr(image, "_digest", lambda: "same")
    monkeypatch.setattr(image, "lay_out", lay_out)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(image.kept, "board")
        assert begun.wait(60)
        second = pool.submit(image.kept, "board")
        with pytest.raises(NotYet):
            second.result(0.2)
        goes_on.set()
        assert first.result() == second.result() == tmp_path / "build" / "kept" / "board-same"
    assert made == ["board"]
    names = sorted(path.name for path in (tmp_path / "build" / "kept").iterdir())
    assert names == ["board-same", "board-same.json", "board.lock"]  # nothing half made is left
