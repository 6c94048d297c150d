"""An enumeration of all states: from each, every input is tried on the real Heater.

That goes on until no new state comes up; a check looks at every single step. What is a state, and
what an input, is in heat_states.py.
"""

import array
import collections

from host_tests.heat.heat_states import COMMANDS, make_heater, picture

# What cannot be changed in place, or is never: settings and constants.
_SHARED = frozenset((int, bool, str, dict, tuple, type(None)))
_ARRAYS = frozenset((bytearray, list, array.array))


def clone(thing, memo):
    """Copies a heater: what it owns is copied, settings and constants are shared."""
    kind = type(thing)
    if kind in _ARRAYS:
        return thing[:]
    known = memo.get(id(thing))
    if known is not None:
        return known
    if not kind.__module__.startswith("heat."):
        return thing
    known = memo[id(thing)] = kind.__new__(kind)
    attributes = known.__dict__
    attributes.update(thing.__dict__)
    for name, value in thing.__dict__.items():
        if type(value) not in _SHARED:
            attributes[name] = clone(value, memo)
    return known


class Undo:
    """Puts a heater back to what it is now, again and again: quicker than a clone for each try."""

    def __init__(self, heater):
        self._things = []
        self._arrays = []
        self._note(heater, set())

    def _note(self, thing, noted):
        noted.add(id(thing))
        self._things.append((thing, dict(thing.__dict__)))
        for value in thing.__dict__.values():
            if type(value) in _ARRAYS:
                self._arrays.append((value, value[:]))
            elif type(value).__module__.startswith("heat.") and id(value) not in noted:
                self._note(value, noted)

    def back(self):
        for thing, attributes in self._things:
            thing.__dict__ = dict(attributes)
        for numbers, content in self._arrays:
            numbers[:] = content


class Enumeration:
    """All states and what leads from one to another.

    `inputs`: Readings; `commands`: names of COMMANDS; `look`: what makes a state's picture;
    `make`: what makes the first heater.
    `pictures` are the states; `before`: which lead to each; `transitions`: how many were tried;
    `told`: each pair of state and reason, words' numbers, that the heater has told.
    """

    def __init__(self, inputs, commands, look=picture, make=make_heater):
        self.inputs = inputs
        self.commands = commands
        self.look = look
        self.make = make
        self.numbers = {}
        self.pictures = []
        self.before = collections.defaultdict(set)  # of each state: those that lead to it
        self.acknowledged = collections.defaultdict(set)  # ... by an acknowledgement
        self.transitions = 0
        self.told = set()

    def run(self, check, limit=20_000):
        """Enumerates; `check(old, name, reading, new)` looks at each step: two heaters, the name
        of the input, and the Reading or, for a command, None."""
        queue = collections.deque([self.make()])
        self._number(queue[0])
        tries = [(name, None, COMMANDS[name]) for name in self.commands]
        tries += [(reading.name, reading, reading.step) for reading in self.inputs]
        while queue:
            heater = queue.popleft()
            number = self.numbers[self.look(heater)]
            after = clone(heater, {})
            undo = Undo(after)
            for name, reading, act in tries:
                act(after)
                check(heater, name, reading, after)
                if self._note(number, name, after):
                    queue.append(clone(after, {}))
                undo.back()
            if len(self.pictures) > limit:
                raise AssertionError(f"more than {limit} states: the abstraction does not close")
        return self

    def _note(self, number, name, after):
        """Notes a step; returns whether it leads to a new state."""
        self.transitions += 1
        self.told.add((after.state, after.reason))
        new, fresh = self._number(after)
        self.before[new].add(number)
        if name == "acknowledge":
            self.acknowledged[new].add(number)
        return fresh

    def _number(self, heater):
        seen = self.look(heater)
        number = self.numbers.get(seen)
        if number is not None:
            return number, False
        self.numbers[seen] = len(self.pictures)
        self.pictures.append(seen)
        return self.numbers[seen], True

    def leading_to(self, wanted):
        """Returns the numbers of all states from which one whose picture is `wanted` follows."""
        found = {n for n, seen in enumerate(self.pictures) if wanted(seen)}
        queue = collections.deque(found)
        while queue:
            for number in self.before[queue.popleft()]:
                if number not in found:
                    found.add(number)
                    queue.append(number)
        return found
