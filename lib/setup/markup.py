"""The set-up page as HTML, in pieces: a field at a time, so that memory holds no more of it.

It works without its script, which only hides what the other answers make needless.
"""

from settings.table import BOOL, CHOICE, INT, PACKS, SECRETS, TEXT
from setup.answers import NETWORK
from setup.notes import FOOT, HEAD, escaped
from setup.sections import SECTIONS, is_secret, others, row_of

MOST_NETWORKS = 12

_SCRIPT = '<script src="/setup.js" defer></script>'
_UNTRIED = (
    '<label class="line"><input type="checkbox" name="untried" value="yes">'
    "<span>Save without joining the network first</span></label>"
)


class Form:
    """given: what is set; secrets: those that there are, of which only that is told; errors:
    answers.by_key(...); networks: [(name, dBm, whether it is open)], the strongest first; roomy:
    the board has memory for whatever can be set; untried: the network could not be joined, and may
    be saved all the same.
    """

    def __init__(self, given, secrets, errors, networks, roomy, untried=False):
        self._given = given
        self._secrets = secrets
        self._errors = errors
        self._networks = networks[:MOST_NETWORKS]
        self._roomy = roomy
        self._needless = ()
        if not roomy:
            from settings.settings_memory import needless

            self._needless = needless()
        self._untried = untried

    def value_of(self, key):
        """Returns what a setting is."""
        return self._given[key] if key in self._given else row_of(key)[4]

    def pieces(self):
        """Yields the pieces of the page."""
        yield HEAD % _SCRIPT
        yield "<h1>Packmate</h1>"
        yield "<p>%s Nothing changes before you save.</p>" % self._heater()
        for error in self._errors.get("", ()):
            yield _error(error)
        if self._errors:
            yield '<p class="error">Something is wrong: look for the red lines.</p>'
        yield '<form method="post" action="/save" autocomplete="off">'
        for title, ask, beginnings in SECTIONS:
            yield from self._section(title, ask(), beginnings)
        if self._untried:
            yield _UNTRIED
        yield '<button type="submit">Save and start</button></form>'
        yield '<form method="post" action="/leave">'
        yield '<button class="quiet" type="submit">End without saving</button></form>'
        yield FOOT

    def _heater(self):
        if self._roomy and self.value_of("heater_output") == "bms":
            return "A BMS that heats by itself goes on meanwhile: look in its app."
        return "The heater is off meanwhile."

    def _section(self, title, asked, beginnings):
        yield "<section><h2>%s</h2>" % title
        for question in asked:
            if self._roomy or not question.roomy:
                yield from self._question(question)
        rows = [row for row in others(asked, beginnings) if row[0] not in self._needless]
        wrong = [row[0] for row in rows if row[0] in self._errors]
        yield "<details%s><summary>More</summary>" % (" open" if wrong else "")
        for row in rows:
            yield from self._row(row)
        yield "</details></section>"

    # -- what is asked ---------------------------------------------------------------------------

    def _question(self, question):
        yield '<div class="field" data-when="%s">' % _conditions(question.when)
        if question.key == "wifi_ssid":
            yield from self._choice_of_networks(question)
        else:
            yield '<label for="%s">%s</label>' % (question.key, escaped(question.text))
        if question.options:
            yield from self._options(question)
        elif is_secret(question.key):
            yield self._secret(question.key)
        else:
            value = self.value_of(question.key)
            if question.scale and isinstance(value, (int, float)):
                value = question.show(value)
            yield self._input(row_of(question.key), value, bool(question.scale))
        if question.key == "wifi_ssid":
            yield '<p><a href="/search">Look for networks again</a></p>'
        for key in sorted(question.keys()):
            yield self._wrong(key)
        yield "</div>"

    def _options(self, question):
        yield '<select id="%s" name="%s">' % (question.key, question.key)
        there = [place for place, o in enumerate(question.options) if o.fits(self.value_of)]
        if not there:
            yield '<option value="">as it is</option>'
        for place, option in enumerate(question.options):
            if option.roomy and not self._roomy:
                continue
            chosen = " selected" if there and place == there[0] else ""
            sets = " ".join(["%s=%s" % (k, _told(v)) for k, v in sorted(option.values.items())])
            yield '<option value="%d"%s data-sets="%s" data-when="%s">%s</option>' % (
                place,
                chosen,
                sets,
                _conditions(option.when),
                escaped(option.text),
            )
        yield "</select>"

    def _choice_of_networks(self, question):
        yield "<fieldset><legend>%s</legend>" % escaped(question.text)
        given = self.value_of("wifi_ssid")
        for name, dbm, is_open in self._networks:
            about = strength(dbm) + (", open" if is_open else "")
            yield _radio(name, name, about, name == given)
        there = given in [network[0] for network in self._networks]
        yield _radio("", "another, or none:", "", not there)
        yield "</fieldset>"

    # -- the other settings ----------------------------------------------------------------------

    def _row(self, row):
        key, kind, low, high, _, text = row
        yield '<div class="field"><label for="%s">%s</label>' % (key, escaped(text))
        if is_secret(key):
            yield self._secret(key)
        elif kind == BOOL:
            yield self._select(key, (("false", "no"), ("true", "yes")))
        elif kind == CHOICE:
            yield self._select(key, [(choice, choice) for choice in low])
        elif kind == PACKS:
            yield '<p id="%s">to be set with <code>packmate setup</code></p>' % key
        else:
            yield self._input(row, self.value_of(key), False)
        bounds = " · %d…%d" % (low, high) if kind == INT else ""
        yield "<small>%s%s</small>%s</div>" % (key, bounds, self._wrong(key))

    def _select(self, key, choices):
        given = _told(self.value_of(key))
        text = '<select id="%s" name="%s">' % (key, key)
        for value, shown in choices:
            chosen = " selected" if value == given else ""
            text += '<option value="%s"%s>%s</option>' % (value, chosen, shown)
        return text + "</select>"

    def _input(self, row, value, scaled):
        """Returns a field for a text or a number, in the bounds of the table."""
        key, kind, low, high, _, _ = row
        if kind == TEXT:
            bounds = 'maxlength="%d"' % high
        elif low < 0:
            bounds = 'inputmode="text"'  # a phone's keys for numbers may have no minus
        else:
            bounds = 'inputmode="%s"' % ("decimal" if scaled else "numeric")
        return '<input id="%s" name="%s" value="%s" %s>' % (
            key,
            key,
            escaped(_told(value)),
            bounds,
        )

    def _secret(self, key):
        kept = ' placeholder="kept as it is"' if self._secrets.get(key) else ""
        return '<input id="%s" name="%s" type="password" maxlength="%d"%s>' % (
            key,
            key,
            row_of(key, SECRETS)[3],
            kept,
        )

    def _wrong(self, key):
        return "".join([_error(text) for text in self._errors.get(key, ())])


def _radio(value, text, about, chosen):
    """Returns a network to be picked."""
    return (
        '<label class="line"><input type="radio" name="%s" value="%s"%s>'
        "<span>%s</span><small>%s</small></label>"
    ) % (NETWORK, escaped(value), " checked" if chosen else "", escaped(text), about)


def strength(dbm):
    """Returns how strong a network is, in a word."""
    return "strong" if dbm >= -60 else "good" if dbm >= -72 else "weak"


def _error(text):
    return '<p class="error">%s</p>' % escaped(text)


def _told(value):
    """Returns a setting as the form has it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _conditions(when):
    """Returns conditions as the script reads them: key=value|value, or key!=..., one after the
    other."""
    found = []
    for key, wanted, values in when:
        allowed = "|".join([_told(value) for value in values])
        found.append("%s%s%s" % (key, "=" if wanted else "!=", allowed))
    return " ".join(found)
