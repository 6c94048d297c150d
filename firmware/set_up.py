"""Sets the device up from a phone: a program of its own, in the place of the application.

boot.py starts it where a start has been asked for it (starting/set_up_asked.py). The device has a
Wi-Fi network of its own then, whose page asks for all settings, until somebody saves them, ends
it, or nobody is there any more (setup.stay). Whatever happens, the chip starts anew after it.
The heater's pin has been low since boot.py's first line, and nothing here knows it.
"""

import gc
import sys
from binascii import hexlify
from time import sleep_ms, ticks_ms

import board
import machine

from compat import const
from hardware.inputs.buttons import SHORT, Button
from portal import own_password
from portal.brief import Brief
from portal.hotspot import Hotspot, scan
from portal.name_server import NameServer
from portal.states import ENTERING
from setup import access
from setup.stay import Stay
from starting.heaps import Heaps
from starting.memory_told import tell

_WATCHDOG_MS = const(30_000)  # a search for networks, or a write, takes a few seconds
_CONSOLE_MS = const(3_600_000)  # what somebody at the console has, as in supervisor.py
_STEP_MS = const(50)
_BUSY_STEP_MS = const(10)  # while somebody is being served


def run():
    """Returns when the chip is to start anew, which is no crash, whatever ends it."""
    _expect_reset()
    try:
        for pause_ms in steps():
            sleep_ms(pause_ms)
    except KeyboardInterrupt:
        machine.WDT(timeout=_CONSOLE_MS)
        raise


def _expect_reset():
    from hardware.reset_cause import ask
    from unload import unload

    ask()
    unload("hardware.reset_cause")  # there is no memory to spare


def steps():
    """Yields for how many ms it sleeps, until it is over."""
    machine.freq(board.CPU_HZ)
    watchdog = machine.WDT(timeout=_WATCHDOG_MS)
    set_up = SetUp()
    for _ in set_up.begin():
        watchdog.feed()
        gc.collect()
        yield 0
    while set_up.step(ticks_ms()):
        watchdog.feed()
        yield _BUSY_STEP_MS if set_up.busy else _STEP_MS
    set_up.close()


class SetUp:
    """The panel, the network, and its page: `begin`, then `step`, and `close` in the end.

    `busy`: somebody is being served.
    """

    def __init__(self):
        self.busy = False
        unit = str(hexlify(machine.unique_id()), "ascii")
        name = access.network_name(unit)
        print("set-up: join the Wi-Fi network %s and open %s" % (name, access.ADDRESS))
        self._network = (name, own_password.find(unit), access.ADDRESS)
        self._language = "english"
        self._shown = ENTERING
        self._brief = Brief()
        self._hotspot = self._names = self._front = self._server = self._button = None

    def begin(self):
        """Makes the parts; yields between them, since each leaves garbage when it is loaded."""
        from portal.draft import Draft
        from starting.roominess import is_roomy

        draft = Draft(is_roomy(gc.mem_alloc() + gc.mem_free(), []))
        self._language = draft.language
        self._brief.forget()
        yield
        self._show(ENTERING)
        yield
        self._hotspot = Hotspot(self._network[0], self._network[1])
        yield
        networks = scan()
        yield
        self._names = NameServer(access.ADDRESS)
        from portal.front import Front

        stay = Stay(ticks_ms())
        self._front = Front(draft, stay, self._join, scan, networks, self._forget)
        yield
        from website.web_server import WebServer

        self._server = WebServer(self._front)
        self._button = Button(board.BUTTON_1)
        self._brief = Brief()
        tell(Heaps(), "set-up")

    def step(self, now):
        """Does what is due; returns False when somebody is through, or a button was pressed."""
        self.busy = self._server.step(now)
        if not self.busy:
            self._forget()
        self._names.step()
        goes_on = self._front.step(now)
        if self._front.state != self._shown:
            self._shown = self._front.state
            self._show(self._shown)
        return goes_on and self._button.step(now) != SHORT

    def close(self):
        """Ends the network."""
        self._server.close()
        self._hotspot.close()

    def _join(self, draft, now):
        """Returns the Joining that tries what is in a draft."""
        from portal.joining import Joining

        password = draft.secrets.get("wifi_password", "")
        settings = {"wifi_ssid": draft.network}
        return Joining(settings, {"wifi_password": password}, self._network[0].lower(), now)

    def _show(self, state):
        """Shows on the panel what is going on. Whatever is wrong with that, the page goes on."""
        try:
            from portal.signs import show

            show(state, self._network, self._language)
        except Exception as error:
            sys.print_exception(error)
        self._forget()

    def _forget(self):
        self._brief.forget()
