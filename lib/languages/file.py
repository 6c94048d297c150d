"""How a language is written to a file, which screen.draw.language reads line by line."""

from screen.draw.letters import LETTERS, encoded
from words import LINE_BYTES

_SPELLED = ("ae", "oe", "ue", "Ae", "Oe", "Ue", "ss")  # letters.LETTERS where there is only ASCII


def render(tables):
    """Returns the file of tables, each a text of lines.

    First the number of the first line of each table, and of the one after all, two bytes each in a
    room of two lines; then the lines, LINE_BYTES each, filled with zeros.
    """
    count = sum([table.count("\n") + 1 for table in tables])
    data = bytearray((2 + count) * LINE_BYTES)
    line = 0
    for number in range(len(tables) + 1):
        data[2 * number] = line & 0xFF
        data[2 * number + 1] = line >> 8
        for text in tables[number].split("\n") if number < len(tables) else ():
            code = encoded(text)
            at = (2 + line) * LINE_BYTES
            data[at : at + len(code)] = code
            line += 1
    return bytes(data)


def spelled_out(text):
    """Returns a text without letters beyond ASCII, as people write it who have none."""
    out = ""
    for at in range(len(text)):
        letter = text[at]
        if letter in LETTERS:
            letter = _SPELLED[LETTERS.index(letter)]
            if text[at + 1 : at + 2].isupper():
                letter = letter.upper()
        out += letter
    return out
