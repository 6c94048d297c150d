"""The wiring pictures: what is connected, what must not be, and that the files are up to date.

The expectations are written from the parts' terminals, not from the drawing.
"""

import importlib.util

import pytest

from tools import ROOT
from tools.draw import wiring
from tools.draw.drawing import Sheet

# Every net of two pins and more; whatever is missing here may not be connected.
NETS = {
    "wiring-gpio.svg": """
        BAT.+ LOADS.+ F1.1 F2.1
        BAT.− BMS.B−
        F1.2 TS.1 R3.1
        TS.2 mat.1
        mat.2 Q1.D
        BMS.P− LOADS.− Q1.S R1.2 D1.1 PS1.in_−
        Q1.G R1.1 R2.1 D1.2
        R2.2 OK1.E
        R3.2 OK1.C
        F2.2 PS1.in_+
        OK1.A R4.1
        R4.2 ESP.GPIO_32
        OK1.K ESP.G_(heater)
        PS1.5_V ESP.5V
        PS1.0_V ESP.G_(supply)
        BMS.GND ESP.G_(BMS)
        BMS.TX ESP.GPIO_25,_RX
        BMS.RX ESP.GPIO_26,_TX
    """,
    "wiring-dead-man.svg": """
        OK1.A R4.1
        R4.2 ESP.3V3
        OK1.K Q2.D
        Q2.G R8.1 C2.1 D4.2
        Q2.S R8.2 C2.2 D3.1 ESP.G_(heater)
        D4.1 D3.2 C1.1
        C1.2 R7.1
        R7.2 ESP.GPIO_32
    """,
    "wiring-bms.svg": """
        BAT.+ LOADS.+ F1.1
        BAT.− BMS.B−
        F1.2 TS.1
        TS.2 mat.1
        mat.2 BMS.HT−
        BMS.P− LOADS.−
        PS1.5_V ESP.5V
        PS1.0_V ESP.G
    """,
    "wiring-inputs.svg": """
        ESP.3V3 DS18B20.VDD,_red R5.2
        ESP.GPIO_27 DS18B20.DQ,_yellow R5.1
        ESP.G_(probe) DS18B20.GND,_black
        ESP.GPIO_33 OK2.C
        ESP.G_(charger) OK2.E
        OK2.A D2.2 R6.1
        OK2.K D2.1 CHG.signal_−
        R6.2 CHG.signal_+
    """,
}


def _board():
    path = ROOT / "boards" / "lilygo_t_display" / "board.py"
    spec = importlib.util.spec_from_file_location("a_board", path)
    board = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(board)
    return board


@pytest.mark.parametrize("name", wiring.SHEETS)
def test_exactly_these_pins_are_connected(name):
    drawn = {frozenset(net) for net in wiring.SHEETS[name]().nets() if len(net) > 1}
    lines = NETS[name].strip().splitlines()
    meant = {frozenset(pin.replace("_", " ") for pin in line.split()) for line in lines}
    assert drawn == meant


@pytest.mark.parametrize("name", wiring.SHEETS)
def test_no_wire_ends_nowhere_or_crosses_the_isolation(name):
    sheet = wiring.SHEETS[name]()
    assert sheet.loose_ends() == []
    assert sheet.walls
    assert sheet.breaches() == []


@pytest.mark.parametrize("name", wiring.SHEETS)
def test_the_file_is_what_the_command_draws(name):
    path = wiring.FOLDER / name
    assert path.read_text(encoding="utf-8") == wiring.SHEETS[name]().svg(), (
        "run python -m tools.draw.wiring"
    )


def test_the_pins_are_the_boards():
    board = _board()
    pins = set(wiring.gpio().pins) | set(wiring.inputs().pins)
    assert f"ESP.GPIO {board.HEATER_PIN}" in pins
    assert f"ESP.GPIO {board.BMS_RX}, RX" in pins
    assert f"ESP.GPIO {board.BMS_TX}, TX" in pins
    assert f"ESP.GPIO {board.PROBE_PIN}" in pins
    assert f"ESP.GPIO {board.CHARGER_PIN}" in pins


def _crossing():
    sheet = Sheet(100, 100, "crossing")
    sheet.box("A", (0, 40), (10, 20), "", [("out", 10, 50)])
    sheet.box("B", (90, 40), (10, 20), "", [("in", 90, 50)])
    sheet.wire("signal", (10, 50), (90, 50))
    return sheet


def test_wires_that_cross_do_not_meet_and_those_that_end_on_one_another_do():
    sheet = _crossing()
    sheet.box("C", (40, 0), (20, 10), "", [("out", 50, 10)])
    sheet.wire("signal", (50, 10), (50, 90))
    assert {"A.out", "B.in"} in sheet.nets()
    assert sheet.loose_ends() == [(50, 90)]
    assert "a7 7" in sheet.svg()

    sheet = _crossing()
    sheet.box("C", (40, 0), (20, 10), "", [("out", 50, 10)])
    sheet.wire("signal", (50, 10), (50, 50))
    assert sheet.nets() == [{"A.out", "B.in", "C.out"}]
    assert 'cx="50" cy="50" r="4.5"' in sheet.svg()


def test_a_wire_across_a_wall_is_found_and_an_aslant_one_refused():
    sheet = _crossing()
    sheet.wall((30, 0), (30, 100))
    assert sheet.breaches() == [(30, 50)]
    with pytest.raises(ValueError, match="aslant"):
        sheet.wire("signal", (0, 0), (10, 20))
