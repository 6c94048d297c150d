"""The heater's latched faults, which take the whole screen; and that they were cleared."""

import words as w
from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.draw.brush import ROW

_MEANING = const(2)  # lines of a fault that tell what it means; the others what to do
_HOLD_MS = const(2000)
_TURN_S = const(8)  # each of several faults
_CLEAR_FIELD = const(5)
_BAR_FIELD = const(6)


class Fault:
    """The latched faults in turn, with what each means and what to do."""

    ROWS = layout.LINES

    def __init__(self, sheet):
        self._sheet = sheet

    def show(self, field, model, _live):
        """See Glance.show."""
        sheet = self._sheet
        if field == _CLEAR_FIELD:
            return sheet.label(field, labels.CLEAR)
        if field == _BAR_FIELD:
            return sheet.bar(field, min(model.held_ms * 1000 // _HOLD_MS, 1000), pal.RED)
        heater = model.heater
        count = _bits(heater.latched)
        which = model.uptime_s // _TURN_S % count if count else 0
        reason = _raised(heater.latched, which) if count else heater.reason
        if field:
            line = (reason - 1) * w.FAULT_LINES + field - 1
            ink = pal.WHITE if field <= _MEANING else pal.AMBER
            return sheet.line(field, w.FAULT_TEXTS, line, ink)
        if not sheet.changed(field, reason << 8 | count, pal.ON_RED):
            return False
        sheet.texts.put(sheet.text, w.REASON_TEXTS, reason)
        if count > 1:
            sheet.text.add(b"  ").fixed(which + 1, 0).add(b"/").fixed(count, 0)
        return True


class Cleared:
    """Says that the faults were cleared, and what comes now."""

    ROWS = layout.LINES[: 5 * ROW]

    def __init__(self, sheet):
        self._sheet = sheet

    def show(self, field, _model, _live):
        """See Glance.show."""
        ink = pal.WHITE if field else pal.ON_GREEN
        return self._sheet.label(field, labels.CLEARED + field, ink)


def _bits(latched):
    count = 0
    while latched:
        count += latched & 1
        latched >>= 1
    return count


def _raised(latched, which):
    """Returns the reason of the set bit at position `which`."""
    reason = 1
    while which or not latched & 1:
        which -= latched & 1
        latched >>= 1
        reason += 1
    return reason
