"""The settings on the page: judged like a file that is deployed, and in force from the next start.

GET /api/settings answers {"settings": {…}, "secrets": {name: whether it is set}}: what the files
have, and defaults for the rest. POST /api/settings takes the same, of what is to be changed, with
the secrets as texts; it is taken as a whole or not at all. The answer is {"errors": […]}, in
words, empty if it was taken. POST /api/restart has the device start anew.
"""

import json

import slots
from compat import const
from kept import two_files
from kept.pause import write
from web.answer import refusal, whole
from website.stored import SECRETS, SETTINGS, read
from website.told import told

BODY_BYTES = const(8192)

_SOON_S = const(2)  # the answer is to get through before a restart


class Changes:
    """Reads and writes settings.json and secrets.json of a device.

    secrets: the names of all there are; complain(settings, secrets): returns what is wrong with
    what the two files would hold, as a list of str; restart(device, why): does not return.
    """

    def __init__(self, device, secrets, complain, restart):
        self.device = device
        self._secrets = secrets
        self._complain = complain
        self._restart = restart
        self._restart_s = None  # when it is due, in s of uptime

    def show(self, request):
        """The handler of GET /api/settings."""
        there = read(SECRETS) or {}
        secrets = {name: bool(there.get(name)) for name in self._secrets}
        return whole(json.dumps({"settings": read(SETTINGS), "secrets": secrets}).encode())

    def change(self, request):
        """The handler of POST /api/settings. The heater is off meanwhile: it takes a while."""
        wish = told(request, ("settings", "secrets"))
        if wish is None or not all([isinstance(part, dict) for part in wish.values()]):
            return refusal(400)
        errors = write(self.device, lambda: self._change(wish))
        what = "refused" if errors else ", ".join(_names(wish))
        self.device.journal.note("command", "settings, on the page: %s" % what)
        return whole(json.dumps({"errors": errors}).encode(), status=422 if errors else 200)

    def ask_restart(self, request):
        """The handler of POST /api/restart."""
        self._restart_s = self.device.uptime_s + _SOON_S
        return whole(b"{}")

    def step(self):
        """Restarts the device if that is due; call it now and then."""
        if self._restart_s is not None and self.device.uptime_s >= self._restart_s:
            self._restart(self.device, "restart, on the page: done")

    def _change(self, wish):
        """Writes what is wished for; returns what is wrong with it: then nothing was written."""
        if slots.read()[1] >= 0:  # what only this version knows would stop the one before it
            return ["this version is on trial: try again in some minutes"]
        settings = read(SETTINGS)
        secrets = read(SECRETS)
        for path, there in ((SETTINGS, settings), (SECRETS, secrets)):
            if there is None:
                return ["%s is damaged: only USB helps" % path]
        settings.update(wish.get("settings", {}))
        secrets.update(wish.get("secrets", {}))
        errors = self._complain(settings, secrets)
        try:
            if not errors:
                two_files.replace(settings, secrets)
        except OSError as error:
            errors.append("the flash does not take it (%s)" % error)
        return errors


def _names(wish):
    """Returns which settings and secrets a change is about."""
    return sorted([name for part in wish.values() for name in part])
