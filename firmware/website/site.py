"""What there is to ask for, and who answers it."""

from web.answer import refusal
from web.origin import is_for_us, is_from_us


class Site:
    """names: what the device is called beside its address, in small letters.

    A handler is `handler(request)`: it gets a web.request.Request, `body` included (bytes), and
    returns a web.answer.Answer. It must not wait, and holds the loop for some 10 ms at most: what
    takes longer, or much memory, is made by the answer's pieces, each of which is asked for when
    the one before it is gone; between two of them everything else runs.

    A body that is too long to be taken whole has a receiver instead: `make(request)`, called when
    the head is there, returns a receiver, or an Answer for a request that is refused. A receiver
    has
    - `ready()`: False has the body wait;
    - `take(data)`: a memoryview of the next bytes, good for this call only; returns None, or an
      Answer that ends it early;
    - `end()`: called when all is there; returns the Answer, or None to be asked again soon;
    - `close()`: called in any case, and last: also where the line broke off.

    What raises in either is answered with 500, and told on the console.
    """

    def __init__(self, names):
        self._names = names
        self._routes = {}

    def answer(self, method, path, handler, most=0, guard=None):
        """Has a handler answer requests for a path, exactly so. method: GET (and HEAD) or POST;
        most: bytes of the body; guard: see website.login.Login.guarded."""

        def make(request):
            return Whole(request, handler)

        self.receive(method, path, make if guard is None else guard(make), most)

    def receive(self, method, path, make, most):
        """Has a receiver take what is sent to a path, `most` bytes at most."""
        self._routes.setdefault(path, {})[method] = make, most

    def knows(self, path):
        """True if somebody answers there."""
        return path in self._routes

    def begin(self, request):
        """Returns a receiver for a request whose head is there, or an Answer."""
        if not is_for_us(request, self._names):
            return refusal(421, "I am known by my address, or as " + " or ".join(self._names))
        if not is_from_us(request):
            return refusal(403, "requests of other origins are refused")
        there = self._routes.get(request.path)
        if there is None:
            return refusal(404)
        method = "GET" if request.method == "HEAD" else request.method
        if method not in there:
            return refusal(405, "", b"Allow: %s\r\n" % ", ".join(sorted(there)).encode())
        make, most = there[method]
        if request.length > most:
            return refusal(413)
        return make(request)


class Whole:
    """The receiver that puts the body together, and has a handler answer it."""

    def __init__(self, request, handler):
        self._request = request
        self._handler = handler
        self._at = 0
        request.body = bytearray(request.length)

    def ready(self):
        """See Site."""
        return True

    def take(self, data):
        """See Site."""
        end = self._at + len(data)
        self._request.body[self._at : end] = data
        self._at = end

    def end(self):
        """See Site."""
        self._request.body = bytes(self._request.body)
        return self._handler(self._request)

    def close(self):
        """See Site."""
