"""Who may change something: whoever knows the password, for as long as the page is in use.

A login gives a token, which goes with each request that changes something, in a header that no
page of another origin can send. Nothing of it outlives a restart.
"""

import json
import os
from binascii import hexlify
from hashlib import sha256

from compat import const
from web.answer import refusal, whole
from website.told import told

BODY_BYTES = const(256)

_SESSIONS = const(4)  # the one that was used least lately makes room
_IDLE_S = const(1800)
_LONGEST_S = const(43_200)
_LONGEST_PAUSE_S = const(60)  # after wrong passwords
_PEERS = const(8)  # addresses that have a count of their own; all others share one
_FORGIVEN_S = const(3600)  # after its pause an address may make room for another
_OTHERS = ""


class Login:
    """password: "" for none: nobody is let in. device: has uptime_s, by which all is timed,
    and the journal that attempts are noted in.

    After a wrong password nobody at that address can try for 2 s, then 4, and so on to a minute.
    So a password is not found by trying (nine times a minute, from however many addresses), and
    whoever tries does not keep its owner out, who is at another one.
    """

    def __init__(self, password, device):
        self._device = device
        self._salt = os.urandom(16)
        self._known = self._digest(password) if password else None
        self._sessions = {}  # digest of the token: [since, last used], in s of uptime
        self._peers = {_OTHERS: [0, 0]}  # address: [failures, when it may try again]

    def possible(self):
        """True if there is a password."""
        return self._known is not None

    def enter(self, request):
        """The handler of POST /api/login, {"password": …}: answers {"token": …}."""
        now_s = self._device.uptime_s
        if self._known is None:
            return refusal(403, "no web_password is set")
        standing = self._standing(request.peer, now_s)
        left = standing[1] - now_s
        if left > 0:
            return refusal(429, "wait %d s" % left, b"Retry-After: %d\r\n" % left)
        wish = told(request, ("password",))
        password = None if wish is None else wish.get("password")
        if not isinstance(password, str):
            return refusal(400)
        if not _same(self._digest(password), self._known):
            standing[0] += 1
            standing[1] = now_s + min(1 << min(standing[0], 6), _LONGEST_PAUSE_S)
            self._note("wrong password")
            return refusal(403, "wrong password")
        standing[0] = 0
        self._note("done")
        return whole(json.dumps({"token": self._begin(now_s)}).encode())

    def leave(self, request):
        """The handler of POST /api/logout."""
        self._sessions.pop(self._digest(request.token()), None)
        return whole(b"{}")

    def allows(self, request):
        """True if the request has a token that holds."""
        now_s = self._device.uptime_s
        mine = self._digest(request.token())
        found = False
        for digest, (since_s, used_s) in list(self._sessions.items()):
            if now_s - used_s >= _IDLE_S or now_s - since_s >= _LONGEST_S:
                self._sessions.pop(digest)
            elif _same(digest, mine):
                self._sessions[digest][1] = now_s
                found = True
        return found

    def guarded(self, make):
        """Returns what makes a receiver (see website.site) for those who are let in only."""

        def guard(request):
            if not self.allows(request):
                return refusal(401, "log in first", b"WWW-Authenticate: Bearer\r\n")
            return make(request)

        return guard

    def _standing(self, peer, now_s):
        """Returns how an address stands: its own, if there is room for one more."""
        peers = self._peers
        if peer not in peers and len(peers) > _PEERS:
            for other, (_, again_s) in list(peers.items()):
                if other != _OTHERS and now_s - again_s >= _FORGIVEN_S:
                    peers.pop(other)
        if peer not in peers and len(peers) <= _PEERS:
            peers[peer] = [0, now_s]
        return peers.get(peer) or peers[_OTHERS]

    def _begin(self, now_s):
        token = hexlify(os.urandom(16)).decode()
        if len(self._sessions) >= _SESSIONS:
            self._sessions.pop(min(self._sessions, key=lambda one: self._sessions[one][1]))
        self._sessions[self._digest(token)] = [now_s, now_s]
        return token

    def _note(self, what):
        self._device.journal.note("command", "login, on the page: %s" % what)

    def _digest(self, text):
        return sha256(self._salt + text.encode()).digest()


def _same(one, other):
    """Compares two digests, in a time that does not tell where they differ."""
    different = 0
    for i in range(len(one)):
        different |= one[i] ^ other[i]
    return not different
