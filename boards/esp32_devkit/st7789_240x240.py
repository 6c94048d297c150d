"""The plain ESP32 board with an ST7789 module of 240x240. Data only."""

NAME = "ESP32 dev kit, 240x240"
PANEL_WIDTH = 240
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 108  # from pixel to pixel: 1.54 inches
PANEL_MADCTL = 0x00  # as the memory lies, of which the glass shows the first 240 rows
