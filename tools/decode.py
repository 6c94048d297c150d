"""Decodes captured bytes of a BMS with the very parsers of the device.

    python tools/decode.py [--protocol NAME|auto] FILE

FILE is raw bytes, hex text, a dump (xxd, hexdump, od), a log with times, or a capture file; `-` is
standard input. Prints one JSON object a line, {"protocol", "kind", "values"}, in the names of
docs/vocabulary.md; unknown figures are left out. "unit" is the sender's address, where the wire
has such. Rejected frames are reported on standard error with the reason and their offset in the
stream.

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

from bms import catalog  # noqa: E402
from bms.framer import BAD_CHECKSUM, OTHER  # noqa: E402
from tools.decoding import capture  # noqa: E402
from tools.decoding.decoder import PROTOCOLS, REASONS, Result, decode, supported  # noqa: E402, F401

_FEW = 3  # reasons that are told where nothing was decoded


class Undecided(Exception):
    """Several protocols fit, and nothing proves one of them."""


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
        "--protocol",
        default="auto",
        metavar="NAME",
        help=f"auto, {', '.join(PROTOCOLS)}, or as in bms_dialect",
    )
    parser.add_argument(
        "file", metavar="FILE", help="raw bytes, hex text, dump, log or capture; - is stdin"
    )
    options = parser.parse_args(argv)
    names = supported()
    # What the settings call one dialect may have several names on the wire.
    several = {"auto": names}
    for alias, dialect in catalog.WIRE_NAMES:
        several.setdefault(dialect, []).append(alias)
    if options.protocol not in (*several, *PROTOCOLS):
        known = ", ".join((*several, *PROTOCOLS))
        parser.error(f"unknown protocol {options.protocol!r}; one of: {known}")
    wanted = several.get(options.protocol, [options.protocol])
    if not set(wanted) <= set(names):
        parser.error(f"{options.protocol} is not supported yet; supported: {', '.join(names)}")
    names = wanted
    try:
        return names, capture.load(options.file)
    except (OSError, capture.Unreadable) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        parser.error(f"{options.file}: {reason}")


def _complain(results, captured):
    """Says why nothing was decoded: in a line, with a few reasons where one protocol was meant."""
    if len(results) == 1:
        notes = [note for note in results[0].notes if "are in no frame" not in note]
        for note in notes[:_FEW]:
            print(note, file=sys.stderr)
        if len(notes) > _FEW:
            print(f"{results[0].protocol}: and {len(notes) - _FEW} more", file=sys.stderr)
    tried = ", ".join(result.protocol for result in results)
    print(
        f"decode: no frame decoded in {captured.size()} bytes ({tried})"
        f"{_nearest(results)}{_hint(captured)}",
        file=sys.stderr,
    )


def _nearest(results):
    """Returns which of several protocols had a whole frame, but a damaged one; "" for none."""
    if len(results) > 1:
        for result in results:
            for note in result.notes:
                if REASONS[BAD_CHECKSUM] in note or REASONS[OTHER] in note:
                    return f"; nearest was {note}"
    return ""


def _hint(captured):
    data = b"".join(captured.chunks)
    if any(sign in data for sign in catalog.SWAPPED):
        return "; it looks like RS485 with A and B swapped"
    return ""


def main(argv=None):
    """Runs the tool; returns the exit status."""
    names, captured = _arguments(argv)
    results = [decode(captured, name) for name in names]
    try:
        chosen = choose(results)
    except Undecided as error:
        print(f"decode: {error}", file=sys.stderr)
        return 1
    if chosen is None:
        _complain(results, captured)
        return 1
    for note in chosen.notes:
        print(note, file=sys.stderr)
    if chosen.requests > 1:
        print(f"{chosen.protocol}: and {chosen.requests - 1} more of those", file=sys.stderr)
    for line in chosen.lines():
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
