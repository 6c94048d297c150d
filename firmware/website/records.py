"""GET /api/history: records of the ring in the flash, as rows of JSON, the oldest first.

?from=N: not before that one; ?step=N: each Nth of them. The answer is {"first": …, "next": …,
"rows": [[number, …], …]}: the numbers of the oldest record that there is and of the next one to be
told, and of each record its row, which is one of

    [number, time, of day, soc_pct, pack_mv, current_ma, temp_min_dc, temp_max_dc, cell_min_mv,
     cell_max_mv, charge_on, discharge_on, alarm, heater_on]
    [number, "started", number of the start]
    [number, "timed", what is to be added to the times before it, from that start on]

A time is in s since 1970 if it is of the day (1), else since the start (0). Unknown is null.
"""

from compat import const
from history import record as r
from history.ring import Window
from web.answer import JSON, Answer, refusal
from web.form import fields

_ROWS = const(6)  # a piece
_ROWS_APART = const(3)  # each of which is read from the flash by itself
_LONGEST = const(9)  # digits


class Records:
    """device: has the history_recorder.Recorder, or None."""

    def __init__(self, device):
        self._device = device

    def answer(self, request):
        """The handler."""
        recorder = self._device.recorder
        if recorder is None:
            return refusal(404, "no history is kept: see history_kb")
        wish = fields(request.query)
        first = _number(wish, "from", 0)
        step = _number(wish, "step", 1)
        if first is None or not step:
            return refusal(400)
        return Answer(200, JSON, _pieces(recorder.ring, first, step))


def _pieces(ring, number, step):
    number = max(number, ring.first)
    # What is not in the flash yet is not told: after a power cut another record has its number.
    end = ring.safe
    yield b'{"first":%d,"next":%d,"rows":[' % (ring.first, end)
    window = Window(ring)
    record = r.Record()
    most = _ROWS if step == 1 else _ROWS_APART
    comma = b""
    while number < end:
        rows = []
        for _ in range(most):
            if number < end and window.read(number, record):
                rows.append(_row(number, record))
            number += step
        if rows:
            yield comma + b",".join(rows)
            comma = b","
    yield b"]}"


def _row(number, record):
    """Returns the row of a record."""
    if record.kind == r.STARTED:
        return b'[%d,"started",%d]' % (number, record.first)
    if record.kind == r.TIMED:
        return b'[%d,"timed",%d]' % (number, r.EPOCH_S + record.time_s - record.first)
    time_s = record.time_s + r.EPOCH_S if record.of_day else record.time_s
    row = [b"%d,%d,%d" % (number, time_s, record.of_day)]
    for figure in range(r.FIGURES):
        row.append(b"%d" % record.values[figure] if record.valid[figure] else b"null")
    row.append(b"%d,%d" % (record.alarm, record.heater_on))
    return b"[" + b",".join(row) + b"]"


def _number(wish, name, default):
    """Returns a number of a query, None if it is none."""
    if wish is None:
        return None
    text = wish.get(name, "")
    if not text:
        return default
    return int(text) if text.isdigit() and len(text) <= _LONGEST else None
