"""GET /api/events: the event log. GET /api/support: all that helps to explain a device.

Of a support file nothing is secret: it may be shown to others.
"""

import json

from compat import const
from kept import console
from kept.crash_file import TOLD, UNTOLD
from settings_private import PRIVATE
from web.answer import JSON, Answer
from website.stored import SETTINGS, read

_EVENTS = const(8)  # a piece
_FILE = b'Content-Disposition: attachment; filename="packmate-support.json"\r\n'


class Events:
    """live: the website.live.Live; without_secrets: crash.without_secrets."""

    def __init__(self, device, live, without_secrets):
        self._device = device
        self._live = live
        self._without_secrets = without_secrets

    def answer(self, request):
        """The handler of /api/events: {"events": […]}, each as in kept.journal, the oldest
        first."""
        return Answer(200, JSON, self._log(b'{"events":[', b"]}"))

    def _log(self, before, behind):
        part = []
        for event in self._device.journal.events():
            part.append(event)
            if len(part) == _EVENTS:
                yield before + ",".join(part).encode()
                part = []
                before = b","
        if part:
            yield before + ",".join(part).encode()
            before = b","
        yield behind if before == b"," else before + behind

    def support(self, request):
        """The handler of /api/support: {"state", "settings", "crashes", "events", "console"}."""
        return Answer(200, JSON, self._support(), headers=_FILE)

    def _support(self):
        before = b'{"state":'
        for piece in self._live.pieces():
            yield before + piece
            before = b""
        yield b',"settings":' + json.dumps(_settings()).encode()
        yield b',"crashes":' + json.dumps(_crashes()).encode()
        for piece in self._log(b',"events":[', b"]"):
            yield piece
        lines = self._without_secrets("\n".join(console.last()))
        yield b',"console":' + json.dumps(lines.split("\n")).encode() + b"}"


def _settings():
    there = read(SETTINGS)
    if there:
        packs = there.get("packs", ())
        for one in [there] + [pack for pack in packs if isinstance(pack, dict)]:
            _hide(one)
    return there


def _hide(one):
    for name in PRIVATE:
        if one.get(name):
            one[name] = "***"


def _crashes():
    return [crash for crash in (read(TOLD), read(UNTOLD)) if crash]
