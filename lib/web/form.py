"""What a browser sends of a form, and of a query: a=b&c=d, with %XX and + in them."""

MOST = 64  # fields
_DIGITS = b"0123456789abcdef"


def fields(text):
    """Returns {name: value}, all str; None if `text` (bytes or str) is none, or has one twice.

    An empty text has no fields.
    """
    if isinstance(text, str):
        text = text.encode()
    text = bytes(text)
    if not text:
        return {}
    parts = text.split(b"&", MOST)
    if len(parts) > MOST:
        return None
    found = {}
    for part in parts:
        name, _, value = part.partition(b"=")
        name = _decoded(name)
        value = _decoded(value)
        if not name or value is None or name in found:
            return None
        found[name] = value
    return found


class LongForm:
    """A form that is too long to be held as it comes: `take` its pieces, then ask for `fields`.

    most: fields; longest: bytes of one of them.
    """

    def __init__(self, most, longest):
        self._found = {}
        self._rest = b""
        self._most = most
        self._longest = longest

    def take(self, data):
        """Takes the next bytes."""
        parts = (self._rest + bytes(data)).split(b"&")
        self._rest = parts.pop()
        for part in parts:
            self._add(part)
        if len(self._rest) > self._longest:
            self._rest = b""
            self._found = None

    def fields(self):
        """Returns {name: value} when all is there; None if it was no form, or one that is too
        large."""
        if self._rest:
            self._add(self._rest)
            self._rest = b""
        return self._found

    def _add(self, part):
        if self._found is None:
            return
        one = fields(part)
        twice = [name for name in one or () if name in self._found]
        if not one or twice or len(self._found) == self._most:
            self._found = None
        else:
            self._found.update(one)


def _decoded(text):
    """Returns the str that is meant, None if it is not well-formed."""
    first, *others = text.replace(b"+", b" ").split(b"%")
    out = bytearray(first)
    for other in others:
        digits = [_DIGITS.find(bytes([digit])) for digit in other[:2].lower()]
        if len(digits) < 2 or min(digits) < 0:
            return None
        out.append(16 * digits[0] + digits[1])
        out.extend(other[2:])
    try:
        return bytes(out).decode()
    except UnicodeError:
        return None
