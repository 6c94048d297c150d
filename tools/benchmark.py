"""The performance and memory tables: `python -m tools.benchmark [speed] [bench] [memory]
[traffic]`.

- speed: time and heap of each recurring piece of work, on 64- and 32-bit MicroPython, with the
  time that it would take on an ESP32;
- bench: the longest that anything held the loop of the whole firmware, on the virtual bench;
- memory: what the application takes of the heap, by package;
- traffic: what MQTT sends and receives a day.

`memory --write` puts its table into docs/memory.md.
"""

import argparse
import sys
import tempfile
import time

from host_tests.mp import runner
from tools import ROOT, boot_play, memory, traffic

SCRIPT = "host_tests/mp/measure.py"
KNOWN_LOOP = "known loop"
# The same loop on stock MicroPython 1.26.1 on an ESP32 at 240 MHz.
KNOWN_LOOP_ESP32_US = 1191
LOOP_BOUND_MS = 50
BENCH_S = 90  # virtual, of which the last part counts
PAGE = ROOT / "docs" / "memory.md"
BEGIN, END = '<!-- table: make benchmark ARGS="memory --write" -->', "<!-- end of table -->"


def measured(run):
    """Runs the script on one build; returns {case: (µs, bytes)}."""
    result = run(SCRIPT, heap=4 * 1024 * 1024, timeout=300)
    problem = runner.failure(result)
    if problem:
        raise SystemExit(f"{SCRIPT}: {problem}")
    rows = [line.split("|") for line in result.stdout.splitlines() if line.count("|") == 2]
    return {name: (int(us) / 100, int(size)) for name, us, size in rows}


def speed_rows():
    """Returns [(case, µs on this machine, B on 64 bit, B on 32 bit, µs on an ESP32)]."""
    wide = measured(runner.run64)
    narrow = measured(runner.run32)
    factor = KNOWN_LOOP_ESP32_US / wide[KNOWN_LOOP][0]
    return [
        (name, us, size, narrow[name][1], us * factor)
        for name, (us, size) in wide.items()
        if name != KNOWN_LOOP
    ]


def print_speed():
    """Prints the table of speed and heap, and what would hold the loop longest on an ESP32."""
    rows = speed_rows()
    print("| work | µs here | B, 64-bit | B, 32-bit | ms, ESP32 (scaled) |")
    print("|---|---:|---:|---:|---:|")
    for name, us, wide, narrow, esp32_us in rows:
        print(f"| {name} | {us:.1f} | {wide} | {narrow} | {esp32_us / 1000:.2f} |")
    print(f"\nScaled by a loop that takes {KNOWN_LOOP_ESP32_US} µs on an ESP32 at 240 MHz.")
    longest = max(rows, key=lambda row: row[4])
    print(f"Longest hold of the loop there: {longest[4] / 1000:.0f} ms, {longest[0]}", end=" ")
    print(f"(bound: {LOOP_BOUND_MS} ms)")


def longest_hold_ms():
    """Runs the firmware on the bench; returns the longest hold of its loop in ms, by itself."""
    from tools.bench.bench import Bench
    from tools.bench.config import BenchConfig
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
    """Prints the memory table, or puts it into the page."""
    lines = memory.table(memory.measure(), boot_play.play())
    if not write:
        print("\n".join(lines))
        return
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + "\n".join([BEGIN, *lines, END]) + after)


def print_traffic():
    """Prints what MQTT costs a day."""
    print("\n".join(traffic.table()))


def main(argv=None):
    """Command line."""
    sections = ("speed", "bench", "memory", "traffic")
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__.split("\n")[0])
    parser.add_argument("section", nargs="*", choices=[[], *sections], help=", ".join(sections))
    parser.add_argument("--write", action="store_true", help="memory: into docs/memory.md")
    options = parser.parse_args(argv)
    for section in options.section or sections:
        if section == "memory":
            print_memory(options.write)
        else:
            {"speed": print_speed, "bench": print_bench, "traffic": print_traffic}[section]()
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
