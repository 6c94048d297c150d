"""One connection of a browser: a request is read, and answered, a piece at each step.

Nothing here waits, and each step does a bounded amount of work. What comes too slowly, or is taken
too slowly, is given up: there are few connections, and others want one.
"""

import sys

from compat import const, ticks_diff
from web import request as r
from web.answer import Answer, refusal

PIECE = const(1024)  # bytes that are read, or written, at a time
_TIMES = const(4)  # reads, or writes, a step
_HEAD_MS = const(5_000)  # for the head of a request to be there
_IDLE_MS = const(500)  # nothing of it has come: it may give its place to who waits for one
_SILENCE_MS = const(10_000)  # in which nothing of a body comes, or of an answer goes
_BODY_MS = const(20_000)  # for all of a body,
_BYTE_MS = const(2)  # and so many bytes a ms more
_ANSWER_MS = const(60_000)  # for all of an answer
_LINGER_MS = const(1_000)
_LINGER_BYTES = const(65_536)

# States.
FREE = const(0)
HEAD = const(1)
BODY = const(2)
ANSWER = const(3)
LINGER = const(4)  # what still comes of a refused body is read, or the answer would be lost

_NOTHING = iter(())


class Connection:
    """site: see website.site. piece: a bytearray of PIECE that all connections share.

    `open` it with a stream that does not block: `write(buf, at, n)`, `readinto(buf, n)`, `close()`
    as sockets of MicroPython have them. Then `step` it until it is `free`.
    """

    def __init__(self, site, piece):
        self.state = FREE
        self._site = site
        self._piece = piece
        self._view = memoryview(piece)
        self._request = r.Request()
        self._stream = None
        self._receiver = None
        self._left = 0  # of the body, or of what is read on in LINGER
        self._pieces = _NOTHING
        self._out = b""
        self._sent = 0  # of `_out`
        self._began_ms = 0  # the state
        self._moved_ms = 0  # something last came, or went

    def free(self):
        """True while it may be opened."""
        return self.state == FREE

    def idle(self, now):
        """True while it does nothing with its place. Browsers open lines in advance."""
        if self.state != HEAD or self._request.begun():
            return False
        return ticks_diff(now, self._began_ms) >= _IDLE_MS

    def open(self, stream, now, peer=""):
        """Takes a new connection. peer: the address of the other end."""
        self._stream = stream
        self._request.restart()
        self._request.peer = peer
        self._enter(HEAD, now)

    def step(self, now):
        """Does what can be done at once. Returns True if another step is worth it soon."""
        if self.state == FREE:
            return False
        try:
            if self.state == ANSWER:
                self._write(now)
            else:
                self._read(now)
            if self._is_late(now):
                self.close()
        except (OSError, MemoryError):
            self.close()
        except Exception as error:  # ends this one, not the others
            sys.print_exception(error)
            self.close()
        return self.state != FREE

    def close(self):
        """Gives everything back."""
        self.state = FREE
        self._out = b""
        self._end_receiver()
        pieces, self._pieces = self._pieces, _NOTHING
        try:
            pieces.close()  # pyright: ignore[reportAttributeAccessIssue]
        except AttributeError:
            pass  # no generator, which may have a file open
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except OSError:
                pass  # lost with the interface

    def _enter(self, state, now):
        self.state = state
        self._began_ms = self._moved_ms = now

    def _is_late(self, now):
        since = ticks_diff(now, self._began_ms)
        if self.state == HEAD:
            return since >= _HEAD_MS
        if self.state == LINGER:
            return since >= _LINGER_MS
        most = _ANSWER_MS
        if self.state == BODY:
            most = _BODY_MS + self._request.length // _BYTE_MS
        return since >= most or ticks_diff(now, self._moved_ms) >= _SILENCE_MS

    # -- what comes ------------------------------------------------------------------------------

    def _read(self, now):
        if self.state == BODY and not self._left:
            self._moved_ms = now  # it is we who let it wait
            self._answer(self._receiver.end, now)
            return
        for _ in range(_TIMES):
            if self.state not in (HEAD, LINGER) and not self._is_wanted(now):
                return
            n = self._stream.readinto(self._piece, PIECE)
            if n is None:
                return
            if n == 0:
                self.close()
                return
            self._moved_ms = now
            self._take(n, now)

    def _is_wanted(self, now):
        """True if more of the body is wanted now."""
        if self.state != BODY or not self._left:
            return False
        if self._receiver.ready():
            return True
        self._moved_ms = now
        return False

    def _take(self, n, now):
        at = 0
        if self.state == HEAD:
            at = self._request.feed(self._piece, 0, n)
            if self._request.state == r.HEAD:
                return
            self._begin(now)
        if self.state == BODY:
            end = min(n, at + self._left)  # what follows is of no use: one request a connection
            self._left -= end - at
            if at < end:
                self._answer(lambda: self._receiver.take(self._view[at:end]), now)
            return
        self._left -= n - at
        if self.state == LINGER and self._left <= 0:
            self.close()

    def _begin(self, now):
        """The head is there, or refused."""
        request = self._request
        self._left = request.length
        if request.state == r.REFUSED:
            self._send(refusal(request.status), now)
            return
        self._enter(BODY, now)
        self._answer(lambda: self._site.begin(request), now)

    def _answer(self, ask, now):
        """Asks the site for an Answer, a receiver, or nothing yet; whatever it raises is told."""
        try:
            found = ask()
        except Exception as error:
            sys.print_exception(error)
            found = refusal(500)
        if isinstance(found, Answer):
            self._send(found, now)
        elif found is not None:
            self._receiver = found

    # -- what goes -------------------------------------------------------------------------------

    def _send(self, answer, now):
        self._end_receiver()
        self._out = answer.head()
        self._sent = 0
        head_only = self._request.method == "HEAD" and self._request.state == r.READY
        self._pieces = _NOTHING if head_only else iter(answer.pieces)
        self._enter(ANSWER, now)

    def _write(self, now):
        if self._sent == len(self._out) and not self._next_piece(now):
            return
        for _ in range(_TIMES):
            left = len(self._out) - self._sent
            if not left:
                return
            n = self._stream.write(self._out, self._sent, min(PIECE, left))
            if not n:
                return
            self._sent += n
            self._moved_ms = now

    def _next_piece(self, now):
        """Has the next piece made; returns False if there is none yet, or none any more."""
        self._sent = 0
        try:
            self._out = next(self._pieces)
        except StopIteration:
            self._out = b""
            self._finish(now)
        except Exception as error:
            sys.print_exception(error)
            self.close()  # the browser sees that there is less than was promised
        return len(self._out) != 0

    def _finish(self, now):
        if self._left <= 0 and self._request.state == r.READY:
            self.close()
            return
        self._left = _LINGER_BYTES  # of a refused head nobody knows what follows it
        self._enter(LINGER, now)

    def _end_receiver(self):
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            try:
                receiver.close()
            except Exception as error:
                sys.print_exception(error)
