"""What tests of the page's handlers share: a request as they get it, and what they answer."""

import json
import types

from web import request as r


class Journal:
    """Notes what is noted."""

    def __init__(self):
        self.noted = []
        self.total = 0

    def note(self, what, about=""):
        self.noted.append((what, about))


def make_device(**parts):
    """Returns a device that has an event log, and what is given."""
    return types.SimpleNamespace(uptime_s=1000, journal=Journal(), relay=None, **parts)


def asked(told=None, token="", kind="application/json", query=""):
    """Returns a request with a body of JSON, or of bytes as they are."""
    request = r.Request()
    request.query = query
    request.body = told if isinstance(told, bytes) else json.dumps(told).encode()
    request.headers = {"content-type": kind}
    if token:
        request.headers["authorization"] = f"Bearer {token}"
    return request


def told(answer):
    """Returns (status, what an Answer says in JSON)."""
    return answer.status, json.loads(b"".join(answer.pieces))
