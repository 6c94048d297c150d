"""M5Stack Core (Basic, Gray): ESP32 without PSRAM, ILI9342C panel of 320x240. Data only.

Pins after github.com/m5stack/M5Stack, src/utility/Config.h, and its ILI9341_Rotation.h for the
panel. Wiring, and why these pins, is in README.md beside this file.
"""

NAME = "M5Stack Core"
PSRAM = 0  # data lines of the PSRAM; 0: it has none

# MicroPython starts at 160 MHz; a third more room in every deadline costs 20 mA.
CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32 technical reference, RTC_CNTL): a brown-out
# is 15 in its lowest six bits.
RESET_CAUSE = 0x3FF48034

# Of the ESP32; see firmware/hardware/timer_group.py.
TIMER_GROUP_0 = 0x3FF5F000

# Panel: the glass shows the whole memory.
PANEL = "hardware.panels.ili9342c"
PANEL_WIDTH = 320
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 127  # from pixel to pixel: 2.0 inches
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0x08  # as the memory lies; blue-green-red
PANEL_INVERT = True  # the IPS glass; the older one wants False
SPI_ID = 2
SPI_HZ = 20_000_000
SPI_SCK = 18
SPI_MOSI = 23
PANEL_CS = 14
PANEL_DC = 27
PANEL_RST = 33
PANEL_BL = 32
PANEL_POWER = -1  # no pin switches the panel's supply

# BMS, 3.3 V. 36 is input-only.
BMS_UART = 1
BMS_RX = 36
BMS_TX = 17
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 25  # also the loudspeaker's amplifier, which then clicks

# Heater switch. 13 is no strapping pin, and none of those that are high at reset.
HEATER_PIN = 13
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 16
PROBE_PIN = 26

# A and B; both close to ground, with pull-ups on the board.
BUTTON_1 = 39
BUTTON_2 = 38

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
