"""ESP32-S3 board (ESP32-S3-DevKitC-1 N8R8, N16R8) and an ST7789 module of 320x240. Data only.

8 MB of PSRAM on eight lines. Pins after Espressif's page for the ESP32-S3-DevKitC-1 v1.1
(docs.espressif.com, esp-dev-kits, esp32s3/esp32-s3-devkitc-1/user_guide_v1.1). Wiring, and why
these pins, is in README.md beside this file.
"""

NAME = "ESP32-S3 dev kit"
PSRAM = 8  # data lines of the PSRAM; with any, an image is made of the modules as they are

CPU_HZ = 240_000_000

# The register that tells why the chip was reset (ESP32-S3 technical reference, RTC_CNTL): a
# brown-out is 15 in its lowest six bits.
RESET_CAUSE = 0x60008038

# Of the ESP32-S3; see firmware/hardware/timer_group.py. Nobody has tried it.
TIMER_GROUP_0 = 0x6001F000

# Panel: a module on wires; its glass shows the whole memory.
PANEL = "hardware.panels.st7789"
PANEL_WIDTH = 320
PANEL_HEIGHT = 240
PANEL_PITCH_UM = 144  # from pixel to pixel: a module of 2.4 inches
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0x60  # landscape, red-green-blue; 0xA0 if it stands on its head
PANEL_INVERT = True  # modules with an IPS glass, which most have
SPI_ID = 1
SPI_HZ = 20_000_000
SPI_SCK = 12
SPI_MOSI = 11
PANEL_CS = 10
PANEL_DC = 9
PANEL_RST = 8
PANEL_BL = 14
PANEL_POWER = -1  # no pin switches the panel's supply
# Of a panel on I2C: ssd1306.py and sh1106.py beside this file.
PANEL_I2C = 0
PANEL_SDA = 9
PANEL_SCL = 10

# BMS, 3.3 V.
BMS_UART = 1
BMS_RX = 16
BMS_TX = 17
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 7

# Heater switch. 4 is neither a strapping pin (0, 3, 45, 46) nor one of USB's (19, 20), nor one of
# those that are high at reset.
HEATER_PIN = 4
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 5
PROBE_PIN = 6

# Both close to ground. 0 is the button BOOT; 15 is free for one of your own.
BUTTON_1 = 0  # held at reset, it starts the chip's loader instead of MicroPython
BUTTON_2 = 15

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
