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
