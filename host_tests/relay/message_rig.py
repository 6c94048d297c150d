"""A message as the device makes it and as JSON reads it, and a pack to tell of."""

import json

from bms import pack as p
from host_tests.mqtt_rig import make_codes, make_unit
from relay.message import Message
from relay.state import StateReport

CODES = make_codes()
NOW = 123_456
MAX_AGE_MS = 10_000


def make_state(unit=None):
    """Returns the report of a unit's state; None: of one that has told nothing."""
    return StateReport(b"/state", unit or make_unit(), MAX_AGE_MS, 10_000)


def fill(pack, now=NOW):
    """Puts figures of four cells into a pack; returns it."""
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3300 + i
    pack.temps = 2
    pack.put_temp(0, -35)
    pack.put(p.PACK_MV, 13206)
    pack.put(p.CURRENT_MA, -1500)
    pack.put(p.SOC_PCT, 0)
    pack.put(p.CHARGE_ON, 0)
    pack.put(p.DISCHARGE_ON, 1)
    pack.put(p.CHARGE_UTP_DC, 0)
    pack.touch(p.STATUS, now)
    pack.summarise()
    return pack


def build(report, now, message):
    """Writes a report, as often as the buffer has to grow for it; returns its length."""
    for _ in range(60):
        length = report.write(message, now)
        if length:
            return length
    raise AssertionError("the buffer grows and grows")


def read(report, now=NOW, message=None):
    """Writes a report; returns its members as JSON reads them."""
    message = message or Message(CODES)
    length = build(report, now, message)
    assert 0 < length <= len(message.buf)
    pairs = json.loads(bytes(message.buf[:length]).decode(), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), "a member is there twice"
    return dict(pairs)
