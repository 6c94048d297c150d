"""The ESP32 board with an ST7789 module of 320x170 (1.9 inch). Data only."""

NAME = "ESP32 dev kit, 320x170"
PANEL_HEIGHT = 170
PANEL_Y = 35  # the glass shows the middle of the memory's 240 columns
