"""Builds what is drawn on the panel, and the button."""

import board

import words
from bms import alarms, check
from hardware.buttons import Button


def add_to(device, early):
    """Gives the device what is drawn on its panel, and the button."""
    settings = early.settings
    device.button = Button(board.BUTTON_1)
    if not settings["screen_pages"]:
        from screen.blank import Blank

        device.screen = Blank(early.brush, early.texts)
        early.brush.panel.light(settings["screen_brightness_pct"])
        return
    from screen.model import Model

    device.model = Model()
    device.model.packs = len(device.bms.units)
    texts = early.texts
    texts.codes = {
        words.STATE_TEXTS: words.STATE_NAMES,
        words.REASON_TEXTS: words.REASON_NAMES,
        words.VERDICT_TEXTS: check.NAMES,
        words.ALARM_TEXTS: alarms.NAMES,
    }
    about = (early.brush, settings, texts, early.errors, device.ble is not None)
    if settings["packs"]:
        from screen.pages.packs import PacksScreen

        device.screen = PacksScreen(device.bms.bank, *about)
    else:
        from screen.show import Screen

        device.screen = Screen(*about)
    early.brush.panel.light(settings["screen_brightness_pct"])
