"""The ESP32-2432S028 with two USB sockets: its panel is an ST7789. Data only."""

NAME = "ESP32-2432S028, ST7789"
PANEL = "hardware.panels.st7789"
PANEL_MADCTL = 0x60  # landscape, red-green-blue; 0xA0 if it stands on its head
TOUCH_MADCTL = 0x60
