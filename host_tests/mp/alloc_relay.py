"""The messages and the judging of commands allocate nothing, whatever they hold."""

import io

import harness

import words
from bms import alarms
from bms import pack as p
from bms.check import PLAUSIBLE
from languages import codes
from relay import commands as c
from relay import layout
from relay.message import Message
from relay.state import StateMessage
from screen.draw.language import Language

LIMIT = 2**30 - 1
CODES = Language(io.BytesIO(codes.DATA))
MAX_AGE_MS = 10_000


class Thing:
    """Whatever has these attributes."""

    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


def open_layout():
    return io.BytesIO(layout.DATA)


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


LAID_OUT = 4  # calls, after which a message has the room for its values


def check_state():
    unit = Thing(
        pack=full_pack(),
        check=Thing(verdict=PLAUSIBLE, frozen=False, content_ms=0),
        link=Thing(TEXTS=words.WIRE_TEXTS, reason=1, losses=LIMIT),
        answering=True,
    )
    message = StateMessage(b"/state", unit, CODES, open_layout, MAX_AGE_MS, 10_000)
    size = [0]

    def told(now):
        size[0] = message.build(now)

    harness.check_no_alloc("state, full", lambda: told(0), LAID_OUT)
    harness.check(size[0] > 1000, "the full message is short")
    harness.check_no_alloc("state, stale", lambda: told(60_000))
    unit.check.verdict = 3
    harness.check_no_alloc("state, implausible", lambda: told(0))


class Values(Message):
    def write(self, now):
        self.begin()
        self.put(-LIMIT)
        self.put(None)
        self.put_bool(True)
        self.put_name(words.STATE_TEXTS, 2)
        self.put_name(words.REASON_TEXTS, 99)
        at = self.list_begin(self.lists_at(), b"faults")
        at = self.put_raised(at, words.REASON_TEXTS, 1, 0x155, 3)
        return self.close(self.list_end(at))


def check_values():
    message = Values(CODES, open_layout, 1, None, 100)
    harness.check_no_alloc("values", lambda: message.build(0), LAID_OUT)


def check_commands():
    judge = c.Judge(2, True, 0, 50)
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
