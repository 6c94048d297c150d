"""An update that a browser sends: POST /api/update, the bundle as it is, with nothing around it.

It is taken as the updater takes any other, and answered when that is done: {"version": …} of what
is tried from now on, or {"error": why not, in words, "older": whether it is only not newer than
what runs}. What is older is taken, too, if the path ends in ?older.
"""

import json

from compat import const
from update.arriving import Arriving
from update.marks import INSTALL, OLDER
from web.answer import whole

MOST_BYTES = const(1_600_000)  # a header, and as many files as update.intake takes

_CONFLICT = const(409)
_REFUSED = const(422)
_BUSY = "another update is under way, or this version is still on trial"
_BROKEN = "the browser did not send all of it"


class Upload:
    """The receiver of one (see website.site). updater: an update.updater.Updater."""

    def __init__(self, request, device):
        self._updater = device.updater
        self._arriving = Arriving()
        wish = OLDER if request.query == "older" else INSTALL
        self._taken = self._updater.ask(wish, self._arriving.fetch)
        what = "done" if self._taken else "not_possible"
        device.journal.note("command", "update, on the page: %s" % what)

    def ready(self):
        """See website.site. What is refused is sent to its end: only then browsers read why."""
        return self._arriving.ready() or not self._is_under_way()

    def take(self, data):
        """See website.site."""
        if self._is_under_way():
            self._arriving.give(data)

    def end(self):
        """See website.site."""
        self._arriving.end()
        if not self._taken:
            return _told(_CONFLICT, error=_BUSY, older=False)
        if self._is_under_way():
            return None
        updater = self._updater
        if updater.tried:
            return _told(200, version=updater.latest)
        return _told(_REFUSED, error=updater.reason, older=updater.too_old)

    def close(self):
        """See website.site."""
        self._arriving.break_off(_BROKEN)

    def _is_under_way(self):
        return self._taken and self._updater.is_busy()


def add_to(site, device):
    """Has the site take updates of those who are let in."""
    make = device.login.guarded(lambda request: Upload(request, device))
    site.receive("POST", "/api/update", make, MOST_BYTES)


def _told(status, **what):
    return whole(json.dumps(what).encode(), status=status)
