"""The ESP32-S3 board with an ILI9341 module of 320x240. Data only."""

NAME = "ESP32-S3 dev kit, ILI9341"
PANEL = "hardware.panels.ili9341"
PANEL_MADCTL = 0x28  # landscape, blue-green-red; 0xE8 if it stands on its head
PANEL_INVERT = False
