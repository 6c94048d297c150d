"""Plays a start of the image on the 32-bit MicroPython, and tells what memory it takes when.

The very files of the image run, stage by stage as firmware/app.py and build.py have them, with
stand-ins for what the chip has (tools/mp/chip32.py). This MicroPython collects garbage only
between two pieces of source; so each stage is one, and its peak is all that it allocates, garbage
included: the chip, which collects when it must, needs no more.
"""

import contextlib
import dataclasses
import functools
import json
import pathlib
import tempfile

from bms import catalog
from bms.pack import PackState
from tools import ROOT, image
from tools.bench.bms import simulators
from tools.cost import chip_heaps
from tools.mp import runner
from tools.plant import Plant

_CHIP = ROOT / "tools" / "mp" / "chip32.py"
# Everything switched on, so that everything is built.
SETTINGS = {
    "heater_output": "gpio",
    "heater_mode": "charger_or_soc",
    "charger_pin_used": True,
    "heater_mat_mohm": 20000,
    "pack_wh": 14000,
    "wifi_ssid": "network",
    "mqtt_host": "192.168.1.2",
}
_BUILT_IN = {
    "machine": "Machine()",
    "network": "Network()",
    "socket": "Sockets()",
    "esp32": "Esp32()",
    "gc": "Gc()",
    "time": "clock",
}
_NOTHING = "select _thread"
_STAND_INS = """
import binascii, json, os
for name in {nothing!r}.split():
    sys.modules[name] = Anything()
for name, module in ({modules}):
    sys.modules[name] = module
del name, module
UART.replies, UART.unasked = {conversation!r}
Esp32.largest = {largest}
Esp32.areas = {areas}
"""
_CHUNK = 256
_HEAP = 256 * 1024
_STEP_MS = 50
_ALL_SAID_MS = 30_000
_RUNNING = "running"
_PRESS = "Pin.level = 0\nadvance(1)\nPin.level = 1\nadvance(1)"
_STAGES = (
    ("boot", "import slots\nslots.select()\ndel slots"),
    (
        "first picture",
        "import first_picture\nshown = first_picture.{showing.first_picture.Picture}()\n"
        "del first_picture",
    ),
    ("start", "import startup"),
    (
        "settings, radio",
        "found = [startup.{starting.startup.prepare}(shown)]\ndel shown, startup\n"
        "sys.modules.pop('startup')",
    ),
    ("application", "import app"),
    ("builders", "import build"),
    ("BMS, builder", "import units\ndel units"),
    ("BMS", "device = app.{device.Device}(found[0])\nbuild.{build.build_bms}(device, found[0])"),
    ("BMS done", "build.{build.finish}(0)"),
    ("heater, builder", "import heater\ndel heater"),
    (
        "heater",
        "build.{build.build_heater}(device, found[0])\nbuild.{build.build_more}(device, found[0])",
    ),
    ("heater done", "build.{build.finish}(1)"),
    ("relay, builder", "import building_relay\ndel building_relay"),
    ("relay", "build.{build.build_relay}(device, found[0])"),
    ("relay done", "build.{build.finish}(2)"),
    ("screen, builder", "import building_screen\ndel building_screen"),
    ("screen", "build.{build.build_screen}(device, found[0])"),
    ("screen done", "build.{build.finish}(3)"),
    (
        "built",
        "found.clear()\ndel build\napp.{app.forget}(device.memory)",
    ),
    ("tasks", "tasks = app.{tasks.start_all}(device)"),
    *((f"{_RUNNING}, {n} s", "advance(1)") for n in range(1, 11)),
    *((f"{_RUNNING}, page {n}", _PRESS) for n in range(1, 5)),
)


@dataclasses.dataclass
class Stage:
    """A stage of the start: bytes of Python's heap in use when its garbage is gone, the most that
    it may have needed, [(what, size)] that it took from the IDF, and what it gave back."""

    name: str
    live: int
    peak: int
    taken: list
    given: list = dataclasses.field(default_factory=list)


def conversation(name):
    """Returns what a simulated BMS says to whom speaks its dialect: ({request: reply}, unasked).

    `unasked`: what one that talks by itself says in three rounds.
    """
    sim = simulators.make(name, Plant())
    dialect = catalog.create(simulators.settings(name)["bms_dialect"], PackState(), _CHUNK, 1000)
    buf = bytearray(_CHUNK)
    out = bytearray(_CHUNK)
    replies = {}
    asked = said = b""
    for now in range(0, _ALL_SAID_MS, _STEP_MS):
        data = sim.take(1000 * now)
        said += data
        if asked:
            replies[asked] = replies.get(asked, b"") + data
        for at in range(0, len(data), _CHUNK):
            piece = data[at : at + _CHUNK]
            buf[: len(piece)] = piece
            dialect.feed(buf, len(piece), now)
        n = dialect.request(now, out)
        if n:
            asked = bytes(out[:n])
            replies.pop(asked, None)
            sim.receive(asked, 1000 * now)
    return replies, b"" if replies else said


@contextlib.contextmanager
def images(board_name="lilygo_t_display", roomy=False):
    """Gives a function that plays starts of one and the same image, as `play` does.

    roomy: it has what only boards with PSRAM do.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = pathlib.Path(folder) / "settings.json"
        yield functools.partial(_play, image.kept(board_name, roomy=roomy), given)


def play(settings=None, bms="jk_gps", psram=False, more=(), timeout_s=120, there=None, until=None):
    """Returns [Stage] of a start, and a few minutes after.

    settings: beside SETTINGS and what `bms` (of simulators.py) needs. psram: the firmware
    is told that it has megabytes, and refuses nothing. more: further stages, (name, source), that
    follow. timeout_s: for all of it. there: {path: file here} of what else the device has. until:
    the last stage before those, if not all of a start is played.
    """
    with images(roomy=psram) as play_one:
        return play_one(settings, bms, psram, more, timeout_s, there, until)


def _play(
    out,
    given,
    settings=None,
    bms="jk_gps",
    psram=False,
    more=(),
    timeout_s=120,
    there=None,
    until=None,
):
    write_settings(given, settings, bms)
    chunks = start_chunks(out, bms, psram, more, until)
    files = {"/settings.json": str(given)} | (there or {})
    return run(out, chunks, stage_names(more, until), files, timeout_s=timeout_s)


def write_settings(path, settings=None, bms="jk_gps"):
    """Writes what a play finds as settings.json; the arguments are those of `play`."""
    path.write_text(json.dumps(SETTINGS | simulators.settings(bms) | (settings or {})))


def start_chunks(out, bms, psram, more, until=None):
    """Returns the pieces of source that play a start of the image in the folder `out`; the other
    arguments are those of `play`."""
    started = image.started_in(out)
    chunks = stand_ins(conversation(bms), psram)
    for number, (_, code) in enumerate(_played(more, until)):
        text = named(code, started)
        chunks += [f"{text}\nreport_peak()", "gc.collect()", f"report({number})"]
    return chunks


def stage_names(more=(), until=None):
    """Returns the names of a start's stages, and of those that follow."""
    return [name for name, _ in _played(more, until)]


def _played(more, until):
    names = [name for name, _ in _STAGES]
    return (*_STAGES[: names.index(until) + 1 if until else None], *more)


def named(code, started):
    """Returns code with what {module.name} is called in an image (image.started_in)."""
    for name, value in started.items():
        code = code.replace("{" + name + "}", value)
    return code


def stand_ins(said=((), b""), psram=False):
    """Returns the pieces of source that come first: those of the chip, with `said` by a BMS."""
    modules = ", ".join(f"({name!r}, {make})" for name, make in _BUILT_IN.items())
    heaps = chip_heaps.before_the_ballast()
    given = _STAND_INS.format(
        nothing=_NOTHING,
        modules=modules,
        conversation=(dict(said[0]), said[1]),
        largest=heaps.largest,
        areas=8_000_000 if psram else heaps.usable,
    )
    chunks = ["import gc\nbefore = gc.mem_alloc()", _CHIP.read_text()]
    return [*chunks, "gc.collect()", "print('tool', gc.mem_alloc() - before)", given]


def run(out, chunks, names, more=None, path=("", ".frozen", "/lib"), timeout_s=120):
    """Returns [Stage] of pieces of source, played with the files of an image.

    Each stage says report_peak(), once or often, and then report(its number). names: of the
    stages; more: {path on the device: file} beside the image's; path: where modules come from.
    """
    return stages(output(out, chunks, more, path, timeout_s), names)


def output(out, chunks, more=None, path=("", ".frozen", "/lib"), timeout_s=120, heap=_HEAP):
    """As `run`, but returns what was printed. heap: bytes, for tool and garbage, too."""
    files = {f"/{f.relative_to(out).as_posix()}": str(f) for f in out.rglob("*.*")}
    plan = {
        "heap": heap,
        "files": files | (more or {}),
        "path": list(path),
        "argv": ["play"],
        "chunks": chunks,
    }
    result = runner.run_plan(plan, timeout_s)
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    return result.stdout


def stages(text, names):
    """Returns [Stage] of what a play has printed. names: of its stages."""
    found = []
    taken = []
    given = []
    tool = peak = step = 0
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        what, _, size = rest.rpartition(" ")
        if word == "tool":
            tool = int(size)
        elif word == "step":
            step = max(step, int(size))
        elif word == "idf":
            taken.append((what, int(size)))
        elif word == "back":
            given.append(what)
        elif word == "peak":
            peak = max(peak, int(size) - tool)
        elif word == "mem":
            live = int(size) - tool
            if step:  # the tasks ran: each step begins when the garbage of others can go
                peak = max(live, found[-1].live) + step
            found.append(Stage(names[int(what)], live, peak, taken, given))
            taken = []
            given = []
            step = peak = 0
    return found
