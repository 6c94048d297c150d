"""The web server on real sockets, with a site to try it by, for test_website.py.

    micropython web_program.py PORT

It serves until it is killed, and tells five times a second how often it has looped (`calls`), the
`most` connections there were at once, and the `heap` in use: one line of JSON.
"""

import gc
import json
import sys
from time import sleep_ms, ticks_ms

from compat import ticks_diff
from web.answer import JSON, Answer, whole
from website.site import Site
from website.web_server import WebServer


def numbers(request):
    """Answers with more than a socket takes at once."""
    return Answer(200, JSON, (b"%1000d" % i for i in range(400)))


class Counted:
    """A receiver that counts what comes."""

    def __init__(self, request):
        self._got = 0

    def ready(self):
        """See website.site."""
        return True

    def take(self, data):
        """See website.site."""
        self._got += len(data)

    def end(self):
        """See website.site."""
        return whole(b"%d" % self._got)

    def close(self):
        """See website.site."""


def main():
    """Runs for ever."""
    site = Site(("packmate-ab12cd",))
    site.answer("GET", "/", lambda request: whole(b"<p>", "text/html"))
    site.answer("GET", "/numbers", numbers)
    site.answer("POST", "/echo", lambda request: whole(request.body), 2000)
    site.receive("POST", "/upload", Counted, 3_000_000)
    server = WebServer(site, int(sys.argv[1]))
    calls = most = 0
    told = ticks_ms()
    while True:
        server.step(ticks_ms())
        calls += 1
        most = max(most, sum([not connection.free() for connection in server.connections]))
        if ticks_diff(ticks_ms(), told) >= 200:
            told = ticks_ms()
            gc.collect()
            print(json.dumps({"calls": calls, "most": most, "heap": gc.mem_alloc()}))
        sleep_ms(2)


main()
