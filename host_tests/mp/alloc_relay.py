"""The state message and the judging of commands allocate nothing, whatever they hold."""

import harness

import words
from bms import alarms
from bms import pack as p
from relay import commands as c
from relay import view as v
from relay.state import StateMessage
from relay.view import View

LIMIT = 2**30 - 1


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


def full_view():
    view = View(
        (b"idle", b"none\nstuck_on\nnot_heating", words.MODE_NAMES, b"plausible") + (b"",) * 7
    )
    for slot in range(v.FIGURES):
        view.put(slot, LIMIT)
    for slot in range(v.FIGURES, v.FIGURES + v.CHOICES):
        view.put(slot, 0)
    view.put(v.PLAUSIBLE, 1)
    view.put(v.FROZEN, 0)
    view.faults = 3
    return view


def check_state():
    view = full_view()
    message = StateMessage(view, 10_000)
    size = len(message.buf)
    full = full_pack()
    empty = p.PackState()
    fallen = [0]

    def told(pack, now):
        fallen[0] = message.build(pack, now)

    harness.check_no_alloc("state, full", lambda: told(full, 0))
    harness.check(fallen[0] > 1500, "the full message is short")
    harness.check_no_alloc("state, stale", lambda: told(full, 60_000))
    harness.check_no_alloc("state, nothing known", lambda: told(empty, 0))
    view.put(v.PLAUSIBLE, 0)
    harness.check_no_alloc("state, implausible", lambda: told(full, 0))
    harness.check_no_alloc("view.put", lambda: view.put(v.HEAP_FREE, 123_456))
    harness.check_equal(len(message.buf), size, "size of the buffer")


def check_commands():
    judge = c.Judge()
    word = bytearray(b"charger_or_soc")
    for source in range(c.FROM_WRITES):
        for retained in (False, True):
            harness.check_no_alloc(
                "judge %d %s" % (source, retained),
                lambda: judge.judge(source, retained, word, 14),  # noqa: B023
            )


check_state()
check_commands()
