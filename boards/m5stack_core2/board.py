"""M5Stack Core2 (and v1.1): ESP32 with PSRAM, ILI9342C panel of 320x240. Data only.

Pins after github.com/m5stack/M5Core2, src/utility/In_eSPI_Setup.h for the panel, src/AXP.cpp for
the power chip, and docs.m5stack.com, core/core2, for its bus. Wiring, and why these pins, is in
README.md beside this file.
"""

NAME = "M5Stack Core2"
PSRAM = 4  # data lines of the PSRAM; with any, an image is made of the modules as they are

# MicroPython starts at 160 MHz; a third more room in every deadline costs 20 mA.
CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32 technical reference, RTC_CNTL): a brown-out
# is 15 in its lowest six bits.
RESET_CAUSE = 0x3FF48034

# Of the ESP32; see firmware/hardware/timer_group.py.
TIMER_GROUP_0 = 0x3FF5F000

# Panel: the glass shows the whole memory.
PANEL = "hardware.panels.m5_core2"
PANEL_WIDTH = 320
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 127  # from pixel to pixel: 2.0 inches
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0x08  # as the memory lies; blue-green-red
PANEL_INVERT = True
SPI_ID = 2
SPI_HZ = 20_000_000
SPI_SCK = 18
SPI_MOSI = 23
PANEL_CS = 5
PANEL_DC = 15
PANEL_RST = -1
PANEL_BL = 15  # a pin must be named, and is not used
PANEL_POWER = -1
# The power chip, which has reset, light and supply of the panel.
PANEL_I2C = 1
PANEL_SDA = 21
PANEL_SCL = 22

# BMS, 3.3 V: RXD2 and TXD2 of the bus (port C).
BMS_UART = 1
BMS_RX = 13
BMS_TX = 14
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 25

# Heater switch. 19 is no strapping pin, and none of those that are high at reset.
HEATER_PIN = 19
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 27
PROBE_PIN = 26

# Buttons of your own at port A; both close to ground.
BUTTON_1 = 33
BUTTON_2 = 32

LIGHT_PIN = -1  # no light sensor

# Touch panel, on the I2C of the power chip, and reset with the panel. It is larger than the glass:
# its last 40 lines have the printed circles (src/M5Touch.h). Its interrupt, at 39, is not used.
TOUCH = "hardware.inputs.ft6336u"
TOUCH_MADCTL = 0x08
TOUCH_WIDTH = 320  # of the glass
TOUCH_HEIGHT = 240
