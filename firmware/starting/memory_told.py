"""What memory there is after each stage of a start, said on the console; dropped then."""

from compat import const

# Of what radio and sockets need in bad moments only: lent to Python by a second start, or by a
# first one that would fail (building/relay.py).
LENT = const(8_000)


def tell(memory, stage):
    """Says what there is once `stage` is done. memory: a heaps.Heaps, which takes a look."""
    memory.look()
    print(
        "memory, %s: Python has %d B in use, %d free; the IDF %d, %d in one piece, %d at least"
        % (
            stage,
            memory.python_used,
            memory.python_free,
            memory.idf_free,
            memory.idf_largest,
            memory.idf_min,
        )
    )
