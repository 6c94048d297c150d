"""Feeds the watchdog only while every task has checked in."""

from array import array

from machine import WDT

from compat import const, ticks_diff

# With the lease (heater_output) this bounds the time from a dead loop to a cold mat: under 3 s.
WATCHDOG_MS = const(2500)
# After a deliberate stop (Ctrl-C), the time to copy files before the chip resets itself.
MAINTENANCE_MS = const(3_600_000)


class Supervisor:
    """Keeps one deadline per task.

    `late` names the first task that missed its deadline; from then on the watchdog starves, and
    the chip resets with every pin an input.
    """

    def __init__(self, names, limit_ms):
        self.late = None
        self._names = names
        self._limit_ms = limit_ms
        self._seen_ms = array("i", bytes(4 * len(names)))
        self._watchdog = None

    def start(self, now):
        """Arms the watchdog; from here on there is no way back but a reset."""
        for task in range(len(self._names)):
            self._seen_ms[task] = now
        self._watchdog = WDT(timeout=WATCHDOG_MS)

    def alive(self, task, now):
        """A task (its position in `names`) reports that it runs."""
        self._seen_ms[task] = now

    def step(self, now):
        """Feeds the watchdog if all is well; call at least twice a second."""
        for task in range(len(self._names)):
            if ticks_diff(now, self._seen_ms[task]) > self._limit_ms:
                if self.late is None:
                    self.late = self._names[task]
                    print("task is late:", self.late)
        if self.late is None and self._watchdog is not None:
            self._watchdog.feed()


def stand_down():
    """Gives a person at the console time before the watchdog resets the chip.

    The ESP32 takes a new timeout for a running watchdog (ports/esp32/machine_wdt.c); it cannot be
    stopped.
    """
    WDT(timeout=MAINTENANCE_MS)
