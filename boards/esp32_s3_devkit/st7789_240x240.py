"""The ESP32-S3 board with an ST7789 module of 240x240. Data only."""

NAME = "ESP32-S3 dev kit, 240x240"
PANEL_WIDTH = 240
PANEL_HEIGHT = 240
PANEL_MADCTL = 0x00  # as the memory lies, of which the glass shows the first 240 rows
