"""Plays a scenario against the bench and keeps the score.

`Player` is pure: it is told the virtual time and how to read fields and set controls, so that it
is tested without a bench. `play()` drives it from a running desk.
"""

import json
import time

WAITING, PASSED, FAILED = "waiting", "pass", "FAIL"
_POLL_S = 0.05
_PROGRESS_S = 10.0
_LAST_WORDS = 15


class Outcome:
    """The state of one expectation: `result`, the virtual second it fell, and why."""

    def __init__(self, item):
        self.item = item
        self.result = WAITING
        self.at_s = None
        self.reason = ""

    def settle(self, result, at_s, reason=""):
        """Records the end of it."""
        self.result = result
        self.at_s = at_s
        self.reason = reason


class Player:
    """Plays `scenario`: `lookup(field)` reads the bench, `apply(name, value)` sets a control.

    `headline()` returns a line that tells how things are, for whoever asks why something failed.
    `say` gets a line of text for every event. `tick(t_s)` is called with the growing virtual time;
    `done` is true at the end, `passed` then tells whether every expectation held.
    """

    def __init__(self, scenario, lookup, apply, headline, say=print):
        self.scenario = scenario
        self._lookup = lookup
        self._apply = apply
        self._headline = headline
        self._say = say
        self.done = False
        self.missed = ""  # which step never came, and why
        self.marks = {}
        self._next = 0
        self._step_since = 0.0
        self.outcomes = [Outcome(item) for item in scenario.expectations]
        self.guards = [Outcome(item) for item in scenario.always]

    @property
    def passed(self):
        """True once every step was made and everything expected has come true."""
        return (
            self.done
            and not self.missed
            and all(o.result == PASSED for o in self.outcomes + self.guards)
        )

    def tick(self, t_s):
        """Advances the scenario to the virtual second `t_s`."""
        if self.done:
            return
        self._run_steps(t_s)
        for outcome in self.outcomes:
            if outcome.result == WAITING:
                self._judge(outcome, t_s)
        for outcome in self.guards:
            if outcome.result == WAITING:
                self._watch(outcome, t_s)
        if t_s >= self.scenario.end_s or self._nothing_left():
            self.finish(t_s)  # a guard without an end has held to the end

    def finish(self, t_s, reason="the scenario ended first"):
        """Ends the scenario: whatever is open is judged as it stands."""
        for outcome in self.outcomes:
            if outcome.result == WAITING:
                self._settle(outcome, FAILED, t_s, self._why(outcome.item, reason))
        for outcome in self.guards:
            if outcome.result == WAITING:
                reached = outcome.item.after is None or outcome.item.after in self.marks
                result = PASSED if reached else FAILED
                self._settle(outcome, result, t_s, "" if reached else "never reached its start")
        self.done = True

    def summary(self):
        """Returns the lines of the final summary."""
        lines = ["", self.scenario.name]
        for outcome in self.outcomes + self.guards:
            line = f"  {outcome.result:4} {clock(outcome.at_s):>9}  {outcome.item.name}"
            lines.append(line + (": " + outcome.reason if outcome.reason else ""))
        if self.missed:
            lines.append(f"  {FAILED} {self.missed}")
        good = sum(o.result == PASSED for o in self.outcomes + self.guards)
        lines.append(f"{good} of {len(self.outcomes) + len(self.guards)} held")
        return lines

    def _run_steps(self, t_s):
        steps = self.scenario.steps
        while self._next < len(steps) and self._due(steps[self._next], t_s):
            step = steps[self._next]
            self._next += 1
            self._step_since = t_s
            if step.mark:
                self.marks[step.mark] = t_s
                self._say(f"{clock(t_s):>9}  {step.mark}")
            for name, value in step.sets.items():
                self._apply(name, value)
                self._say(f"{clock(t_s):>9}  set {name} = {json.dumps(value)}")

    def _due(self, step, t_s):
        if step.at_s is not None:
            return t_s >= step.at_s
        if step.after_s is not None:
            return t_s >= self._step_since + step.after_s
        if step.when.holds(self._lookup):
            return True
        if t_s >= self._step_since + step.within_s:
            lack = step.when.shortfall(self._lookup)
            self.missed = f"step {self._next + 1} never came: {lack}"
            self._say(f"{clock(t_s):>9}  {FAILED}: {self.missed}")
            self._say_how_things_are()
            self.finish(t_s, "the scenario broke off")
        return False

    def _judge(self, outcome, t_s):
        item = outcome.item
        start = 0.0 if item.after is None else self.marks.get(item.after)
        if start is None:
            return
        deadline = item.by_s if item.by_s is not None else start + item.within_s
        if item.condition.holds(self._lookup):
            late = t_s > deadline
            reason = "%.1f s late" % (t_s - deadline) if late else ""
            self._settle(outcome, FAILED if late else PASSED, t_s, reason)
        elif t_s > deadline:
            self._settle(outcome, FAILED, t_s, self._why(item, "too late"))

    def _watch(self, outcome, t_s):
        item = outcome.item
        start = 0.0 if item.after is None else self.marks.get(item.after)
        if start is None or t_s < start + item.grace_s:
            return
        if item.until is not None and item.until in self.marks:
            self._settle(outcome, PASSED, t_s)
        elif not item.condition.holds(self._lookup):
            self._settle(outcome, FAILED, t_s, item.condition.shortfall(self._lookup))

    def _why(self, item, reason):
        if item.after is not None and item.after not in self.marks:
            return f"{reason}; never reached {item.after}"
        return f"{reason}; {item.condition.shortfall(self._lookup)}"

    def _settle(self, outcome, result, t_s, reason=""):
        outcome.settle(result, t_s, reason)
        text = f"{clock(t_s):>9}  {result}: {outcome.item.name}"
        self._say(text + (f" ({reason})" if reason else ""))
        if result == FAILED:
            self._say_how_things_are()

    def _say_how_things_are(self):
        self._say(" " * 11 + self._headline())

    def _nothing_left(self):
        if self._next < len(self.scenario.steps):
            return False
        bounded = [outcome for outcome in self.guards if outcome.item.until is not None]
        return all(outcome.result != WAITING for outcome in self.outcomes + bounded)


def clock(t_s):
    """Returns virtual seconds as h:mm:ss.t, or a dash."""
    if t_s is None:
        return "-"
    tenths = int(t_s * 10)
    return f"{tenths // 36000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def play(player, desk, say=print):
    """Plays on a running desk until the scenario ends; returns the exit status 0 or 1.

    The player is called in the bench's thread at every look, in virtual time, so that a short
    deadline means the same at any lapse.
    """
    desk.watch(lambda t_s: None if player.done else player.tick(t_s))
    told = time.monotonic()
    while not player.done:
        time.sleep(_POLL_S)
        if desk.error:
            player.finish(desk.t_s, f"the bench stopped: {desk.error}")
        elif time.monotonic() - told > _PROGRESS_S:
            told = time.monotonic()
            say(f"{clock(desk.t_s):>9}  ... {desk.headline()}")
    desk.watch(None)
    for line in player.summary():
        say(line)
    if player.passed:
        return 0
    say("The firmware's last words:")
    for line in _last_words(desk):
        say(f"  {line}")
    return 1


def _last_words(desk):
    try:
        return desk.state()["console"][-_LAST_WORDS:]
    except RuntimeError as error:
        return [str(error)]
