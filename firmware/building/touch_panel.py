"""Builds what a finger on the glass is for, where there is a touch panel."""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import board


def add_to(device, sides):
    """Puts the touch panel beside the device's button. sides: see hardware.inputs.touch.Touch."""
    from hardware.inputs.touch import Touch
    from screen.axes import Axes

    width = board.PANEL_WIDTH
    axes = Axes(board.TOUCH_MADCTL, board.PANEL_MADCTL, width, board.PANEL_HEIGHT)
    pen = __import__(board.TOUCH, None, None, ("Pen",)).Pen()
    device.button = touch = Touch(device.button, device, pen, axes, width, sides)
    device.extras += (touch.run(),)


def add_to_small(device, several):
    """The same on a board without PSRAM: beside Wi-Fi that has memory for taps alone, and several
    packs, which are what there is to swipe through, go without Wi-Fi."""
    if several:
        add_to(device, False)
        return
    from hardware.inputs.taps import Taps

    device.button = Taps(device.button)
