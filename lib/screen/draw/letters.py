"""What the screen's fonts have beside ASCII, and how a text is told to them: a byte a letter."""

LETTERS = "äöüÄÖÜß"
FIRST_LETTER = 127  # the byte that stands for the first of them
_UNKNOWN = 63  # a question mark
_SPACE = 32


def encoded(text):
    """Returns a text as the bytes by which the fonts know its letters; `?` for what they lack."""
    out = bytearray()
    for letter in text:
        at = LETTERS.find(letter)
        code = ord(letter)
        if at >= 0:
            code = FIRST_LETTER + at
        elif not _SPACE <= code < FIRST_LETTER:
            code = _UNKNOWN
        out.append(code)
    return bytes(out)
