"""Builds what is drawn on the panel, and the button: what every board has memory for."""

import board

from hardware.inputs.buttons import Button


def add_to(device, early):
    """Gives the device what is drawn on its panel, and the button."""
    settings = early.settings
    device.button = Button(board.BUTTON_1)
    if board.TOUCH:
        from building.touch_panel import add_to_small as add_touch
        from unload import unload

        add_touch(device, settings["packs"])
        del add_touch
        unload("building.touch_panel")  # the screen is not built yet
    if not settings["screen_pages"]:
        from screen.blank import Blank

        device.screen = Blank(early.brush, early.texts)
        early.brush.panel.light(settings["screen_brightness_pct"])
        return
    from screen.model import Model

    device.model = Model()
    device.model.packs = len(device.bms.units)
    about = (early.brush, settings, early.texts, early.errors, device.ble is not None)
    if settings["packs"]:
        from screen.pages.packs import PacksScreen

        device.screen = PacksScreen(device.bms.bank, *about)
    else:
        from screen.show import Screen

        device.screen = Screen(*about)
    early.brush.panel.light(settings["screen_brightness_pct"])
