"""Converting and sending a band allocates nothing, and neither does shifting the picture."""

import sys

import fake_panel

sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import framebuf  # noqa: E402
import harness  # noqa: E402

from hardware import st7789  # noqa: E402
from screen.canvas import Canvas  # noqa: E402

WIDTH = 240
HEIGHT = 135

buffer = bytearray(WIDTH * HEIGHT // 2)
canvas = Canvas(framebuf.FrameBuffer(buffer, WIDTH, HEIGHT, framebuf.GS4_HMSB), WIDTH, HEIGHT)
panel = st7789.Panel(canvas, 80)
fake_panel.recording = False


def refresh():
    canvas.mark(3, 60)
    while panel.refresh_slice():
        pass
    panel.shift()
    while panel.refresh_slice():
        pass


harness.check_no_alloc("refresh_slice, shift", refresh)
print("OK")
