"""Hexadecimal bytes as people paste them: dumps with offsets, and lines of a log.

A dump is told by offsets that count on by as many bytes as the lines hold; a log by its times.
"""

import re

_DUMP = re.compile(r"(?:0[xX])?([0-9a-fA-F]{4,16})(:?)(\s*)((?<=\s)\S.*|)")
_WIDEST = 256  # bytes in a row
_ELEMENT = re.compile(r"\b0[xX]([0-9a-fA-F]{1,2})\b")
_GROUP = re.compile(r"(?:[0-9a-fA-F]{2})+")
_REPEATED = "*"  # hexdump: as the line before, up to the next offset

_TIME = re.compile(
    r"(?<![\w:.])(?:\d{4}-\d\d-\d\d[T ]?|\d\d\.\d\d\.\d{2,4} )?"
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])"
)
_EPOCH = re.compile(r"^\W{0,2}\d{10}(?:\.\d+)?(?!\w)")
_TAG = re.compile(r"\[[^\]]*[G-Zg-z:][^\]]*\]")  # [D][uart_debug:114]
_MAC = re.compile(r"(?<![\w:])[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?![\w:])")
_RUN = re.compile(
    r"(?<!\w)(?:"
    r"(?:0[xX])?[0-9a-fA-F]{2}(?:(?P<sep>, ?|[ .:;-])(?:0[xX])?[0-9a-fA-F]{2}"
    r"(?:(?P=sep)(?:0[xX])?[0-9a-fA-F]{2})*)?"
    r"|(?:0[xX])?(?:[0-9a-fA-F]{2}){2,}(?: (?:[0-9a-fA-F]{2}){2,})*"
    r")(?!\w)"
)
_LEAST = 4  # bytes: less may be any number in a log


def read(text):
    """Returns the chunks of bytes in a pasted text, None if it is neither a dump nor a log."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return _dump(lines) or _log(lines)


def array(text):
    """Returns the bytes written as 0xAA anywhere in a text; None if there are but a few."""
    found = _ELEMENT.findall(text)
    return bytes(int(digits, 16) for digits in found) if len(found) >= _LEAST else None


def _dump(lines):
    """Returns a dump's bytes as one chunk; offsets may be hexadecimal, or octal as od's are."""
    for base in (16, 8):
        rows = _rows(lines, base)
        if rows:
            data = _joined(rows)
            if data:
                return [data]
    return None


def _rows(lines, base):
    """Returns (offset, text behind it) of each line; the text of an offset alone is "".

    None if a line has no offset, or the only one no sign that it is one.
    """
    rows = []
    for line in lines:
        line = line.strip()
        if line == _REPEATED and rows:
            rows.append((None, rows[-1][1]))
            continue
        match = _DUMP.fullmatch(line)
        if not match or (not match[4] and not rows):
            return None
        try:
            offset = int(match[1], base)
        except ValueError:
            return None
        if len(lines) == 1 and (offset or not (match[2] or len(match[3]) > 1)):
            return None  # plain hexadecimal may look like that
        rows.append((offset, match[2] + match[4]))
    return rows


def _joined(rows):
    """Returns the bytes of the rows of a dump; None if the offsets do not count them."""
    data = bytearray()
    start = rows[0][0]
    width = 16
    for at, (offset, rest) in enumerate(rows):
        following = rows[at + 1][0] if at + 1 < len(rows) else None
        if offset is None:  # as the row before, up to the next offset
            while following is not None and start + len(data) < following:
                data += data[-width:]
            continue
        if offset != start + len(data):
            # A dump of words fills up the last one.
            return bytes(data[:-1]) if offset == start + len(data) - 1 and not rest else None
        if not rest:
            continue
        size = width if following is None else following - offset
        row = _row(rest, min(size, _WIDEST))
        if not row or (following is not None and abs(len(row) - size) > 1):
            return None
        width = len(row)
        data += row
    return bytes(data)


def _row(rest, size):
    """Returns the first `size` bytes of a row, without the letters at its end."""
    # Words without a colon behind the offset are numbers in host order: hexdump's and od's form.
    swapped = not rest.startswith(":")
    row = bytearray()
    for token in rest.lstrip(":").split():
        if len(row) >= size or not _GROUP.fullmatch(token):
            break
        part = bytes.fromhex(token)
        row += part[::-1] if swapped and len(part) == 2 else part
    return bytes(row)


def _log(lines):
    """Returns the longest run of bytes of each line of a log, a chunk each; None: no log."""
    if not any(_TIME.search(line) or _EPOCH.search(line) for line in lines):
        return None
    found = [_longest(line) for line in lines]
    # A short piece counts where long ones stand in other lines: it is the end of a frame.
    before = {prefix for prefix, data in found if len(data) >= _LEAST}
    return [data for prefix, data in found if data and prefix in before] or None


def _longest(line):
    """Returns the longest run of bytes in a line of a log, and what stands before it."""
    for pattern in (_EPOCH, _TIME, _TAG, _MAC):
        line = pattern.sub(" | ", line)
    runs = [(_bytes(match[0]), match.start()) for match in _RUN.finditer(line)]
    data, start = max(runs, key=lambda run: len(run[0]), default=(b"", 0))
    return re.sub(r"\d+", "0", line[:start]), data


def _bytes(run):
    return bytes.fromhex(re.sub(r"0[xX]|[^0-9a-fA-F]", "", run))
