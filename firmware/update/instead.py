"""An update instead of the application, where there is no memory for both.

The application has left a wish (wish_small.py), and restarted. Here nothing of it is loaded: the
heater's pin is low, and nobody will change that. Whatever comes of it, the chip is reset within
_LONGEST_MS, and starts as ever; what has come of it is told then (after.py).
"""

import json
import sys
from time import sleep_ms, ticks_ms

import machine

import words as w
from compat import const, ticks_diff
from hardware.reset_cause import ask, restart
from screen.labels import UPDATE
from screen.start import show_progress
from update.download import download
from update.intake import Refused
from update.marks import CAME, CHECK, TOLD, WISH, forget, leave, read
from update.taking import Taking, switch_over

_LONGEST_MS = const(1_500_000)
_HANG_MS = const(30_000)
_JOIN_MS = const(120_000)
_AGAIN_MS = const(100)
_CUT = "the power failed, or it hung: nothing was changed"


def take_instead(early):
    """Does what was wished for, and resets the chip. early: startup.Startup.

    Returns if the wish cannot be taken away first: a flash that takes nothing any more must not
    keep the application from running for ever.
    """
    update = Update(early)
    forget(WISH)  # once, whatever comes of it
    if read(WISH) is not None:
        return
    watchdog = machine.WDT(timeout=_HANG_MS)
    ask()
    begun_ms = ticks_ms()
    try:
        for pause_ms in update:
            watchdog.feed()
            sleep_ms(pause_ms)
            if ticks_diff(ticks_ms(), begun_ms) > _LONGEST_MS:
                raise Refused("it takes too long")
    except Refused as error:
        update.tell(error.args[0])
    except Exception as error:  # whatever a server and its files bring about
        sys.print_exception(error)
        no_room = isinstance(error, MemoryError)
        update.tell("there is no memory for it" if no_room else repr(error))
    restart()


class Update:
    """early: startup.Startup, whose radio runs."""

    def __init__(self, early):
        self._early = early
        self._shown = -1
        self._wish, self._heard = _wish()
        self._taking = Taking(self._wish)

    def __iter__(self):
        """Does it: a generator of pauses in ms."""
        self.tell(_CUT)
        yield from self._wait_for_wifi()
        self._early.room = None  # the collector has it back when a large piece is asked for
        for pause_ms in self._taking.steps(self._fetch):
            self._show()
            yield pause_ms
        self.tell("")
        if self._wish != CHECK:
            switch_over(self._heard)

    def tell(self, reason):
        """Leaves what has come of it. reason: why nothing, in words; "" if that is not so."""
        forget(TOLD)
        came = {"latest_version": self._taking.latest, "release_summary": reason}
        try:
            leave(CAME, json.dumps(came))
        except OSError as error:  # a full flash: that alone must not keep the chip from its reset
            print("%s:" % CAME, error)

    def _wait_for_wifi(self):
        wifi = self._early.wifi
        begun_ms = ticks_ms()
        while not wifi.step(ticks_ms()):
            self._show()
            yield _AGAIN_MS
            if ticks_diff(ticks_ms(), begun_ms) > _JOIN_MS:
                raise Refused("no Wi-Fi: " + self._words(w.WIFI_CODES, wifi.reason))

    def _fetch(self, take):
        early = self._early
        return download(early.settings["update_url"], early.wifi, take)

    def _words(self, table, number):
        texts = self._early.texts
        return texts.line[: texts.size].decode() if texts.read(table, number) else str(number)

    def _show(self):
        percent = self._taking.percent
        if percent != self._shown:
            self._shown = percent
            early = self._early
            show_progress(early.brush, early.texts, w.SCREEN_TEXTS, UPDATE, percent)


def _wish():
    """Returns (what was wished for, which BMSs were heard then: of update.heard.told)."""
    wish, _, heard = (read(WISH) or "").partition(" ")
    return (int(wish) if wish.isdigit() else CHECK), heard
