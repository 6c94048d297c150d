"""What this is, since when it runs, and where there is help; and what a new device says first."""

from compat import const
from screen import titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from screen.more.warmth import title

_VERSION = const(0)
_BOARD = const(1)
_BMS = const(2)


def _text(sheet, field, which, model, _live):
    """Shows a text that stays as it is once it is known."""
    text = (model.version, model.board, model.about)[which]
    if not sheet.changed(field, len(text), pal.WHITE):
        return False
    sheet.text.add(text if text else b"-")
    return True


def _running(sheet, field, _what, model, _live):
    """Shows for how long it has been running."""
    minutes = model.uptime_s // 60
    if not sheet.changed(field, minutes, pal.WHITE):
        return False
    text = sheet.text
    if minutes >= 1440:
        text.fixed(minutes // 1440, 0).add(b" ")
        sheet.put(titles.DAYS).add(b" ")
    text.fixed(minutes // 60 % 24, 0).add(b":").two(minutes % 60).add(b" h")
    return True


def _line(sheet, field, which, _model, _live):
    """Shows a line of what a new device says."""
    return sheet.title(field, titles.WELCOME + which, pal.WHITE if which else pal.ON_BLUE)


def _short(number, which, share=22):
    return (22, (share, TEXT, number, title), (100 - share, TEXT + b.RIGHT, which, _text))


PAGE = (
    _short(titles.VERSION, _VERSION, 36),
    _short(titles.BOARD, _BOARD),
    _short(titles.BMS, _BMS),
    (22, (50, TEXT, titles.RUNNING, title), (50, TEXT + b.RIGHT, 0, _running)),
    (22, (100, TEXT, titles.HELP, title)),
    (22, (100, TEXT, titles.HELP + 1, title)),
)
WELCOME = tuple([(22, (100, TEXT, line, _line)) for line in range(6)])
