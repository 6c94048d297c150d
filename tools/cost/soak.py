"""The lost connections of a month, one after the other, on the 32-bit MicroPython: nothing leaks.

Of each day only what happens is played, in the tasks' own steps (boot_play.py): ten times
the Wi-Fi is lost and joined again, twice the broker restarts, and a page is pressed each time. The
quiet hours between are left out; so the ticks do not wrap.
"""

import dataclasses

from tools.cost import boot_play, chip_heaps

DAYS = 30
LOSSES = 10  # of the Wi-Fi, a day
RESTARTS = 2  # of the broker, a day
MOST_GROWTH = 200  # bytes of Python's heap, after the first day
_TIMEOUT_S = 3600
_PRESS = "Pin.level = 0\nadvance(1)\nPin.level = 1\n"
# A session that lived for 10 s begins the pauses between attempts anew.
_LOSS = _PRESS + "Wlan.there = False\nadvance(3)\nWlan.there = True\nadvance(14)"
_RESTART = _PRESS + "Socket.broker = False\nadvance(3)\nSocket.broker = True\nadvance(20)"


@dataclasses.dataclass
class Day:
    """At its end: bytes of Python's heap in use, the most that it may have needed, bytes that the
    IDF has free, and sockets opened so far and open now."""

    number: int
    live: int
    peak: int
    idf_free: int
    opened: int
    open: int


def month(days=DAYS, each=""):
    """Returns [Day]. each: Python source that is run in each round, besides."""
    # The same few names every day: MicroPython keeps each new one for good.
    rounds = [("Wi-Fi lost", f"{_LOSS}\n{each}")] * LOSSES
    rounds += [("broker gone", f"{_RESTART}\n{each}")] * RESTARTS
    more = rounds * days
    stages = boot_play.play(more=more, timeout_s=_TIMEOUT_S)
    moments, _ = chip_heaps.follow(stages)
    opened = closed = 0
    found = []
    begin = len(stages) - len(more)
    for i, (stage, moment) in enumerate(zip(stages, moments, strict=True), 1 - begin):
        opened += [what for what, _ in stage.taken].count("socket")
        closed += stage.given.count("socket")
        if i > 0 and i % len(rounds) == 0:
            # The model has one socket; what was not closed is taken off here.
            free = moment.idf_free - (opened - closed - 1) * chip_heaps.SOCKET
            day = len(found) + 1
            found.append(Day(day, stage.live, stage.peak, free, opened, opened - closed))
    return found


def leaks(days):
    """Returns what grows or shrinks after the first day, as texts."""
    first, last = days[0], days[-1]
    problems = []
    if last.live - first.live > MOST_GROWTH:
        problems.append(f"Python: {last.live - first.live} B more than after the first day")
    if last.idf_free < first.idf_free:
        problems.append(
            f"the IDF: {first.idf_free - last.idf_free} B less than after the first day"
        )
    return problems


def table(days):
    """Returns the lines of a Markdown table: the first day, each week, and the last day."""
    lines = ["| day | sockets opened | live | at most | IDF free |", "|---:|---:|---:|---:|---:|"]
    for day in days:
        if day.number % 7 == 0 or day in (days[0], days[-1]):
            figures = (day.opened, day.live, day.peak, day.idf_free)
            lines.append(f"| {day.number} | " + " | ".join(f"{f:,}" for f in figures) + " |")
    return lines
