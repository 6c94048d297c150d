"""Plain ESP32 board (ESP32-DevKitC, ESP32-WROOM-32) and an ST7789 module of 320x240. Data only.

Pins after Espressif's page for the ESP32-DevKitC V4 (docs.espressif.com, hw-reference/esp32/
get-started-devkitc). The files beside this one are for another panel, or none. Wiring, and why
these pins, is in README.md.
"""

NAME = "ESP32 dev kit"
PSRAM = 0  # data lines of the PSRAM; 0: it has none

# MicroPython starts at 160 MHz; a third more room in every deadline costs 20 mA.
CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32 technical reference, RTC_CNTL): a brown-out
# is 15 in its lowest six bits.
RESET_CAUSE = 0x3FF48034

# Of the ESP32; see firmware/hardware/timer_group.py.
TIMER_GROUP_0 = 0x3FF5F000

# Panel: a module on wires; its glass shows the whole memory.
PANEL = "hardware.panels.st7789"
PANEL_WIDTH = 320
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 144  # from pixel to pixel: a module of 2.4 inches
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0x60  # landscape, red-green-blue; 0xA0 if it stands on its head
PANEL_INVERT = True  # modules with an IPS glass, which most have
SPI_ID = 2
SPI_HZ = 20_000_000
SPI_SCK = 18
SPI_MOSI = 23
PANEL_CS = 22
PANEL_DC = 21
PANEL_RST = 19
PANEL_BL = 4
PANEL_POWER = -1  # no pin switches the panel's supply
# Of a panel on I2C: ssd1306.py and sh1106.py beside this file.
PANEL_I2C = 0
PANEL_SDA = 21
PANEL_SCL = 22

# BMS, 3.3 V.
BMS_UART = 1
BMS_RX = 25
BMS_TX = 26
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 13

# Heater switch. 32 is no strapping pin, and none of those that are high at reset or power-up.
HEATER_PIN = 32
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 33
PROBE_PIN = 27

# Both close to ground. 0 is the button BOOT; 14 is free for one of your own, which needs PSRAM.
BUTTON_1 = 0  # held at reset, it starts the chip's serial loader instead of MicroPython
BUTTON_2 = 14

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
