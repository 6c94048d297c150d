"""What came back of the set-up page: which settings and secrets follow from it, and what is wrong.

Nothing is judged here beyond whether a number is one: that is what the device does with a file
(lib/settings/table.py), in the same words.
"""

from settings.table import BOOL, INT, PACKS, SECRETS, SETTINGS
from setup.questions import hold
from setup.sections import SECTIONS, is_secret, others, row_of

NETWORK = "network"  # the field of the network that was picked from the list
NOTHING = "-"  # typed in the place of a secret: it is to be forgotten

# A secret that is not typed anew is kept while these stay the same: nobody gets at an old one by
# naming another network or broker for it.
_BELONGS_TO = {
    "wifi_password": ("wifi_ssid",),
    "wifi_password_2": ("wifi_ssid_2",),
    "mqtt_password": ("mqtt_host", "mqtt_user"),
}


class Answers:
    """fields: {name: text} of the form; given, secrets: what is set, which does not change.

    `given` and `secrets` are those that follow, without what has its default; `errors`: a list of
    str, each beginning with a key.
    """

    def __init__(self, fields, given, secrets):
        self.errors = []
        self.given = {key: given[key] for key in given if row_of(key) is not None}
        self.secrets = {}
        self._fields = fields
        for _, ask, beginnings in SECTIONS:
            asked = ask()
            for question in asked:
                self._take_question(question)
            for row in others(asked, beginnings):
                self._take_row(row)
        for row in SECRETS:
            self._keep_secret(row[0], given, secrets)
        self.given = differing(self.given)

    def value_of(self, key):
        """Returns what a setting is after what was taken so far."""
        return self.given[key] if key in self.given else row_of(key)[4]

    def _take_question(self, question):
        if not hold(question.when, self.value_of):
            return
        text = self._fields.get(question.key)
        if question.key == "wifi_ssid" and self._fields.get(NETWORK):
            text = self._fields[NETWORK]
        if text is None or is_secret(question.key):
            return
        if question.options:
            self._choose(question, text)
            return
        try:
            self.given[question.key] = question.parse(text)
        except (ValueError, OverflowError):
            self.errors.append("%s: a number, please" % question.key)

    def _choose(self, question, text):
        """Takes the option of this number; none, if it is to stay as it is."""
        place = int(text) if text.isdigit() else -1
        if 0 <= place < len(question.options):
            option = question.options[place]
            if hold(option.when, self.value_of):
                self.given.update(option.values)
            else:
                self.errors.append("%s: this does not go with the BMS" % question.key)

    def _take_row(self, row):
        key, kind, _, _, default, _ = row
        text = self._fields.get(key)
        if text is None or kind == PACKS or is_secret(key):
            return
        if kind == BOOL:
            self.given[key] = text == "true"
        elif kind != INT:
            self.given[key] = text
        elif not text and default is None:
            self.given[key] = None
        else:
            try:
                self.given[key] = int(text)
            except ValueError:
                self.errors.append("%s: a whole number, please" % key)

    def _keep_secret(self, key, given, secrets):
        """Takes what was typed; of what was not, the old one, if it is still for the same."""
        text = self._fields.get(key, "")
        if not text:
            same = [given.get(k, "") == self.given.get(k, "") for k in _BELONGS_TO.get(key, ())]
            text = secrets.get(key, "") if all(same) else ""
        if text and text != NOTHING:
            self.secrets[key] = text


def differing(given, table=SETTINGS):
    """Returns what of `given` has not its default: a file needs no more."""
    defaults = {row[0]: row[4] for row in table}
    return {k: v for k, v in given.items() if k not in defaults or v != defaults[k]}


def by_key(errors):
    """Returns {key: [what is wrong with it]}; what is about no key has the key ""."""
    found = {}
    for error in errors:
        key, _, text = error.partition(": ")
        if row_of(key) is None and not is_secret(key):
            key, text = "", error
        found.setdefault(key, []).append(text)
    return found
