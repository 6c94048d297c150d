"""The campaign's table: played, printed, and put into docs/heater-faults.md."""

import multiprocessing
import time

from tools import ROOT
from tools.heater_lab import campaign
from tools.heater_lab import faults as f
from tools.heater_lab.starts import HEATING, STARTS

PAGE = ROOT / "docs" / "heater-faults.md"
BEGIN = "<!-- table: python -m tools.heater_lab campaign --write -->"
END = "<!-- end of table -->"
HEAD = (
    "| fault | how it comes about | off after | bound | shown as | then |",
    "|---|---|---:|---:|---|---|",
)
_DANGER = "alarm_mos_overtemp"  # stands for all of the BMS's alarms in the table


def shown():
    """Yields the faults that have a row: the BMS's alarms share one."""
    for name, fault in f.FAULTS.items():
        if not name.startswith("alarm_") or name == _DANGER:
            yield fault


def key(fault):
    """Returns the first cells of its row: what can be compared without playing it."""
    if fault.name == _DANGER:
        count = sum(name.startswith("alarm_") for name in f.FAULTS)
        return f"| `alarm_…` | the BMS raises one of {count} alarms of danger |"
    return f"| `{fault.name}` | {fault.text} |"


def seconds(value):
    """Returns seconds as people read them."""
    if value is None:
        return "—"
    if value < 120:
        return f"{value:g} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"


def row(fault, plays):
    """Returns the row of a fault; `plays` are those in which it struck a heating heater."""
    off_s = [play.first_s for play in plays if play.first_s is not None]
    names = sorted({play.reason.partition(":")[2] or play.reason for play in plays} - {""})
    bound, off = seconds(fault.bound_s), seconds(max(off_s, default=None))
    then = fault.then
    if fault.alarm_s is not None:
        alarm = max(play.alarm_s for play in plays)
        off, bound = f"alarm: {seconds(alarm)}", f"alarm: {seconds(fault.alarm_s)}"
        names, then = ["warms_off", "stuck_on"], "the thermal fuse acts"
    elif fault.bound_s is None:
        off = "—"
    reasons = ", ".join(f"`{name}`" for name in names)
    return f"{key(fault)} {off} | {bound} | {reasons} | {then} |"


def sentence(fault):
    """Says in a line what a fault is and what it may cost."""
    text = f"{fault.text[0].upper()}{fault.text[1:]}."
    if fault.alarm_s is not None:
        return f"{text} Alarm within {seconds(fault.alarm_s)} of switching off."
    if fault.bound_s is None:
        return f"{text} It may go on."
    return f"{text} Off within {seconds(fault.bound_s)}; {fault.then}."


def run(write, with_pairs, jobs):
    """Plays all; returns 0 if everything held, 1 otherwise, when nothing is written."""
    start = time.monotonic()
    plays = [(place, [fault.name for fault in chosen]) for place, chosen in campaign.singles()]
    singles = len(plays)
    if with_pairs:
        plays += [(place, [fault.name for fault in chosen]) for place, chosen in campaign.pairs()]
    with multiprocessing.Pool(jobs) as pool:
        results = list(pool.imap(_attempt, plays, chunksize=8))
    broken = [text for _, text in results if text]
    for text in broken:
        print("BROKEN:", text)
    lines = _lines([result for result, _ in results if result], singles, len(plays) - singles)
    print("\n".join(lines))
    print(f"{len(plays)} plays, {len(broken)} broken, {time.monotonic() - start:.0f} s")
    if write and not broken:
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(before + "\n".join([BEGIN, *lines, END]) + rest.split(END)[1])
    return 1 if broken else 0


class Measured:
    """What the table needs of a campaign.Play, small enough to come from another process."""

    def __init__(self, play):
        self.names = [fault.name for fault in play.faults]
        self.start = play.start
        self.first_s = play.first_s
        self.alarm_s = play.alarm_s
        self.longest_s = play.longest_s
        self.reason = play.reason


def _attempt(chosen):
    start, names = chosen
    play, broken = campaign.attempt((start, [f.FAULTS[name] for name in names]))
    return (None if play is None else Measured(play)), broken


def _lines(results, singles, pairs):
    alone = {}
    for result in results:
        if len(result.names) == 1 and result.start in HEATING:
            name = result.names[0]
            name = _DANGER if name.startswith("alarm_") else name
            alone.setdefault(name, []).append(result)
    count = len(f.FAULTS)
    lines = list(HEAD) + [row(fault, alone.get(fault.name, [])) for fault in shown()]
    lines.append("")
    lines.append(
        f"{count} faults in each of {len(STARTS)} states: {singles} plays. "
        f"Two faults at once while heating: {pairs} plays."
    )
    return lines
