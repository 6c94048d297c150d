"""Draws for each board and each port of a BMS how the two are wired, and writes the page about it:

    python -m tools.draw.board_wiring

The pins are those of boards/*/board.py. host_tests/tools/test_board_wiring.py says which may be
connected, and holds the files equal to what is drawn.
"""

import sys

from tools import ROOT, boards
from tools.draw.drawing import Sheet

FOLDER = ROOT / "docs" / "wiring"
PAGE = ROOT / "docs" / "wiring.md"

# Name of the port: what it is for, in words.
PORTS = {
    "jk_gps": "JK, GPS port",
    "jk_rs485": "JK, RS485 port",
    "jk_display": "JK, RS485 display port",
    "ant": "ANT, cable",
}
_TITLES = {
    "jk_gps": "JK, GPS port",
    "jk_rs485": "JK, RS485",
    "jk_display": "JK, display port",
    "ant": "ANT's socket",
}
_LEFT = 760  # of the board
_PITCH = 50
_FIRST = 320  # the port's first wire

_HEAD = """# How each board is wired to a BMS

Made by `python -m tools.draw.board_wiring` from the boards' own files: change those, not this.
What hangs at the heater's pin is in [building](heater/building.md); a board's page has what its
pins are called on it, and what else they do.

**Before you connect anything:**

- **The converter must be an isolated one.** The port's ground is B−, the vehicle's P−; whatever
  joins them (a cheap "buck" converter, a USB charger, a laptop on its charger) takes the pack's
  current as soon as the BMS switches off.
- **VGPS / VBAT** carries nearly the pack's voltage beside the signals: cut it back, insulate it.
- Nothing else at the BMS's TX: no second adapter, no LED, no pull-up.
- The pack's main switch is off meanwhile, and the ground of the port first on, last off.
"""


def _supply(sheet, height):
    """Draws the vehicle, the isolated converter, and the line between the two grounds."""
    power = [(20, 60), (440, 60), (440, 215), (20, 215)]
    sheet.zone("power", power, "VEHICLE, ground = P−", (34, 84))
    logic = [(464, 60), (1040, 60), (1040, height - 20), (20, height - 20), (20, 239), (464, 239)]
    sheet.zone("logic", logic, "PORT OF THE BMS, ground = B−", (500, 84))
    sheet.wall((452, 60), (452, 227), (20, 227))
    sheet.text(34, 260, "no wire crosses the violet line", "note")
    sheet.box("BAT", (40, 110), (90, 90), "", [("P+", 130, 130), ("P−", 130, 180)])
    sheet.part("fuse", "F2", (200, 130), (260, 130), "1 A", (230, 100, "middle"))
    pins = [("in +", 400, 130), ("in −", 400, 180), ("5 V", 515, 130), ("0 V", 515, 180)]
    sheet.box("PS1", (400, 90), (115, 110), "isolated", pins, 20)
    sheet.wire("plus", (130, 130), (200, 130))
    sheet.wire("plus", (260, 130), (400, 130))
    sheet.wire("minus", (130, 180), (400, 180))
    sheet.wire("supply", (515, 130), (_LEFT, 130))
    sheet.wire("ground", (515, 180), (_LEFT, 180))


def _board(sheet, board, names, height):
    """Draws the board, with the pins of `names` at its left edge from _FIRST on."""
    pins = [("5V", _LEFT, 130), ("GND (supply)", _LEFT, 180)]
    pins += [(text, _LEFT, _FIRST + _PITCH * row) for row, text in enumerate(names) if text]
    sheet.box("ESP", (_LEFT, 90), (260, height - 150), board.NAME.partition(",")[0], pins, 20)
    sheet.text(_LEFT + 60, 135, "not together with USB", "warn")
    sheet.text(_LEFT + 14, height - 76, f"heater: GPIO {board.HEATER_PIN}", "note")


def _bms(sheet, title, names):
    """Draws the BMS's port, with pins at its right edge from _FIRST on."""
    pins = [(text, 210, _FIRST + _PITCH * row) for row, text in enumerate(names)]
    size = (170, _PITCH * len(names) + 35)
    sheet.box("BMS", (40, _FIRST - 50), size, title, pins, 22)


def _rx_tx(board):
    return f"GPIO {board.BMS_RX}, RX", f"GPIO {board.BMS_TX}, TX"


def _start(title, port, board, port_names, board_names, rows):
    height = _FIRST + _PITCH * rows + 60
    sheet = Sheet(1060, height, title)
    _supply(sheet, height)
    _bms(sheet, _TITLES[port], port_names)
    _board(sheet, board, board_names, height)
    return sheet


def jk_gps(board):
    """The 3.3 V port: three wires, and one that must not be connected."""
    rx, tx = _rx_tx(board)
    title = f"{board.NAME.partition(',')[0]} at a JK's GPS port (bms_dialect jk_gps)"
    names = ("GND", "RX", "TX", "VGPS")  # as one sees them, looking into the BMS's socket
    sheet = _start(title, "jk_gps", board, names, ("GND (BMS)", tx, rx), 4)
    for row, kind in enumerate(("ground", "signal", "signal")):
        y = _FIRST + _PITCH * row
        sheet.wire(kind, (210, y), (_LEFT, y))
    sheet.nothing(
        224, _FIRST + 3 * _PITCH, "nothing: nearly the pack's voltage. Cut it back, insulate it."
    )
    return sheet


def ant(board):
    """3.3 V, too; a unit may want them fed."""
    rx, tx = _rx_tx(board)
    title = f"{board.NAME.partition(',')[0]} at an ANT (bms_dialect ant_new, ant_old)"
    names = ("G", "TX", "RX", "V")
    sheet = _start(title, "ant", board, names, ("GND (BMS)", rx, tx, "3V3"), 4)
    for row, kind in enumerate(("ground", "signal", "signal", "supply")):
        y = _FIRST + _PITCH * row
        sheet.wire(kind, (210, y), (_LEFT, y))
    sheet.text(440, _FIRST + 3 * _PITCH - 8, "only if it stays mute without", "note", "middle")
    return sheet


def jk_rs485(board):
    """A transceiver whose direction a pin of the board switches."""
    rx, tx = _rx_tx(board)
    title = f"{board.NAME.partition(',')[0]} at a JK's RS485 port (bms_dialect jk_modbus)"
    de = f"GPIO {board.RS485_DE}, DE"
    names = ("GND (BMS)", rx, tx, de, "3V3")
    sheet = _start(title, "jk_rs485", board, ("GND", "A", "B"), names, 6)
    _transceiver(sheet, ("RO", "DI", "DE + /RE"))
    for row in (1, 2, 3):
        y = _FIRST + _PITCH * row
        sheet.wire("signal", (550, y), (_LEFT, y))
    x, bottom = 650, _FIRST + 5 * _PITCH + 40
    sheet.wire("signal", (x, _FIRST + 3 * _PITCH), (x, bottom - 60))
    sheet.part(
        "resistor", "R9", (x, bottom - 60), (x, bottom), "10 kΩ", (x + 16, bottom - 34, "start")
    )
    sheet.wire("ground", (x, bottom), (600, bottom), (600, _FIRST))
    note = "a module that senses the direction by itself has no DE"
    sheet.text(150, _FIRST + 6 * _PITCH, note, "note")
    return sheet


def jk_display(board):
    """A transceiver that only listens."""
    rx, _ = _rx_tx(board)
    title = f"{board.NAME.partition(',')[0]} at a JK's display port (bms_dialect jk_display)"
    names = ("GND (BMS)", rx, None, None, "3V3")
    sheet = _start(title, "jk_display", board, ("GND", "A", "B"), names, 5)
    _transceiver(sheet, ("RO", "", "DE + /RE"))
    sheet.wire("signal", (550, _FIRST + _PITCH), (_LEFT, _FIRST + _PITCH))
    y = _FIRST + 3 * _PITCH
    sheet.wire("ground", (550, y), (620, y), (620, _FIRST))
    sheet.text(640, y + 5, "it only listens", "note")
    return sheet


def _transceiver(sheet, names):
    """Draws it between the port and the board, with its ground and its supply wired."""
    rows = [_FIRST + _PITCH * row for row in range(5)]
    pins = [("GND (BMS)", 400, rows[0]), ("A", 400, rows[1]), ("B", 400, rows[2])]
    pins += [(text, 550, rows[row]) for row, text in enumerate(names, 1) if text]
    pins += [("GND", 550, rows[0]), ("VCC", 550, rows[4])]
    sheet.box("U1", (400, _FIRST - 50), (150, 5 * _PITCH + 35), "SP3485", pins, 22)
    for row, kind in enumerate(("ground", "signal", "signal")):
        sheet.wire(kind, (210, rows[row]), (400, rows[row]))
    sheet.wire("ground", (550, rows[0]), (_LEFT, rows[0]))
    sheet.wire("supply", (550, rows[4]), (_LEFT, rows[4]))


DRAW = {"jk_gps": jk_gps, "jk_rs485": jk_rs485, "jk_display": jk_display, "ant": ant}


def sheets():
    """Yields (file's name, Sheet) for each board and port."""
    for folder in boards.folders():
        board = boards.load(folder.name)
        for port, draw in DRAW.items():
            yield f"{folder.name}-{port}.svg", draw(board)


_SIGNALS = (
    ("BMS's TX → RX", "BMS_RX"),
    ("TX → BMS's RX", "BMS_TX"),
    ("RS485 driver-enable", "RS485_DE"),
    ("heater", "HEATER_PIN"),
    ("charger contact", "CHARGER_PIN"),
    ("mat probe", "PROBE_PIN"),
    ("button", "BUTTON_1"),
)


_PANEL = (
    ("SCK", "SPI_SCK"),
    ("MOSI", "SPI_MOSI"),
    ("CS", "PANEL_CS"),
    ("DC", "PANEL_DC"),
    ("RST", "PANEL_RST"),
    ("light", "PANEL_BL"),
    ("SDA of a mono one", "PANEL_SDA"),
    ("SCL of a mono one", "PANEL_SCL"),
)


def panel_table():
    """Returns the lines about panels on wires: which pin is whose."""
    lines = ["| panel on wires | " + " | ".join(text for text, _ in _PANEL) + " |"]
    lines.append("|---" * (len(_PANEL) + 1) + "|")
    for folder in boards.folders():
        if boards.parts(folder.name).PANEL_IS_WIRED:
            board = boards.load(folder.name)
            pins = [getattr(board, fact) for _, fact in _PANEL]
            shown = " | ".join(str(pin) if pin >= 0 else "" for pin in pins)
            lines.append(f"| [{board.NAME}](../boards/{folder.name}/README.md) | {shown} |")
    return lines


def page():
    """Returns the text of the page."""
    lines = [_HEAD]
    names = [folder.name for folder in boards.folders()]
    lines.append("| board | " + " | ".join(text for text, _ in _SIGNALS) + " | pictures |")
    lines.append("|---" * (len(_SIGNALS) + 2) + "|")
    for name in names:
        board = boards.load(name)
        pins = " | ".join(str(getattr(board, fact)) for _, fact in _SIGNALS)
        shown = ", ".join(f"[{text}](wiring/{name}-{port}.svg)" for port, text in PORTS.items())
        lines.append(f"| [{board.NAME}](../boards/{name}/README.md) | {pins} | {shown} |")
    lines += ["", *panel_table()]
    for name in names:
        lines.append(f"\n## {boards.load(name).NAME}\n")
        lines.append(f"![{name} at a JK's GPS port](wiring/{name}-jk_gps.svg)")
    return "\n".join(lines) + "\n"


def main():
    """Writes all pictures and the page."""
    FOLDER.mkdir(exist_ok=True)
    drawn = dict(sheets())
    for path in FOLDER.glob("*.svg"):
        if path.name not in drawn:
            path.unlink()
    for name, sheet in drawn.items():
        (FOLDER / name).write_text(sheet.svg(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(drawn)} pictures in {FOLDER}, and {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
