"""HTTP/1.1 requests, taken in as they come: bounded in each direction, and refused by status.

RFC 9112 is what counts. Where it leaves a choice between lenient and strict, this is strict: what
two readers could understand differently is refused (folded lines, a length told twice, chunks).
Of the headers only those are kept that anybody here asks for; what else there is may be as long as
it likes, within HEAD_BYTES of it all.
"""

from compat import const

# States.
HEAD = const(0)  # feed it
READY = const(1)  # the head is there; `length` bytes of a body follow it
REFUSED = const(2)  # `status` says why

LINE_BYTES = const(512)  # of the request's own line, and of a header that is kept
HEAD_BYTES = const(8192)
LONGEST_BODY = const(4_000_000)

METHODS = ("GET", "HEAD", "POST")
KEPT = (
    "host",
    "origin",
    "sec-fetch-site",
    "authorization",
    "content-type",
    "content-length",
    "transfer-encoding",
    "if-none-match",
)

_SEPARATORS = b'"(),/:;<=>?@[\\]{}'  # beside what cannot be printed: not in a header's name


class Request:
    """One request after the other: `feed` until the state is no longer HEAD.

    `method` of METHODS; `path` as it came, nothing decoded; `query` behind its question mark;
    `headers`: {name of KEPT: text}; `length` of the body, whose bytes are the caller's. All of
    them str but the length, and printable ASCII. `body`: whoever takes it whole puts it there.
    `peer`: who sends it, as the one who reads the line knows it.
    """

    def __init__(self):
        self._line = bytearray(LINE_BYTES)
        self.peer = ""
        self.restart()

    def restart(self):
        """Forgets the last request."""
        self.state = HEAD
        self.status = 0
        self.method = self.path = self.query = ""
        self.headers = {}
        self.length = 0
        self.body = b""
        self._filled = 0  # bytes of the line that are kept
        self._cut = False  # it has more
        self._size = 0  # bytes of the head

    def begun(self):
        """True if anything of it has come."""
        return self._size != 0

    def feed(self, data, start, end):
        """Takes data[start:end], up to the end of the head; returns where that is, or `end`."""
        while start < end and self.state == HEAD:
            room = HEAD_BYTES - self._size
            if not room:
                self._refuse(431)
                break
            stop = min(end, start + room)
            newline = data.find(b"\n", start, stop)
            if newline >= 0:
                stop = newline + 1
            self._add(data, start, stop)
            self._size += stop - start
            start = stop
            if newline >= 0:
                self._take_line()
        return start

    def host(self):
        """Returns whom the request is for: a name or address in small letters, without a port."""
        name = self.headers.get("host", "").lower()
        if name[:1] == "[":
            return name[: name.find("]") + 1]
        return name.partition(":")[0]

    def token(self):
        """Returns what was handed out at a login, "" if there is nothing like it."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""

    # -- lines -----------------------------------------------------------------------------------

    def _add(self, data, start, stop):
        room = LINE_BYTES - self._filled
        if stop - start > room:
            self._cut = True
            stop = start + room
        end = self._filled + stop - start
        self._line[self._filled : end] = memoryview(data)[start:stop]
        self._filled = end

    def _take_line(self):
        """Takes a line, without what ends it."""
        line = bytes(memoryview(self._line)[: self._filled])
        cut = self._cut
        self._filled = 0
        self._cut = False
        if not cut:
            line = line[:-2] if line[-2:] == b"\r\n" else line[:-1]
        if not self.method:
            self._take_first(line, cut)
        elif line:
            self._take_header(line, cut)
        else:
            self._finish()

    def _take_first(self, line, cut):
        """Takes the request's own line: method, target, version."""
        if cut:
            self._refuse(414)
            return
        parts = line.split(b" ")
        if len(parts) != 3 or not all([_is_printable(part) for part in parts]):
            self._refuse(400)
        elif parts[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
            self._refuse(505 if parts[2][:5] == b"HTTP/" else 400)
        elif parts[0].decode() not in METHODS:
            self._refuse(501)
        elif parts[1][:1] != b"/":
            self._refuse(400)  # for a proxy, which this is not
        else:
            self.method = parts[0].decode()
            self.path, _, self.query = parts[1].decode().partition("?")

    def _take_header(self, line, cut):
        name, colon, value = line.partition(b":")
        if not colon and cut and _is_name(name):
            return  # a name of such a length is none of ours
        if not colon or not _is_name(name):
            self._refuse(400)
            return
        name = name.decode().lower()
        if name not in KEPT:
            return
        value = value.strip(b" \t")
        if cut:
            self._refuse(431)
        elif name in self.headers or not _is_text(value):
            self._refuse(400)
        else:
            self.headers[name] = value.decode()

    def _finish(self):
        headers = self.headers
        length = headers.get("content-length")
        if not headers.get("host"):
            self._refuse(400)
        elif "transfer-encoding" in headers:
            self._refuse(501)
        elif length is None and self.method == "POST":
            self._refuse(411)
        elif length is not None and not (length.isdigit() and len(length) < 10):
            self._refuse(400)
        else:
            self.length = int(length or "0")
            self.state = READY
            if self.length > LONGEST_BODY:
                self._refuse(413)

    def _refuse(self, status):
        self.status = status
        self.state = REFUSED


def _is_printable(text):
    return len(text) > 0 and min(text) > 32 and max(text) < 127


def _is_text(text):
    return not text or min(text) >= 32 and max(text) < 127


def _is_name(name):
    return _is_printable(name) and not any([byte in _SEPARATORS for byte in name])
