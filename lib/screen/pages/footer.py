"""The lowest line of a page: alarms, faults or the heater, and the age of the data."""

from compat import const
from screen import palette as pal
from screen.fonts.barlow import TEXT
from screen.text import Text
from screen.widgets import AGE_SLOT

_Y = const(115)
_H = const(18)
BAR_W = const(200)
_AGE_X = const(205)
_AGE_W = const(32)
_MINUTES_END_S = const(5970)  # what would be 100 minutes is told in hours
_MESSAGE_S = const(2)  # each of several messages stays this long

# Kinds of heater state: the first letters of their names.
_HEATING = const(104)
_WAITING = const(119)
_BLOCKED = const(98)
_FAULT = const(102)
_OFF = const(111)


class Names:
    """The tables of names that the messages need: names parted by newlines, in bytes."""

    def __init__(self, alarms, verdicts, heater_states, heater_reasons):
        self.alarms = alarms
        self.verdicts = verdicts
        self.heater_states = heater_states
        self.heater_reasons = heater_reasons
        verdicts = verdicts.split(b"\n")
        self._no_data = verdicts.index(b"no_data") if b"no_data" in verdicts else 0
        self.heater_kinds = bytes([name[0] for name in heater_states.split(b"\n")])

    def withheld(self, verdict):
        """True if the figures contradict each other; their absence is no contradiction."""
        return verdict != 0 and verdict != self._no_data


class Footer:
    """Draws the lowest line. `errors` is the number of settings errors to be reported."""

    def __init__(self, widgets, names, title):
        self.errors = 0
        self._widgets = widgets
        self._names = names
        self._title = title.encode()
        self._said = Text()
        self._ink = pal.NO_INK

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = pal.NO_INK

    def show(self, model, live, aged):
        """Shows the line. `live`: the figures are fresh; `aged`: the age belongs on this page."""
        text = self._widgets.text.start(b"")
        ink = self._message(text, model, live)
        if ink != self._ink or not text.same(self._said):
            self._ink = ink
            self._said.n = text.n
            self._said.buf[:] = text.buf
            self._widgets.line(TEXT, 3, _Y, BAR_W, _H, ink)
        ink = pal.GREY if live else pal.AMBER
        if aged and self._widgets.changed(AGE_SLOT, model.age_s, ink):
            text.start(b"").fixed(model.age_s, 0).add(b" s")
            self._widgets.line(TEXT, _AGE_X, _Y, _AGE_W, _H, ink, True)

    def heater_failed(self, model):
        """True while the heater reports a fault."""
        return self._heater_kind(model) == _FAULT

    def _heater_kind(self, model):
        kinds = self._names.heater_kinds
        return kinds[model.heater.state] if model.heater.state < len(kinds) else 0

    def _message(self, text, model, live):
        """Writes the alarms and faults in turn, else what the heater does; returns the ink."""
        fault = self.heater_failed(model)
        alarms = model.alarm_count if live else 0
        withheld = self._names.withheld(model.verdict)
        count = alarms + fault + withheld + model.frozen + (self.errors != 0)
        if count == 0:
            return self._heater_message(text, model)
        turn = model.uptime_s // _MESSAGE_S % (count + bool(model.heater_on))
        if turn < alarms:
            text.word(self._names.alarms, model.alarm(turn))
            return pal.ON_RED
        # What remains, in this order: heater, verdict, frozen, settings, what the heater does.
        turn -= alarms
        if turn == count - alarms or fault and turn == 0:
            return self._heater_message(text, model)
        turn -= fault
        if withheld and turn == 0:
            text.add(b"BAD DATA: ").word(self._names.verdicts, model.verdict)
            return pal.ON_RED
        if model.frozen and turn == withheld:
            text.add(b"DATA FROZEN")
            return pal.ON_AMBER
        text.add(b"SETTINGS: ").fixed(self.errors, 0)
        text.add(b" errors" if self.errors > 1 else b" error")
        return pal.ON_AMBER

    def _heater_message(self, text, model):
        """Writes what the heater does; returns the ink."""
        names = self._names
        kind = self._heater_kind(model)
        if kind == _HEATING:
            _put_heating(text, model)
            return pal.ON_AMBER
        if kind == _FAULT:
            text.add(b"HEATER: ").word(names.heater_reasons, model.heater.reason)
            return pal.ON_RED
        if kind == _WAITING:
            text.add(b"heater: waiting for charger")
            return pal.BLUE
        if kind == _BLOCKED:
            text.add(b"heater: ").word(names.heater_reasons, model.heater.reason)
            return pal.AMBER
        if kind == _OFF:
            text.add(self._title)
        else:
            text.add(b"heater: ").word(names.heater_states, model.heater.state)
        return pal.GREY


def _put_heating(text, model):
    """Writes the power and the time until warm, as far as they are known."""
    text.add(b"HEATING")
    heater = model.heater
    if heater.power_mw:
        text.add(b" ").fixed((heater.power_mw + 500) // 1000, 0).add(b" W")
    ready_s = heater.ready_s
    if ready_s is not None and ready_s < _MINUTES_END_S:
        text.add(b", ").fixed((ready_s + 59) // 60, 0).add(b" min")
    elif ready_s is not None:
        text.add(b", ").fixed((ready_s + 1800) // 3600, 0).add(b" h")
