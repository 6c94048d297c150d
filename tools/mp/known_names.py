"""Says after each name in the file of argv[1] how many names MicroPython has beside its own: a
line of micropython.qstr_info(). The first one is nobody's."""

import sys

import micropython

for _ in open(sys.argv[1]).read().split():
    getattr(0, _, 0)
    micropython.qstr_info()
