"""The self-test of what sits on a board: heater pin, memory, buttons, panel, probe."""

import ast

from tools import boards, image
from tools.draw import panel_layouts
from tools.packmate.check import load_board
from tools.packmate.selftest.sent_program import MONO, PANEL, PROBE
from tools.packmate.selftest.trial import LOOK, OK, WRONG

_PSRAM_BYTES = 500_000  # Python has more than this on any board with PSRAM, and less without

# Red, green, blue, white; RGB565, high byte first.
_COLOURS = (b"\xf8\x00", b"\x07\xe0", b"\x00\x1f", b"\xff\xff")
_POWER_MODE = 0x0A  # ST7789 9.1.5, ILI9341 8.2.5: bit 2 is "display on"
_DISPLAY_OFF = 0x28
_DISPLAY_ON = 0x29
_ON_BIT = 0x04
_MONO_ADDRESS = 0x3C
_POWER_ADDRESS = 0x34


def try_heater(trial):
    """Looks whether the heater's pin is low while it is held low."""
    pin = trial.board.HEATER_PIN
    if trial.device.ask(f"_drive({pin}, {1 - trial.board.HEATER_ACTIVE})"):
        text = f"pin {pin} is high although it is held low: TAKE THE MAT OFF THE SUPPLY"
        trial.tell(WRONG, "heater", f"{text}; something else drives that wire")
    else:
        trial.tell(OK, "heater", f"pin {pin} is low: the mat is off")


def try_memory(trial):
    """Looks whether Python has the memory that the board should have."""
    total, free, flash = trial.device.ask("_room()")
    text = f"{free // 1024} kB for Python are free, and {flash // 1024} kB of the flash"
    if trial.board.PSRAM and total < _PSRAM_BYTES:
        text = f"the PSRAM is not found ({text}): is it this board, and MicroPython for PSRAM?"
        trial.tell(WRONG, "memory", text)
    else:
        trial.tell(OK, "memory", text)


def try_buttons(trial):
    """Looks whether no button is down."""
    for number, pin in enumerate((trial.board.BUTTON_1, trial.board.BUTTON_2), 1):
        if pin < 0:
            continue
        if trial.device.ask(f"_pulled_up({pin})"):
            trial.tell(OK, f"button {number}", "is not pressed")
        else:
            text = f"is pressed, or its wire (pin {pin}) has no pull-up or touches ground"
            trial.tell(WRONG, f"button {number}", text)


def try_panel(trial):
    """Has the panel show bars of colour, and asks its controller, where that goes."""
    driver = trial.board.PANEL.rpartition(".")[2]
    if driver == "no_panel":
        trial.tell(LOOK, "panel", "this board has none")
        return
    for module, text in driver_sources(trial.name):
        trial.device.run(f"_module({module!r}, {text!r})")
    if trial.board.PANEL in panel_layouts.MONO:
        _try_mono(trial, driver)
        return
    if trial.board.PANEL == "hardware.panels.m5_core2":
        _try_power_chip(trial)
    trial.device.run(PANEL)
    trial.device.run(f"_show({_COLOURS!r})")
    about = f"{driver}, {trial.board.PANEL_WIDTH} × {trial.board.PANEL_HEIGHT}"
    if _answers(trial):
        trial.tell(OK, "panel", f"{about}: its controller answers")
    else:
        text = f"{about}: cannot be asked here, as most cannot, so look at it"
        trial.tell(LOOK, "panel", text)
    trial.say("It shows red, green, blue, white from left to right, in a white frame.")
    trial.say(f"If not: boards/{trial.name.partition('+')[0]}/README.md")


def _on_i2c(trial):
    """Returns (the addresses that answer on the panel's I2C, its number and pins)."""
    board = trial.board
    trial.device.run(MONO)
    pins = board.PANEL_I2C, board.PANEL_SCL, board.PANEL_SDA
    return trial.device.ask(f"_scan{pins}"), pins


def _try_power_chip(trial):
    if _POWER_ADDRESS in _on_i2c(trial)[0]:
        trial.tell(OK, "power chip", "it answers")
    else:
        trial.tell(WRONG, "power chip", "it does not answer: the panel stays dark")


def _try_mono(trial, driver):
    """Looks for a panel on the I2C, and has it show a frame."""
    found, pins = _on_i2c(trial)
    if _MONO_ADDRESS not in found:
        text = f"nobody answers on the I2C (SDA pin {pins[2]}, SCL pin {pins[1]}): wires, supply?"
        trial.tell(WRONG, "panel", f"{driver}: {text}")
        return
    trial.device.run("_frame()")
    trial.tell(OK, "panel", f"{driver}, 128 × 64: it answers")
    trial.say("It shows a frame along its edges, and a bar in its upper left corner.")
    trial.say("Snow, or a picture two pixels aside: it is the other of SSD1306 and SH1106.")


def _answers(trial):
    """True if the controller tells whether it is on, and of the change when we switch it."""
    board = trial.board
    pins = board.SPI_SCK, board.SPI_MOSI, board.PANEL_CS, board.PANEL_DC
    told = [
        trial.device.ask(f"_peek({pins}, {write}, {_POWER_MODE})")
        for write in (_DISPLAY_OFF, _DISPLAY_ON)
    ]
    changed = told[0] ^ told[1]
    return changed in [_ON_BIT << shift for shift in range(9)] and bool(told[1] & changed)


def try_probe(trial):
    """Reads the mat probe, if one is set."""
    if trial.values["heater_probe"] == "none":
        return
    trial.device.run(PROBE)
    pin = trial.board.PROBE_PIN
    dc = trial.device.ask(f"_probe({pin})")
    if dc is None:
        text = f"no DS18B20 answers at pin {pin}: wires, 4.7 kΩ to 3.3 V?"
        trial.tell(WRONG, "probe", text)
    elif dc == 850:
        trial.tell(WRONG, "probe", "tells 85 °C, which it does before it has measured")
    else:
        trial.tell(OK, "probe", f"{dc / 10:g} °C")


def driver_sources(board_name):
    """Returns [(module, text)] of what drives a board's panel, each after what it needs."""
    chosen = load_board(board_name).PANEL
    needs = {}
    waiting = [chosen, "showing.panels"]
    while waiting:
        name = waiting.pop()
        source = image.find_source(name)
        if source is not None and name not in needs:
            imported = image.imported_names(source)
            needs[name] = [n for n in sorted(imported) if image.find_source(n)]
            waiting += needs[name]
    order = []

    def visit(name):
        if name not in order:
            for other in needs[name]:
                visit(other)
            order.append(name)

    for name in sorted(needs):
        visit(name)
    found = [("board", shorter(boards.source(board_name)))]
    for name in order:
        found.append((name, shorter(image.find_source(name).read_text(encoding="utf-8"))))
    return found


def shorter(text):
    """Returns a source without comments and docstrings: memory on the device."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            kept = [n for n in node.body if not _is_text(n)]
            node.body = kept or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
