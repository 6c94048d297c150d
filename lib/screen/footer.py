"""The lowest line of a page: alarms, faults or the heater, and the age of the data."""

from compat import const
from screen import palette as pal
from screen.text import Table, Text
from screen.widgets import Line

_Y = const(115)
_H = const(18)
_BAR_W = const(200)
_AGE_X = const(205)
_AGE_W = const(32)
_MINUTES_END_S = const(5970)  # what would be 100 minutes is told in hours
_MESSAGE_S = const(2)  # each of several messages stays this long

# Kinds of heater state, found by their names.
_OTHER = const(0)
_HEATING = const(1)
_WAITING = const(2)
_BLOCKED = const(3)
_FAULT = const(4)
_OFF = const(5)
_KINDS = (
    ("heating", _HEATING),
    ("waiting", _WAITING),
    ("blocked", _BLOCKED),
    ("fault", _FAULT),
    ("off", _OFF),
)


class Names:
    """The tables of names that the messages need: tuples of str by number."""

    def __init__(self, alarms, verdicts, heater_states, heater_reasons):
        self.alarms = Table(alarms)
        self.verdicts = Table(verdicts)
        self.heater_states = Table(heater_states)
        self.heater_reasons = Table(heater_reasons)
        self._no_data = verdicts.index("no_data") if "no_data" in verdicts else 0
        self.heater_kinds = bytes([_kind(name) for name in heater_states])

    def withheld(self, verdict):
        """True if the figures contradict each other; their absence is no contradiction."""
        return verdict != 0 and verdict != self._no_data


def _kind(name):
    for start, kind in _KINDS:
        if name.startswith(start):
            return kind
    return _OTHER


class Footer:
    """Draws the lowest line. `errors` is the number of settings errors to be reported."""

    def __init__(self, canvas, fonts, names, title):
        self.errors = 0
        self._names = names
        self._title = title.encode()
        self._text = Text()
        self._bar = Line(canvas, 3, _Y, _BAR_W, _H, fonts.text)
        self._age = Line(canvas, _AGE_X, _Y, _AGE_W, _H, fonts.text, right=True)

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._bar.reset()
        self._age.reset()

    def show(self, model, live, aged):
        """Shows the line. `live`: the figures are fresh; `aged`: the age belongs on this page."""
        self._message(model, live)
        text = self._text.start(b"")
        if aged:
            text.fixed(model.age_s, 0).add(b" s")
        self._age.show(text, pal.GREY if live else pal.AMBER)

    def _message(self, model, live):
        """Shows the alarms and faults in turn; without any, what the heater does."""
        fault = self.heater_failed(model)
        alarms = model.alarm_count if live else 0
        heating = 1 if model.heater_on else 0
        count = (
            alarms
            + fault
            + self._names.withheld(model.verdict)
            + model.frozen
            + (self.errors != 0)
        )
        if count == 0:
            self._heater_message(model)
            return
        turn = model.uptime_s // _MESSAGE_S % (count + heating)
        if turn < alarms:
            self._alarm_message(model, turn)
        elif turn >= count:
            self._heater_message(model)
        else:
            self._fault_message(model, turn - alarms, fault)

    def _alarm_message(self, model, turn):
        bit = model.alarm(turn)
        text = self._text.start(b"")
        self._names.alarms.add_to(text, bit)
        self._bar.show(text, pal.ON_RED)

    def _fault_message(self, model, turn, fault):
        """Shows fault number `turn` of those present: heater, verdict, frozen, settings."""
        text = self._text
        if fault:
            if turn == 0:
                self._heater_message(model)
                return
            turn -= 1
        if self._names.withheld(model.verdict):
            if turn == 0:
                self._names.verdicts.add_to(text.start(b"BAD DATA: "), model.verdict)
                self._bar.show(text, pal.ON_RED)
                return
            turn -= 1
        if model.frozen and turn == 0:
            self._bar.show(text.start(b"DATA FROZEN"), pal.ON_AMBER)
            return
        text.start(b"SETTINGS: ").fixed(self.errors, 0)
        self._bar.show(text.add(b" errors" if self.errors > 1 else b" error"), pal.ON_AMBER)

    def heater_failed(self, model):
        """True while the heater reports a fault."""
        return self._heater_kind(model) == _FAULT

    def _heater_kind(self, model):
        kinds = self._names.heater_kinds
        return kinds[model.heater_state] if model.heater_state < len(kinds) else _OTHER

    def _heating(self, model):
        """Writes the power and the time until warm, as far as they are known."""
        text = self._text.start(b"HEATING")
        if model.heater_mw:
            text.add(b" ").fixed((model.heater_mw + 500) // 1000, 0).add(b" W")
        ready_s = model.heater_ready_s
        if ready_s is not None and ready_s < _MINUTES_END_S:
            text.add(b", ").fixed((ready_s + 59) // 60, 0).add(b" min")
        elif ready_s is not None:
            text.add(b", ").fixed((ready_s + 1800) // 3600, 0).add(b" h")

    def _heater_message(self, model):
        names = self._names
        kind = self._heater_kind(model)
        text = self._text
        ink = pal.GREY
        if kind == _HEATING:
            self._heating(model)
            ink = pal.ON_AMBER
        elif kind == _FAULT:
            names.heater_reasons.add_to(text.start(b"HEATER: "), model.heater_reason)
            ink = pal.ON_RED
        elif kind == _BLOCKED:
            names.heater_reasons.add_to(text.start(b"heater: "), model.heater_reason)
            ink = pal.AMBER
        elif kind == _WAITING:
            text.start(b"heater: waiting for charger")
            ink = pal.BLUE
        elif kind == _OFF:
            text.start(self._title)
        else:
            names.heater_states.add_to(text.start(b"heater: "), model.heater_state)
        self._bar.show(text, ink)
