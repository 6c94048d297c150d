"""Sending a box allocates nothing, and neither does shifting the picture or dimming it."""

import sys

import fake_panel

sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import harness  # noqa: E402

from hardware.panels import ili9341, ili9342c, st7789  # noqa: E402

pixels = bytearray(2 * 80 * 22)


def sender(panel):
    def send():
        panel.send(3, 60, 80, 22, pixels)
        panel.shift()
        panel.light(50)
        panel.send(160, 112, 80, 22, pixels)

    return send


for driver in (st7789, ili9341, ili9342c):
    work = sender(driver.Panel())
    fake_panel.recording = False
    harness.check_no_alloc(driver.__name__ + ": send, shift, light", work)
    fake_panel.recording = True
print("OK")
