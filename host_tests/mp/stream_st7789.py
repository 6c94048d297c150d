"""Draws a scene through the panel's driver and prints every SPI transfer: DC level and hex."""

import binascii
import sys

import fake_panel

sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import framebuf  # noqa: E402
import scenes  # noqa: E402

from hardware import st7789  # noqa: E402
from screen import model  # noqa: E402

_buffer, canvas, screen = scenes.new_screen(framebuf)
panel = st7789.Panel(canvas, 80)
screen.update(scenes.model_of("alarm", model.Model()))
while panel.refresh_slice():
    pass
for dc, data in fake_panel.transfers:
    print(dc, binascii.hexlify(data).decode())
