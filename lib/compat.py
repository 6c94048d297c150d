"""The only place where CPython and MicroPython differ.

Portable code imports `const`, `ticks_diff` and `ticks_add` from here and nothing from `time`
or `micropython`. Times are milliseconds of the wrapping tick counter, passed in as `now`.
"""

try:
    from array import array
    from time import ticks_add, ticks_diff

    from micropython import const
    from uctypes import addressof, bytearray_at

    def bytes_and(code, size):
        """Returns a bytearray of `size` and a memoryview of what `array` means by `code`.

        The two share their memory; the numbers are in the machine's order, which is little-endian
        wherever MicroPython runs that we know.
        """
        numbers = memoryview(array(code, bytes(size)))
        return bytearray_at(addressof(numbers), size), numbers

except ImportError:  # CPython: the ESP32's rules, so that host tests meet the same wrap-around

    def const(value):
        """Marks a constant; MicroPython's compiler folds it."""
        return value

    # ports/esp32: MICROPY_PY_TIME_TICKS_PERIOD is 2**30 on 32-bit builds.
    _PERIOD = 1 << 30
    _HALF = _PERIOD >> 1

    def ticks_add(ticks, delta):
        """Returns `ticks` moved by `delta` ms (|delta| < 2**29), wrapped."""
        return (ticks + delta) & (_PERIOD - 1)

    def ticks_diff(end, start):
        """Returns `end - start` in ms, right while the two are less than 2**29 ms apart."""
        return ((end - start + _HALF) & (_PERIOD - 1)) - _HALF

    def bytes_and(code, size):
        """Returns a bytearray of `size` and a memoryview of what `array` means by `code`."""
        buf = bytearray(size)
        return buf, memoryview(buf).cast(code)
