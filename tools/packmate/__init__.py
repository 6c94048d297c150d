"""From a box to a working device; __main__.py has the commands."""


class PackmateError(Exception):
    """A command cannot do what it was asked; the message says why, and what to do."""
