"""The plain ESP32 board without a panel. Data only."""

NAME = "ESP32 dev kit, no panel"
PANEL = "hardware.panels.no_panel"
