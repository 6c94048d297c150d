"""Builds the screen with all pages: for boards that have memory for them."""

import sys

import board
import framebuf

from hardware.inputs.buttons import Button
from hardware.inputs.two_buttons import Buttons
from hardware.light import light_sensor
from hardware.reset_cause import has_crashed
from screen.book import Book
from screen.draw.painter import Painter
from showing.device_facts import DeviceFacts, last_error
from starting.config import exists
from version import VERSION


def add_to(device, early):
    """Gives the device its screen and buttons."""
    settings = early.settings
    brush = Painter(early.brush.panel, framebuf, early.brush.glyphs)
    device.button = Button(board.BUTTON_1)
    device.model = facts = DeviceFacts(device, last_error() if has_crashed() else b"")
    facts.packs = len(device.bms.units)
    python = sys.implementation.version
    facts.version = ("%s, Python %d.%d" % (VERSION, python[0], python[1])).encode()
    facts.board = board.NAME.encode()
    device.screen = Book(
        brush,
        settings,
        early.texts,
        early.errors,
        device.ble is not None,
        not exists("settings.json"),
        device.bms.bank if settings["packs"] else None,
        light_sensor(),
        device.recorder is not None,
    )
    if board.BUTTON_2 >= 0:
        device.button = Buttons(device.button, Button(board.BUTTON_2), device)
    if board.TOUCH:
        from building import touch_panel

        touch_panel.add_to(device, True)
    brush.panel.light(settings["screen_brightness_pct"])
