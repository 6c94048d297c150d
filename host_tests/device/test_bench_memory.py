"""The bench's firmware has the memory of the chip: two areas without PSRAM, megabytes with it."""

import pytest

from host_tests.device.bench_rig import SETTINGS, benches, configure, console, wait
from tools.bench.bench import Bench

WRITES = SETTINGS | {"bms_writes": True}


@pytest.fixture
def made():
    with benches() as found:
        yield found


def start(made, folder, settings, **changes):
    config = configure(folder, settings, 20, **changes)
    config.compile()
    made.append(Bench(config))
    made[-1].start()
    return made[-1]


@pytest.mark.bench
def test_what_is_promised_starts_in_the_heap_of_a_chip_without_psram(made, tmp_path):
    bench = start(made, tmp_path, SETTINGS | {"wifi_ssid": "bench", "mqtt_host": "127.0.0.1"})
    assert bench.config.heap_bytes < 250_000 and not bench.snapshot()["chip"]["psram"]
    wait(bench, lambda b: "memory, built" in console(b), 30)
    assert bench.snapshot()["chip"]["resets"] == 0


@pytest.mark.bench
def test_what_is_refused_without_psram_is_taken_with_it(made, tmp_path):
    bench = start(made, tmp_path, WRITES)
    wait(bench, lambda b: "memory, built" in console(b), 30)
    assert "bms_writes: takes about" in console(bench)
    bench.set("psram", True)
    assert bench.snapshot()["chip"]["psram"] and bench.controls()["psram"]
    seen = bench.snapshot()["console_count"]
    wait(bench, lambda b: b.console.count >= seen + 8, 30)
    assert not any("bms_writes" in line for line in bench.snapshot()["console"][seen:])
