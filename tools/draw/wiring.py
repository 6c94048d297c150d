"""Draws the wiring pictures of docs/heater.md: python -m tools.draw.wiring [FOLDER]

host_tests/tools/test_wiring.py says which pins must be connected, and which must not.
"""

import sys
from pathlib import Path

from tools import ROOT
from tools.draw.drawing import Sheet

FOLDER = ROOT / "docs" / "heater"


def gpio():
    """The mat on a MOSFET that the ESP32 switches through an optocoupler."""
    sheet = Sheet(1120, 800, "The mat on a MOSFET (heater_output gpio)")
    power = [(20, 60), (688, 60), (688, 588), (20, 588)]
    sheet.zone("power", power, "POWER SIDE", (34, 84))
    logic = [(712, 60), (1100, 60), (1100, 780), (20, 780), (20, 612), (712, 612)]
    sheet.zone("logic", logic, "LOGIC SIDE, ground = B−", (726, 84))
    sheet.wall((700, 60), (700, 600), (20, 600))
    sheet.text(240, 634, "no wire crosses the violet line", "note")
    _pack(sheet)
    _mat_branch(sheet)
    _driver(sheet)
    _supply(sheet)
    _controller(sheet)
    return sheet


def _pack(sheet):
    sheet.box("BAT", (45, 150), (90, 190), "pack", [("+", 90, 150), ("−", 90, 340)], 100)
    pins = [
        ("B−", 90, 430),
        ("P−", 180, 530),
        ("GND", 180, 645),
        ("TX", 180, 680),
        ("RX", 180, 715),
        ("VGPS", 180, 750),
    ]
    sheet.box("BMS", (35, 430), (145, 340), "JK BMS", pins, 55)
    sheet.text(50, 650, "GPS port", "name")
    sheet.nothing(194, 750, "nothing: nearly the pack's voltage. Cut it back, insulate it.")
    loads = [("+", 215, 240), ("−", 215, 370)]
    sheet.box("LOADS", (160, 240), (110, 130), "loads,\ncharger", loads, 62)
    sheet.wire("minus", (90, 340), (90, 430))
    sheet.wire("plus", (90, 150), (90, 115), (560, 115), (560, 160))
    sheet.wire("plus", (215, 115), (215, 240))
    sheet.wire("minus", (180, 530), (635, 530), (635, 210), (650, 210))
    sheet.wire("minus", (215, 370), (215, 530))
    sheet.text(106, 106, "P+ = B+", "note")
    sheet.text(290, 521, "P−", "note")


def _mat_branch(sheet):
    sheet.part("fuse", "F1", (400, 115), (400, 175), "close to the pack", (384, 143, "end"))
    sheet.frame(284, 200, 152, 172)
    sheet.part("thermal", "TS", (400, 215), (400, 265), "60…70 °C", (380, 237, "end"))
    sheet.part("mat", "mat", (400, 275), (400, 365), "on the cells", (370, 316, "end"))
    sheet.mosfet("Q1", 400, 440, "IRF540N\n100 V")
    sheet.wire("plus", (400, 175), (400, 215))
    sheet.wire("plus", (400, 265), (400, 275))
    sheet.wire("minus", (400, 365), (400, 410))
    sheet.wire("minus", (400, 470), (400, 530))


def _driver(sheet):
    sheet.part("resistor", "R1", (460, 440), (460, 530), "10 kΩ", (474, 481, "start"))
    sheet.part("zener", "D1", (555, 530), (555, 440), "12 V", (577, 481, "start"))
    sheet.part("resistor", "R2", (550, 390), (610, 390), "100 Ω", (580, 356, "middle"))
    sheet.part("resistor", "R3", (500, 210), (500, 270), "see table", (515, 236, "start"))
    sheet.optocoupler("OK1", 660, 350, "CNY17-3")
    sheet.wire("signal", (440, 440), (555, 440))
    sheet.wire("signal", (520, 440), (520, 390), (550, 390))
    sheet.wire("signal", (610, 390), (660, 390))
    sheet.wire("plus", (400, 190), (500, 190), (500, 210))
    sheet.wire("plus", (500, 270), (500, 320), (650, 320), (650, 350), (660, 350))
    sheet.part("resistor", "R4", (780, 350), (840, 350), "330 Ω", (810, 316, "middle"))
    sheet.wire("signal", (740, 350), (780, 350))
    sheet.wire("signal", (840, 350), (900, 350))
    sheet.wire("ground", (740, 390), (900, 390))


def _supply(sheet):
    pins = [("in +", 650, 160), ("in −", 650, 210), ("5 V", 765, 160), ("0 V", 765, 210)]
    sheet.box("PS1", (650, 110), (115, 135), "PS1 isolated", pins, 26)
    sheet.part("fuse", "F2", (565, 160), (625, 160), "1 A", (595, 192, "middle"))
    sheet.wire("plus", (560, 160), (565, 160))
    sheet.wire("plus", (625, 160), (650, 160))
    sheet.wire("supply", (765, 160), (900, 160))
    sheet.wire("ground", (765, 210), (900, 210))


def _controller(sheet):
    pins = [
        ("5V", 900, 160),
        ("G (supply)", 900, 210),
        ("GPIO 32", 900, 350),
        ("G (heater)", 900, 390),
        ("G (BMS)", 900, 645),
        ("GPIO 25, RX", 900, 680),
        ("GPIO 26, TX", 900, 715),
    ]
    sheet.box("ESP", (900, 110), (180, 640), "LilyGO T-Display", pins, 26)
    sheet.text(912, 470, "probe, charger", "note")
    sheet.text(912, 487, "contact: below", "note")
    sheet.wire("ground", (180, 645), (900, 645))
    sheet.wire("signal", (180, 680), (900, 680))
    sheet.wire("signal", (180, 715), (900, 715))


def bms_output():
    """The mat on the heating output of a JK, which Packmate switches over Bluetooth."""
    sheet = Sheet(1020, 560, "The JK's own heating output (heater_output bms)")
    sheet.zone("power", [(20, 60), (612, 60), (612, 540), (20, 540)], "POWER SIDE", (34, 84))
    logic = [(636, 60), (1000, 60), (1000, 540), (636, 540)]
    sheet.zone("logic", logic, "PACKMATE, no wire to the pack", (650, 84))
    sheet.wall((624, 60), (624, 540))
    sheet.box("BAT", (45, 150), (90, 190), "pack", [("+", 90, 150), ("−", 90, 340)], 100)
    pins = [("B−", 90, 420), ("P−", 215, 420), ("HT−", 400, 420)]
    sheet.box("BMS", (35, 420), (425, 100), "JK BMS with a heating output", pins, 62)
    sheet.text(247, 500, "it switches HT− itself: 3 A and 200 W at most", "note", "middle")
    loads = [("+", 215, 200), ("−", 215, 330)]
    sheet.box("LOADS", (160, 200), (110, 130), "loads,\ncharger", loads, 62)
    sheet.wire("minus", (90, 340), (90, 420))
    sheet.wire("minus", (215, 330), (215, 420))
    sheet.wire("plus", (90, 150), (90, 115), (400, 115))
    sheet.wire("plus", (215, 115), (215, 200))
    sheet.text(106, 106, "P+ = B+", "note")
    sheet.part("fuse", "F1", (400, 115), (400, 175), "close to the pack", (418, 143, "start"))
    sheet.frame(360, 200, 170, 172)
    sheet.part("thermal", "TS", (400, 215), (400, 265), "60…70 °C", (422, 237, "start"))
    sheet.part("mat", "mat", (400, 275), (400, 365), "on the cells", (434, 316, "start"))
    sheet.wire("plus", (400, 175), (400, 215))
    sheet.wire("plus", (400, 265), (400, 275))
    sheet.wire("minus", (400, 365), (400, 420))
    _radio(sheet)
    return sheet


def _radio(sheet):
    supply = [("5 V", 770, 200), ("0 V", 770, 250)]
    sheet.box("PS1", (660, 140), (110, 140), "any supply", supply)
    pins = [("5V", 830, 200), ("G", 830, 250)]
    sheet.box("ESP", (830, 140), (140, 290), "ESP32\nwith PSRAM", pins)
    sheet.wire("supply", (770, 200), (830, 200))
    sheet.wire("ground", (770, 250), (830, 250))
    sheet.radio((472, 470), (818, 390))
    sheet.text(650, 480, "Bluetooth", "note")


def inputs():
    """A probe on the mat or on a cell, and a contact that tells of a charger."""
    sheet = Sheet(1120, 470, "Probe and charger contact (GPIO 27 and GPIO 33)")
    logic = [(20, 60), (688, 60), (688, 450), (20, 450)]
    sheet.zone("logic", logic, "LOGIC SIDE, ground = B−", (34, 84))
    other = [(712, 60), (1100, 60), (1100, 450), (712, 450)]
    sheet.zone("other", other, "CHARGER SIDE", (726, 84))
    sheet.wall((700, 60), (700, 450))
    _probe(sheet)
    _charger_contact(sheet)
    return sheet


def _probe(sheet):
    pins = [
        ("3V3", 300, 170),
        ("GPIO 27", 300, 220),
        ("G (probe)", 300, 270),
        ("GPIO 33", 440, 330),
        ("G (charger)", 440, 370),
    ]
    sheet.box("ESP", (300, 110), (140, 320), "T-Display", pins)
    probe = [("VDD, red", 150, 170), ("DQ, yellow", 150, 220), ("GND, black", 150, 270)]
    sheet.box("DS18B20", (40, 110), (110, 190), "DS18B20", probe)
    sheet.part("resistor", "R5", (225, 220), (225, 170), "4.7 kΩ", (240, 192, "start"))
    sheet.wire("supply", (150, 170), (300, 170))
    sheet.wire("signal", (150, 220), (300, 220))
    sheet.wire("ground", (150, 270), (300, 270))
    sheet.text(40, 330, "Its steel sleeve must not touch", "note")
    sheet.text(40, 348, "a cell's case: Kapton around it.", "note")


def _charger_contact(sheet):
    sheet.optocoupler("OK2", 660, 330, "CNY17-3")
    sheet.wire("signal", (440, 330), (660, 330))
    sheet.wire("ground", (440, 370), (660, 370))
    sheet.text(452, 318, "pulled up in the chip", "note")
    signal = [("signal +", 980, 210), ("signal −", 980, 370)]
    sheet.box("CHG", (980, 130), (105, 290), "charger", signal, 30)
    sheet.part("resistor", "R6", (880, 210), (940, 210), "see table", (910, 176, "middle"))
    sheet.part("diode", "D2", (800, 370), (800, 330), "1N4148", (822, 346, "start"))
    sheet.wire("signal", (740, 330), (800, 330), (800, 210), (880, 210))
    sheet.wire("signal", (940, 210), (980, 210))
    sheet.wire("ground", (740, 370), (980, 370))


def dead_man():
    """Pulses through a capacitor, in the place of the wire from GPIO 32 to the optocoupler."""
    sheet = Sheet(1120, 470, "The dead-man (heater_drive pulses)")
    power = [(20, 60), (168, 60), (168, 450), (20, 450)]
    sheet.zone("power", power, "POWER SIDE", (34, 84))
    logic = [(192, 60), (1100, 60), (1100, 450), (192, 450)]
    sheet.zone("logic", logic, "LOGIC SIDE, ground = B−", (206, 84))
    sheet.wall((180, 60), (180, 450))
    sheet.text(34, 190, "as in the", "note")
    sheet.text(34, 207, "other picture", "note")
    sheet.optocoupler("OK1", 140, 150, "CNY17-3")
    sheet.part("resistor", "R4", (290, 150), (350, 150), "330 Ω", (320, 116, "middle"))
    sheet.mosfet("Q2", 320, 300, "BSS138")
    _pump(sheet)
    pins = [("3V3", 900, 150), ("GPIO 32", 900, 300), ("G (heater)", 900, 400)]
    sheet.box("ESP", (900, 110), (160, 320), "LilyGO T-Display", pins, 26)
    sheet.wire("signal", (220, 150), (290, 150))
    sheet.wire("supply", (350, 150), (900, 150))
    sheet.wire("signal", (220, 190), (320, 190), (320, 270))
    sheet.wire("ground", (320, 330), (320, 400), (900, 400))
    return sheet


def _pump(sheet):
    sheet.part("resistor", "R8", (420, 300), (420, 400), "1.8 MΩ", (434, 346, "start"))
    sheet.part("capacitor", "C2", (520, 300), (520, 400), "1 µF", (542, 346, "start"))
    sheet.part("diode", "D4", (630, 300), (570, 300), "BAT54S", (600, 266, "middle"))
    sheet.part("diode", "D3", (670, 400), (670, 300), "", (692, 352, "start"))
    sheet.part("capacitor", "C1", (710, 300), (770, 300), "220 nF", (740, 266, "middle"))
    sheet.part("resistor", "R7", (810, 300), (870, 300), "100 Ω", (840, 266, "middle"))
    sheet.wire("signal", (360, 300), (570, 300))
    sheet.wire("signal", (630, 300), (710, 300))
    sheet.wire("signal", (770, 300), (810, 300))
    sheet.wire("signal", (870, 300), (900, 300))


SHEETS = {
    "wiring-gpio.svg": gpio,
    "wiring-dead-man.svg": dead_man,
    "wiring-bms.svg": bms_output,
    "wiring-inputs.svg": inputs,
}


def main(arguments):
    """Writes every picture into the folder; returns the exit status."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in SHEETS.items():
        (folder / name).write_text(draw().svg(), encoding="utf-8")
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
