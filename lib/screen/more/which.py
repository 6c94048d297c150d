"""Which of several packs comes: for a moment, where a small panel's page has no room for it."""

from screen import labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.draw.fonts.barlow import HUGE, TEXT


def _title(sheet, field, _what, model, _live):
    if model.shown:
        return sheet.label(field, labels.PACK, pal.WHITE)
    return sheet.title(field, titles.ALL, pal.WHITE)


def _number(sheet, field, _what, model, _live):
    """Shows which one it is, or how many all are."""
    return sheet.figure(field, model.shown or model.packs, 0, s.NO_UNIT, pal.WHITE)


def _of(sheet, field, _what, model, _live):
    if not sheet.changed(field, model.packs if model.shown else 0, pal.GREY):
        return False
    if model.shown:
        sheet.say(labels.OF).add(b" ").fixed(model.packs, 0)
    return True


PAGE = (
    (22, (100, TEXT, 0, _title)),
    (66, (54, HUGE + b.RIGHT, 0, _number), (46, ((44,), (22, (100, TEXT, 0, _of))))),
)
