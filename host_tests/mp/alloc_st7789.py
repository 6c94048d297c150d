"""Sending a box allocates nothing, and neither does shifting the picture or dimming it."""

import sys

import fake_panel

sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import harness  # noqa: E402

from hardware import st7789  # noqa: E402

panel = st7789.Panel()
fake_panel.recording = False
pixels = bytearray(2 * 80 * 22)


def send():
    panel.send(3, 60, 80, 22, pixels)
    panel.shift()
    panel.light(50)
    panel.send(160, 112, 80, 22, pixels)


harness.check_no_alloc("send, shift, light", send)
print("OK")
