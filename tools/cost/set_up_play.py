"""Plays a set-up from a phone on the 32-bit MicroPython, and tells what memory it takes when.

The very files of the image run, as in a start (boot_play.py); a browser asks for the page,
sends all of its form, and looks whether the network was joined.
"""

from html.parser import HTMLParser
from urllib.parse import urlencode

from setup import markup
from setup.access import ADDRESS
from tools import ROOT, image
from tools.cost import boot_play

_BROWSER = ROOT / "tools" / "mp" / "browser32.py"
_PATH = ("/lib/set_up", "", ".frozen", "/lib")
_PAGE_STEPS = 14  # in which the page has gone, or the form has come
_JOIN_STEPS = 4
_PARTS = 6


class Fields(HTMLParser):
    """`found`: {name: value} of the form's fields, as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self._name = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """See HTMLParser."""
        given = dict(attrs)
        kind = given.get("type")
        if tag == "input" and (kind not in ("radio", "checkbox") or "checked" in given):
            self.found[given["name"]] = given.get("value") or ""
        elif tag == "select":
            self._name = given["name"]
        elif tag == "option" and ("selected" in given or self._name not in self.found):
            self.found[self._name] = given["value"]


def filled(page, **answers):
    """Returns what a browser sends of a page (str) when these of its fields were filled in."""
    return urlencode(Fields(page).found | answers)


def request(path, body=None):
    """Returns a browser's request, as bytes: of a form, if there is a body (str)."""
    head = f"Host: {ADDRESS}\r\nUser-Agent: {'x' * 120}\r\nAccept: */*\r\n"
    if body is None:
        return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()
    head += f"Origin: http://{ADDRESS}\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


def _stage(pieces):
    """Yields the pieces of a stage, each with what it leaves behind it collected."""
    for piece in pieces:
        yield f"{piece}\nreport_peak()"
        yield "gc.collect()"


def _served(asked, steps, pause_ms=20):
    """Yields those in which a browser asks for something."""
    step = f"clock.now += {pause_ms}\nnext(steps)"
    return _stage((f"waiting.append({asked!r})", *[step] * steps))


def play(board_name="lilygo_t_display"):
    """Returns [boot_play.Stage] of a set-up."""
    page = "".join(markup.Form({}, {}, {}, [], False).pieces())
    body = filled(page, wifi_ssid="network 1", wifi_password="a secret", name="Van")
    place = image.kept(board_name)
    begin = boot_play.named(
        "import set_up\nsteps = set_up.{set_up.steps}()", image.started_in(place)
    )
    stages = {
        "loaded": _stage((begin,)),
        "network open, and shown": _stage(("next(steps)",) * _PARTS),
        "the page": _served(request("/"), _PAGE_STEPS),
        "the form": _served(request("/save", body), _PAGE_STEPS),
        "joined, saved": _served(request("/trying"), _JOIN_STEPS, 500),
    }
    chunks = boot_play.stand_ins()
    chunks += [_BROWSER.read_text(), "gc.collect()", "print('tool', gc.mem_alloc() - before)"]
    for number, pieces in enumerate(stages.values()):
        chunks += [*pieces, f"report({number})"]
    return boot_play.run(place, chunks, list(stages), path=_PATH)
