"""Draws a scene through the panel's driver and prints every SPI transfer: DC level and hex."""

import binascii
import sys

import fake_panel

sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import framebuf  # noqa: E402
import scenes  # noqa: E402

from hardware.panels import st7789  # noqa: E402
from screen import model  # noqa: E402

panel = st7789.Panel()
_glass, screen = scenes.new_screen(framebuf, glass=panel)
scenes.settle(screen, scenes.model_of("alarm", model.Model()))
panel.light(80)
for dc, data in fake_panel.transfers:
    print(dc, binascii.hexlify(data).decode())
