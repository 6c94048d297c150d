"""What the network can do to a device, and what that costs: `make benchmark ARGS=resilience`.

The image for a board without PSRAM, whole and unmodified, runs among stand-ins for what its chip
has (boot_play.py), with a network and a broker that fail in every way
(tools/mp/rough_net.py). All is in virtual time, so that what is counted and timed there is the
same on every machine: how long until all is well again, what was told meanwhile, what lives in the
heap afterwards. Only how long a step held the loop is measured by a real clock, on the 64-bit
build, as a multiple of a loop whose time on an ESP32 is known.
"""

import dataclasses
import pathlib
import tempfile

from tools import ROOT, image
from tools.bench.net import hostile
from tools.cost import boot_play
from tools.mp import runner

_NET = ROOT / "tools" / "mp" / "rough_net.py"
SETTINGS = {"mqtt_host": "broker.lan", "mqtt_mode": True, "mqtt_boost": True}
_HEAP = 4_000_000  # for the network's own garbage
_LIMIT_S = 600
_BOARD = "lilygo_t_display"
_BMS = "jk_gps"
_CALM = "all is well"
_RUNS = 5
# Bytes of Python's heap, from the same state to the same state: the host's collector takes what
# lies about for an address, and keeps some of the tool's own; and MicroPython's table of names
# grows by 880 bytes at once. What grows again and again is found by the month of soak.py.
MOST_GROWTH = 2_500
MOST_HOLD_MS = 50
# As a hostile client sends them, and how many of them find somebody who listens.
_FLOOD = [(topic.encode(), payload) for topic, payload, _ in hostile.messages()]
_LONG = "b'B' * 20_000"


@dataclasses.dataclass(frozen=True)
class Fault:
    """begin, end, each: MicroPython, in the names of rough_net.py; each: once a second; limit_s:
    within which a device must be back."""

    name: str
    begin: str
    seconds: int
    end: str = "pass"
    each: str = ""
    limit_s: int = 90


# A session that stands ends where a fault is about beginning one.
_ANEW = "broker.end_all()"
# Whatever is allocated once only, the tool's own names included, is so before the first look.
_FIRST = Fault("first", _ANEW, 30)
_REST = f"{_ANEW}\nsettle()\nnet.sockets()"  # so that each is looked at in the same state
FAULTS = (
    Fault("nothing", "pass", 120, limit_s=20),
    Fault("the name server is silent", f"net.names = False; {_ANEW}", 180, "net.names = True"),
    Fault(
        "the broker refuses connections",
        f"net.listens = False; {_ANEW}",
        180,
        "net.listens = True",
    ),
    Fault(
        "the broker accepts, and is silent", "broker.silent = True", 180, "broker.silent = False"
    ),
    Fault(
        "the broker's host vanishes: half-open",
        "net.lets_in = False\nfor line in net.lines: line.dead = True",
        180,
        "net.lets_in = True",
    ),
    Fault(
        "its answers drip, a byte each 3 s",
        f"broker.drips = True; {_ANEW}",
        180,
        "broker.drips = False; broker.end_all()",
    ),
    Fault(
        "it says no to user and password",
        f"broker.greeting = b'\\x20\\x02\\x00\\x05'; {_ANEW}",
        180,
        "broker.greeting = broker.GOOD",
    ),
    Fault(
        "its CONNACK is none",
        f"broker.greeting = b'HTTP/1.1 400 Bad Request'; {_ANEW}",
        180,
        "broker.greeting = broker.GOOD",
    ),
    Fault(
        "packets that are malformed",
        f"broker.behind = b'\\x30\\xff\\xff\\xff\\xff\\x01'; {_ANEW}",
        180,
        "broker.behind = b''",
    ),
    Fault(
        "20 kB retained on a command's topic",
        f"broker.retained[BASE + b'/heater/on_dc/set'] = {_LONG}; {_ANEW}",
        60,
        "broker.retained.clear()",
    ),
    Fault(
        "subscriptions are denied",
        f"broker.denies = True; {_ANEW}",
        60,
        f"broker.denies = False; {_ANEW}",
    ),
    Fault(
        "a flood of hostile commands",
        f"for name, payload in {_FLOOD!r}: broker.command(name, payload)",
        60,
        limit_s=20,
    ),
    Fault(
        "the broker restarts, and has forgotten all",
        f"net.listens = False; broker.retained.clear(); {_ANEW}",
        8,
        "net.listens = True",
        limit_s=30,
    ),
    Fault(
        "the Wi-Fi is gone for 8 s of each 20 s",
        "pass",
        300,
        "Wlan.there = True",
        "Wlan.there = second % 20 >= 8",
    ),
    Fault("30 % of all segments are lost", "net.loss = 30", 300, "net.loss = 0"),
)


@dataclasses.dataclass
class Outcome:
    """What came of a fault. back_s: from its end to the first message, -1: it never was well;
    due, arrived: state messages; sent, answered: commands; connects: sessions; sockets: that are
    open at the end; grown: bytes of Python's heap, afterwards; hold_ms: the longest that a step
    held the loop of an ESP32; steps: what each took, as a multiple of the known loop."""

    name: str
    back_s: float
    due: int
    arrived: int
    sent: int
    answered: int
    connects: int
    sockets: int
    grown: int = 0
    hold_ms: float = 0.0
    steps: list = dataclasses.field(default_factory=list, repr=False)


def source(fault):
    """Returns the MicroPython that plays a fault."""
    lines = [f"def begin():\n{_block(fault.begin)}", f"def end():\n{_block(fault.end)}"]
    lines += [f"def each(second):\n{_block(fault.each or 'pass')}"]
    lines += [f"fault({fault.name!r}, begin, {fault.seconds}, end, each)", "del begin, end, each"]
    return "\n".join(lines)


def _block(text):
    return "\n".join("    " + line for line in text.split("\n"))


def play(faults=FAULTS):
    """Returns [Outcome], with all that is counted."""
    with tempfile.TemporaryDirectory(prefix="packmate-resilience-") as folder:
        given = pathlib.Path(folder) / "settings.json"
        boot_play.write_settings(given, SETTINGS)
        out = image.kept(_BOARD)
        more = _more(faults, "int")
        chunks = boot_play.start_chunks(out, _BMS, False, more)
        files = {"/settings.json": str(given)}
        text = boot_play.output(out, chunks, files, timeout_s=_LIMIT_S, heap=_HEAP)
    played = boot_play.stages(text, boot_play.stage_names(more))
    first, *live = [stage.live for stage in played if stage.name == _CALM]
    found = _outcomes(text)
    for outcome, bytes_now in zip(found, live, strict=True):
        outcome.grown = bytes_now - first
    return found


def measure(outcomes, known_loop_us, faults=FAULTS):
    """Adds to them how long the loop was held: the same play on the 64-bit build, some times.
    known_loop_us: what the known loop takes on an ESP32.

    Of each step the shortest time counts: what made it longer was the machine's other work.
    """
    runs = [_outcomes(_on_64_bits(faults)) for _ in range(_RUNS)]
    for outcome, *same in zip(outcomes, *runs, strict=True):
        steps = zip(*[one.steps for one in same], strict=True)
        outcome.hold_ms = max(min(step) for step in steps) * known_loop_us / 1000


def _more(faults, clock_us):
    """Returns [(stage, source)] of the play. clock_us: MicroPython's name of the real clock."""
    net = f"real_us = {clock_us}\n" + _NET.read_text()
    # Each new name stays in the heap: they are all there before the first look at it.
    names = "\n".join(f"compile({source(fault)!r}, '', 'exec')" for fault in faults)
    more = [("rough network", net), ("names", names)]
    for fault in (_FIRST, *faults):
        more += [("fault", source(fault)), ("rest", _REST), (_CALM, "live(1)")]
    return more


def _on_64_bits(faults):
    out = image.kept(_BOARD)
    with tempfile.TemporaryDirectory(prefix="packmate-resilience-") as folder:
        place = pathlib.Path(folder)
        boot_play.write_settings(place / "settings.json", SETTINGS)
        script = place / "play.py"
        chunks = boot_play.start_chunks(out, _BMS, False, _more(faults, "time.ticks_us"))
        script.write_text("\n".join(["import time", *chunks]))
        result = runner.run64(script, (), [out / "lib", out], _HEAP, _LIMIT_S, cwd=folder)
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    return result.stdout


def _outcomes(text):
    """Reads what rough_net.py has printed, but for _FIRST."""
    found = []
    for line in text.splitlines():
        if line.startswith("fault|") and not line.startswith(f"fault|{_FIRST.name}|"):
            name, back_ms, *figures, loop_us, steps = line.split("|")[1:]
            found.append(Outcome(name, int(back_ms) / 1000, *map(int, figures)))
            taken = [int(steps[i : i + 4], 16) for i in range(0, len(steps), 4)]
            found[-1].steps = [us / max(int(loop_us), 1) for us in taken]
    return found


def problems(outcomes, faults=FAULTS):
    """Returns what is not as it must be, as texts."""
    found = []
    for fault, one in zip(faults, outcomes, strict=True):
        for wrong, text in (
            (not 0 <= one.back_s <= fault.limit_s, f"back after {one.back_s:.0f} s"),
            (one.answered < one.sent, f"{one.sent} commands, {one.answered} answers"),
            (one.sockets != 1, f"{one.sockets} sockets are open"),
            (abs(one.grown) > MOST_GROWTH, f"the heap has grown by {one.grown} B"),
            (one.hold_ms > MOST_HOLD_MS, f"the loop was held for {one.hold_ms:.0f} ms"),
        ):
            if wrong:
                found.append(f"{fault.name}: {text}")
    return found


def table(outcomes, faults=FAULTS):
    """Returns the lines of a Markdown table."""
    heads = ("what is wrong", "for", "back after", "messages", "commands", "sessions", "heap")
    lines = ["| " + " | ".join((*heads, "longest hold")) + " |", "|---" + "|---:" * 7 + "|"]
    for fault, one in zip(faults, outcomes, strict=True):
        away = "none missed" if one.arrived >= one.due else f"{one.back_s:.0f} s"
        told = f"{min(one.arrived, one.due)} of {one.due}"
        commands = f"{one.answered} of {one.sent}" if one.sent else ""
        cells = (fault.name, f"{fault.seconds} s", away, told, commands, str(one.connects))
        lines.append("| " + " | ".join(cells) + f" | {one.grown:+} B | {one.hold_ms:.0f} ms |")
    return lines
