"""LilyGO T-Display: ESP32 without PSRAM, 4 or 16 MB of flash, ST7789 panel of 240x135. Data only.

Wiring, and why these pins, is in README.md beside this file.
"""

NAME = "LilyGO T-Display"
PSRAM = 0  # data lines of the PSRAM; 0: it has none

# MicroPython starts at 160 MHz; a third more room in every deadline costs 20 mA.
CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32 technical reference, RTC_CNTL): a brown-out
# is 15 in its lowest six bits.
RESET_CAUSE = 0x3FF48034

# Of the ESP32; see firmware/hardware/timer_group.py.
TIMER_GROUP_0 = 0x3FF5F000

# Panel. The controller's memory is 240x320 and the glass shows a window of it, which in this
# orientation starts 40 columns and 53 rows in.
PANEL = "hardware.panels.st7789"
PANEL_WIDTH = 240
PANEL_HEIGHT = 135
PANEL_PITCH_UM = 104  # from pixel to pixel: 1.14 inches
PANEL_X = 40
PANEL_Y = 53
PANEL_MADCTL = 0x70  # landscape: rows and columns exchanged; red-green-blue order
PANEL_INVERT = True  # this glass shows black as black only with inversion on
SPI_ID = 2
# 18 and 19 are not the controller's own pins for these signals: at 40 MHz, writes of 32 bytes and
# more crash the chip there. 20 MHz is sure, and a band of the screen still takes 6 ms.
SPI_HZ = 20_000_000
SPI_SCK = 18
SPI_MOSI = 19
PANEL_CS = 5
PANEL_DC = 16  # also UART 2's own receive pin: the BMS is on UART 1
PANEL_RST = 23
PANEL_BL = 4
PANEL_POWER = -1  # no pin switches the panel's supply

# BMS, 3.3 V. Nothing else on the board is connected to these two.
BMS_UART = 1
BMS_RX = 25
BMS_TX = 26
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 22

# Heater switch. 32 is no strapping pin, and none of those that have been seen high for some 30 ms
# at power-up, as 26 and 27 have.
HEATER_PIN = 32
HEATER_ACTIVE = 1
# What the switch in README.md is built for. Settings that would exceed it are refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 33
PROBE_PIN = 27

# Both close to ground. 35 is input-only, with a pull-up on the board.
BUTTON_1 = 35
BUTTON_2 = 0  # held at reset, it starts the chip's serial loader instead of MicroPython

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
