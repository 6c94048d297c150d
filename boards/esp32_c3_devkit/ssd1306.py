"""The same board with a mono panel of 128x64 and an SSD1306, on I2C. Data only."""

NAME = "ESP32-C3 dev kit, SSD1306"
PANEL = "hardware.panels.ssd1306"
PANEL_WIDTH = 128
PANEL_HEIGHT = 64
