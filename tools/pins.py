"""Which uses of a chip's pins go wrong: `conflicts(board, parts)`.

After Espressif's datasheets of the ESP32 (strapping pins; IO_MUX; power-up glitches), of the
ESP32-S3 and the ESP32-C3 (the same), and its GPIO summaries in ESP-IDF's documentation.
"""

from typing import NamedTuple

from tools.draw import panel_layouts


class Chip(NamedTuple):
    """Sets of pins. `psram`: by the data lines of the PSRAM. `high`: pulled up or driven at reset,
    or seen high at power-up."""

    pins: frozenset
    strapping: frozenset
    inputs_only: frozenset
    flash: frozenset
    psram: dict
    console: frozenset
    usb: frozenset
    high: frozenset


ESP32 = Chip(
    pins=frozenset({*range(20), *range(21, 24), *range(25, 28), *range(32, 40)}),
    strapping=frozenset({0, 2, 5, 12, 15}),
    inputs_only=frozenset(range(34, 40)),
    flash=frozenset(range(6, 12)),
    psram={0: frozenset(), 4: frozenset({16, 17})},
    console=frozenset({1, 3}),
    usb=frozenset(),
    # 26 and 27 by reports: esp32.com/viewtopic.php?t=4287.
    high=frozenset({0, 1, 3, 5, 14, 15, 26, 27}),
)
ESP32_S3 = Chip(
    pins=frozenset({*range(22), *range(26, 49)}),
    strapping=frozenset({0, 3, 45, 46}),
    inputs_only=frozenset(),
    flash=frozenset(range(26, 33)),
    psram={0: frozenset(), 4: frozenset(), 8: frozenset(range(33, 38))},
    console=frozenset({43, 44}),
    usb=frozenset({19, 20}),
    # 21 by a report; 39 is pulled up as MTCK.
    high=frozenset({0, 18, 19, 20, 21, 39, 43, 44}),
)
ESP32_C3 = Chip(
    pins=frozenset({*range(11), *range(12, 22)}),  # 11 is the flash's supply
    strapping=frozenset({2, 8, 9}),
    inputs_only=frozenset(),
    flash=frozenset(range(12, 18)),
    psram={0: frozenset()},
    console=frozenset({20, 21}),
    usb=frozenset({18, 19}),
    high=frozenset({8, 9, 18, 19, 20, 21}),  # 18 by the datasheet's table of power-up glitches
)
# By the register that tells why the chip was reset, where parts.py does not name the chip.
_CHIPS = {0x3FF48034: ESP32, 0x60008038: ESP32_S3}

# All are outputs. The last two: of an I2C, which most panels do without.
_PANEL = "SPI_SCK SPI_MOSI PANEL_CS PANEL_DC PANEL_RST PANEL_BL PANEL_POWER".split()
_PANEL += ["PANEL_SDA", "PANEL_SCL"]
_WIRED = "BMS_RX BMS_TX RS485_DE HEATER_PIN CHARGER_PIN PROBE_PIN".split()
_TOUCH = "TOUCH_IRQ TOUCH_CLK TOUCH_DIN TOUCH_DOUT TOUCH_CS LIGHT_PIN".split()
_OUTPUTS = {"TOUCH_CLK", "TOUCH_DIN", "TOUCH_CS"}
_OUTPUTS |= {*_PANEL, "BMS_TX", "RS485_DE", "HEATER_PIN", "PROBE_PIN"}
_BUTTONS = ["BUTTON_1", "BUTTON_2"]
_PULLED_BY_CHIP = {"CHARGER_PIN", *_BUTTONS}
_OPTIONAL = {*_TOUCH, "PANEL_RST", "PANEL_POWER", "BUTTON_2"}
# What must not be on while the chip is in reset.
_LOW_AT_RESET = {"HEATER_PIN", "RS485_DE"}


def chip_of(board, parts=None):
    """Returns the Chip of a board's data module; `parts`: its parts.py."""
    return globals()[parts.CHIP] if hasattr(parts, "CHIP") else _CHIPS[board.RESET_CAUSE]


def conflicts(board, parts):
    """Returns what is wrong with the pins of a board, a line each; `parts`: its parts.py."""
    chip = chip_of(board, parts)
    found = []
    users = {}
    for use in (*_PANEL, *_TOUCH, *_WIRED, *_BUTTONS):
        pin = getattr(board, use, -1)
        if pin < 0 and use in _OPTIONAL or _does_without(board, use):
            continue
        if pin in users:
            found.append(f"{pin}: {users[pin]} and {use}")
        users[pin] = use
        wired = use in _WIRED or use in _PANEL and parts.PANEL_IS_WIRED
        found += [f"{pin}: {use} {text}" for text in _wrong(chip, board, parts, use, pin, wired)]
    if board.HEATER_ACTIVE != 1:
        found.append("HEATER_ACTIVE: a pin in reset is low, and the heater would be on")
    return found


def _does_without(board, use):
    """True if the panel of a board does not use such a pin, whatever board.py says of it."""
    on_i2c = use in ("PANEL_SDA", "PANEL_SCL")
    if use not in _PANEL:
        return False
    if board.PANEL == "hardware.panels.no_panel":
        return True
    if board.PANEL == "hardware.panels.m5_core2":
        return use == "PANEL_BL"
    return on_i2c != (board.PANEL in panel_layouts.MONO)


def _wrong(chip, board, parts, use, pin, wired):
    """Yields what is wrong with one use of a pin. `wired`: by whoever builds it."""
    if pin not in chip.pins:
        yield "is no pin of this chip"
    if pin in chip.flash or pin in chip.psram[board.PSRAM]:
        yield "belongs to flash or PSRAM"
    if pin in chip.console:
        yield "is the console's"
    if pin in chip.usb:
        yield "is USB's"
    if pin in chip.inputs_only and use in _OUTPUTS:
        yield "drives a pin that is an input only"
    if pin in chip.inputs_only and use in _PULLED_BY_CHIP and pin not in parts.PULLED_UP:
        yield "has no pull-up"
    if pin in chip.strapping and wired:
        yield "decides how the chip boots"
    if pin in parts.ON_BOARD and (wired or use in _BUTTONS):
        yield f"is taken: {parts.ON_BOARD[pin]}"
    if use in _LOW_AT_RESET and pin in parts.PULLED_UP:
        yield "is pulled up on the board"
    if use == "HEATER_PIN" and pin in chip.high:
        yield "is high at reset or power-up"
