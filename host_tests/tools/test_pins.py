"""Pins of the boards: none is used in a way that cannot work, or that is dangerous."""

import types

import pytest

from tools import boards, pins


@pytest.mark.parametrize("name", boards.names())
def test_no_board_uses_a_pin_wrongly(name):
    assert pins.conflicts(boards.load(name), boards.parts(name)) == []


def changed(name, **facts):
    """Returns (board, parts) of a board with other facts."""
    board, parts = boards.load(name), boards.parts(name)
    for fact, value in facts.items():
        where = parts if hasattr(parts, fact) else board
        setattr(where, fact, value)
    return board, parts


ESP32 = "esp32_devkit"
S3 = "esp32_s3_devkit"


@pytest.mark.parametrize(
    "name, facts, found",
    [
        (ESP32, {"HEATER_PIN": 12}, "12: HEATER_PIN decides how the chip boots"),
        (ESP32, {"PANEL_CS": 5}, "5: PANEL_CS decides how the chip boots"),
        (S3, {"BMS_TX": 46}, "46: BMS_TX decides how the chip boots"),
        (ESP32, {"BMS_TX": 34}, "34: BMS_TX drives a pin that is an input only"),
        (ESP32, {"PROBE_PIN": 35}, "35: PROBE_PIN drives a pin that is an input only"),
        (ESP32, {"CHARGER_PIN": 25}, "25: BMS_RX and CHARGER_PIN"),
        (ESP32, {"PANEL_RST": 32}, "32: PANEL_RST and HEATER_PIN"),
        (ESP32, {"CHARGER_PIN": 36}, "36: CHARGER_PIN has no pull-up"),
        (ESP32, {"BUTTON_2": 39}, "39: BUTTON_2 has no pull-up"),
        ("lilygo_t_display", {"PULLED_UP": ()}, "35: BUTTON_1 has no pull-up"),
        (ESP32, {"HEATER_PIN": 26}, "26: HEATER_PIN is high at reset or power-up"),
        (ESP32, {"HEATER_PIN": 14}, "14: HEATER_PIN is high at reset or power-up"),
        (S3, {"HEATER_PIN": 21}, "21: HEATER_PIN is high at reset or power-up"),
        ("m5stack_core", {"HEATER_PIN": 22}, "22: HEATER_PIN is pulled up on the board"),
        ("m5stack_core", {"RS485_DE": 21}, "21: RS485_DE is pulled up on the board"),
        (ESP32, {"HEATER_ACTIVE": 0}, "HEATER_ACTIVE: a pin in reset is low"),
        (ESP32, {"BMS_RX": 9}, "9: BMS_RX belongs to flash or PSRAM"),
        (ESP32, {"BMS_RX": 16, "PSRAM": 4}, "16: BMS_RX belongs to flash or PSRAM"),
        (S3, {"CHARGER_PIN": 36}, "36: CHARGER_PIN belongs to flash or PSRAM"),
        (S3, {"CHARGER_PIN": 30, "PSRAM": 0}, "30: CHARGER_PIN belongs to flash or PSRAM"),
        (ESP32, {"BMS_RX": 3}, "3: BMS_RX is the console's"),
        (S3, {"BMS_TX": 43}, "43: BMS_TX is the console's"),
        (S3, {"BMS_TX": 20}, "20: BMS_TX is USB's"),
        (ESP32, {"BMS_TX": 24}, "24: BMS_TX is no pin of this chip"),
        (ESP32, {"PANEL_DC": -1}, "-1: PANEL_DC is no pin of this chip"),
        ("esp32_2432s028", {"PROBE_PIN": 4}, "4: PROBE_PIN is taken: red of the LED"),
        ("m5stack_core", {"BUTTON_2": 37}, "37: BUTTON_2 is taken: button C"),
        ("esp32_c3_devkit", {"HEATER_PIN": 8}, "8: HEATER_PIN decides how the chip boots"),
        ("esp32_c3_devkit", {"HEATER_PIN": 18}, "18: HEATER_PIN is USB's"),
        ("esp32_c3_devkit", {"BMS_RX": 25}, "25: BMS_RX is no pin of this chip"),
        (
            "esp32_c3_devkit",
            {"PANEL": "hardware.panels.st7789"},
            "-1: PANEL_CS is no pin of this chip",
        ),
        ("m5stack_core2", {"BMS_TX": 22}, "22: PANEL_SCL and BMS_TX"),
        ("m5stack_core2", {"BMS_RX": 39}, "39: BMS_RX is taken: touch, interrupt"),
        ("m5stack_core2", {"BMS_RX": 16}, "16: BMS_RX belongs to flash or PSRAM"),
    ],
)
def test_each_kind_of_mistake_is_found(name, facts, found):
    assert any(found in line for line in pins.conflicts(*changed(name, **facts)))


def test_psram_on_four_lines_leaves_its_pins_to_the_s3():
    board, parts = changed(S3, PSRAM=4, CHARGER_PIN=36)
    assert pins.conflicts(board, parts) == []


def test_a_variant_changes_lines_of_its_board():
    plain, bare = boards.load(ESP32), boards.load(ESP32 + "+no_panel")
    assert bare.PANEL == "hardware.panels.no_panel" and bare.NAME != plain.NAME
    assert bare.HEATER_PIN == plain.HEATER_PIN


def test_a_variant_of_what_the_board_does_not_have_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "boards" / "x"
    folder.mkdir(parents=True)
    (folder / "board.py").write_text("PANEL_BL = 4\n")
    (folder / "other.py").write_text("PANEL_LIGHT = 5\n")
    monkeypatch.setattr(boards, "ROOT", tmp_path)
    with pytest.raises(boards.BoardError, match="board.py has 0 lines for PANEL_LIGHT"):
        boards.load("x+other")
    with pytest.raises(boards.BoardError, match="no board 'y'; there are: x, x.other"):
        boards.load("y")


@pytest.mark.parametrize("width, height", [(135, 240), (240, 128), (160, 80)])
def test_a_panel_that_the_pages_have_no_room_on_is_refused(width, height, tmp_path, monkeypatch):
    folder = tmp_path / "boards" / "x"
    folder.mkdir(parents=True)
    (folder / "board.py").write_text(f"PANEL_WIDTH = {width}\nPANEL_HEIGHT = {height}\n")
    monkeypatch.setattr(boards, "ROOT", tmp_path)
    with pytest.raises(boards.BoardError, match=f"{width} x {height} has no room.* landscape"):
        boards.load("x")


def test_a_chip_that_nobody_knows_is_no_board():
    with pytest.raises(KeyError):
        pins.chip_of(types.SimpleNamespace(RESET_CAUSE=0))
