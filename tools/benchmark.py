"""The performance and memory tables: `python -m tools.benchmark [decoding] [speed] [bench]
[screen] [memory] [traffic] [history] [web] [soak]
[resilience] [outages] [features] [updates]`.

- decoding: time and heap of a frame in each dialect and of the message about it, and what one
  pack takes of the chip;
- speed: time and heap of each recurring piece of work, on 64- and 32-bit MicroPython, with the
  time that it would take on an ESP32;
- bench: the longest that anything held the loop of the whole firmware, on the virtual bench;
- screen: bytes over the bus, time and longest hold of each page's update, and the first picture;
- memory: what the application takes of the heap, by package;
- traffic: what MQTT sends and receives a day, and a month with a budget of data;
- history: what the records of a day take, and how many reach the broker a second;
- web: what the device's own page takes of both heaps;
- soak: what lives after the lost connections of a month; only where it is asked for;
- resilience: what comes of each fault of the network, and that month; likewise, for some minutes;
- outages: whether each record of the history is delivered, whatever is killed; likewise;
- features: what each thing that the relay can do takes of both heaps; likewise;
- updates: what one takes of them beside the application; likewise.

With `--write`, decoding, screen, memory, history and web put their tables into
docs/performance.md, docs/memory.md, README.md, docs/history.md and docs/web.md; resilience,
traffic, outages, features and updates into docs/resilience.md, docs/data.md, docs/history.md,
docs/memory.md and docs/updates.md.
"""

import argparse
import pathlib
import sys
import tempfile
import time

from tools import ROOT
from tools.cost import (
    boot_play,
    data_figures,
    delivery,
    features,
    history_figures,
    memory,
    outages,
    resilience,
    screen_figures,
    soak,
    traffic,
    update_figures,
    web_figures,
)
from tools.mp import runner
from tools.small import squeezed

SCRIPT = ROOT / "tools" / "mp" / "measure.py"
DECODING = ROOT / "tools" / "mp" / "measure_bms.py"
# A sum over 300 bytes by index (tools/mp/timing.py), on stock MicroPython 1.26.1 on an ESP32
# at 240 MHz.
KNOWN_LOOP_ESP32_US = 1191
LOOP_BOUND_MS = 50
BENCH_S = 90  # virtual, of which the last part counts
PAGE = ROOT / "docs" / "memory.md"
FEATURES_BEGIN = '<!-- table: make benchmark ARGS="features --write" -->'
README = ROOT / "README.md"
BEGIN, END = '<!-- table: make benchmark ARGS="memory --write" -->', "<!-- end of table -->"
SPEED_PAGE = ROOT / "docs" / "performance.md"
HISTORY_PAGE = ROOT / "docs" / "history.md"
DATA_PAGE = ROOT / "docs" / "data.md"
DATA_BEGIN = '<!-- table: make benchmark ARGS="traffic --write" -->'
RESILIENCE_PAGE = ROOT / "docs" / "resilience.md"
RESILIENCE_BEGIN = '<!-- table: make benchmark ARGS="resilience --write" -->'
HISTORY_BEGIN = '<!-- table: make benchmark ARGS="history --write" -->'
OUTAGES_BEGIN = '<!-- table: make benchmark ARGS="outages --write" -->'
SCREEN_BEGIN = '<!-- table: make benchmark ARGS="screen --write" -->'
UPDATES_PAGE = ROOT / "docs" / "updates.md"
UPDATES_BEGIN = '<!-- table: make benchmark ARGS="updates --write" -->'
WEB_PAGE = ROOT / "docs" / "web.md"
WEB_BEGIN = '<!-- table: make benchmark ARGS="web --write" -->'
SPEED_BEGIN = '<!-- table: make benchmark ARGS="decoding --write" -->'
# How often a pack tells its status at most: a JK over BLE unasked, the display port as its line
# allows, all others at the shortest `bms_poll_ms`. Each frame is judged, too.
FULL_RATES = (
    ("JK02_32S status, BLE", 2.4),
    ("JK GPS frame, settings too", 2.0),
    ("JK02_32S status, Modbus", 2.0),
    ("JK display status", 2.5),
    ("ANT status, new", 2.0),
    ("ANT status, old", 2.0),
)
# What the only other decoder in MicroPython (batmon-mp) takes for such a frame on a desktop, with
# the same interpreter: µs, and heap.
PEERS = {
    "JK02_32S status, BLE": "55–89, 4.7 kB",
    "JK02_24S status, BLE": "79–139, 6.9 kB",
}
JUDGED = "plausibility check of a frame"
LOOKED = "a look at a line that is quiet"
LOOKS = 100  # a second


def measured(run, script):
    """Runs a script, squeezed as an image is, on one build; returns {case: (µs, bytes, µs of the
    known loop)}."""
    with tempfile.TemporaryDirectory(prefix="packmate-benchmark-") as folder:
        squeezed.lay_out([script], pathlib.Path(folder))
        place = pathlib.Path(folder) / script.name
        result = run(place, places=[folder], heap=4 * 1024 * 1024, timeout=300)
    problem = runner.failure(result)
    if problem:
        raise SystemExit(f"{script}: {problem}")
    rows = [line.split("|") for line in result.stdout.splitlines() if line.count("|") == 3]
    return {n: (int(us) / 100, int(size), int(loop) / 100) for n, us, size, loop in rows}


def speed_rows(script):
    """Returns [(case, µs on this machine, B on 64 bit, B on 32 bit, µs on an ESP32)]."""
    wide = measured(runner.run64, script)
    narrow = measured(runner.run32, script)
    return [
        (name, us, size, narrow[name][1], us * KNOWN_LOOP_ESP32_US / loop)
        for name, (us, size, loop) in wide.items()
    ]


def speed_lines(rows):
    """Returns the lines of a table of speed and heap."""
    lines = ["| work | µs here | B, 64-bit | B, 32-bit | ms, ESP32 (scaled) | the peer, µs |"]
    lines.append("|---|---:|---:|---:|---:|---|")
    for name, us, wide, narrow, esp32_us in rows:
        ms = f"{esp32_us / 1000:.2f}"
        peer = PEERS.get(name, "")
        lines.append(f"| {name} | {us:.1f} | {wide} | {narrow} | {ms} | {peer} |")
    return lines


def decoding_lines():
    """Returns the table of decoding, and what one pack takes of the chip at full rate."""
    rows = speed_rows(DECODING)
    lines = speed_lines(rows)
    taken = {name: esp32_us for name, _, _, _, esp32_us in rows}
    lines += [
        "",
        "| one pack at its full rate | frames/s | share of an ESP32 |",
        "|---|---:|---:|",
    ]
    for name, rate in FULL_RATES:
        busy = rate * (taken[name] + taken[JUDGED]) + LOOKS * taken[LOOKED]
        lines.append(f"| {name} | {rate:.1f} | {busy / 10_000:.1f} % |")
    return lines


def print_decoding(write):
    """Prints the tables of decoding, or puts them into their page."""
    put(decoding_lines(), write and (SPEED_PAGE, SPEED_BEGIN))


def print_speed():
    """Prints the table of speed and heap, and what would hold the loop longest on an ESP32."""
    rows = speed_rows(SCRIPT)
    print("\n".join(speed_lines(rows)))
    print(f"\nScaled by a loop that takes {KNOWN_LOOP_ESP32_US} µs on an ESP32 at 240 MHz.")
    longest = max(rows, key=lambda row: row[4])
    print(f"Longest hold of the loop there: {longest[4] / 1000:.0f} ms, {longest[0]}", end=" ")
    print(f"(bound: {LOOP_BOUND_MS} ms)")


def longest_hold_ms():
    """Runs the firmware on the bench; returns the longest hold of its loop in ms, by itself."""
    from tools.bench.bench import Bench
    from tools.bench.bench_config import BenchConfig
    from tools.bench.desk import Desk

    with tempfile.TemporaryDirectory(prefix="packmate-benchmark-") as folder:
        config = BenchConfig(folder)
        config.lapse = 10
        desk = Desk(Bench(config)).start({"ambient_dc": -50, "pack_dc": -20, "charger": True})
        try:
            return _watch(desk)
        finally:
            desk.stop()


def _watch(desk):
    """Waits BENCH_S of virtual time; returns what the firmware's last message says."""
    deadline = time.monotonic() + BENCH_S
    while time.monotonic() < deadline:
        state = desk.state()
        if state["error"]:
            raise SystemExit(f"the bench stopped: {state['error']}")
        if state["time"]["t_s"] >= BENCH_S and state["believed"]:
            return state["believed"]["loop_max_ms"]
        time.sleep(0.2)
    raise SystemExit("the firmware on the bench sent no message")


def print_bench():
    """Prints the longest hold of the loop against its bound."""
    held_ms = longest_hold_ms()
    print(f"Longest hold of the loop on the bench, at this machine's speed: {held_ms} ms")


def print_memory(write):
    """Prints the memory tables, or puts them into their pages."""
    put(memory.table(memory.measure(), boot_play.play()), write and (PAGE, BEGIN))
    put(memory.granted_table(memory.granted()), write and (README, BEGIN))


def put(lines, place):
    """Prints lines, or puts them where `place`, a page and the mark before its table, says."""
    if not place:
        print("\n".join(lines))
        return
    page, begin = place
    before, rest = page.read_text().split(begin)
    after = rest.split(END, 1)[1]
    page.write_text(before + "\n".join([begin, *lines, END]) + after)


def print_traffic(write):
    """Prints what MQTT costs a day, and with a budget a month, or puts this into its page."""
    if not write:
        print("\n".join(traffic.table()), end="\n\n")
    put(data_figures.table(), write and (DATA_PAGE, DATA_BEGIN))


def print_screen(write):
    """Prints what the screen costs, or puts it into its page."""
    found = screen_figures.costs(KNOWN_LOOP_ESP32_US)
    put(screen_figures.table(found), write and (SPEED_PAGE, SCREEN_BEGIN))


def print_history(write):
    """Prints what the history takes, or puts it into its page; and how fast it is told."""
    put(history_figures.table(), write and (HISTORY_PAGE, HISTORY_BEGIN))
    rate = history_figures.replay_rate()
    print(f"Records that a real broker gets a second, after an outage: {rate:.1f}")


def print_outages(write):
    """Prints what became of the records of a device that is killed, or puts it into its page;
    fails if one was lost that must not be."""
    figures = outages.play(outages.LIVES)
    put(delivery.table(figures), write and (HISTORY_PAGE, OUTAGES_BEGIN))
    if figures.problems:
        raise SystemExit("\n".join(figures.problems))


def print_features(write):
    """Prints what each thing that the relay can do takes of both heaps, or puts it into its
    page."""
    put(features.table(), write and (PAGE, FEATURES_BEGIN))


def print_soak():
    """Prints what lives after each week of lost connections; fails if something leaks."""
    days = soak.month()
    print("\n".join(soak.table(days)))
    problems = soak.leaks(days)
    if problems:
        raise SystemExit("\n".join(problems))


def print_updates(write):
    """Prints what an update takes of both heaps."""
    put(update_figures.table(), write and (UPDATES_PAGE, UPDATES_BEGIN))


def print_web(write):
    """Prints what the device's page costs in memory, or puts it into its page."""
    put(web_figures.table(), write and (WEB_PAGE, WEB_BEGIN))


def print_resilience(write):
    """Prints what came of each fault, and of a month of lost connections, or puts it into its
    page; fails if something is not as it must be."""
    outcomes = resilience.play()
    resilience.measure(outcomes, KNOWN_LOOP_ESP32_US)
    days = soak.month()
    lines = [*resilience.table(outcomes), "", *soak.table(days)]
    put(lines, write and (RESILIENCE_PAGE, RESILIENCE_BEGIN))
    problems = resilience.problems(outcomes) + soak.leaks(days)
    if problems:
        raise SystemExit("\n".join(problems))


WRITTEN = {
    "decoding": print_decoding,
    "screen": print_screen,
    "memory": print_memory,
    "traffic": print_traffic,
    "history": print_history,
    "outages": print_outages,
    "resilience": print_resilience,
    "web": print_web,
    "features": print_features,
    "updates": print_updates,
}


def main(argv=None):
    """Command line."""
    sections = ("decoding", "speed", "bench", "screen", "memory", "traffic", "history", "web")
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__.split("\n")[0])
    parser.add_argument(
        "section",
        nargs="*",
        choices=[[], *sections, "soak", "resilience", "outages", "features", "updates"],
        help=", ".join(sections),
    )
    parser.add_argument(
        "--write", action="store_true", help=f"{', '.join(WRITTEN)}: into their page"
    )
    options = parser.parse_args(argv)
    for section in options.section or sections:
        if section in WRITTEN:
            WRITTEN[section](options.write)
        else:
            {
                "speed": print_speed,
                "bench": print_bench,
                "soak": print_soak,
            }[section]()
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
