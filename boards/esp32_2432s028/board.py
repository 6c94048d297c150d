"""ESP32-2432S028 ("Cheap Yellow Display"): ESP32 without PSRAM, ILI9341 of 320x240. Data only.

Pins after github.com/witnessmenow/ESP32-Cheap-Yellow-Display, PINS.md, and its DisplayConfig for
the panel. Boards with two USB sockets have an ST7789: st7789.py beside this file. Wiring, and why
these pins, is in README.md.
"""

NAME = "ESP32-2432S028"
PSRAM = 0  # data lines of the PSRAM; 0: it has none

# MicroPython starts at 160 MHz; a third more room in every deadline costs 20 mA.
CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32 technical reference, RTC_CNTL): a brown-out
# is 15 in its lowest six bits.
RESET_CAUSE = 0x3FF48034

# Of the ESP32; see firmware/hardware/timer_group.py.
TIMER_GROUP_0 = 0x3FF5F000

# Panel: the glass shows the whole memory.
PANEL = "hardware.panels.ili9341"
PANEL_WIDTH = 320
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 180  # from pixel to pixel: 2.8 inches
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0x28  # landscape, blue-green-red; 0xE8 if it stands on its head
PANEL_INVERT = False
SPI_ID = 1
SPI_HZ = 20_000_000
SPI_SCK = 14
SPI_MOSI = 13
PANEL_CS = 15
PANEL_DC = 2
PANEL_RST = -1  # together with the chip's own reset
PANEL_BL = 21
PANEL_POWER = -1  # no pin switches the panel's supply

# BMS, 3.3 V: sockets P3 and CN1. 35 is input-only.
BMS_UART = 1
BMS_RX = 35
BMS_TX = 27
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 18  # at the SD card's slot

# Heater switch: 22, since 27 has been seen high for some 30 ms at power-up.
HEATER_PIN = 22
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat. Both at the
# SD card's slot.
CHARGER_PIN = 19
PROBE_PIN = 23

BUTTON_1 = 0  # BOOT; held at reset, it starts the chip's serial loader instead of MicroPython
BUTTON_2 = -1

LIGHT_PIN = 34  # an LDR: the darker, the higher

# Touch panel, on pins of its own. Its Y goes from left to right of the picture, and its X from top
# to bottom, when the panel has this MADCTL: that is how PaulStoffregen/XPT2046_Touchscreen and
# Bodmer/TFT_eSPI agree, both at rotation 1, in the same collection's Examples/Basics/2-TouchTest.
TOUCH = "hardware.inputs.xpt2046"
TOUCH_MADCTL = 0x28
TOUCH_IRQ = 36
TOUCH_CLK = 25
TOUCH_DIN = 32
TOUCH_DOUT = 39
TOUCH_CS = 33
