"""Decodes captured bytes of a BMS with the very parsers of the device.

    python tools/decode.py [--protocol NAME|auto] FILE

FILE is raw bytes, hex text or a capture file; `-` is standard input. Prints one JSON object a
line, {"protocol", "kind", "values"}, in the names of docs/vocabulary.md; unknown figures are left
out.
Rejected frames are reported on standard error with the reason and their offset in the stream.

Exit status: 0 if a frame was decoded, 1 if none, 2 for arguments that cannot be used.
"""

import argparse
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
for place in (ROOT / "lib", ROOT):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from bms import catalog, check  # noqa: E402
from bms import pack as p  # noqa: E402
from bms.framer import (  # noqa: E402
    BAD_CHECKSUM,
    BAD_FRAME,
    BAD_LENGTH,
    DECODED,
    LOGBOOK,
    MOVED,
    OTHER,
)
from tools import capture, details, details_ant, vocabulary  # noqa: E402

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
# The software generation to read such a name by, where neither a device frame nor a capture's `sw`
# tells. The oldest of JK02_32S has the fewest sensors: what it shows, all others have too.
_GENERATIONS = {"jk02_24s": 10, "jk02_32s": 11, "jk04": 3}
_CHUNK = 256
_POLL_MS = 1000
_START_MS = 0

_REASONS = {
    BAD_CHECKSUM: "bad checksum",
    BAD_LENGTH: "bad length",
    BAD_FRAME: "bad structure",
    OTHER: "a request or an acknowledgement, without values",
}
# Kinds of frames, by the numbers of bms.pack's groups and bms.framer, as captures spell them.
_KINDS = ("status", "settings", "device", "logbook", "counters", "id", "ack")


class Undecided(Exception):
    """Several protocols fit, and nothing proves one of them."""


class Result:
    """What one protocol made of a capture.

    `frames` holds (kind, values), `notes` lines about what gave no values; `proven` is True if a
    frame made physical sense, `dropped` the number of bytes that no frame accounts for.
    """

    def __init__(self, protocol):
        self.protocol = protocol
        self.frames = []
        self.notes = []
        self.proven = False
        self.dropped = 0

    def note(self, offset, text):
        """Adds a line about the frame at `offset` of the stream."""
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
            self._result.note(self._offset(), _REASONS[size])
        return size

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        pack = self._dialect.pack
        pack.clear()  # so that a frame's values are its own
        seq = pack.seq
        verdict = self._dialect.accept(buf, at, size, now)
        if verdict == DECODED and not self._is_ours():
            self._result.note(self._offset(), f"the unit is a {self._dialect.variant}")
        elif verdict == DECODED:
            self._take(pack, pack.seq != seq, bytes(buf[at : at + size]))
        elif verdict == OTHER and self._take_other(bytes(buf[at : at + size])):
            return verdict
        elif verdict != MOVED:
            self._result.note(self._offset(), f"{_REASONS[verdict]} ({size} bytes)")
        return verdict

    def _offset(self):
        framer = self._dialect.framer
        return framer.fed - framer.pending

    def _is_ours(self):
        name = self._result.protocol
        return name not in _GENERATIONS or self._dialect.variant == name

    def _further(self, frame):
        """Returns what a frame holds beyond the vocabulary, by the names of the protocol pages."""
        name = self._result.protocol
        kind = self._dialect.kind
        if hasattr(self._dialect, "frames"):
            found = details.jk_frame(self._dialect.variant, kind, frame)
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
        elif hasattr(self._dialect, "frames") and kind == LOGBOOK and self._is_ours():
            name = _KINDS[kind]
        else:
            return False
        self._result.frames.append((name, self._further(frame)))
        return True

    def _take(self, pack, whole, frame):
        result = self._result
        kind = self._dialect.kind
        values = vocabulary.values(pack) | self._further(frame)
        for name in ("alarms_raw_high", "warnings_raw_high"):
            values.pop(name, None)  # the word is whole now
        result.frames.append((_KINDS[kind], values))
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
    if hasattr(dialect, "frames") and generation is not None:
        dialect.frames.assume(generation)
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
    if framer.pending > 1:
        offset = framer.fed - framer.pending
        result.note(offset, f"bad length: the input ends here after {framer.pending} bytes")
    dialect.feed(b"", 0, _START_MS + framer.gap_ms + 1)
    result.dropped = framer.dropped
    if framer.dropped:
        result.notes.append(f"{protocol}: {framer.dropped} of {framer.fed} bytes are in no frame")
    return result


def choose(results):
    """Returns the Result to believe, or None if nothing was decoded; may raise Undecided.

    Proof by physics decides, then which protocol accounts for more of the bytes.
    """
    fitting = [result for result in results if result.frames]
    if not fitting:
        return None
    best = [result for result in fitting if result.proven] or fitting
    least = min(result.dropped for result in best)
    best = [result for result in best if result.dropped == least]
    if len(best) > 1:
        names = " and ".join(result.protocol for result in best)
        raise Undecided(f"{names} fit alike; choose one with --protocol")
    return best[0]


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="decode",
        allow_abbrev=False,
        description="Decodes captured bytes of a BMS: one JSON object a line.",
        epilog="Exit status: 0 if a frame was decoded, 1 if none, 2 for unusable arguments.",
    )
    parser.add_argument(
        "--protocol", default="auto", metavar="NAME", help=f"auto or {', '.join(PROTOCOLS)}"
    )
    parser.add_argument("file", metavar="FILE", help="raw bytes, hex text, a capture; - is stdin")
    options = parser.parse_args(argv)
    names = supported()
    if options.protocol not in (*PROTOCOLS, "auto"):
        parser.error(
            f"unknown protocol {options.protocol!r}; one of: auto, {', '.join(PROTOCOLS)}"
        )
    if options.protocol != "auto":
        if options.protocol not in names:
            parser.error(f"{options.protocol} is not supported yet; supported: {', '.join(names)}")
        names = [options.protocol]
    try:
        return names, capture.load(options.file)
    except (OSError, capture.Unreadable) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        parser.error(f"{options.file}: {reason}")


def main(argv=None):
    """Runs the tool; returns the exit status."""
    names, captured = _arguments(argv)
    results = [decode(captured, name) for name in names]
    try:
        chosen = choose(results)
    except Undecided as error:
        print(f"decode: {error}", file=sys.stderr)
        return 1
    for result in [chosen] if chosen else results:
        for note in result.notes:
            print(note, file=sys.stderr)
    if chosen is None:
        tried = ", ".join(names)
        print(f"decode: no frame decoded in {captured.size()} bytes ({tried})", file=sys.stderr)
        return 1
    for kind, values in chosen.frames:
        print(json.dumps({"protocol": chosen.protocol, "kind": kind, "values": values}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
