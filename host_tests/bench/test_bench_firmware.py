"""The bench with small programs under a real MicroPython: every stand-in, every way to die."""

import os
import pathlib
import signal
import threading
import time
import urllib.request

import pytest

from tools.bench.bench import Bench
from tools.bench.bench_config import ROOT, BenchConfig
from tools.bench.standins import bench_ops as ops

PROGRAMS = pathlib.Path(__file__).parent / "programs"
WATCHDOG_S = 2.5
LEASE_S = 2.0
START_S = 0.7  # from a reset to the first line
PANIC_S = 0.16  # its output

pytestmark = pytest.mark.bench


@pytest.fixture
def start(tmp_path):
    benches = []

    def make(program, lapse=50, files=None, **config):
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text)
        settings = BenchConfig(str(tmp_path))
        settings.main = str(PROGRAMS / program)
        settings.lapse = lapse
        for name, value in config.items():
            setattr(settings, name, value)
        bench = Bench(settings)
        benches.append(bench)
        bench.start()
        return bench

    yield make
    for bench in benches:
        bench.stop()
        assert bench.error is None


def lines(bench, beginning=""):
    """What the program has printed, from lines that begin so."""
    return [text for _, text in bench.console.lines if text.startswith(beginning)]


def wait_line(bench, beginning, within_s=60, count=1):
    bench.wait_for(lambda b: len(lines(b, beginning)) >= count, within_s)
    return lines(bench, beginning)


def heater(bench):
    """The heater pin's changes as (t_s, on)."""
    return bench.call(lambda: [(t_us / 1e6, on) for t_us, on in bench.world.heater_log])


# -- what the firmware sees -----------------------------------------------------------------------


@pytest.mark.parametrize("ticks_start_ms", [0, (1 << 30) - 5_000])
def test_the_stand_ins_behave_as_the_port_does(start, ticks_start_ms):
    bench = start("api.py", ticks_start_ms=ticks_start_ms)
    wait_line(bench, "checks done")
    assert lines(bench, "MISMATCH") == []
    assert int(lines(bench, "checks done")[0].split(":")[1]) >= 78


@pytest.mark.parametrize("lapse", [1, 300])
def test_a_reply_takes_its_time_on_the_wire(start, lapse):
    bench = start("echo.py", lapse)
    replies = wait_line(bench, "reply", count=3)
    for reply in replies:
        _, size, first_us, whole_us, good = reply.split()
        assert (size, good) == ("291", "True")
        assert 66_900 <= int(first_us) < 74_000  # request 1.8 ms, latency 65 ms
        assert 92_000 <= int(whole_us) < 100_000  # and 25.3 ms for the reply
    uart = bench.snapshot()["uart"]
    assert uart["replies"] == uart["requests"] >= 3 and uart["rejected"] == 0
    assert uart["pty"].startswith("/dev/")


def test_an_unplugged_bms_is_silence_and_comes_back(start):
    bench = start("echo.py")
    wait_line(bench, "reply", count=2)
    bench.set("bms_unplugged", True)
    have = len(lines(bench, "reply"))
    bench.run_until(bench.now_s() + 10)
    assert len(lines(bench, "reply")) <= have + 1
    assert bench.controls()["bms_unplugged"] is True


def test_the_panel_shows_what_the_driver_drew(start):
    bench = start("draw.py")
    wait_line(bench, "drawn")
    _, width, height, rgb = bench.picture()
    assert (width, height) == (240, 135)
    assert rgb[:6] == b"\xff\x00\x00\x00\x00\x00"
    assert rgb[-6:] == b"\x00\x00\x00\x00\xff\x00"
    state = bench.snapshot()
    assert state["panel"]["on"] and state["panel"]["errors"] == 0
    assert state["pins"]["backlight_permille"] == 500
    assert bench.png()[:4] == b"\x89PNG"


def test_a_second_thread_follows_virtual_time(start):
    bench = start("threads.py", 20)
    early, slept_ms, whole_ms = map(int, wait_line(bench, "threads")[0].split()[1:])
    assert early == 0
    assert 2_000 <= slept_ms <= whole_ms < 6_000


@pytest.mark.parametrize("lapse", [60, 600])
def test_a_timer_beats_in_time_and_moves_no_sleep(start, lapse):
    """However many of the hops the firmware makes by itself."""
    bench = start("beats.py", lapse)
    for word, period_us in (("beats", 30_000), ("woken", 50_000)):
        whens = [int(text) for text in wait_line(bench, word)[0].split()[1:]]
        gaps = [b - a for a, b in zip(whens[1:], whens[2:], strict=False)]
        assert len(gaps) >= 18
        assert all(abs(gap - period_us) < 8_000 for gap in gaps), gaps
    assert bench.snapshot()["chip"]["wakes"] < 50  # one for each beat and each sleep were more


def test_a_timer_calls_no_more_often_than_it_fires(start):
    """Alarms and replies cross while the process has no turn."""
    bench = start("timer_counts.py", 1)
    wait_line(bench, "calls")
    pid = bench.conductor.process.pid
    for _ in range(100):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.03)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.003)
    wait_line(bench, "calls", count=len(lines(bench, "calls")) + 2)
    for line in lines(bench, "calls"):
        _, calls, _, ms = line.split()
        assert int(calls) <= int(ms) + 1


# -- time -----------------------------------------------------------------------------------------


def test_one_to_one_is_real_time(start):
    bench = start("idle.py", 1)
    bench.run_until(0.5)
    real, virtual = time.monotonic(), bench.now_s()
    bench.run_until(virtual + 3)
    assert time.monotonic() - real == pytest.approx(3, abs=0.08)
    assert bench.snapshot()["time"]["lapse_actual"] == pytest.approx(1, abs=0.05)


def test_a_hundredfold_lapse_is_reached(start):
    bench = start("idle.py", 100)
    bench.run_until(10)
    real = time.monotonic()
    bench.run_until(310)
    assert 2.5 < time.monotonic() - real < 5
    chip = bench.snapshot()["chip"]
    assert chip["resets"] == 0
    assert chip["wakes"] == pytest.approx(310 * 12, rel=0.15)


def test_events_come_at_their_virtual_time(start):
    bench = start("idle.py", 200)
    seen = []
    bench.at(5.5, lambda: seen.append(bench.now_s()))
    bench.every(2, lambda: seen.append(bench.now_s()))
    bench.run_until(9)
    assert seen[2] == pytest.approx(5.5, abs=0.01)
    assert len(seen) >= 4


# -- ways to die ----------------------------------------------------------------------------------


def heating(start, how, lapse=20):
    bench = start("lease.py", lapse, {"how": how})
    bench.wait_for(lambda b: b.plant.heater_on, 20)
    return bench


def off_after(bench, t_s):
    """Returns how long after `t_s` the heater went off, in virtual seconds."""
    bench.wait_for(lambda b: b.world.heater_log[-1][0] > t_s * 1e6, 10)
    return next(at_s for at_s, on in heater(bench) if at_s > t_s and not on) - t_s


def check_bite(bench, t_s, released, before_s=0.6):
    """The watchdog bites at its time, and the pin is low at once if that releases it; if not, the
    new start sets it."""
    off_s = t_s + off_after(bench, t_s)
    bench.wait_for(lambda b: lines(b, "boot 3"), 20)
    said = [(at_s, text) for at_s, text in bench.console.lines if at_s >= t_s]
    bite_s = next(at_s for at_s, text in said if text.startswith("-- watchdog bites"))
    assert WATCHDOG_S - before_s < bite_s - t_s <= WATCHDOG_S + 0.1
    if released:
        assert off_s == pytest.approx(bite_s, abs=0.05)
    else:
        boot_s = next(at_s for at_s, text in said if text.startswith("boot 3"))
        assert bite_s + PANIC_S + START_S - 0.01 <= off_s <= boot_s
    wait_reboot(bench, 3)


def wait_reboot(bench, cause):
    bench.wait_for(lambda b: b.conductor.resets == 1 and lines(b, f"boot {cause}"), 20)
    bench.wait_for(lambda b: b.plant.heater_on, 10)


@pytest.mark.parametrize("lapse", [1, 100])
@pytest.mark.parametrize("how", ["live", "live release"])
def test_a_frozen_firmware_is_bitten(start, lapse, how):
    bench = heating(start, how, lapse)
    bench.set("firmware_frozen", True)
    t_s = bench.now_s()
    assert bench.snapshot()["chip"]["state"] == "frozen"
    check_bite(bench, t_s, "release" in how)
    assert bench.controls()["firmware_frozen"] is False
    assert bench.snapshot()["chip"]["reset_cause"] == "watchdog"


@pytest.mark.parametrize("how", ["live", "live release"])
def test_a_killed_firmware_is_bitten_and_its_pins_hold_until_then(start, how):
    bench = heating(start, how)
    bench.set("firmware_kill")
    t_s = bench.now_s()
    assert bench.snapshot()["pins"]["heater"] is True
    check_bite(bench, t_s, "release" in how)


def test_a_short_freeze_is_survived(start):
    bench = heating(start, "live")
    bench.set("firmware_frozen", True)
    bench.run_until(bench.now_s() + 1.2)
    bench.set("firmware_frozen", False)
    bench.run_until(bench.now_s() + 10)
    assert bench.snapshot()["chip"]["resets"] == 0


def test_a_frozen_firmware_does_nothing_until_it_thaws(start):
    bench = start("toggles.py")
    bench.wait_for(lambda b: b.world.heater_changes > 20, 20)
    bench.set("firmware_frozen", True)
    frozen_s = bench.now_s()
    bench.run_until(frozen_s + 1.5)
    thawed_s = bench.now_s()
    bench.set("firmware_frozen", False)
    bench.run_until(thawed_s + 1)
    changed_s = [t_s for t_s, _ in heater(bench)]
    assert changed_s == sorted(changed_s) and changed_s[-1] > thawed_s
    assert not [t_s for t_s in changed_s if frozen_s < t_s < thawed_s]


def test_a_busy_loop_loses_the_lease_by_the_timer_and_then_is_bitten(start):
    bench = heating(start, "busy")
    wait_line(bench, "dies")
    t_s = next(at_s for at_s, text in bench.console.lines if text.startswith("dies"))
    assert LEASE_S - 0.1 <= off_after(bench, t_s) <= LEASE_S + 0.5
    wait_reboot(bench, 3)


@pytest.mark.parametrize("how", ["live", "live release"])
def test_a_busy_loop_without_a_lease_is_bitten(start, how):
    bench = heating(start, "busy notimer" + how[4:])
    wait_line(bench, "dies")
    t_s = next(at_s for at_s, text in bench.console.lines if text.startswith("dies"))
    check_bite(bench, t_s, "release" in how, 0.1)


def test_a_reset_by_the_program_keeps_the_pins_until_the_new_start(start):
    bench = heating(start, "reset")
    wait_line(bench, "-- machine.reset()")
    t_s = next(at_s for at_s, text in bench.console.lines if text.startswith("-- machine"))
    wait_reboot(bench, 2)
    off_s = next(at_s for at_s, on in heater(bench) if not on)
    boot_s = [at_s for at_s, text in bench.console.lines if text.startswith("boot")][-1]
    assert t_s + START_S - 0.01 <= off_s <= boot_s


def test_the_reset_button_drops_the_pins_at_once(start):
    bench = heating(start, "live")
    bench.set("firmware_reset")
    assert off_after(bench, bench.now_s() - 0.5) <= 0.6
    assert bench.call(lambda: bench.chip.levels[32]) is None


@pytest.mark.parametrize("how", ["exit", "raise"])
def test_a_program_that_ends_is_bitten(start, how):
    bench = heating(start, how)
    wait_line(bench, "dies")
    t_s = next(at_s for at_s, text in bench.console.lines if text.startswith("dies"))
    check_bite(bench, t_s, False)


def test_the_reset_button(start):
    bench = heating(start, "live")
    bench.set("firmware_reset")
    t_s = bench.now_s()
    assert bench.snapshot()["pins"]["heater"] is False
    assert heater(bench)[-1][0] <= t_s
    wait_reboot(bench, 2)


def test_a_program_that_cannot_start_is_tried_again(start, tmp_path):
    program = tmp_path / "broken.py"
    program.write_text("import nothing_of_that_name\n")
    bench = start(str(program), 100)
    bench.wait_for(lambda b: b.conductor.resets >= 2, 20)
    assert any("nothing_of_that_name" in line for line in lines(bench))


# -- the bench itself -----------------------------------------------------------------------------


def test_controls_and_their_mistakes(start):
    bench = start("idle.py")
    wanted = {
        "lapse": 77,
        "ambient_dc": -125,
        "charger": True,
        "charger_ma": 15_000,
        "load_ma": 3_000,
        "bms_garbled": True,
        "bms_frozen": True,
        "bms_silent": True,
        "sensor_absent": "first",
        "temp_rule": "over99",
        "mat_open": True,
        "output_stuck": True,
        "probe": "mat",
        "probe_stuck": True,
        "mat_on_bms": True,
        "wifi_down": True,
        "wifi_password_wrong": True,
        "wifi_channel": 11,
        "wifi_2_up": True,
    }
    for name, value in wanted.items():
        bench.set(name, value)
    have = bench.controls()
    assert {name: have[name] for name in wanted} == wanted
    assert bench.plant.ambient_c == -12.5 and bench.bms.temp_rule == "over99"
    for name, value in (
        ("lapse", 601),
        ("sensor_absent", "third"),
        ("temp_rule", ""),
        ("probe", "pocket"),
        ("lapse", "x"),
    ):
        with pytest.raises(ValueError):
            bench.set(name, value)
    with pytest.raises(KeyError):
        bench.set("gravity", 1)
    with pytest.raises(ValueError):
        bench.set("ambient_dc", None)


def test_an_error_in_a_callback_ends_the_bench_loudly(tmp_path):
    config = BenchConfig(str(tmp_path))
    config.main = str(PROGRAMS / "idle.py")
    bench = Bench(config)
    hook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        bench.start()
        bench.at(bench.now_s() + 0.1, lambda: 1 / 0)
        with pytest.raises(RuntimeError):
            bench.run_until(5)
        assert isinstance(bench.error, ZeroDivisionError)
    finally:
        bench.stop()
        threading.excepthook = hook


def ask(bench):
    """Returns what the firmware serves."""
    with urllib.request.urlopen(f"http://127.0.0.1:{bench.web_port}/", timeout=20) as answer:
        return answer.read()


@pytest.mark.parametrize("lapse", [1, 600])
def test_what_it_serves_is_found_on_the_host_however_fast_time_goes(start, lapse):
    bench = start("serves.py", lapse=lapse)
    wait_line(bench, "serves")
    bench.wait_for(lambda b: b.chip.wifi.state == ops.WIFI_GOT_IP, 60)
    first, second = int(ask(bench)), int(ask(bench))
    assert 0 < first < second


def test_nothing_is_left_behind(start):
    bench = start("idle.py")
    bench.run_until(2)
    pid = bench.snapshot()["chip"]["pid"]
    bench.stop()
    assert not pathlib.Path(f"/proc/{pid}").exists()
    assert pathlib.Path(ROOT).is_dir()
    bench.stop()
    with pytest.raises(RuntimeError):
        bench.snapshot()
