"""The power goes in the middle of a write: tools/bench/esp32/power.py orders it, with a file.

What was written until then is in the flash; the chip is gone at once, and boots.
"""

import bench_link as link
import bench_ops as ops
import uos
import utime

_ORDER = "power_cut"
_BEFORE_RENAMES = 5000
_builtin_open = open


class _Order:
    steps = None  # renames that still get through, while an order is being carried out


class _File:
    """A file that is written to until the power goes."""

    def __init__(self, file, steps):
        self._file = file
        self._steps = steps

    def write(self, text):
        if self._steps is None:
            return self._file.write(text)
        self._file.write(text[: self._steps])
        self._steps -= len(text)
        if self._steps < 0:
            self._file.flush()
            _cut()
        return len(text)

    def flush(self):
        self._file.flush()

    def close(self):
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()


def open_for(path, mode="r", *rest):
    """The `open` of the firmware."""
    file = _builtin_open(path, mode, *rest)
    if "w" not in mode:
        return file
    steps = _read_order()
    if steps is None:
        return file
    if steps >= _BEFORE_RENAMES:
        _Order.steps = steps - _BEFORE_RENAMES
        steps = None
    return _File(file, steps)


def rename(old, new):
    """The os.rename of the firmware."""
    if _Order.steps is not None:
        if _Order.steps == 0:
            _cut()
        _Order.steps -= 1
    uos.rename(old, new)


def _read_order():
    try:
        with _builtin_open(_ORDER) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def _cut():
    uos.remove(_ORDER)
    link.post(ops.RESET, 1, 0)
    link.send()
    while True:
        utime.sleep_ms(1000)
