"""The page instead of old figures: NO DATA, since when, and why."""

from compat import const
from screen import labels, layout
from screen.draw import brush as b
from screen.draw import palette as pal

_MINUTES_END_S = const(6000)  # from 100 minutes on: hours


class Lost:
    """Shows how long there have been no figures, or that there never were any."""

    ROWS = layout.LOST

    def __init__(self, sheet, footer):
        self._sheet = sheet
        self._footer = footer

    def show(self, field, model, _live):
        """See Glance.show. The clock is mm:ss, and hh:mm from 100 minutes on."""
        sheet = self._sheet
        seconds = model.age_s
        hours = seconds >= _MINUTES_END_S
        if field == 0:
            return self._footer.show(field, model, False)
        if field == 1:
            return self._show_title(field, model.seen, hours)
        if field == 2:
            return sheet.link(field, b.WIFI, model.wifi)
        if field == 3:
            return sheet.link(field, b.CLOUD, model.mqtt)
        if field == 6:
            return sheet.line(field, model.why_texts, model.why, pal.WHITE)
        return show_clock(sheet, field, field == 4, seconds // 60 if hours else seconds)

    def _show_title(self, field, seen, hours):
        if not self._sheet.changed(field, seen, hours << 16 | pal.RED):
            return False
        text = self._sheet.say(labels.NO_DATA if seen else labels.NO_DATA_YET)
        if hours:
            end = text.n
            self._sheet.say(labels.IN_HOURS)
            text.unit = end
        return True


def show_clock(sheet, field, left, value):
    """Shows one half of a clock; what did not change stays, since its glyphs are large."""
    if not sheet.changed(field, value // 60 if left else value % 60, pal.WHITE):
        return False
    if left:
        sheet.text.two(value // 60).add(b":")
    else:
        sheet.text.two(value % 60)
    return True
