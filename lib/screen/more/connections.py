"""The links: to the BMS, the Wi-Fi and the broker; memory, and the last restart."""

import words as w
from compat import const
from screen import model as m
from screen import titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from screen.more.warmth import title

_NONE = const(-1)
_CRASHED = const(-2)


def _bms(sheet, field, _what, model, live):
    """Says that the BMS answers, or why it does not."""
    if live:
        return sheet.title(field, titles.ANSWERS, pal.GREEN)
    return sheet.line(field, model.why_texts, model.why, pal.AMBER)


def _lost(sheet, field, which, model, _live):
    """Says how often a link was lost."""
    count = (model.losses, model.wifi_losses, model.mqtt_failures)[which]
    if not sheet.changed(field, count, pal.GREY):
        return False
    if count:
        sheet.put(titles.LOST).add(b" ").fixed(count, 0).add(b"x")
    return True


def _network(sheet, field, _what, model, _live):
    """Names the Wi-Fi, by its number where there are two."""
    if not sheet.changed(field, model.network, pal.GREY):
        return False
    sheet.put(titles.WIFI)
    if model.network:
        sheet.text.add(b" ").fixed(model.network, 0)
    return True


def _wifi(sheet, field, _what, model, _live):
    """Shows the address, or why there is none."""
    if model.wifi == m.CONNECTED:
        if not sheet.changed(field, hash(model.address) & 0xFFFFFF, pal.GREEN):
            return False
        sheet.text.add(model.address)
        return True
    return _link(sheet, field, model.wifi, w.WIFI_CODES, model.wifi_reason)


def _signal(sheet, field, _what, model, _live):
    dbm = model.rssi_dbm
    if not sheet.changed(field, 1 if dbm is None else dbm, pal.GREY):
        return False
    if dbm is not None:
        sheet.text.fixed(dbm, 0).add(b" dBm")
    return True


def _broker(sheet, field, _what, model, _live):
    """Says that the broker is there, or why not."""
    if model.mqtt == m.CONNECTED:
        return sheet.title(field, titles.CONNECTED, pal.GREEN)
    return _link(sheet, field, model.mqtt, w.MQTT_CODES, model.mqtt_reason)


def _link(sheet, field, state, table, reason):
    if state == m.NOT_USED:
        return sheet.title(field, titles.NOT_SET)
    if not reason:
        return sheet.title(field, titles.TRYING, pal.AMBER)
    return sheet.line(field, table, reason, pal.AMBER)


def _memory(sheet, field, _what, model, _live):
    """Shows how much is free."""
    if not sheet.changed(field, model.python_free // 1024, pal.WHITE):
        return False
    sheet.text.fixed(model.python_free // 1024, 0).add(b" kB ")
    sheet.put(titles.FREE)
    return True


def _start(sheet, field, _what, model, _live):
    """Says which start of the device this is."""
    if not sheet.changed(field, model.boots, pal.GREY):
        return False
    sheet.put(titles.RESTART).add(b" ").fixed(model.boots, 0)
    return True


def _cause(sheet, field, _what, model, _live):
    """Says why it started: by what error, or by what else."""
    if model.crash:
        if not sheet.changed(field, _CRASHED, pal.AMBER):
            return False
        sheet.text.add(model.crash)
        return True
    return sheet.line(field, w.RESET_CODES, model.reset_cause, pal.WHITE)


PAGE = (
    (22, (26, TEXT, titles.BMS, title), (74, TEXT + b.RIGHT, 0, _bms)),
    (22, (28, TEXT, 0, _network), (72, TEXT + b.RIGHT, 0, _wifi)),
    (22, (50, TEXT, 1, _lost), (50, TEXT + b.RIGHT, 0, _signal)),
    (22, (28, TEXT, titles.BROKER, title), (72, TEXT + b.RIGHT, 0, _broker)),
    (22, (34, TEXT, titles.MEMORY, title), (66, TEXT + b.RIGHT, 0, _memory)),
    (22, (45, TEXT, 0, _start), (55, TEXT + b.RIGHT, 0, _cause)),
)
