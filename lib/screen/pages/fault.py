"""The heater's latched faults, which take the whole screen; and that they were cleared."""

import words as w
from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.draw.brush import ROW
from screen.pages.glance import label

_MEANING = const(2)  # lines of a fault that tell what it means; the others what to do
_HOLD_MS = const(2000)
_TURN_S = const(8)  # each of several faults


def _line(sheet, field, what, model, _live):
    """Shows a line of the latched faults in turn: its headline, what it means and what to do."""
    heater = model.heater
    count = _bits(heater.latched)
    which = model.uptime_s // _TURN_S % count if count else 0
    reason = _raised(heater.latched, which) if count else heater.reason
    if what:
        line = (reason - 1) * w.FAULT_LINES + what - 1
        return sheet.line(field, w.FAULT_TEXTS, line, pal.WHITE if what <= _MEANING else pal.AMBER)
    if not sheet.changed(field, reason << 8 | count, pal.ON_RED):
        return False
    sheet.texts.put(sheet.text, w.REASON_TEXTS, reason)
    if count > 1:
        sheet.text.add(b"  ").fixed(which + 1, 0).add(b"/").fixed(count, 0)
    return True


def _held(sheet, field, _what, model, _live):
    """Shows for how much of its time the button has been held."""
    return sheet.bar(field, min(model.held_ms * 1000 // _HOLD_MS, 1000), pal.RED)


def _cleared(sheet, field, what, _model, _live):
    """Says that the faults were cleared, and what comes now."""
    return sheet.label(field, labels.CLEARED + what, pal.WHITE if what else pal.ON_GREEN)


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


FAULT = (layout.LINES, (_line, _line, _line, _line, _line, label, _held))
CLEARED = (layout.LINES[: 5 * ROW], (_cleared, _cleared, _cleared, _cleared, _cleared))
