"""The firmware's end of the channel to the bench (see bench_ops). Not part of the ESP32's API.

Only the main thread talks to the bench. Other threads may read `cells` and `now_us()`: each cell
is stored in one piece.
"""

import _thread
import struct
import sys
from array import array

import bench_ops as ops
import micropython
import uos
import utime

_SIZE = 4096  # of the record buffer
_GAP_US = 5_000  # a longer one between two looks at the clock: did the process have its turn?

_fds = [int(text) for text in uos.getenv("PACKMATE_BENCH").split(",")]
channel = open(_fds[0], "r+b")
_alarm_line = open(_fds[1], "rb")
uart_fds = _fds[2:]  # a pty for each of UART 1 and 2, or -1

cells = array("l", [0] * ops.CELLS)  # 64 bits, too; each value of a "q" would be made in the heap
timer_callbacks = [None] * ops.TIMERS  # functions without argument
input_watchers = []  # functions of (old levels, new levels)
_handled = array("H", [0] * ops.TIMERS)
_reply = array("l", [0] * ops.CELLS)
_alarm = array("l", [0] * ops.CELLS)
_alarm_full = bytearray(1)
_out = bytearray(_SIZE)
_main_thread = _thread.get_ident()
_seen_us = array("l", [0])  # the time at the main thread's last look


class _State:
    """Of the main thread."""

    fill = 0  # bytes in _out
    busy = 0  # > 0: in the middle of a record or an exchange; handlers must wait
    late = False  # a handler waits
    buffered = 0  # pins whose changes may wait for the next exchange


def now_us():
    """Virtual time in µs since reset. From any thread; in the main one it never goes back."""
    t_us = utime.ticks_us() + cells[0]
    if _thread.get_ident() != _main_thread:
        return t_us
    if not 0 <= t_us - _seen_us[0] < _GAP_US:
        t_us = _after_a_gap(t_us)
    _seen_us[0] = t_us
    return t_us


def _after_a_gap(t_us):
    """Returns the time by the rule of tools/bench/esp32/clock.py, and sets the clock to that.

    The rest of the gap the process had no turn, because the machine was busy.
    """
    seen_us = _seen_us[0]
    if t_us < seen_us:
        return seen_us
    if cells[ops.SPENT] < 0:
        return t_us
    passed_us = t_us - cells[ops.TOLD]
    spent_us = int(utime.clock() * 1_000_000) - cells[ops.SPENT]
    passed_us = max(passed_us // ops.LEAST_SHARE, min(passed_us, spent_us))
    true_us = max(seen_us, cells[ops.TOLD] + passed_us)
    cells[ops.OFFSET] = true_us - utime.ticks_us()
    return true_us


def in_main_thread():
    """True in the thread that drives the bench."""
    return _thread.get_ident() == _main_thread


def post(op, arg, n):
    """Adds a record without a body."""
    _State.busy += 1
    cells[ops.FREE] = 0
    if _State.fill + ops.HEAD_SIZE > _SIZE:
        _flush()
    struct.pack_into(ops.HEAD, _out, _State.fill, op, arg, n, now_us())
    _State.fill += ops.HEAD_SIZE
    _done()


def post_body(op, arg, body):
    """Adds a record with a body of less than 64 KiB; long ones are sent at once."""
    n = len(body)
    _State.busy += 1
    cells[ops.FREE] = 0
    if _State.fill + ops.HEAD_SIZE + n > _SIZE:
        _flush()
    struct.pack_into(ops.HEAD, _out, _State.fill, op, arg, n, now_us())
    _State.fill += ops.HEAD_SIZE
    if _State.fill + n <= _SIZE:
        _out[_State.fill : _State.fill + n] = body
        _State.fill += n
    else:
        _flush()
        channel.write(body)
    _done()


def send():
    """Sends what is buffered."""
    if _State.fill:
        _State.busy += 1
        _flush()
        _done()


def pin_changed(pin, level):
    """Reports an output level; at once unless it is a pin of the panel."""
    post(ops.PIN, pin, level)
    if not _State.buffered >> pin & 1:
        send()


def _flush():
    n = _State.fill
    _State.fill = 0
    if n:
        channel.write(_out, n)


def _done():
    _State.busy -= 1
    if _State.late and not _State.busy:
        _State.late = False
        _run_handlers()


_idle_body = bytearray(ops.IDLE_SIZE)


def idle_until(until_us, uarts=0, poller=None):
    """Idles until virtual time `until_us` (-1: for ever), or until something happens.

    `uarts`: bit per UART whose incoming bytes end the idling. `poller`: a builtin poll object
    with the channel and real sockets in it, whose readiness ends it as well.
    """
    if 0 <= until_us <= cells[ops.FREE]:
        _go_on(until_us)
        return
    _State.busy += 1
    handled = _handled
    done = handled[0] | handled[1] << 16 | handled[2] << 32 | handled[3] << 48
    sockets = 0 if poller is None else 1
    seen = cells[ops.SERIAL]
    struct.pack_into(ops.IDLE_BODY, _idle_body, 0, until_us, done, seen, uarts, sockets)
    post_body(ops.IDLE, 0, _idle_body)
    _flush()
    interrupt = None
    try:
        if poller is not None:
            _wait_for_sockets(poller)
        _receive(_reply)
    except KeyboardInterrupt as error:  # the reply is still to come, and is this exchange's
        interrupt = error
        post(ops.WAKE, 0, 0)
        _flush()
        _receive(_reply)
    _done()
    _take(_reply)
    if interrupt:
        raise interrupt


def _go_on(until_us):
    """Idles without the bench, whose time is that already."""
    gap_us = until_us - now_us()
    if gap_us > 0:
        cells[ops.OFFSET] += gap_us
        cells[ops.TOLD] += gap_us
        _seen_us[0] = until_us


def ask(op, arg, n):
    """Sends a record that the bench answers; returns what cell FLAGS of the reply says."""
    _State.busy += 1
    post(op, arg, n)
    _flush()
    _receive(_reply)
    answer = _reply[ops.FLAGS]
    _done()
    _take(_reply)
    return answer


def _wait_for_sockets(poller):
    """Waits for the reply or a socket; a socket that is ready asks for the reply."""
    for source, _ in poller.ipoll(-1):
        if source is channel:
            return
    post(ops.WAKE, 0, 0)
    _flush()


def _receive(into):
    if channel.readinto(into) != 8 * ops.CELLS:
        sys.exit()  # the bench is gone


def _take(reply):
    """Makes a reply the state of the world and runs the handlers it calls for.

    An alarm may overtake a reply that was sent before it, which is then of no use.
    """
    _State.busy += 1
    old_inputs = cells[ops.INPUTS]
    if reply[ops.SERIAL] > cells[ops.SERIAL]:
        cells[:] = reply
        _seen_us[0] = max(_seen_us[0], cells[ops.TOLD])
    _State.busy -= 1
    _State.late = False
    _run_handlers()
    if cells[ops.INPUTS] != old_inputs:
        for watcher in input_watchers:
            _guarded(watcher, old_inputs, cells[ops.INPUTS])


def _run_handlers():
    """Runs the callbacks of timers that have fired. The counts make this idempotent."""
    if _alarm_full[0]:
        _take_alarm()
    for i in range(ops.TIMERS):
        # Counted anew each time: a callback can be interrupted by this very function, which then
        # handles more than was known when the callback began.
        while cells[ops.FIRED] >> (16 * i) & 0xFFFF != _handled[i]:
            _handled[i] = _handled[i] + 1 & 0xFFFF
            if timer_callbacks[i] is not None:
                _guarded(timer_callbacks[i])


def _guarded(function, *args):
    """The ESP32 prints an exception in a scheduled callback and carries on."""
    try:
        function(*args)
    except Exception as error:
        sys.print_exception(error)


def _take_alarm():
    """Takes over what the alarm line said."""
    alarm = array("l", _alarm)
    _alarm_full[0] = 0
    _take(alarm)


def _on_alarm(_):
    if _State.busy:
        _State.late = True
    else:
        _run_handlers()


def _watch_alarm_line():
    """Thread: passes alarms on. Touches only _alarm and _alarm_full; allocates nothing."""
    while _alarm_line.readinto(_alarm) == 8 * ops.CELLS:
        _alarm_full[0] = 1
        scheduled = False
        while not scheduled:
            try:
                micropython.schedule(_on_alarm, None)
                scheduled = True
            except RuntimeError:  # the queue is full
                utime.sleep_us(1000)
        while _alarm_full[0]:
            utime.sleep_us(500)


def _hello():
    """Announces the firmware and learns the state of the world; returns the reset cause."""
    cells[ops.OFFSET] = -utime.ticks_us()
    post(ops.HELLO, 0, 0)
    _flush()
    _receive(cells)
    _seen_us[0] = cells[ops.TOLD]
    _State.buffered = cells[ops.FLAGS] >> 8
    return cells[ops.FLAGS] & 0xFF


reset_cause = _hello()
_thread.start_new_thread(_watch_alarm_line, ())
