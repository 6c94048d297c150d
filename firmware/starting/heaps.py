"""How much memory there is left, of both kinds: Python's own, and the ESP-IDF's.

Radio, drivers and sockets live in the IDF's, into which Python's heap grows and from which it
never comes back (docs/memory.md). memory_told.py says what is left at each stage of a start.
"""

import gc

import esp32

from compat import const

_INTERNAL = const(600_000)  # a region larger than all of the chip's own is PSRAM


class Heaps:
    """In bytes, as of the last `look`: `python_used`, `python_free` in the areas that Python has;
    `idf_free`, `idf_largest` in one piece, and `idf_min`, the least that was ever free.

    `python_min_free`: the least that was free after a collection.
    """

    def __init__(self):
        self.python_used = self.python_free = 0
        self.python_min_free = -1
        self.idf_free = self.idf_largest = self.idf_min = 0

    def look(self):
        """Collects garbage and takes the figures; takes some 10 ms."""
        free = largest = least = 0
        for region in esp32.idf_heap_info(esp32.HEAP_DATA):
            if region[0] < _INTERNAL:
                free += region[1]
                largest = max(largest, region[2])
                least += region[3]
        self.idf_free = free
        self.idf_largest = largest
        self.idf_min = least
        gc.collect()
        self.python_used = gc.mem_alloc()
        # gc.mem_free() adds the piece that the heap could grow by.
        self.python_free = max(0, gc.mem_free() - largest)
        if self.python_min_free < 0 or self.python_free < self.python_min_free:
            self.python_min_free = self.python_free
