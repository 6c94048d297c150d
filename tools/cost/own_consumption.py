"""What the device itself takes from the pack: `python -m tools.cost.own_consumption`.

Nothing here was measured on a device of ours: the figures are those of the makers' datasheets, and
the rest is arithmetic. Put right what you measure.
"""

import sys
from typing import NamedTuple

from tools import ROOT

PAGE = ROOT / "docs" / "power.md"
BEGIN = "<!-- table: python -m tools.cost.own_consumption -->"
END = "<!-- end of table -->"

SUPPLY_V = 5.0  # the board's linear regulator draws what the chip does, from 5 V


class Converter(NamedTuple):
    """An isolated converter at its nominal voltage: what it takes without load, its full output,
    and its efficiency there; in between it is taken as a straight line."""

    name: str
    idle_w: float
    full_w: float
    efficiency: float

    def input_w(self, load_w):
        """Returns what it takes for a load."""
        slope = (self.full_w / self.efficiency - self.idle_w) / self.full_w
        return self.idle_w + load_w * slope


# Traco Power's datasheets of TMR 3WI (November 2020) and TDR 3: input current at no load, typical;
# efficiency of the TMR, and the same assumed for the TDR.
CONVERTERS = (
    Converter("TMR 3-2411WI at 24 V", 24 * 0.025, 3.0, 0.80),
    Converter("TMR 3-4811WI at 48 V", 48 * 0.015, 3.0, 0.80),
    Converter("TDR 3-2411 at 24 V", 24 * 0.013, 3.0, 0.80),
)

# mA of the ESP32 with its radio asleep, by its clock in MHz (datasheet, "Current consumption
# depending on work modes", modem-sleep, both cores): the lower bound of each row for processors
# that wait.
IDLE_MA = {240: 30, 160: 27, 80: 20}
RUN_MA = {240: 68, 160: 44, 80: 31}  # the upper bound: both cores at work
LISTEN_MA = 97  # receiving, the same table (95 to 100)
SEND_MA = 190  # 802.11g, 54 Mbps; 802.11n takes 180
BEACON_MS = 102.4
AWAKE_MS = 4  # around each beacon that is heard; our assumption
PACKETS_S = 0.02  # of sending for one state message, its acknowledgement and a ping; likewise

# Panels: mA of the light at full, and of the controller; our assumptions. 1.14 inch: two LEDs
# of 20 mA, 2.0 to 2.8 inch: four. An OLED is its own light: 15 mA at 80 % with a sixth of it lit.
PANELS = {"none": (0, 0), "1.14 inch": (40, 6), "2.0 to 2.8 inch": (80, 6), "OLED": (19, 0)}

# Share of the time in which Python runs at 240 MHz; our assumption.
BUSY = 0.1


class State(NamedTuple):
    """mhz: the clock; beacons: every how many is heard, 0: no Wi-Fi; messages_s: between two of
    them; light: share of the full light; controller: whether the panel shows anything."""

    name: str
    mhz: int
    beacons: int
    messages_s: float
    light: float
    controller: bool


STATES = (
    State("awake, light at 80 %", 240, 1, 15, 0.8, True),
    State("awake, light at 80 %, no Wi-Fi", 240, 0, 0, 0.8, True),
    State("resting (`low_power`)", 80, 3, 15, 0.0, True),
    State("resting, no Wi-Fi", 80, 0, 0, 0.0, True),
)


def board_ma(state, panel):
    """Returns what a board draws in a state, in mA."""
    busy = BUSY * 240 / state.mhz
    found = IDLE_MA[state.mhz] * (1 - busy) + RUN_MA[state.mhz] * busy
    if state.beacons:
        found += LISTEN_MA * AWAKE_MS / (BEACON_MS * state.beacons)
        found += SEND_MA * PACKETS_S / state.messages_s
    light, controller = PANELS[panel]
    return found + light * state.light + controller * state.controller


def state_table():
    """Returns the lines of the table of mA by state."""
    lines = ["| | " + " | ".join(f"panel: {name}" for name in PANELS) + " |"]
    lines.append("|---" + "|---:" * len(PANELS) + "|")
    for state in STATES:
        figures = " | ".join(f"{board_ma(state, panel):.0f} mA" for panel in PANELS)
        lines.append(f"| {state.name} | {figures} |")
    return lines


# Name, panel, hours of a day awake, whether `low_power` is set, whether there is Wi-Fi.
PROFILES = (
    ("a van that is lived in: awake 16 h", "1.14 inch", 16, True, True),
    ("the same without `low_power`", "1.14 inch", 24, False, True),
    ("a parked van, no Wi-Fi: awake 1 h", "1.14 inch", 1, True, False),
    ("the same without `low_power`", "1.14 inch", 24, False, False),
    ("a relay without a screen: awake 24 h", "none", 24, False, True),
    ("the same with `low_power`: awake 6 h", "none", 6, True, True),
)


def day_wh(converter, panel, awake_h, wifi):
    """Returns what a day costs the pack, in Wh."""
    awake, rests = (STATES[0], STATES[2]) if wifi else (STATES[1], STATES[3])
    if panel == "none":
        awake = awake._replace(light=0)
    found = 0
    for state, hours in ((awake, awake_h), (rests, 24 - awake_h)):
        found += hours * converter.input_w(SUPPLY_V * board_ma(state, panel) / 1000)
    return found


def day_table():
    """Returns the lines of the table of Wh a day."""
    lines = ["| a day in the life of | " + " | ".join(c.name for c in CONVERTERS) + " |"]
    lines.append("|---" + "|---:" * len(CONVERTERS) + "|")
    for name, panel, awake_h, _, wifi in PROFILES:
        figures = [f"{day_wh(c, panel, awake_h, wifi):.0f} Wh" for c in CONVERTERS]
        lines.append(f"| {name} | " + " | ".join(figures) + " |")
    idle = " | ".join(f"{24 * c.idle_w:.0f} Wh" for c in CONVERTERS)
    lines.append(f"| the converter alone, nothing at it | {idle} |")
    return lines


def fill(text):
    """Returns the page with both tables made anew."""
    for lines in (state_table(), day_table()):
        head, _, rest = text.partition(BEGIN)
        _, _, tail = rest.partition(END)
        text = head + BEGIN.upper() + "\n" + "\n".join(lines) + "\n" + END.upper() + tail
    return text.replace(BEGIN.upper(), BEGIN).replace(END.upper(), END)


def main():
    """Command line."""
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
