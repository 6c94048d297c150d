"""Tables of long plays: sensors that lie for days, and healthy heaters in winter."""

import multiprocessing

from tools.heater_lab import slow, winter
from tools.heater_lab.faults_table import PAGE
from tools.heater_lab.season import OUTSIDE, UNTOLD, WITH_CELLS

SENSORS = ("sensors", "<!-- table: python -m tools.heater_lab sensors --write -->")
WINTER = ("winter", "<!-- table: python -m tools.heater_lab winter --write -->")
MOST_PER_1000 = 1.0
BOARDS = (WITH_CELLS, UNTOLD, OUTSIDE)


def put(which, lines):
    """Puts lines between the marks of a table (SENSORS or WINTER) in the documentation."""
    name, begin = which
    end = f"<!-- end of {name} -->"
    before, rest = PAGE.read_text().split(begin)
    PAGE.write_text(before + "\n".join([begin, *lines, end]) + rest.split(end)[1])


# -- sensors ------------------------------------------------------------------------------------


def _lie(chosen):
    fault, pack, start, board = chosen
    season = slow.play(fault, pack, start, board=board)
    ends = season.latches[0][1] if season.latches else season.text.partition(":")[2]
    return fault, board, season.hot_c, ends


def sensors(write, jobs):
    """Plays all; returns 0 if no cell became too hot, but where the BMS's board, outside, says
    that all is well."""
    plays = [
        (fault, pack, start, board)
        for fault in slow.FAULTS
        for pack in slow.PACKS
        for start in slow.STARTS
        for board in BOARDS
    ]
    with multiprocessing.Pool(jobs) as pool:
        results = list(pool.imap(_lie, plays, chunksize=2))
    lines = [
        "| every sensor … | hottest cell | board's temperature not told | board outside the box "
        "| ends as |",
        "|---|---:|---:|---:|---|",
    ]
    too_hot = 0
    for fault, (text, _) in slow.FAULTS.items():
        mine = [result for result in results if result[0] == fault]
        hot_c = [max(r[2] for r in mine if r[1] == board) for board in BOARDS]
        ends = ", ".join(f"`{name}`" for name in sorted({r[3] for r in mine} - {""}))
        figures = " | ".join(f"{c:.0f} °C" for c in hot_c)
        lines.append(f"| {text} | {figures} | {ends or 'heats on'} |")
        too_hot += max(hot_c[:2]) > slow.HOTTEST_C
    print("\n".join(lines))
    if write:
        put(SENSORS, lines)
    return 1 if too_hot else 0


# -- winter -------------------------------------------------------------------------------------


def _live(chosen):
    kind, _, days = chosen
    season = winter.live(chosen)
    told = season.told_s
    return {
        "kind": kind,
        "days": days,
        "latches": [latch[1] for latch in season.latches],
        "warned": season.warned,
        "hot_c": season.hot_c,
        "chargeable": season.chargeable_s / season.t_s,
        "weak": sum(told.get("blocked:" + name, 0) for name in ("too_weak", "losing_heat"))
        / season.t_s,
    }


def winters(write, jobs, homes, days):
    """Plays `homes` homes of each kind for `days`; returns 0 if they latch seldom enough."""
    plays = [(kind, seed, days) for kind in winter.KINDS for seed in range(homes)]
    with multiprocessing.Pool(jobs) as pool:
        results = list(pool.imap(_live, plays))
    lines = [
        "| who | days | latched, in 1,000 days | warned, in 1,000 days | hottest cell "
        "| charging allowed | mat too weak for it |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, (text, *_) in winter.KINDS.items():
        lines.append(_row(text, [result for result in results if result["kind"] == kind]))
    lines.append(_row("**all**", results))
    print("\n".join(lines))
    if write:
        put(WINTER, lines)
    latches = sum(len(result["latches"]) for result in results)
    return 1 if 1000 * latches > MOST_PER_1000 * len(plays) * days else 0


def _row(text, mine):
    days = sum(result["days"] for result in mine)
    names = [name for result in mine for name in result["latches"]]
    latched = f"{1000 * len(names) / days:.1f}"
    if names:
        latched += " (" + ", ".join(f"`{name}`" for name in sorted(set(names))) + ")"
    warned = 1000 * sum(result["warned"] for result in mine) / days
    hot_c = max(result["hot_c"] for result in mine)
    chargeable = 100 * sum(result["chargeable"] for result in mine) / len(mine)
    weak = 100 * sum(result["weak"] for result in mine) / len(mine)
    return (
        f"| {text} | {days} | {latched} | {warned:.0f} | {hot_c:.0f} °C "
        f"| {chargeable:.0f} % | {weak:.0f} % |"
    )
