"""Adafruit Feather ESP32-S3 TFT: 2 MB of PSRAM, 4 MB of flash, ST7789 panel of 240x135. Data only.

Pins as in Adafruit's own files for Arduino and CircuitPython, and in Zephyr's for this board;
wiring, and why these pins, is in README.md beside this file.
"""

NAME = "Feather ESP32-S3 TFT"
PSRAM = 4  # data lines of the PSRAM; with any, an image is made of the modules as they are

CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32-S3 technical reference, RTC_CNTL): a
# brown-out is 15 in its lowest six bits.
RESET_CAUSE = 0x60008038

# Of the ESP32-S3; see firmware/hardware/timer_group.py. Nobody has tried it.
TIMER_GROUP_0 = 0x6001F000

# Panel: the glass is the T-Display's, in the same place of the controller's memory.
PANEL = "hardware.panels.st7789"
PANEL_WIDTH = 240
PANEL_HEIGHT = 135
PANEL_PITCH_UM = 104  # from pixel to pixel: 1.14 inches
PANEL_X = 40
PANEL_Y = 53
PANEL_MADCTL = 0x60  # landscape, red-green-blue; 0x68 if red and blue turn out exchanged
PANEL_INVERT = True
SPI_ID = 1
SPI_HZ = 20_000_000
SPI_SCK = 36
SPI_MOSI = 35
PANEL_CS = 7
PANEL_DC = 39
PANEL_RST = 40
PANEL_BL = 45
PANEL_POWER = 21  # high: the panel has its 3.3 V

# BMS, 3.3 V: the pins marked RX and TX.
BMS_UART = 1
BMS_RX = 2
BMS_TX = 1
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 6

# Heater switch. 11 is neither a strapping pin (0, 3, 45, 46) nor one of USB's (19, 20).
HEATER_PIN = 11
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 10
PROBE_PIN = 9

# Both close to ground. 0 is the button BOOT; 5 is free for one of your own.
BUTTON_1 = 0  # held at reset, it starts the chip's loader instead of MicroPython
BUTTON_2 = 5

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
