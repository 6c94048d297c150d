"""The set-up page in front of a browser: what is in it, and what comes back of it."""

import html.parser

from setup.answers import Answers, by_key
from setup.markup import Form
from tools.cost.set_up_play import Fields

NETWORKS = [("van", -52, False), ("Camping", -68, True)]
VOID = {"meta", "link", "input"}


def page(given=None, secrets=None, errors=(), networks=NETWORKS, roomy=True, untried=False):
    """Returns the page as text."""
    form = Form(given or {}, secrets or {}, by_key(errors), list(networks), roomy, untried)
    return "".join(form.pieces())


def sent(given=None, secrets=None, **answers):
    """Returns the Answers that follow when these fields of the page were changed."""
    fields = Fields(page(given, secrets)).found | answers
    return Answers(fields, given or {}, secrets or {})


class Balance(html.parser.HTMLParser):
    """`open`: the tags that are not closed; `wrong`: what closes another one; `tags`: all."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.wrong = []
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """See HTMLParser."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """See HTMLParser."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)
