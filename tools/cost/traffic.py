"""What MQTT costs a day: `python -m tools.benchmark traffic`.

Messages of a typical pack at their intervals, with the headers of MQTT, TCP and IP, and the pings.
"""

import io
import types

import words
from bms import pack as p
from languages import codes
from relay import message as m
from relay.state import StateReport
from screen.draw.language import Language

DAY_S = 86_400
# IP and TCP headers of a segment, and of the acknowledgement that comes back.
SEGMENT = 40
ACK = 40
MOST = 1440  # payload of a segment of lwIP
TOPIC = 2 + 2 + len("packmate/240ac400be01/device")
PING_S = 30
HEATER_S = 60
DEVICE_S = 300
# One message of everything each ten seconds, as it was in November 2026: measured with this pack.
BEFORE = 1873
# Of the other messages, with figures of five digits.
SELDOM = {m.HEATER: 480, m.DEVICE: 600}


class File(io.BytesIO):
    """An open file as MicroPython has it."""

    def readinto(self, buf, n=None):
        """Reads up to `n` bytes."""
        data = self.read(len(buf) if n is None else n)
        buf[: len(data)] = data
        return len(data)


def typical_pack(cells):
    """Returns a PackState of so many cells, with what most units tell."""
    pack = p.PackState()
    pack.cells = cells
    for i in range(cells):
        pack.cell_mv[i] = 3300 + i
    pack.temps = 3
    for i in range(3):
        pack.put_temp(i, 200 + i)
    figures = {"SOC_PCT": 87, "PACK_MV": 3300 * cells, "CURRENT_MA": -15_000, "CYCLES": 120}
    figures |= {"REMAINING_MAH": 87_000, "CAPACITY_MAH": 100_000, "RUNTIME_S": 8_640_000}
    figures |= {"CYCLE_CAPACITY_MAH": 12_000_000, "MOS_TEMP_DC": 250, "ALARMS_RAW": 0}
    figures |= {"CHARGE_ON": 1, "DISCHARGE_ON": 1, "BALANCING": 0}
    figures |= {"CHARGE_UTP_DC": 0, "CHARGE_UTPR_DC": 50}
    for name, value in figures.items():
        pack.put(getattr(p, name), value)
    pack.touch(p.STATUS, 0)
    pack.summarise()
    return pack


def state_bytes(cells):
    """Returns the length of the state message."""
    return len(state_text(cells))


def state_text(cells):
    """Returns the state message."""
    unit = types.SimpleNamespace(
        pack=typical_pack(cells),
        check=types.SimpleNamespace(verdict=0, frozen=False),
        link=types.SimpleNamespace(TEXTS=words.WIRE_TEXTS, reason=0, losses=0),
        answering=True,
    )
    message = m.Message(Language(File(codes.DATA)))
    report = StateReport(b"/state", unit, 10_000, 10_000)
    length = next(n for n in iter(lambda: report.write(message, 0), None) if n)
    return bytes(message.buf[:length])


def message_cost(payload):
    """Returns what one message costs on the line."""
    size = payload + TOPIC
    segments = -(-size // MOST)
    return size + segments * SEGMENT + ACK


def a_day(interval_s, cells=16):
    """Returns the bytes of a day."""
    total = message_cost(state_bytes(cells)) * DAY_S // interval_s
    for which, seconds in ((m.HEATER, HEATER_S), (m.DEVICE, DEVICE_S)):
        total += message_cost(SELDOM[which]) * DAY_S // max(interval_s, seconds)
    return total + (2 * (2 + SEGMENT) + ACK) * DAY_S // PING_S


def table():
    """Returns the lines of a Markdown table."""
    before = message_cost(BEFORE) * DAY_S // 10 + (2 * (2 + SEGMENT) + ACK) * DAY_S // PING_S
    lines = ["| | MB a day |", "|---|---:|"]
    lines.append(f"| one message of everything each 10 s, as before | {before / 1e6:.1f} |")
    for interval_s in (15, 10, 60):
        text = f"16 cells, `mqtt_interval_s` {interval_s}"
        lines.append(f"| {text} | {a_day(interval_s) / 1e6:.1f} |")
    lines.append(f"| 4 cells, `mqtt_interval_s` 15 | {a_day(15, 4) / 1e6:.1f} |")
    return lines
