"""Decodes captures under MicroPython: argv[1] is JSON, [[protocol, generation, [hex, …]], …].

Prints for each capture one line of JSON: what each decoded frame left in the pack, by number.
"""

import json
import sys
from binascii import unhexlify

from bms import alarms, catalog
from bms import pack as p


def read(protocol, generation, chunks):
    """Feeds a capture byte by byte, then silence; returns what each frame left in the pack."""
    frames = []
    pack = p.PackState()
    dialect = catalog.create(protocol, pack, 1, 1000)
    if generation is not None and dialect.frames is not None:
        dialect.frames.assume(generation)
    if hasattr(dialect, "doubt_zeros"):
        dialect.doubt_zeros = False  # a capture holds a single frame
    silence = dialect.framer.gap_ms + 1
    for byte in unhexlify("".join(chunks)):
        if dialect.feed(bytes([byte]), 1, 0):
            frames.append(dump(pack))
            pack.clear()
    if dialect.feed(b"", 0, silence):
        frames.append(dump(pack))
    return frames


def dump(pack):
    """Returns the pack's content as plain lists."""
    return {
        "cell_mv": [pack.cell_mv[i] for i in range(pack.cells)],
        "temps_dc": [pack.temps_dc[i] if pack.temp_valid[i] else None for i in range(pack.temps)],
        "slots": [pack.get(slot) for slot in range(p.SLOTS)],
        "alarms": [
            bit
            for bit in range(alarms.NAMES.count(b"\n") + 1)
            if (pack.alarms[bit >> 3] | pack.notices[bit >> 3]) >> (bit & 7) & 1
        ],
        "texts": [pack.text(which) for which in range(len(p._TEXT_ENDS))],
    }


with open(sys.argv[1]) as file:
    captures = json.load(file)
for protocol, generation, chunks in captures:
    print(json.dumps(read(protocol, generation, chunks)))
