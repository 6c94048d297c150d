"""`auto` on a UART: finds out which BMS is at the other end, and starts over when it is gone.

What was proven last is in the state file, and the device is built for it. While it answers, this
only watches. When it has not been heard for a minute, or nothing has ever been proven, the trials
of bms.detect run, each with a PackState of its own; their modules are loaded and dropped one after
the other. If something else is proven, the chip restarts and is built for that: with a clean heap,
and nothing left of the trials. Where the memory does not suffice for another dialect beside the
device's own, the chip restarts for the search as if nothing had ever been proven.
"""

import gc
import sys
from time import ticks_ms

import machine

import bms
from bms.detect import NEXT, PROVEN, UART_TRIALS, WAIT, Detect
from bms.pack import PackState
from unit import RX_BYTES

_KEY = "bms"  # in the state file: [dialect, baud rate]


def remembered(state):
    """Returns (dialect, baud) to build the device for, by the state file; the first trial's
    otherwise."""
    last = state.get(_KEY)
    for name, baud, _, _ in UART_TRIALS:
        if last == [name, baud]:
            return name, baud
    return UART_TRIALS[0][:2]


class Counters:
    """Those of a framer that was never fed."""

    def __init__(self):
        self.fed = self.frames = self.others = 0
        self.bad_checksum = self.bad_length = self.dropped = 0


class Mute:
    """In the place of a dialect for which there is no memory: its trial ends by itself."""

    NAME = ""

    def __init__(self):
        self.pack = PackState()
        self.framer = Counters()
        self.unanswered = 0

    def feed(self, buf, n, now):
        """Takes no notice."""
        return 0

    def request(self, now, out):
        """Has nothing to ask."""
        return 0

    def settle(self, now):
        """Has nothing to settle."""

    def reset(self):
        """Has nothing to forget."""


class Auto:
    """Runs the detection for a Unit, whose dialect and baud rate are those of `remembered`.

    searching: trials are on, and what the unit's dialect decodes is not the pack's.
    """

    def __init__(self, device, unit):
        self._device = device
        self._unit = unit
        self._own = unit.dialect
        self._commands = unit.commands
        self._proven = remembered(device.state)
        self._modules = ()
        known = _KEY in device.state
        self._detect = Detect(last=self._proven if known else None)
        self._detect.proven = known
        self._detect.begin(self._own, ticks_ms())
        self.searching = False
        unit.link.retune(self._proven[1])

    def step(self, now):
        """Goes on with it; call it about ten times a second."""
        detect = self._detect
        if not detect.proven and not self.searching:  # nothing ever was: begin
            said = NEXT
        else:
            said = detect.step(now)
        if said == WAIT:
            return
        self._close()
        if said != PROVEN:
            self.searching = True
            self._open(now)
            return
        unit = self._unit
        state = self._device.state
        found = (detect.name, detect.baud)
        print("bms: %s at %d baud" % found)
        if found != self._proven or _KEY not in state:
            state[_KEY] = list(found)
            _restart(self._device)
        self.searching = False
        self._own.reset()
        unit.dialect = self._own
        unit.commands = self._commands
        unit.link.retune(detect.baud)
        detect.begin(self._own, now)

    def _open(self, now):
        """Begins a trial."""
        from bms import catalog

        unit = self._unit
        state = self._device.state
        name = self._detect.name
        before = set(sys.modules)
        try:
            unit.dialect = catalog.create(name, PackState(), RX_BYTES, 500)
        except MemoryError:
            if _KEY in state:
                del state[_KEY]
                _restart(self._device)
            unit.dialect = Mute()
        self._modules = tuple([m for m in sys.modules if m not in before])
        _drop("bms.catalog")
        unit.commands = None
        unit.link.retune(self._detect.baud)
        self._detect.begin(unit.dialect, now)

    def _close(self):
        """Ends a trial and gives back what it took."""
        self._unit.dialect = self._own
        for name in self._modules:
            _drop(name)
        self._modules = ()
        gc.collect()


def _restart(device):
    """Begins with a clean heap; the heater has been off for long, since there are no figures."""
    device.output.off()
    device.save()
    machine.reset()


def _drop(name):
    """Forgets a module of the package bms, of which it is an attribute, too."""
    if name.startswith("bms."):
        sys.modules.pop(name, None)
        try:
            delattr(bms, name[4:])
        except (AttributeError, KeyError):
            pass  # its import was not finished
