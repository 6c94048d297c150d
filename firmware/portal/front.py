"""The pages of the set-up, and what brings a phone to them.

A phone that has joined a network asks for a page of its maker's, to see whether the internet is
behind it (Android /generate_204, iOS /hotspot-detect.html, Windows /connecttest.txt, Firefox
/canonical.html). Sent elsewhere, it knows that the network has a page of its own to show, and
opens it. So whatever is asked for by a name, which we have none of, is sent to our address.
"""

from compat import const, ticks_diff
from portal.states import DONE, ENTERING, FAILED, JOINED, LEFT, TRYING
from setup.access import ADDRESS
from web import form
from web.answer import HTML, Answer, elsewhere, whole
from web.origin import is_address
from website.site import Site

_HOME = "http://%s/" % ADDRESS
_FIELDS = const(150)
_FIELD_BYTES = const(500)  # 128 of a text, if each is written with three
_BODY_BYTES = const(8_000)
_AGAIN_S = const(3)
_READ_MS = const(4_000)  # for the last page to arrive
_UNREAD_MS = const(30_000)  # nobody has asked for it


class Front(Site):
    """draft: portal.draft.Draft; stay: setup.stay.Stay; join(draft, now) makes a
    portal.joining.Joining; scan() returns the networks in reach, as portal.hotspot has it, and
    networks are those found so far. `state`: what is going on.

    A handler may take its time here: nothing else runs. What it imports it needs for its answer
    only; `forget` forgets that when the answer has gone.
    """

    def __init__(self, draft, stay, join, scan, networks, forget):
        super().__init__(())
        self.state = ENTERING
        self._draft = draft
        self._stay = stay
        self._join = join
        self._scan = scan
        self._forget = forget
        self._networks = networks
        self._joining = None
        self._untried = False
        self._now = 0
        self._ends_ms = 0
        self.answer("GET", "/", self._home)
        self.receive("POST", "/save", self._receive, _BODY_BYTES)
        self.answer("POST", "/leave", self._leave)
        self.answer("GET", "/search", self._search)
        self.answer("GET", "/trying", self._trying)
        self.answer("GET", "/setup.css", self._style)
        self.answer("GET", "/setup.js", self._script)

    def begin(self, request):
        """See Site.begin."""
        if not is_address(request.host()):
            return elsewhere(_HOME, 302)
        if request.method != "POST" and not self.knows(request.path):
            return elsewhere("/", 302)
        self._stay.visited(self._now)
        return super().begin(request)

    def step(self, now):
        """Does what is due; returns False when it is time for the device to start anew."""
        self._now = now
        if self.state == TRYING:
            self._look_at_joining(now)
        if self.state in (DONE, LEFT):
            return ticks_diff(self._ends_ms, now) > 0
        return not self._stay.is_over(now)

    # -- pages -----------------------------------------------------------------------------------

    def _home(self, request):
        if self.state != ENTERING:
            return elsewhere("/trying")
        from setup.markup import Form
        from setup.notes import gathered

        draft = self._draft
        page = Form(
            draft.given, draft.secrets, draft.errors, self._networks, draft.roomy, self._untried
        )
        return Answer(200, HTML, gathered(page.pieces()), None)

    def _style(self, request):
        from setup.looks import STYLE

        return whole(STYLE, "text/css")

    def _script(self, request):
        from setup.looks import SCRIPT

        return whole(SCRIPT, "text/javascript")

    def _search(self, request):
        if self.state == ENTERING:
            self._networks = self._scan()
        return elsewhere("/")

    def _receive(self, request):
        self._forget()  # the page that it was
        return Posted(self._save)

    def _save(self, fields):
        if self.state != ENTERING:
            return elsewhere("/trying")
        if fields is None:
            self._draft.object_to("", "This has not arrived as a whole: save it once more.")
            return elsewhere("/")
        if not self._draft.take(fields):
            return elsewhere("/")
        if self._draft.network and "untried" not in fields:
            self._try()
        else:
            self._keep()
        return elsewhere("/trying")

    def _leave(self, request):
        self._end(LEFT)
        return _note("Packmate", ("Nothing was changed. It starts now.",))

    def _trying(self, request):
        if self.state == ENTERING:
            return elsewhere("/")
        if self.state == TRYING:
            lines = (
                "Joining %s. That takes up to 40 seconds." % self._joining.network,
                "Your phone may leave Packmate's network meanwhile: join it again then.",
            )
            return _note("One moment", lines, _AGAIN_S)
        if self.state == LEFT:
            return self._leave(request)
        self._ends_ms = self._now + _READ_MS
        return _note("Saved", self._what_follows())

    def _what_follows(self):
        yield "Packmate starts with it now; this network goes away."
        if self._joining is not None and self._joining.address:
            yield "It has joined %s, as %s." % (self._joining.network, self._joining.address)

    # -- what happens ----------------------------------------------------------------------------

    def _try(self):
        try:
            self._joining = self._join(self._draft, self._now)
            self.state = TRYING
        except OSError:
            self._fail("There is no memory to try the network.")

    def _look_at_joining(self, now):
        self._joining.step(now)
        if self._joining.state == JOINED:
            self._keep()
        elif self._joining.state == FAILED:
            from setup.trial import advice

            self._fail(advice(self._joining.reason))

    def _fail(self, text):
        """Back to the form, with the reason in it."""
        self.state = ENTERING
        self._untried = True
        self._draft.object_to("wifi_ssid", text)

    def _keep(self):
        try:
            self._draft.save()
        except OSError as error:
            self.state = ENTERING
            self._draft.object_to("", "It cannot be written to the flash (%s)." % error)
            return
        self._end(DONE)

    def _end(self, state):
        self.state = state
        self._ends_ms = self._now + (_READ_MS if state == LEFT else _UNREAD_MS)


class Posted:
    """The receiver (website.site) of a form: save(fields) answers it; None: it was no form."""

    def __init__(self, save):
        self._save = save
        self._form = form.LongForm(_FIELDS, _FIELD_BYTES)

    def ready(self):
        """See Site."""
        return True

    def take(self, data):
        """See Site."""
        self._form.take(data)

    def end(self):
        """See Site."""
        return self._save(self._form.fields())

    def close(self):
        """See Site."""


def _note(title, lines, again_s=0):
    """Returns a page that only says something; see setup.notes.note."""
    from setup.notes import gathered, note

    return Answer(200, HTML, gathered(note(title, lines, again_s)), None)
