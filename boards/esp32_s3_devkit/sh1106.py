"""The same board with a mono panel of 128x64 and an SH1106, on I2C. Data only."""

NAME = "ESP32-S3 dev kit, SH1106"
PANEL = "hardware.panels.sh1106"
PANEL_WIDTH = 128
PANEL_HEIGHT = 64
