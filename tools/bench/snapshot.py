"""The state of a bench as plain data; see Bench.snapshot for what is in it."""

from tools.bench.esp32.chip import CAUSES
from tools.bench.esp32.conductor import RUNNING, real_us

_CONSOLE_TAIL = 60


def take_snapshot(bench, controls, unsuitable):
    """Returns the snapshot of `bench` (in its thread), `controls` being their values."""
    real = real_us()
    t_us = bench.clock.now(real)
    panel, console = bench.panel, bench.console
    return {
        "time": {
            "t_s": round(t_us / 1e6, 3),
            "real_s": round((real - bench.started_us) / 1e6, 3),
            "lapse": bench.clock.lapse,
            "lapse_actual": round(bench.clock.actual(real), 2),
        },
        "true": bench.packs.truth(),
        "pins": _pins(bench, t_us),
        "chip": _chip(bench, t_us),
        "uart": _uart(bench),
        "packs": bench.packs.look(),
        "radio": bench.radio.look() if bench.radio is not None else None,
        "panel": {
            "seq": panel.seq,
            "on": panel.lit,
            "errors": panel.error_count,
            "error_texts": list(panel.errors),
        },
        "console": [text for _, text in list(console.lines)[-_CONSOLE_TAIL:]],
        "console_count": console.count,
        "controls": controls,
        "unsuitable": unsuitable,
    }


def _pins(bench, t_us):
    chip, board, world = bench.chip, bench.board, bench.world
    return {
        "heater": world.plant.heater_on,
        "heater_permille": chip.duty_permille(board.HEATER_PIN),
        "heater_on_s": round(world.heater_on_us(t_us) / 1e6, 3),
        "charger": bool(world.plant.charger_on),
        "backlight_permille": chip.duty_permille(board.PANEL_BL),
        "heater_changed_s": round(world.heater_changed_us / 1e6, 3),
        "heater_changes": world.heater_changes,
    }


def _chip(bench, t_us):
    chip, conductor = bench.chip, bench.conductor
    due_us = chip.watchdog_due_us
    return {
        "running": conductor.state == RUNNING,
        "state": conductor.state,
        "resets": conductor.resets,
        "reset_cause": CAUSES[chip.reset_cause],
        "boot_s": round(conductor.boot_us / 1e6, 3),
        "watchdog_left_ms": None if due_us is None else max(0, (due_us - t_us) // 1000),
        "pid": conductor.process.pid if conductor.process else None,
        "wakes": conductor.wakes,
        "wifi": chip.wifi.state,
        "wifi_ssid": chip.wifi.ssid,
        "wifi_attempts": chip.wifi.attempts,
        "psram": bench.has_psram,
    }


def _uart(bench):
    line, bms = bench.line, bench.line.device
    return {
        "bms": bench.packs.wired,
        "pty": line.path,
        "to_bms": line.to_device,
        "from_bms": line.from_device,
        "requests": bms.requests,
        "rejected": bms.rejected,
        "replies": bms.replies,
        "overruns": bench.chip.overruns,
        "collisions": line.collisions,
    }
