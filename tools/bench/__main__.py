"""Starts the virtual bench: `python -m tools.bench`, or `make demo`.

Without arguments it prints one address and serves until interrupted. `--headless --scenario FILE`
plays a scenario instead and ends with its exit status: 0 all held, 1 something failed, 2 unusable.
"""

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tools import boards
from tools.bench import scenario_file
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.bms import simulators
from tools.bench.controls import ControlError, check_value
from tools.bench.desk import PASSWORD, Desk
from tools.bench.net.broker import BrokerError
from tools.bench.packs import RadioError, check_names
from tools.bench.scenario import Player, play
from tools.plant import Plant

_PORT = 8350
_LAPSE = 10
# How a scenario begins where it does not say otherwise.
_START = {"ambient_dc": -50, "pack_dc": 80, "soc_pct": 60, "charger": True}
# A cold morning on the page: the pack is below its limit, and a minute later the charger comes.
_FIRST_MINUTE = {"ambient_dc": -40, "pack_dc": -10, "soc_pct": 45, "charger": False, "lapse": 30}
_CHARGER_COMES_S = 90


def main(argv=None):
    """Runs the bench; returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    arguments = _arguments(argv)
    run_dir = Path(arguments.run_dir or tempfile.mkdtemp(prefix="packmate-bench-"))
    run_dir.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        scenario = scenario_file.load(arguments.scenario) if arguments.scenario else None
        desk = _desk(arguments, run_dir, scenario)
        try:
            return _headless(desk, scenario) if arguments.headless else _serve(desk, arguments)
        finally:
            desk.stop()
    except (scenario_file.ScenarioError, ControlError, RadioError, BrokerError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130 if arguments.headless else 0  # interrupting is how the page's server ends
    finally:
        if not arguments.run_dir:
            shutil.rmtree(run_dir, ignore_errors=True)


def _arguments(argv):
    parser = argparse.ArgumentParser(prog="make demo", description="Packmate's virtual bench.")
    parser.add_argument("--port", type=int, help=f"of the page; default {_PORT} or a free one")
    parser.add_argument(
        "--bms",
        action="append",
        choices=simulators.NAMES,
        help=f"default {simulators.DEFAULT}; again for a pack in parallel",
    )
    parser.add_argument("--psram", action="store_true", help="the chip has PSRAM")
    parser.add_argument(
        "--board", choices=boards.names(), metavar="NAME", help="default lilygo_t_display"
    )
    parser.add_argument("--broker", choices=["auto", "mosquitto", "amqtt"], default="auto")
    parser.add_argument("--lapse", type=int, help="virtual per real second")
    parser.add_argument("--headless", action="store_true", help="no page; needs --scenario")
    parser.add_argument("--scenario", metavar="FILE", help="play this; see docs/bench.md")
    parser.add_argument("--run-dir", metavar="DIR", help="the firmware's files; default temporary")
    arguments = parser.parse_args(argv)
    if arguments.headless != bool(arguments.scenario):
        parser.error("--headless and --scenario go together")
    try:
        check_names(arguments.bms or [])
        if arguments.lapse is not None:
            check_value("lapse", arguments.lapse)
    except ValueError as error:
        parser.error(str(error))
    return arguments


def _desk(arguments, run_dir, scenario):
    config = BenchConfig(str(run_dir))
    config.board_name = arguments.board or config.board_name
    config.compile()
    psram = arguments.psram or (scenario is not None and scenario.psram)
    config.psram = bool(psram or config.load_board().PSRAM)
    start = dict(_START, **scenario.start) if scenario else dict(_FIRST_MINUTE)
    lapse = start.pop("lapse", _LAPSE)
    config.lapse = arguments.lapse or lapse
    first = start.pop("bms", simulators.DEFAULT)
    config.bms_name, *config.other_bms = arguments.bms or [first, *_others(scenario)]
    if scenario and scenario.capacity_ah:
        config.plant = Plant(capacity_ah=scenario.capacity_ah)
    given = (scenario.settings, scenario.secrets) if scenario else (None, None)
    desk = Desk(Bench(config), given[0], arguments.broker, given[1], page=scenario is None)
    if desk.overruled:
        print(f"settings.json: the bench sets {', '.join(desk.overruled)} itself")
    desk.start(start)
    if scenario is None:
        desk.bench.at(_CHARGER_COMES_S, lambda: desk.apply("charger", True))
    return desk


def _others(scenario):
    return scenario.other_bms if scenario else []


def _headless(desk, scenario):
    print(f"{scenario.name}: {scenario.about}")
    player = Player(scenario, desk.lookup, desk.apply, desk.headline)
    return play(player, desk)


def _serve(desk, arguments):
    from tools.bench.server import Server

    async def run():
        server = Server(desk)
        try:
            await server.start(_PORT if arguments.port is None else arguments.port)
        except OSError:
            if arguments.port is not None:
                raise
            await server.start(0)
            print(f"port {_PORT} is taken, so the page has another one", file=sys.stderr)
        print(f"http://127.0.0.1:{server.port}/", flush=True)
        if desk.has_page:
            page = f"http://127.0.0.1:{desk.bench.web_port}/"
            print(f"{page} is the device's own page; its password: {PASSWORD}", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            await server.stop()

    asyncio.run(run())
    return 0


def _interrupt(_signal, _frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut the ending short
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
