"""Feeds the watchdog, with each step of the heater and only while every task has checked in.

While the mat is on, the watchdog is short, and nothing but a step in which every check passed
feeds it: from that step the lease (heater_output) and the watchdog count alike, and the lease ends
first. While the mat is off, there is time for a write to the flash.
"""

from array import array

import board
from machine import WDT

from compat import const, ticks_diff
from hardware.timer_group import release_pins_on_bite

ON_MS = const(1200)  # more than the lease and its timer's period
OFF_MS = const(5000)
# After a deliberate stop (Ctrl-C), the time to copy files before the chip resets itself.
MAINTENANCE_MS = const(3_600_000)


class Supervisor:
    """Keeps one deadline per task.

    `late` names the first task that missed its deadline; from then on the watchdog starves, and
    the chip resets. `releases_pins`: it lets go of the pins at that moment (timer_group).
    """

    def __init__(self, names, limit_ms):
        self.late = None
        self.releases_pins = False
        self._names = names
        self._limit_ms = limit_ms
        self._seen_ms = array("i", bytes(4 * len(names)))
        self._watchdog = None
        self._short = False

    def start(self, now):
        """Arms the watchdog; from here on there is no way back but a reset."""
        self._arm(OFF_MS)
        if not self.releases_pins:
            print("the watchdog's bite leaves the pins until the restart: see docs/heater.md")
        self.excuse(now)

    def alive(self, task, now):
        """A task (its position in `names`) reports that it runs."""
        self._seen_ms[task] = now

    def excuse(self, now):
        """Begins every deadline anew, after something that is known to hold the loop."""
        for task in range(len(self._names)):
            self._seen_ms[task] = now

    def step(self, now, on):
        """Feeds the watchdog and returns True if all is well; the mat must be off if it is not.

        `on`: the mat is to be on. Call with each step of the heater, before it is switched on,
        and after it has been switched off.
        """
        for task in range(len(self._names)):
            if ticks_diff(now, self._seen_ms[task]) > self._limit_ms and self.late is None:
                self.late = self._names[task]
                print("task is late:", self.late)
        if self.late is not None:
            return False
        if self._watchdog is not None:
            if on == self._short:
                self._watchdog.feed()
            else:
                self._arm(ON_MS if on else OFF_MS)
                self._short = on
        return True

    def relax(self):
        """Leaves the loop OFF_MS for one thing; the mat is off, and stays so meanwhile."""
        if self._watchdog is not None and self.late is None:
            self._arm(OFF_MS)
            self._short = False

    def stand_down(self):
        """Gives a person at the console time before the watchdog resets the chip.

        It cannot be stopped; nothing feeds or shortens it after this.
        """
        self._arm(MAINTENANCE_MS)
        self._watchdog = None

    def _arm(self, ms):
        """Starts the watchdog, or gives the running one `ms` (ports/esp32/machine_wdt.c)."""
        self._watchdog = WDT(timeout=ms)
        group = board.TIMER_GROUP_0
        self.releases_pins = group != 0 and release_pins_on_bite(group)
