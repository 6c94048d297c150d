"""GET /api/events: the event log. GET /api/support: all that helps to explain a device.

Of a support file nothing is secret: it may be shown to others.
"""

import json

from compat import const
from kept import console
from kept.crash_file import TOLD, UNTOLD
from settings.settings_private import PRIVATE
from web.answer import JSON, Answer
from website.live import HIDDEN
from website.stored import SETTINGS, read

_EVENTS = const(8)  # a piece
_SHORT = const(3)
_NAMES = ("title", "pack_names")  # of website.live, as its owner calls things
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
        for piece in self._live.pieces(_NAMES):
            yield before + piece
            before = b""
        settings = read(SETTINGS)
        private = _hide(settings)
        yield b',"settings":' + json.dumps(settings).encode()
        yield b',"crashes":' + _cleared(json.dumps(_crashes()), private)
        for piece in self._log(b',"events":[', b"]"):
            yield _cleared(piece.decode(), private)
        lines = console.last(self._without_secrets)
        yield b',"console":' + _cleared(json.dumps(lines), private) + b"}"


def _hide(settings):
    """Hides who and where somebody is, in settings as the file has them; returns the values that
    were there."""
    private = []
    packs = settings.get("packs", ()) if settings else ()
    for one in [settings or {}] + [pack for pack in packs if isinstance(pack, dict)]:
        for name in PRIVATE:
            if one.get(name):
                private.append(str(one[name]))
                one[name] = HIDDEN
    return private


def _cleared(text, private):
    """Returns a text as bytes, without those values in it; a short one may be any word's part."""
    for value in private:
        if len(value) > _SHORT:
            text = text.replace(value, HIDDEN)
    return text.encode()


def _crashes():
    return [crash for crash in (read(TOLD), read(UNTOLD)) if crash]
