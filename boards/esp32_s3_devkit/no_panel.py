"""The ESP32-S3 board without a panel. Data only."""

NAME = "ESP32-S3 dev kit, no panel"
PANEL = "hardware.panels.no_panel"
