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
from bms.framer import BAD_CHECKSUM, BAD_FRAME, BAD_LENGTH, DECODED, MOVED, OTHER  # noqa: E402
from tools import capture, vocabulary  # noqa: E402

# Names of protocols as captures spell them, in the order in which `auto` tries them; some are
# generations of one dialect of the catalogue.
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
_DIALECTS = {"jk02_24s": "jk_ble", "jk02_32s": "jk_ble", "jk04": "jk_ble"}
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
    frame made physical sense.
    """

    def __init__(self, protocol):
        self.protocol = protocol
        self.frames = []
        self.notes = []
        self.proven = False

    def note(self, offset, text):
        """Adds a line about the frame at `offset` of the stream."""
        self.notes.append(f"{self.protocol}: offset {offset}: {text}")


class Watcher:
    """Stands between a dialect and its framer and takes down what becomes of each frame."""

    def __init__(self, dialect, result):
        self._dialect = dialect
        self._result = result

    def __getattr__(self, name):  # all else of a Shape is the dialect's
        return getattr(self._dialect, name)

    def length(self, buf, at, have):
        """See Shape.length."""
        size = self._dialect.length(buf, at, have)
        if size < 0:
            self._result.note(self._offset(), _REASONS[size])
        return size

    def accept(self, buf, at, size, now):
        """See Shape.accept."""
        pack = self._dialect.pack
        pack.clear()  # so that a frame's values are its own
        seq = pack.seq
        verdict = self._dialect.accept(buf, at, size, now)
        if verdict == DECODED:
            self._take(pack, pack.seq != seq)
        elif verdict != MOVED:
            self._result.note(self._offset(), f"{_REASONS[verdict]} ({size} bytes)")
        return verdict

    def _offset(self):
        framer = self._dialect.framer
        return framer.fed - framer.pending

    def _take(self, pack, whole):
        result = self._result
        kind = self._dialect.kind
        result.frames.append((_KINDS[kind], vocabulary.values(pack)))
        if kind == p.STATUS and whole:
            verdict = check.judge(pack)
            if verdict == check.PLAUSIBLE:
                result.proven = True
            else:
                result.note(self._offset(), f"decoded, but implausible: {check.NAMES[verdict]}")


def supported():
    """Returns the protocols whose dialect is in the catalogue."""
    return [name for name in PROTOCOLS if _dialect_name(name) in catalog.NAMES]


def _dialect_name(protocol):
    return _DIALECTS.get(protocol, protocol)


def decode(chunks, protocol):
    """Feeds `chunks` (bytes as received) to one protocol's parser; returns its Result."""
    result = Result(protocol)
    dialect = catalog.create(_dialect_name(protocol), p.PackState(), _CHUNK, _POLL_MS)
    framer = dialect.framer
    framer.shape = Watcher(dialect, result)
    for chunk in chunks:
        for at in range(0, len(chunk), _CHUNK):
            piece = chunk[at : at + _CHUNK]
            dialect.feed(piece, len(piece), _START_MS)
    if framer.pending > 1:
        offset = framer.fed - framer.pending
        result.note(offset, f"bad length: the input ends here after {framer.pending} bytes")
    dialect.feed(b"", 0, _START_MS + framer.gap_ms + 1)
    if framer.dropped:
        result.notes.append(f"{protocol}: {framer.dropped} of {framer.fed} bytes are in no frame")
    return result


def choose(results):
    """Returns the Result to believe, or None if nothing was decoded; may raise Undecided."""
    fitting = [result for result in results if result.frames]
    if len(fitting) > 1:
        proven = [result for result in fitting if result.proven]
        if len(proven) != 1:
            names = " and ".join(result.protocol for result in proven or fitting)
            raise Undecided(f"{names} fit alike; choose one with --protocol")
        return proven[0]
    return fitting[0] if fitting else None


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
    results = [decode(captured.chunks, name) for name in names]
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
