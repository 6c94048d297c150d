"""What is set, and what somebody is about to set instead: judged as a start judges the files.

What judges is loaded when it is needed only (portal.brief).
"""

import gc

import board

from kept import two_files


class Draft:
    """`given`, `secrets`: what the files hold, or what was taken; `errors`: what is wrong with
    that, as setup.answers.by_key has it; `language`, `network`: two of the settings, as they would
    count. roomy: see roominess.is_roomy.
    """

    def __init__(self, roomy):
        from starting import config

        self.roomy = roomy
        config.settle()
        errors = []
        self.given = self._read("settings.json", errors)
        self.secrets = self._read("secrets.json", errors)
        self._judge(errors)

    def take(self, fields):
        """Takes a form's fields, {name: text}; returns True if nothing is wrong."""
        gc.collect()  # what comes now takes a third of the memory, in pieces of every size
        from setup.answers import Answers

        gc.collect()
        answers = Answers(fields, self.given, self.secrets)
        self.given = answers.given
        self.secrets = answers.secrets
        self._judge(answers.errors)
        return not self.errors

    def object_to(self, key, text):
        """Has a text stand beside a setting as what is wrong with it."""
        self.errors = {key: [text]}

    def save(self):
        """Makes it what counts from the next start on. Raises OSError."""
        two_files.replace(self.given, self.secrets)

    def _judge(self, errors):
        from setup.answers import by_key
        from starting import config

        values = config.judge(
            self.given, board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000, self.roomy, errors
        )
        config.judge_secrets(self.secrets, errors)
        self.language = values["language"]
        self.network = values["wifi_ssid"]
        self.errors = by_key(errors)

    def _read(self, path, errors):
        """Returns what a file holds, {} if that is nothing of use."""
        from starting import config

        found = config.read(path, errors) if config.exists(path) else None
        return found if isinstance(found, dict) else {}
