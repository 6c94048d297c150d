"""The messages and the judging of commands allocate nothing, whatever they hold."""

import io

import harness

import words
from bms import alarms
from bms import pack as p
from bms.check import PLAUSIBLE
from languages import codes
from relay import commands as c
from relay.message import HEATER, Message
from relay.state import StateReport
from screen.draw.language import Language

LIMIT = 2**30 - 1
CODES = Language(io.BytesIO(codes.DATA))
MAX_AGE_MS = 10_000


class Thing:
    """Whatever has these attributes."""

    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


def full_pack():
    pack = p.PackState()
    pack.cells = p.MAX_CELLS
    pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_CELLS):
        pack.cell_mv[i] = 65535
    for i in range(0, p.MAX_TEMPS, 2):
        pack.put_temp(i, -32768)
    for slot in range(p.SLOTS):
        pack.put(slot, 1 if slot < p.BOOLS else -LIMIT)
    for bit in range(alarms.NAMES.count(b"\n") + 1):
        pack.raise_alarm(bit)
    pack.touch(p.STATUS, 0)
    return pack


GROWN = 30  # calls, after which the buffer has grown to what is needed


def check_state():
    unit = Thing(
        pack=full_pack(),
        check=Thing(verdict=PLAUSIBLE, frozen=False, content_ms=0),
        link=Thing(TEXTS=words.WIRE_TEXTS, reason=1, losses=LIMIT),
        answering=True,
    )
    message = Message(CODES)
    report = StateReport(b"/state", unit, MAX_AGE_MS, 10_000)
    size = [0]

    def told(now):
        size[0] = report.write(message, now)

    harness.check_no_alloc("state, full", lambda: told(0), GROWN)
    harness.check(size[0] > 1000, "the full message is short")
    harness.check_no_alloc("state, stale", lambda: told(60_000))
    unit.check.verdict = 3
    harness.check_no_alloc("state, implausible", lambda: told(0))


def write_values(message):
    message.begin(HEATER)
    message.put(-LIMIT)
    message.put(None)
    message.put_bool(True)
    message.put_code(words.STATE_TEXTS, 2)
    message.put_code(words.REASON_TEXTS, 99)
    message.begin_list(b"faults", 100)
    message.put_raised(words.REASON_TEXTS, 1, 0x155, 3)
    message.put_item(None)
    message.put_item(-LIMIT)
    message.end_list()
    message.finish()


def check_values():
    message = Message(CODES)
    harness.check_no_alloc("values", lambda: write_values(message))


def check_commands():
    judge = c.Judge(c.MODES | c.BOOSTS | c.THRESHOLDS, 2, 0, 50)
    word = bytearray(b"charger_or_soc")
    for source in range(1, c.FROM_WRITES):
        for retained in (False, True):
            harness.check_no_alloc(
                "judge %d %s" % (source, retained),
                lambda: judge.judge(source, retained, word, 14),  # noqa: B023
            )


check_state()
check_values()
check_commands()
