"""`auto`: finds out which BMS is at the other end, and starts over when it is gone.

What was proven last is in the state file, and the device is built for it. While it answers, this
only watches. When it has not been heard for long, or nothing has ever been proven, the trials
of bms.detect run, each with a PackState of its own; their modules are loaded and dropped one after
the other. If something else is proven, the chip restarts and is built for that: with a clean heap,
and nothing left of the trials. Where the memory does not suffice for another dialect beside the
device's own, the chip restarts for the search as if nothing had ever been proven.

Over Bluetooth the advertisement says what is worth trying, and time passes for a trial only while
there is a connection.
"""

import gc
import sys
from time import ticks_ms

from bms.detect import BLE_TRIALS, NEXT, PROVEN, UART_TRIALS, WAIT, Detect, ble_trials
from bms.pack import PackState
from compat import const
from links.mute import Mute
from links.unit import RX_BYTES
from unload import unload

_KEY = "bms"  # in the state file: [dialect, baud rate]

# A radio link without figures starts over after a minute: sooner than that.
_BLE_LOST_MS = const(40_000)
_UART_LOST_MS = const(60_000)


def remembered(state, by_radio):
    """Returns (dialect, baud) to build the device for, by the state file; the first trial's
    otherwise."""
    last = state.get(_KEY)
    trials = BLE_TRIALS if by_radio else UART_TRIALS
    for name, baud, _, _ in trials:
        if last == [name, baud]:
            return name, baud
    return trials[0][:2]


class Auto:
    """Runs the detection for a Unit, as its `auto`, which is built for what is `remembered`.

    searching: trials are on, and what the unit's dialect decodes is not the pack's.
    `address`: of the unit on a bus, None if any will do.
    """

    def __init__(self, device, unit, address):
        self._device = device
        self._unit = unit
        unit.auto = self
        self._address = address
        self._own = unit.dialect
        self._commands = unit.commands
        self._modules = ()
        self._found = ()  # what the unit's advertisement admits
        by_radio = unit.ble is not None
        self._proven = remembered(device.state, by_radio)
        known = device.state.get(_KEY) == list(self._proven)
        last = self._proven if known else None
        if by_radio:
            self._detect = Detect(BLE_TRIALS, last, _BLE_LOST_MS)
        else:
            self._detect = Detect(UART_TRIALS, last, _UART_LOST_MS)
        self._detect.proven = known
        self._detect.begin(self._own, ticks_ms())
        self.searching = False
        self._tune()

    def step(self, now):
        """Goes on with it; call it about ten times a second."""
        if self._unit.ble is not None and not self._is_connected(now):
            return
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
        if state.get(_KEY) != list(found):
            state[_KEY] = list(found)
            _restart(self._device)
        self.searching = False
        self._own.reset()
        unit.dialect = self._own
        unit.commands = self._commands
        self._tune()
        detect.begin(self._own, now)

    def _is_connected(self, now):
        """True while the link is up; begins anew where the unit turns out to be another one."""
        link = self._unit.link
        if not link.up:
            self._detect.begin(self._unit.dialect, now)
            return False
        if link.found != self._found:
            self._found = link.found
            rows = ble_trials(link.found)
            known = self._detect.proven and self._detect.name in link.found
            if rows and not known:
                self._close()
                self.searching = False
                self._detect = Detect(rows, None, _BLE_LOST_MS)
        return True

    def _tune(self):
        if self._unit.ble is None:
            self._unit.link.retune(self._detect.baud)

    def _open(self, now):
        """Begins a trial."""
        from bms import catalog

        unit = self._unit
        state = self._device.state
        name = self._detect.name
        before = set(sys.modules)
        try:
            unit.dialect = catalog.create(name, PackState(), RX_BYTES, 500, self._address)
        except MemoryError:
            if _KEY in state:
                del state[_KEY]
                _restart(self._device)
            unit.dialect = Mute(PackState())  # its trial ends by itself
        self._modules = tuple([m for m in sys.modules if m not in before])
        unload("bms.catalog")
        unit.commands = None
        self._tune()
        self._detect.begin(unit.dialect, now)

    def _close(self):
        """Ends a trial and gives back what it took."""
        self._unit.dialect = self._own
        for name in self._modules:
            unload(name)
        self._modules = ()
        gc.collect()


def _restart(device):
    """Begins with a clean heap; the heater has been off for long, since there are no figures."""
    device.output.off()
    device.save()
    from hardware.reset_cause import restart

    restart(False)  # a search that ends so again and again is a failed start, too
