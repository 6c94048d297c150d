"""Conditions of a scenario: what fields of the bench's state must be."""

import json

OPERATORS = {
    "lt": lambda have, want: have < want,
    "le": lambda have, want: have <= want,
    "gt": lambda have, want: have > want,
    "ge": lambda have, want: have >= want,
    "ne": lambda have, want: have != want,
    "in": lambda have, want: have in want,
    "contains": lambda have, want: want in have,
    "starts": lambda have, want: have.startswith(want),
}
NUMERIC = ("lt", "le", "gt", "ge")


class Condition:
    """What a set of fields must be, all of them at once."""

    def __init__(self, wants):
        self.wants = wants  # list of (field, operator or None for equality, value)

    def holds(self, lookup):
        """True if every field, read by `lookup(field)`, is as wanted."""
        return all(_fits(lookup(field), operator, want) for field, operator, want in self.wants)

    def shortfall(self, lookup):
        """Returns a text that names what does not fit at this moment, or an empty one."""
        parts = []
        for field, operator, want in self.wants:
            have = lookup(field)
            if not _fits(have, operator, want):
                parts.append(f"{field} is {json.dumps(have)}, not {_say(operator, want)}")
        return "; ".join(parts)

    def __str__(self):
        return ", ".join(f"{f} {_say(operator, want)}" for f, operator, want in self.wants)


def _say(operator, want):
    signs = {None: "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "ne": "!="}
    return f"{signs.get(operator, operator)} {json.dumps(want)}"


def _fits(have, operator, want):
    if operator is None:
        return type(have) is type(want) and have == want
    if have is None and operator not in ("ne", "in"):
        return False
    try:
        return OPERATORS[operator](have, want)
    except (TypeError, AttributeError):
        return False  # an order between a text and a number: never true
