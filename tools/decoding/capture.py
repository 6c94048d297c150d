"""Reads what somebody captured: raw bytes, hex text, a dump, a log, or a capture file (JSON)."""

import json
import re
import sys

from tools.decoding import pasted

_SEPARATORS = re.compile(r"[\s,;:]+")
_BYTES = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2})+|[0-9a-fA-F])")
_TEXT_CONTROLS = "\t\n\v\f\r"


class Unreadable(Exception):
    """The input is no capture; the message says why."""


class Capture:
    """Received bytes in the pieces in which they came, and what is known about their origin.

    `context` holds the other keys of a capture file (`sw`, `model` …); {} for bytes and hex text.
    """

    def __init__(self, chunks, context=None):
        self.chunks = chunks
        self.context = context or {}

    def size(self):
        """Returns the number of bytes."""
        return sum(len(chunk) for chunk in self.chunks)


def load(path):
    """Reads a file, or standard input for `-`; raises OSError or Unreadable."""
    if path == "-":
        return parse(sys.stdin.buffer.read())
    with open(path, "rb") as file:
        return parse(file.read())


def parse(content):
    """Returns the Capture that `content` (bytes) holds; raises Unreadable."""
    text = _as_text(content)
    if text is None:
        return Capture([content])
    if text.lstrip().startswith("{"):
        return _from_json(text)
    return Capture(pasted.read(text) or [_from_hex_or_array(text)])


def _as_text(content):
    """Returns `content` as str if it is readable text, None if it is raw bytes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any((ch < " " and ch not in _TEXT_CONTROLS) or ch == "\x7f" for ch in text):
        return None
    return text


def _from_hex(text):
    found = bytearray()
    for number, line in enumerate(text.splitlines(), 1):
        for token in _SEPARATORS.split(line.partition("#")[0]):
            if not token:
                continue
            match = _BYTES.fullmatch(token)
            if not match:
                raise Unreadable(
                    f"line {number}: {token[:20]!r} is not hex (nor is this raw bytes)"
                )
            digits = match[1]
            found += bytes.fromhex(digits if len(digits) > 1 else "0" + digits)
    return bytes(found)


def _from_hex_or_array(text):
    try:
        return _from_hex(text)
    except Unreadable:
        found = pasted.array(text)
        if found is None:
            raise
        return found


def _from_json(text):
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not a capture file: {error}") from None
    chunks = content.pop("chunks", None)
    if not isinstance(chunks, list) or not all(isinstance(chunk, str) for chunk in chunks):
        raise Unreadable("not a capture file: `chunks` must be a list of hex strings")
    return Capture([_from_hex(chunk) for chunk in chunks], content)
