"""Pages that only say something, and what all pages of the set-up have in common: as HTML."""

# The browser is to say from whose page the form comes (web.origin), which takes a referrer.
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="referrer" content="same-origin"><title>Packmate</title>'
    '<link rel="stylesheet" href="/setup.css">%s</head><body><main>'
)
_AGAIN = '<meta http-equiv="refresh" content="%d">'
FOOT = "</main></body></html>"
_PIECE_BYTES = 1000
_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def escaped(text):
    """Returns a text as HTML has it, also inside of a quoted attribute."""
    return "".join([_NAMES.get(letter, letter) for letter in text])


def gathered(pieces):
    """Yields what texts are together as bytes, about _PIECE_BYTES of them at a time."""
    found = []
    size = 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield "".join(found).encode()
            found = []
            size = 0
    yield "".join(found).encode()


def note(title, lines, again_s=0):
    """Yields the pieces of a page that only says something.

    again_s: after so many seconds the browser asks anew; 0: never.
    """
    yield HEAD % (_AGAIN % again_s if again_s else "")
    yield "<h1>%s</h1>" % escaped(title)
    for line in lines:
        yield "<p>%s</p>" % escaped(line)
    yield FOOT
