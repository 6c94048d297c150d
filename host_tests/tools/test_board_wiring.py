"""How each board is wired to each port: what is connected, what must not be, files up to date."""

import pytest

from tools import boards
from tools.draw import board_wiring

FOLDERS = [folder.name for folder in boards.folders()]
# Every net of two pins and more, with a board's facts for the pins; none other may be connected.
SUPPLY = """
    BAT.P+ F2.1
    F2.2 PS1.in_+
    BAT.P− PS1.in_−
    PS1.5_V ESP.5V
    PS1.0_V ESP.GND_(supply)
"""
NETS = {
    "jk_gps": """
        BMS.GND ESP.GND_(BMS)
        BMS.TX ESP.GPIO_{BMS_RX},_RX
        BMS.RX ESP.GPIO_{BMS_TX},_TX
    """,
    "ant": """
        BMS.G ESP.GND_(BMS)
        BMS.TX ESP.GPIO_{BMS_RX},_RX
        BMS.RX ESP.GPIO_{BMS_TX},_TX
        BMS.V ESP.3V3
    """,
    "jk_rs485": """
        BMS.GND U1.GND_(BMS)
        BMS.A U1.A
        BMS.B U1.B
        U1.GND ESP.GND_(BMS) R9.2
        U1.RO ESP.GPIO_{BMS_RX},_RX
        U1.DI ESP.GPIO_{BMS_TX},_TX
        U1.DE_+_/RE ESP.GPIO_{RS485_DE},_DE R9.1
        U1.VCC ESP.3V3
    """,
    "jk_display": """
        BMS.GND U1.GND_(BMS)
        BMS.A U1.A
        BMS.B U1.B
        U1.GND ESP.GND_(BMS) U1.DE_+_/RE
        U1.RO ESP.GPIO_{BMS_RX},_RX
        U1.VCC ESP.3V3
    """,
}


@pytest.mark.parametrize("port", NETS)
@pytest.mark.parametrize("name", FOLDERS)
def test_exactly_these_pins_are_connected(name, port):
    board = boards.load(name)
    sheet = board_wiring.DRAW[port](board)
    text = (SUPPLY + NETS[port]).format_map(vars(board))
    lines = [line for line in text.splitlines() if line.strip()]
    meant = {frozenset(pin.replace("_", " ") for pin in line.split()) for line in lines}
    assert {frozenset(net) for net in sheet.nets() if len(net) > 1} == meant
    assert sheet.loose_ends() == [] and sheet.walls and sheet.breaches() == []


def test_the_files_are_what_the_command_draws():
    drawn = {name: sheet.svg() for name, sheet in board_wiring.sheets()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in board_wiring.FOLDER.iterdir()}
    assert kept == drawn, "run python -m tools.draw.board_wiring"
    assert board_wiring.PAGE.read_text(encoding="utf-8") == board_wiring.page()
