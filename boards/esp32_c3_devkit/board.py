"""ESP32-C3 board (ESP32-C3-DevKitM-1, -DevKitC-02) without a panel. Data only.

Pins after Espressif's page for the ESP32-C3-DevKitM-1 (docs.espressif.com, hw-reference/esp32c3/
user-guide-devkitm-1) and the chip's datasheet (power-up glitches: 18 only). Wiring, and why these
pins, is in README.md beside this file.
"""

NAME = "ESP32-C3 dev kit"
PSRAM = 0  # data lines of the PSRAM; 0: it has none

CPU_HZ = 160_000_000  # the most that this chip has; one core, some 0.8 of an ESP32 at 240 MHz

# The register that tells why the chip was reset (ESP32-C3 technical reference, RTC_CNTL): a
# brown-out is 15 in its lowest six bits.
RESET_CAUSE = 0x60008038

# Not served by firmware/hardware/timer_group.py on this chip: the watchdog's bite leaves the pins
# until the restart, 0.9 s.
TIMER_GROUP_0 = 0

# No panel: the pins that are free here would not do for one beside all else.
PANEL = "hardware.panels.no_panel"
PANEL_WIDTH = 240
PANEL_HEIGHT = 135
PANEL_X = 0
PANEL_Y = 0
PANEL_MADCTL = 0
PANEL_INVERT = False
SPI_ID = 1
SPI_HZ = 20_000_000
SPI_SCK = -1
SPI_MOSI = -1
PANEL_CS = -1
PANEL_DC = -1
PANEL_RST = -1
PANEL_BL = -1
PANEL_POWER = -1
# Of a panel on I2C: ssd1306.py and sh1106.py beside this file.
PANEL_I2C = 0
PANEL_SDA = 7
PANEL_SCL = 10

# BMS, 3.3 V.
BMS_UART = 1
BMS_RX = 4
BMS_TX = 5
# Driver-enable of an RS485 transceiver; 10 kΩ to ground keep it listening while the chip resets.
RS485_DE = 6

# Heater switch. 3 is no strapping pin, and none of those that are high at reset or power-up.
HEATER_PIN = 3
HEATER_ACTIVE = 1
# What the switch of docs/heater/building.md is built for. Settings that would exceed it are
# refused.
HEATER_MAX_MA = 3000
HEATER_MAX_W = 200

# A contact to ground that closes while a charger is connected; a DS18B20 on the mat.
CHARGER_PIN = 1
PROBE_PIN = 0

BUTTON_1 = 9  # BOOT; held at reset, it starts the chip's loader instead of MicroPython
BUTTON_2 = -1

LIGHT_PIN = -1  # no light sensor

TOUCH = ""  # no touch panel
