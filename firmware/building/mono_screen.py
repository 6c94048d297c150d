"""Builds what is drawn on a mono panel, and the button: in the place of screen.py there."""

import board

from hardware.inputs.buttons import Button


def add_to(device, early):
    """Gives the device what is drawn on its panel, and the button."""
    settings = early.settings
    device.button = Button(board.BUTTON_1)
    if early.roomy and settings["screen_pages"]:
        from hardware.inputs.two_buttons import Buttons
        from hardware.light import light_sensor
        from screen.mono_wide import WideMonoScreen
        from showing.device_facts import DeviceFacts

        device.model = DeviceFacts(device)
        about = early.brush, settings, early.texts, early.errors
        device.screen = WideMonoScreen(*about, light_sensor(), device.recorder is not None)
        if board.BUTTON_2 >= 0:
            device.button = Buttons(device.button, Button(board.BUTTON_2), device)
    elif settings["screen_pages"]:
        from screen.model import Model
        from screen.mono import MonoScreen

        device.model = Model()
        device.screen = MonoScreen(early.brush, settings, early.texts, early.errors)
    else:
        from screen.blank import Blank

        device.screen = Blank(early.brush, early.texts)
    early.brush.panel.light(settings["screen_brightness_pct"])
