"""Feeds captured bytes to one dialect's parser and takes down what becomes of each frame."""

from bms import catalog, check
from bms import pack as p
from bms.framer import (
    BAD_CHECKSUM,
    BAD_FRAME,
    BAD_LENGTH,
    DECODED,
    LOGBOOK,
    MOVED,
    OTHER,
)
from tools import vocabulary
from tools.decoding import details, details_ant

# Names of protocols as captures spell them, in the order in which `auto` tries them. Some are
# generations of one dialect (catalog.WIRE_NAMES).
PROTOCOLS = (
    "jk_gps",
    "jk_display",
    "jk02_24s",
    "jk02_32s",
    "jk04",
    "jk_modbus",
    "ant_old",
    "ant_new",
)
# The variants of JK's 300-byte frames, as bms.jk.jk_frames numbers them.
VARIANTS = ("unknown", "jk02_24s", "jk02_32s", "jk04")
# The software generation to read such a name by, where neither a device frame nor a capture's `sw`
# tells. The oldest of JK02_32S has the fewest sensors: what it shows, all others have too.
_GENERATIONS = {"jk02_24s": 10, "jk02_32s": 11, "jk04": 3}
_CHUNK = 256
_POLL_MS = 1000
_START_MS = 0

REASONS = {
    BAD_CHECKSUM: "bad checksum",
    BAD_LENGTH: "bad length",
    BAD_FRAME: "bad structure",
    OTHER: "a request or an acknowledgement, without values",
}
# Kinds of frames, by the numbers of bms.pack's groups and bms.framer, as captures spell them.
_KINDS = ("status", "settings", "device", "logbook", "counters", "id", "ack")


class Result:
    """What one protocol made of a capture.

    `frames` holds (kind, values) and `units` the address of each frame's sender, None where the
    wire has no addresses; `notes` holds lines about what gave no values, but of `requests` only
    the first. `proven` is True if a frame made physical sense, `dropped` the number of bytes that
    no frame accounts for.
    """

    def __init__(self, protocol):
        self.protocol = protocol
        self.frames = []
        self.units = []
        self.notes = []
        self.requests = 0
        self.proven = False
        self.dropped = 0

    def add(self, kind, values, unit):
        """Adds a frame that was decoded."""
        self.frames.append((kind, values))
        self.units.append(unit)

    def lines(self):
        """Yields what is printed of each frame."""
        for (kind, values), unit in zip(self.frames, self.units, strict=True):
            where = {} if unit is None else {"unit": unit}
            yield {"protocol": self.protocol, "kind": kind, **where, "values": values}

    def note(self, offset, text):
        """Adds a line about the frame at `offset` of the stream."""
        if text.startswith(REASONS[OTHER]):
            self.requests += 1
            if self.requests > 1:
                return
        self.notes.append(f"{self.protocol}: offset {offset}: {text}")


class Watcher:
    """Stands between a dialect and its framer and takes down what becomes of each frame."""

    def __init__(self, dialect, result):
        self._dialect = dialect
        self._result = result

    def __getattr__(self, name):  # all else of a Dialect is the dialect's
        return getattr(self._dialect, name)

    def length(self, buf, at, have):
        """See Dialect.length."""
        size = self._dialect.length(buf, at, have)
        if size < 0:
            self._result.note(self._offset(), REASONS[size])
        return size

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        for pack in self._packs():
            pack.clear()  # so that a frame's values are its own
        seqs = {id(pack): pack.seq for pack in self._packs()}
        verdict = self._dialect.accept(buf, at, size, now)
        pack = self._pack()
        if verdict == DECODED and not self._is_ours():
            self._result.note(self._offset(), f"the unit is a {self._variant()}")
        elif verdict == DECODED:
            self._take(pack, pack.seq != seqs.get(id(pack), 0), bytes(buf[at : at + size]))
        elif verdict == OTHER and self._take_other(bytes(buf[at : at + size])):
            return verdict
        elif verdict != MOVED:
            self._result.note(self._offset(), f"{REASONS[verdict]} ({size} bytes)")
        return verdict

    def _packs(self):
        units = getattr(self._dialect, "units", None)
        return [unit.pack for unit in units] if units else [self._dialect.pack]

    def _pack(self):
        """Returns the pack that the last frame was of: on a bus, each unit has its own."""
        unit = self._unit()
        return self._dialect.pack if unit is None else unit.pack

    def _unit(self):
        return getattr(self._dialect, "unit", None)

    def _address(self):
        unit = self._unit()
        return None if unit is None else unit.address

    def _frames(self):
        return (self._unit() or self._dialect).frames

    def _variant(self):
        return VARIANTS[self._frames().variant]

    def _offset(self):
        framer = self._dialect.framer
        return framer.fed - framer.pending()

    def _is_ours(self):
        name = self._result.protocol
        return name not in _GENERATIONS or self._variant() == name

    def _further(self, frame):
        """Returns what a frame holds beyond the vocabulary, by the names of the protocol pages."""
        name = self._result.protocol
        kind = self._dialect.kind
        if self._dialect.frames is not None:
            found = details.jk_frame(self._variant(), kind, frame, self._frames().generation)
            return found | {"ack_address": frame[-8]} if name == "jk_modbus" else found
        if name == "jk_display":
            return details.display(frame)
        if name == "ant_new":
            return details_ant.new_frame(kind, frame)
        return details_ant.old_status(frame) if name == "ant_old" else {}

    def _take_other(self, frame):
        """Takes a frame of which nothing goes into the pack, if it has values all the same."""
        kind = self._dialect.kind
        if self._result.protocol == "ant_new" and len(frame) > details_ant.LONGEST_REQUEST:
            name = details_ant.REPLIES.get(frame[2], _KINDS[kind])
        elif self._dialect.frames is not None and kind == LOGBOOK and self._is_ours():
            name = _KINDS[kind]
        else:
            return False
        self._result.add(name, self._further(frame), self._address())
        return True

    def _take(self, pack, whole, frame):
        result = self._result
        kind = self._dialect.kind
        values = vocabulary.values(pack) | self._further(frame)
        for name in ("alarms_raw_high", "warnings_raw_high", "balance_mask_high"):
            values.pop(name, None)  # the word is whole now
        result.add(_KINDS[kind], values, self._address())
        if kind == p.STATUS and whole:
            verdict = check.judge(pack)
            if verdict == check.PLAUSIBLE:
                result.proven = True
            else:
                result.note(
                    self._offset(),
                    f"decoded, but implausible: {vocabulary.words(check.NAMES)[verdict]}",
                )


def supported():
    """Returns the protocols whose dialect is in the catalogue."""
    aliases = dict(catalog.WIRE_NAMES)
    return [name for name in PROTOCOLS if aliases.get(name, name) in catalog.NAMES]


def _generation(protocol, context):
    """Returns the software generation to read JK's 300-byte frames by, or None for other names."""
    number = str(context.get("sw") or "").partition(".")[0]
    if number.isdecimal():
        return int(number)
    return _GENERATIONS.get(protocol)


def decode(captured, protocol):
    """Feeds a Capture to one protocol's parser; returns its Result."""
    result = Result(protocol)
    dialect = catalog.create(protocol, p.PackState(), _CHUNK, _POLL_MS)
    generation = _generation(protocol, captured.context)
    if dialect.frames is not None and generation is not None:
        dialect.frames.assume(generation)
    if hasattr(dialect, "units"):
        dialect.stranger = _every_unit(dialect, generation)
    if hasattr(dialect, "second_look"):
        dialect.second_look = False  # a capture may hold a block once
    if hasattr(dialect, "doubt_zeros"):
        dialect.doubt_zeros = False  # ... and a frame
    framer = dialect.framer
    framer.dialect = Watcher(dialect, result)
    for chunk in captured.chunks:
        for at in range(0, len(chunk), _CHUNK):
            piece = chunk[at : at + _CHUNK]
            dialect.feed(piece, len(piece), _START_MS)
    if framer.pending() > 1:
        offset = framer.fed - framer.pending()
        result.note(offset, f"bad length: the input ends here after {framer.pending()} bytes")
    dialect.feed(b"", 0, _START_MS + framer.gap_ms + 1)
    result.dropped = framer.dropped
    if framer.dropped:
        result.notes.append(f"{protocol}: {framer.dropped} of {framer.fed} bytes are in no frame")
    return result


def _every_unit(bus, generation):
    """Returns what has each unit of a bus decoded, into a pack of its own."""

    def stranger(address):
        unit = bus.add(p.PackState(), address)
        if generation is not None:
            unit.frames.assume(generation)
        return unit

    return stranger
