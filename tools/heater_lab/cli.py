"""The laboratory's commands: an episode, a fault, the campaigns, the speed."""

import argparse
import pathlib

from tools.heater_lab import faults, faults_table, night, seasons, speed

_NIGHT = (
    "16S LiFePO4, 5.1 kWh, on a mat of 200 W, and a charger of 6 A. The BMS forbids charging below"
    " 0 °C and allows it\nagain above 5 °C; Packmate's heater gives the charge back."
)


def _parser():
    parser = argparse.ArgumentParser(prog="python -m tools.heater_lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    episode = commands.add_parser("episode", help="a winter's day, from noon to noon, as a PNG")
    episode.add_argument("--seed", type=int, default=3, help="of the weather; default 3")
    episode.add_argument("--out", default="episode.png", type=pathlib.Path)
    fault = commands.add_parser("fault", help="a fault that strikes while heating, as a PNG")
    fault.add_argument("name", choices=sorted(faults.FAULTS), metavar="NAME")
    fault.add_argument("--out", type=pathlib.Path, help="default: NAME.png")
    commands.add_parser("faults", help="lists the faults")
    campaign = commands.add_parser(
        "campaign", help="every fault in every state, and two at once; exit status 1 if one breaks"
    )
    campaign.add_argument("--write", action="store_true", help="the table into docs/")
    campaign.add_argument("--no-pairs", action="store_true", help="one fault at a time only")
    campaign.add_argument("--jobs", type=int, default=2, help="processes; default 2")
    sensors = commands.add_parser("sensors", help="sensors that lie for days: the hottest cell")
    winter = commands.add_parser("winter", help="healthy heaters through whole winters")
    winter.add_argument("--homes", type=int, default=20, help="of each kind; default 20")
    winter.add_argument("--days", type=int, default=30, help="each; default 30")
    for command in (sensors, winter):
        command.add_argument("--write", action="store_true", help="the table into docs/")
        command.add_argument("--jobs", type=int, default=2, help="processes; default 2")
    commands.add_parser("speed", help="how many winter days are simulated in a minute")
    return parser


def main(arguments=None):
    """Runs a command; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "faults":
        for fault in faults.FAULTS.values():
            print(f"{fault.name:24} {fault.text}")
        return 0
    if options.command == "speed":
        speed.measure()
        return 0
    if options.command == "sensors":
        return seasons.sensors(options.write, options.jobs)
    if options.command == "winter":
        return seasons.winters(options.write, options.jobs, options.homes, options.days)
    if options.command == "campaign":
        return faults_table.run(options.write, not options.no_pairs, options.jobs)
    from tools.heater_lab import plots  # only pictures need matplotlib

    if options.command == "episode":
        trace = night.play(options.seed)
        plots.draw(trace, options.out, "A winter's day and night", _NIGHT, clock=12)
        print(options.out)
        return 0
    fault = faults.FAULTS[options.name]
    path = options.out or pathlib.Path(options.name + ".png")
    plots.draw(night.play_fault(fault), path, f"Fault: {fault.name}", faults_table.sentence(fault))
    print(path)
    return 0
