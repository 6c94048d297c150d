"""Sets the panel up as a driver does and draws a cross of colours; then waits."""

import time

import board
from machine import PWM, SPI, Pin

spi = SPI(board.SPI_ID, board.SPI_HZ, polarity=0, sck=Pin(board.SPI_SCK), mosi=Pin(board.SPI_MOSI))
cs = Pin(board.PANEL_CS, Pin.OUT, value=1)
dc = Pin(board.PANEL_DC, Pin.OUT, value=0)
rst = Pin(board.PANEL_RST, Pin.OUT, value=1)
PWM(Pin(board.PANEL_BL), freq=1000, duty_u16=32768)


def command(code, data=b""):
    cs.off()
    dc.off()
    spi.write(bytes([code]))
    if data:
        dc.on()
        spi.write(data)
    cs.on()


def window(x, y, width, height):
    x += board.PANEL_X
    y += board.PANEL_Y
    last = x + width - 1
    command(0x2A, bytes([x >> 8, x & 255, last >> 8, last & 255]))
    last = y + height - 1
    command(0x2B, bytes([y >> 8, y & 255, last >> 8, last & 255]))


rst.off()
time.sleep_ms(10)
rst.on()
time.sleep_ms(120)
command(0x11)
time.sleep_ms(120)
command(0x3A, b"\x55")
command(0x36, bytes([board.PANEL_MADCTL]))
command(0x21)
command(0x29)
window(0, 0, 240, 135)
command(0x2C, bytes(240 * 135 * 2))
window(0, 0, 1, 1)
command(0x2C, b"\xf8\x00")
window(239, 134, 1, 1)
command(0x2C, b"\x07\xe0")
print("drawn")
while True:
    time.sleep(1)
