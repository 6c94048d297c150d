"""Which records a broker must have got from a device that is killed, and whether it has.

The records are those of host_tests/mp/history_program.py; tools/cost/outages.py kills it.
"""

import dataclasses

from history.record import EPOCH_S

RECORD_S = 10  # as there
BEGIN_S = 90_000_000  # s since 2024, of the first life
LIFE_S = 100_000  # of the day's time, from one life to the next
ROOM = 16  # history.ring's: what can be lost while the mat is on


@dataclasses.dataclass
class Figures:
    """What came of it. kept: records that the flash had; delivered: of these, to the broker;
    twice: messages beyond one for each; timeless: of all, without the time of day; lost: records
    that were made, and were not in the flash when a life ended; most_lost: of one life, with the
    mat off and with the mat on; problems: what must not be."""

    kills: int = 0
    cuts: int = 0
    broker_kills: int = 0
    line_troubles: int = 0
    kept: int = 0
    delivered: int = 0
    twice: int = 0
    timeless: int = 0
    lost: int = 0
    most_lost: list = dataclasses.field(default_factory=lambda: [0, 0])
    problems: list = dataclasses.field(default_factory=list)


class Book:
    """What there must be: `kept`, {number: (time, number of the start, its life)}."""

    def __init__(self, figures):
        self.kept = {}
        self._figures = figures
        self._safe = 0

    def note(self, life, mat_before):
        """Takes what a life has said: first what of the one before is not there any more."""
        begin = life.said[0][1]
        gone = [number for number in self.kept if number >= begin]
        figures = self._figures
        figures.lost += len(gone)
        figures.most_lost[mat_before] = max(figures.most_lost[mat_before], len(gone))
        for number in gone:
            if number < self._safe:
                figures.problems.append(f"record {number} was in the flash, and is not")
            del self.kept[number]
        boot = life.told["boot"]
        for word, number, *more in life.said[1:]:
            if word == "safe":
                self._safe = number
            elif more[1] == 0:
                self.kept[number] = (more[0], boot)

    def due(self, before):
        """Returns the numbers of all records before one that must have been told by now."""
        return {number for number in self.kept if number < before}

    def judge(self, heard, before):
        """Counts what was heard, and finds what is wrong; records from `before` on may be on their
        way still."""
        figures = self._figures
        for one in heard:
            problem = differs(one, self.kept.get(one["record"]))
            if problem:
                figures.problems.append(problem)
        told = {one["record"] for one in heard}
        due = self.due(before)
        figures.problems += [f"record {n} was never delivered" for n in sorted(due - told)]
        figures.kept = len(due)
        figures.delivered = len(told & due)
        figures.twice = len(heard) - len(told)
        figures.timeless = sum(one["ts"] is None for one in heard)
        for mat, most in enumerate((1, ROOM)):
            if figures.most_lost[mat] > most:
                figures.problems.append(f"{figures.most_lost[mat]} records lost in one life")


def differs(one, made):
    """Returns what is wrong with a message, as a text, None if nothing is. made: (time in s since
    2024, number of the start) of the record with its number, None if there is none."""
    if made is None:
        return f"told, and not in the flash: {one}"
    day_s, boot = made
    started_s = BEGIN_S + LIFE_S * boot - 1  # an uptime of 1 s is the first there is
    wanted = {
        "soc_pct": day_s // RECORD_S % 101,
        "pack_mv": 10 * (day_s // RECORD_S % 6007),
        "current_ma": day_s % 65_521 - 30_000,
    }
    if one["ts"] is None:
        wanted |= {"resets": boot, "uptime_s": day_s - started_s}
    else:
        wanted["ts"] = EPOCH_S + day_s
    if any(one[name] != value for name, value in wanted.items()):
        return f"another record of that number: {one}, not {wanted}"
    return None


def table(figures):
    """Returns the lines of a Markdown table."""
    rows = (
        ("device killed at a random moment", figures.kills),
        ("power lost at a random byte of the flash", figures.cuts),
        ("broker killed; it had forgotten all", figures.broker_kills),
        ("line cut, or silent", figures.line_troubles),
        ("**records in the flash**", figures.kept),
        ("**of these, delivered**", figures.delivered),
        ("messages that came once more", figures.twice),
        ("messages without the time of day, since the power went first", figures.timeless),
        ("lost with the power at one time, at most: mat off", figures.most_lost[0]),
        ("mat on, so that records waited", figures.most_lost[1]),
    )
    return ["| | |", "|---|---:|", *(f"| {name} | {count:,} |" for name, count in rows)]
