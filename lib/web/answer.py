"""What a request is answered with."""

# Whatever is answered is shown by our own page only, loads nothing from elsewhere, is in nobody's
# frame, and is taken for what it says that it is.
_ALWAYS = (
    b"Connection: close\r\n"
    b"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'\r\n"
    b"X-Content-Type-Options: nosniff\r\n"
    b"Cross-Origin-Resource-Policy: same-origin\r\n"
    b"Referrer-Policy: no-referrer\r\n"
)
_NOT_KEPT = b"Cache-Control: no-store\r\n"
_WORDS = {
    200: "OK",
    204: "No Content",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}
JSON = "application/json"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


class Answer:
    """status: a number of HTTP's; kind: of JSON, HTML, TEXT or another content type, "" for no
    content; pieces: an iterable of bytes, which may make each one when it is asked for, some
    kilobytes at most; an empty one means that there is none yet. size: the bytes of all of them,
    None if nobody knows: the end of the line is then that of the answer.

    headers: further lines, as bytes, each with \\r\\n behind it. What is `kept` may be kept by the
    browser, by what is said in `headers`.
    """

    def __init__(self, status, kind="", pieces=(), size=None, headers=b"", kept=False):
        self.status = status
        self.pieces = pieces
        self._kind = kind
        self._size = size
        self._headers = headers
        self._kept = kept

    def head(self):
        """Returns what goes before the pieces, as bytes."""
        line = "HTTP/1.1 %d %s\r\n" % (self.status, _WORDS.get(self.status, "Other"))
        if self._kind:
            line += "Content-Type: %s\r\n" % self._kind
        if self._size is not None:
            line += "Content-Length: %d\r\n" % self._size
        kept = b"" if self._kept else _NOT_KEPT
        return line.encode() + _ALWAYS + kept + self._headers + b"\r\n"


def whole(content, kind=JSON, status=200):
    """Returns the Answer of content that is there as bytes."""
    return Answer(status, kind, (content,), len(content))


def refusal(status, why="", headers=b""):
    """Returns an Answer {"error": ...}. why: words for a person, without quotes or backslashes;
    else those of the status."""
    content = ('{"error":"%s"}' % (why or _WORDS.get(status, "refused"))).encode()
    return Answer(status, JSON, (content,), len(content), headers)


def elsewhere(location, status=303):
    """Returns an Answer that sends the browser there, by GET."""
    return Answer(status, size=0, headers=b"Location: %s\r\n" % location.encode())
