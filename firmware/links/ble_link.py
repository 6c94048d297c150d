# pyright: reportArgumentType=false
# (the stubs believe that handles are buffers)
"""A BMS over Bluetooth: the Link that the application reads, and the ladder of its reconnection.

    link = BLELink(Radio(), Target(dialect="jk_ble"))
    asyncio.create_task(link.run())

Every failure has one way out: let go of everything, count why, wait a little longer than last
time, try again. The radio is never switched off and on, which is known to crash the chip; when
many attempts have failed although the unit was there, a reset is asked for.
"""

import asyncio
from array import array
from time import ticks_ms

from aioble import core
from micropython import RingIO

from compat import const, ticks_add, ticks_diff
from links import ble_setup as s
from words import RADIO_TEXTS

_RING = const(2048)  # three seconds of a JK unit's stream, for the longest flash write
_DATA_MTU = const(3)  # of the MTU, what ATT itself takes
_VIEWS = const(12)  # parts of the request buffer that are remembered
_LONGEST_HAND_OVER_S = const(3600)

_TICK_MS = const(100)
_SILENT_MS = const(20_000)
_NO_FIGURES_MS = const(60_000)
# Before the next attempt, by how many have failed. Some units need ten seconds after a drop.
_PAUSES_S = b"\x01\x02\x05\x0a\x14\x28\x3c"
_MEMORY_PAUSE_S = const(30)
_SEARCH_AGAIN = const(2)  # failures with a known unit before it is looked for anew
_NOT_THE_RADIO = (s.ABSENT, s.MEMORY, s.NO_FRAMES, s.PIN_MISSING, s.PAIRING_REFUSED)
_RESET_AFTER = const(15)  # failures in a row that the unit's being away does not explain


class BLELink:
    """The Link contract (readinto, write, up), and what else the application should know:

    up           notifications are on
    pending      more than 0: there is more to read at once
    renewed      set with every new connection: forget which unit it was, then clear this
    state, reason   see ble_setup; `counts` by reason
    losses       how often there were figures and then none
    failures     attempts that failed since there were figures
    reset_wanted a reset of the chip may help; the heater must be off for it
    overflows    notifications that found the ring full; `notifications`: all
    write_errors requests that the stack did not take; like those two, wraps
    address, rssi, mtu   of the unit: six bytes or None, dBm, bytes
    found        dialects that its advertisement admits, best first
    candidates   how many units fitted in the last search

    `pin`: the number that a unit asks for when it wants to pair; -1: none.
    """

    TEXTS = RADIO_TEXTS  # what the screen says for a reason
    sending = False  # a radio has no driver to be let go of

    def __init__(self, radio, target, pin=-1):
        self.radio = radio
        self.target = target
        self.pin = pin
        self.up = self.renewed = self.reset_wanted = False
        self.handed_over = False
        self.state = s.IDLE
        self.reason = self.step = s.NONE  # `step`: the reason, if what is under way fails
        self.counts = array("H", bytes(2 * s.REASON_COUNT))
        self.failures = self.losses = self.connects = self.candidates = self.rssi = 0
        self.found = ()
        self.device = self.connection = self.address = None
        self.mtu = s.DEFAULT_MTU
        self.write_handle = s.NO_HANDLE
        self.write_mode = self.write_errors = 0
        self.conn = self.handle = s.NO_HANDLE  # read by the interrupt
        self.dropped = False  # set by the interrupt, as are the next two
        self.notifications = self.overflows = 0
        self.ring = RingIO(_RING)
        self._length = bytearray(1)  # for the interrupt
        self._size = bytearray(1)  # for the reader
        self._left = 0  # bytes of a notification that are still to be read
        self._views = {}
        self._viewed = None
        self._heard = False  # figures, since the last look
        self._answering = False
        self._withheld = 0  # frames that were, so far
        self._suspicious = 0  # failures in a row that point at the radio
        self._back_ms = 0  # the end of a hand-over
        self._task = None  # of a set-up under way that has not been called off
        radio.links.append(self)

    def take(self, data):
        """In the interrupt: puts a notification into the ring, its length and its bytes."""
        n = len(data)
        ring = self.ring
        self.notifications = self.notifications + 1 & 0xFFFF
        if n > 255 or ring.any() + n + 1 > _RING:
            self.overflows = self.overflows + 1 & 0xFFFF
            return
        self._length[0] = n
        ring.write(self._length)
        ring.write(data)

    # -- the Link ---------------------------------------------------------------------------------

    @property
    def pending(self):
        """Bytes that wait."""
        return self._left + self.ring.any()

    def readinto(self, buf):
        """Reads one notification, or what is left of it, into `buf`; returns its size or 0."""
        ring = self.ring
        if not self._left:
            if not ring.any():
                return 0
            ring.readinto(self._size)
            self._left = self._size[0]
        if ring.any() < self._left:
            return 0  # its bytes are just being written
        n = self._left if self._left < len(buf) else len(buf)
        if n:
            ring.readinto(buf, n)
        self._left -= n
        return n

    def write(self, buf, n):
        """Sends the first `n` bytes of `buf`, in pieces if need be; what fails is counted."""
        if not self.up:
            return
        room = self.mtu - _DATA_MTU
        at = 0
        try:
            while at < n:
                end = at + room if at + room < n else n
                view = self._view(buf, at, end)
                core.ble.gattc_write(self.conn, self.write_handle, view, self.write_mode)
                at = end
        except OSError:  # the link is going down, or the stack is out of buffers
            self.write_errors = self.write_errors + 1 & 0xFFFF

    def _view(self, buf, at, end):
        """Returns a memoryview of a part of `buf`; the usual ones are remembered."""
        views = self._views
        if buf is not self._viewed or len(views) > _VIEWS:
            views.clear()
            self._viewed = buf
        key = at << 10 | end
        if key not in views:
            views[key] = memoryview(buf)[at:end]
        return views[key]

    def clear(self):
        """Forgets what was received; only while no notification can come."""
        scratch = bytearray(64)
        while self.ring.any():
            self.ring.readinto(scratch)
        self._left = 0

    def free_bus(self, now):
        """For a bus that is shared; the air is nobody's."""

    def watch(self, answering, dialect):
        """Learns whether there are figures; call once a second. Without, the link starts anew."""
        if self._answering and not answering:
            self.losses = self.losses + 1 & 0xFFFF
        self._answering = answering
        frames = dialect.frames
        if answering:
            self._heard = True
        elif self.up and frames is not None and frames.withheld_frames != self._withheld:
            self._withheld = frames.withheld_frames
            self.reason = s.WITHHELD - 1 + frames.withheld

    def hand_over(self, seconds):
        """Lets go of the BMS for so long, so that the phone's app can have it; 0: takes it back.

        The link is down meanwhile, and so the heater is off. It comes back by itself.
        """
        seconds = min(max(seconds, 0), _LONGEST_HAND_OVER_S)
        self._back_ms = ticks_add(ticks_ms(), 1000 * seconds)
        self.handed_over = seconds > 0
        if self.handed_over:
            self.up = False  # from now on, not when the connection has ended
        if self.handed_over and self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def handed_over_s(self):
        """Seconds until the BMS is taken back; 0 if it is not handed over."""
        if not self.handed_over:
            return 0
        left_ms = ticks_diff(self._back_ms, ticks_ms())
        if left_ms <= 0:
            self.handed_over = False
            return 0
        return (left_ms + 999) // 1000

    # -- the ladder -------------------------------------------------------------------------------

    async def run(self):
        """Reaches the unit and stays with it, again and again, for ever."""
        while True:
            if not self.handed_over_s:
                reason = s.MEMORY
                if self.radio.has_memory():
                    try:
                        reason = await self._reach() or await self._stay()
                    finally:
                        await self._let_go()
                self.note(reason)
            await self._pause()

    async def _reach(self):
        """Sets everything up; returns NONE or why that failed."""
        radio = self.radio
        await radio.lock.acquire()
        radio.pin = self.pin
        try:
            if self.handed_over:  # while another link was being set up
                return s.HANDED_OVER
            self._task = asyncio.create_task(s.set_up(self))
            return await asyncio.wait_for(self._task, s.SET_UP_S)
        except asyncio.CancelledError:
            if self._task is not None:  # not by us; the BMS may have been taken back meanwhile
                raise
            return s.HANDED_OVER
        except Exception:  # aioble raises half a dozen kinds when a link ends
            return s.DROPPED if self.dropped else self.step
        finally:
            self._task = None
            radio.pin = -1
            radio.lock.release()

    async def _stay(self):
        """Waits until there is a reason to start over. Allocates nothing."""
        if self.handed_over:
            return s.HANDED_OVER
        self.state = s.UP
        self.reason = s.NONE
        self._heard = False
        self.up = True
        heard_ms = came_ms = now = ticks_ms()
        came = self.notifications
        while True:
            await asyncio.sleep_ms(_TICK_MS - now % _TICK_MS)  # with the tasks, see tasks.rest_ms
            now = ticks_ms()
            self.radio.tidy()
            if self.handed_over:
                return s.HANDED_OVER
            if self.dropped:
                return s.DROPPED
            if self.notifications != came:
                came = self.notifications
                came_ms = now
            if self._heard:
                heard_ms = now
                self._settle_on_it()
            if ticks_diff(now, came_ms) > _SILENT_MS:
                return s.SILENT
            if ticks_diff(now, heard_ms) > _NO_FIGURES_MS:
                return self.reason if self.reason >= s.WITHHELD else s.NO_FRAMES

    def _settle_on_it(self):
        """There are figures: all is well, and this unit is ours, never the neighbour's."""
        self._heard = self.reset_wanted = False
        self.reason = s.NONE
        self.failures = self._suspicious = 0
        self.target.address = self.address

    async def _let_go(self):
        """Ends the connection, if there is one, and forgets it even if that fails."""
        self.up = False
        self.handle = s.NO_HANDLE
        connection, self.connection = self.connection, None
        if connection is not None:
            await s.part(connection, self.dropped)
        self.conn = s.NO_HANDLE

    def note(self, reason):
        """Takes up why an attempt has ended, and counts it."""
        self.reason = reason
        if self.counts[reason] < 0xFFFF:
            self.counts[reason] += 1
        if reason == s.HANDED_OVER:
            return
        self.failures = min(self.failures + 1, 0xFF)
        if reason == s.ABSENT or self.failures >= _SEARCH_AGAIN:
            self.device = None
        if reason in _NOT_THE_RADIO or reason >= s.WITHHELD:
            self._suspicious = 0
        else:
            self._suspicious += 1
            self.reset_wanted = self._suspicious >= _RESET_AFTER

    async def _pause(self):
        """Waits for the next attempt, and while the BMS is handed over."""
        self.state = s.IDLE
        step = min(max(self.failures, 1), len(_PAUSES_S)) - 1
        pause_ms = 1000 * (_MEMORY_PAUSE_S if self.reason == s.MEMORY else _PAUSES_S[step])
        start = ticks_ms()
        while self.handed_over_s or ticks_diff(ticks_ms(), start) < pause_ms:
            if self.handed_over:
                self.state = s.HANDED
            elif self.state == s.HANDED:
                return  # the time is up: back at once
            await asyncio.sleep_ms(_TICK_MS - ticks_ms() % _TICK_MS)
            self.radio.tidy()
