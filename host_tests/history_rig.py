"""What tests of the history share: files on which the power goes, and records by number."""

from history import record as r
from history.ring import Ring, Window

PER = 10  # of numbered() in a page


class PowerCut(Exception):
    """The device is gone."""


class Store:
    """The files of a ring in a dict, as LittleFS keeps them: a file changes when it is closed.

    With a `budget` the power goes after so many steps: a byte written, a close, a removal.
    """

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.budget = None
        self.steps = 0
        self.reads = 0

    def spend(self, steps=1):
        if self.budget is not None and self.steps + steps > self.budget:
            raise PowerCut
        self.steps += steps

    def numbers(self):
        return [name for name in self.files if name != "tail"]

    def size(self, number):
        return len(self.files[number])

    def read(self, number, at, buf):
        self.reads += 1
        if number not in self.files:
            raise OSError(2)
        data = self.files[number][at : at + len(buf)]
        buf[: len(data)] = data
        return len(data)

    def append(self, number, buf, start, end):
        self.spend(end - start)
        self.spend()
        self.files[number] = self.files.get(number, b"") + bytes(buf[start:end])

    def remove(self, number):
        self.spend()
        del self.files[number]

    def read_tail(self, buf):
        data = self.files.get("tail", b"")[: len(buf)]
        buf[: len(data)] = data
        return len(data)

    def write_tail(self, buf, end):
        self.spend(end)
        self.spend()
        self.files["tail"] = bytes(buf[:end])


def numbered(n):
    """Returns a record that is known again, and of a size of which PER fill a page."""
    record = r.Record()
    record.of_day = True
    record.time_s = n
    high = n % 2
    figures = ((r.PACK_MV, 600_000), (r.CURRENT_MA, 8_000_000), (r.CELL_MIN_MV, 8000))
    for figure, most in (*figures, (r.CELL_MAX_MV, 8000)):
        record.values[figure] = most * high - 4_000_000 * (figure == r.CURRENT_MA)
        record.valid[figure] = 1
    return record


def times(ring):
    """Returns [the time of each record of the ring], None for what is damaged or not there."""
    window = Window(ring)
    record = r.Record()
    numbers = range(ring.first, ring.next)
    return [record.time_s if window.read(n, record) else None for n in numbers]


def small(store, segments=3, pages=1):
    """Returns a ring in which a segment is so short that a test makes several."""
    return Ring(store, segments, pages)


def plain(ring, per=1600, tail=0, delivered=0):
    """Returns the files of a ring's records as boards without PSRAM write them, and a version
    before did on all, with the last few in its tail."""
    files = {}
    buf = bytearray(r.BYTES)
    window = Window(ring)
    record = r.Record()
    end = ring.next - tail
    state = r.Record()
    state.mark(r.KEPT, end, delivered)
    state.pack(buf, 0)
    files["tail"] = bytes(buf)
    for n in range(ring.first, ring.next):
        assert window.read(n, record)
        record.pack(buf, 0)
        name = n // per if n < end else "tail"
        files[name] = files.get(name, b"") + bytes(buf)
    return files
