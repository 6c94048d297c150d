"""Keeping a switch of the BMS off for a while, and giving it back: only what we took, only once.

Loaded only where the settings ask for it. What we are about to do is remembered in the flash
before it is done, so that a reset at any point leaves neither a switch off for ever nor a person's
choice undone:

    CLAIMED  saved, then the command to switch off goes out; it may or may not have arrived
    HELD     seen off since: from here on, a switch that is on was switched on by somebody else
    YIELDED  a person has decided: left alone until the reason for holding is over

A person's switching wins: whoever switches on, in whatever way, what we hold off has it on;
whoever switches off, through us, what we hold off has it off for good.
"""

from compat import const

FREE = const(0)
CLAIMED = const(1)
HELD = const(2)
YIELDED = const(3)

# Between two attempts at a BMS that does not obey; and so long can a command be under way, also
# while we are reset.
_AGAIN_MS = const(60_000)


class SwitchHold:
    """One switch. `memory` is what must survive a reset; `request`: 0 or 1 to be asked of the BMS
    now, None for nothing.
    """

    def __init__(self, memory=FREE):
        self.memory = memory
        self.unsaved = False  # the memory is not in the flash yet
        self.request = None
        self._releasing = False  # we have asked for on
        self._wait_ms = _AGAIN_MS if memory == CLAIMED else 0

    def step(self, hold, switch, off_by_person, elapsed_ms):
        """Judges; `request` is right afterwards.

        `hold`: True to keep it off, False to give it back, None to leave all as it is. `switch`:
        how it stands, 0 or 1, None while unknown. `off_by_person`: somebody has switched it off
        through us since the step before.
        """
        self.request = None
        self._wait_ms = self._wait_ms - elapsed_ms if self._wait_ms > elapsed_ms else 0
        if off_by_person:
            self._remember(YIELDED)
        if hold is False and self.memory == YIELDED:
            self._remember(FREE)
        if switch is None:
            return
        if switch:
            self._while_on(hold)
        else:
            self._while_off(hold)
        if self.unsaved or self._wait_ms:
            self.request = None  # the memory comes first
        if self.request is not None:
            self._wait_ms = _AGAIN_MS
            self._releasing = self.request == 1

    def _while_on(self, hold):
        if self.memory == HELD:
            self._remember(FREE if hold is False or self._releasing else YIELDED)
        elif self.memory == CLAIMED and hold is False and not self._wait_ms:
            self._remember(FREE)  # it has never come to be, and cannot any more
        if hold and self.memory == FREE:
            self._remember(CLAIMED)
        if hold and self.memory == CLAIMED:
            self.request = 0

    def _while_off(self, hold):
        if self.memory == CLAIMED:
            self._remember(HELD)
        if hold is False and self.memory == HELD:
            self.request = 1

    def give_up(self):
        """Forgets, and leaves the switch as it is."""
        self._remember(FREE)

    def _remember(self, memory):
        if memory != self.memory:
            self.memory = memory
            self.unsaved = True
            self._releasing = False
            self._wait_ms = 0
