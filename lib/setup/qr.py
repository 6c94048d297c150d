"""A QR code of one size (ISO/IEC 18004: version 3, level L, bytes), to be read from a small panel.

What is always the same is a constant here: the size, the mask, and the format that says both. A
reader needs no more; the mask that the standard would choose is only a little easier to read.
"""

from compat import const

SIZE = const(29)  # modules each way; a margin of 4 belongs around them
MOST_BYTES = const(53)  # that it can hold
_DATA = const(55)  # codewords
# The generator of 15 codewords of correction, its highest coefficient (1) left out.
_GENERATOR = b"\x1d\xc4\x6f\xa3\x70\x4a\x0a\x69\x69\x8b\x84\x97\x20\x86\x1a"
_FIELD = const(0x11D)  # the polynomial of its arithmetic
_FORMAT = const(0x77C4)  # level L, mask 0, and their check bits
_ALIGNMENT = const(20)  # its first row and column
_TIMING = const(6)
_EMPTY = const(2)


def encode(data):
    """Returns the modules for up to MOST_BYTES bytes: a bytearray for each row, 1 for a dark one.

    Raises ValueError for more.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("too long for this QR code")
    words = _with_mode(data)
    words.extend(_correction(words))
    modules = bytearray(b"\x02" * (SIZE * SIZE))
    _draw_patterns(modules)
    _draw_format(modules)
    _draw_words(modules, words)
    return [modules[at : at + SIZE] for at in range(0, SIZE * SIZE, SIZE)]


def _with_mode(data):
    """Returns the codewords: four bits say bytes, eight how many, then they come, then padding."""
    words = bytearray(_DATA)
    at = 0
    for value in bytes((len(data),)) + data:
        words[at] |= value >> 4
        at += 1
        words[at] = value << 4 & 0xFF
    words[0] |= 0x40
    for at in range(len(data) + 2, _DATA):
        words[at] = 0x11 if (at - len(data)) % 2 else 0xEC
    return words


def _correction(words):
    """Returns the 15 codewords of Reed and Solomon that correct `words`."""
    rest = bytearray(len(_GENERATOR))
    for word in words:
        factor = word ^ rest[0]
        rest = rest[1:] + b"\x00"
        for at in range(len(rest)):
            rest[at] ^= _times(_GENERATOR[at], factor)
    return rest


def _times(x, y):
    product = 0
    while y:
        if y & 1:
            product ^= x
        x <<= 1
        if x & 256:
            x ^= _FIELD
        y >>= 1
    return product


def _draw_patterns(modules):
    for row, column in ((0, 0), (0, SIZE - 7), (SIZE - 7, 0)):
        _draw_finder(modules, row, column)
    for at in range(8, SIZE - 8):
        modules[_TIMING * SIZE + at] = modules[at * SIZE + _TIMING] = 1 - at % 2
    for row in range(5):
        for column in range(5):
            far = max(abs(row - 2), abs(column - 2))
            modules[(_ALIGNMENT + row) * SIZE + _ALIGNMENT + column] = far != 1


def _draw_finder(modules, top, left):
    """Draws the square in a corner, with the light line around it."""
    for row in range(max(top - 1, 0), min(top + 8, SIZE)):
        for column in range(max(left - 1, 0), min(left + 8, SIZE)):
            far = max(abs(row - top - 3), abs(column - left - 3))
            modules[row * SIZE + column] = far != 2 and far != 4


def _draw_format(modules):
    """Writes the format twice, from its lowest bit on: beside the first corner, and half beside
    each of the others; and the module that is always dark."""
    last = SIZE - 1
    for bit in range(15):
        value = _FORMAT >> bit & 1
        row = bit if bit < 6 else bit + 1 if bit < 8 else 8
        column = 8 if bit < 8 else 7 if bit == 8 else 14 - bit
        modules[row * SIZE + column] = value
        row, column = (8, last - bit) if bit < 8 else (SIZE - 15 + bit, 8)
        modules[row * SIZE + column] = value
    modules[(SIZE - 8) * SIZE + 8] = 1


def _draw_words(modules, words):
    """Fills what is empty: in pairs of columns from the right, upwards and downwards in turn."""
    bit = 0
    right = SIZE - 1
    upwards = True
    while right > 0:
        if right == _TIMING:
            right -= 1
        for step in range(SIZE):
            row = SIZE - 1 - step if upwards else step
            for column in (right, right - 1):
                at = row * SIZE + column
                if modules[at] == _EMPTY:
                    value = words[bit >> 3] >> (7 - bit % 8) & 1 if bit < 8 * len(words) else 0
                    modules[at] = value ^ (row + column + 1) % 2
                    bit += 1
        right -= 2
        upwards = not upwards
