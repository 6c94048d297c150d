"""A BMS on a UART: bytes in, bytes out, never blocking; and why it is not understood.

Behind an RS485 transceiver the bus has one talker at a time: a pin enables our driver, and must be
let go of before the BMS answers, 35 ms after the request at the earliest (jk.md §4.1).
"""

from array import array
from time import ticks_ms

from machine import UART, Pin

from compat import const, ticks_add, ticks_diff
from words import WIRE_TEXTS

# Why there are no figures; the line in words.WIRE_NAMES.
NONE = const(0)  # there are
# 1...3: no bytes, in the words of the dialect (bms.framer.Dialect.SILENCE).
NOISE = const(4)  # bytes, but no frame that passes its checks: also a wrong baud rate
OTHER_UNIT = const(5)  # frames of another unit on the same bus
WITHHELD = const(6)  # and the two after it: in the order of jk_frames.JkFrames.withheld
SPEAKS = const(9)  # and those after it: one of bms.catalog.WIRED that is not ours
SWAPPED = const(14)  # A and B of RS485
REASON_COUNT = const(15)

# Nothing but a flash write keeps us away for longer; a polled BMS sends one frame meanwhile, of
# 308 bytes at most. What is more here, sockets have less (tools/cost/chip_heaps.py).
_WORST_GAP_MS = const(80)
_LEAST_RXBUF = const(320)
_BITS = const(10_000)  # of a byte, start and stop bit included, times ms in a second
_STUCK_MS = const(100)  # the driver is let go of, whatever the UART says
# After a start, until silence is one; later, until a reason that has gone is another: a BMS that
# is asked in vain is asked every few seconds.
_HOLD_S = const(10)
_RENEW_S = const(60)  # longer than the search of all addresses of a bus takes


class UARTLink:
    """The Link contract (readinto, write, up), and what else the application should know:

    renewed  set when figures stop coming, and each minute from then on, or from `retune`: forget
             what was half received and which unit it was, then clear this
    sending  the bus is ours; call `free_bus` within a few ms, until it is not
    reason   a line of words.WIRE_NAMES; `counts` tells how often each one came about
    losses   how often there were figures and then none

    `known`: names of dialects, and bytes by which each is recognised, and behind these swapped
    wires (bms.catalog). `de` is the driver-enable pin of a transceiver, None without one.
    `ballast`: the receive buffer's size until `trim`, if that is more than it needs
    (startup.Startup); the same as before, for only a piece of the very same size is sure to be
    free again.
    """

    TEXTS = WIRE_TEXTS  # what the screen says for a reason
    up = True  # a wire has no state of its own; silence shows in the ages

    def __init__(self, uart_id, rx, tx, baud, known, de=None, ballast=0):
        self.renewed = self.sending = False
        self.reason = NONE
        self.counts = array("H", bytes(2 * REASON_COUNT))
        self.losses = 0
        self.begin_watch()
        self._names, self._signs = known
        self._baud = baud
        self._free_ms = 0  # when all is sent, by the baud rate
        self._de = None
        if de is not None:
            self._de = Pin(de, Pin.OUT, value=0)
        room = baud * _WORST_GAP_MS // _BITS
        if room < _LEAST_RXBUF:
            room = _LEAST_RXBUF
        self._room = room
        self._uart = UART(uart_id, baudrate=baud, rx=rx, tx=tx, rxbuf=max(room, ballast))

    def begin_watch(self):
        """Starts to look for why there are no figures."""
        self._heard = False  # bytes, since `watch` looked
        self._speaks = NONE
        self._strangers = 0  # frames of other units, so far
        self._withheld = 0  # frames that were, so far
        self._answering = False
        self._hold_s = _HOLD_S
        self._lost_s = 0

    def trim(self, ballast):
        """Gives the ballast back, but for what is still wanted; what was received is lost."""
        self._uart.init(baudrate=self._baud, rxbuf=ballast or self._room)

    def retune(self, baud):
        """Changes the baud rate; to a lower one than at the start, for the buffer's sake."""
        self._baud = baud
        self._lost_s = 0  # whoever tries something begins anew himself (links.auto)
        self._uart.init(baudrate=baud)

    def readinto(self, buf):
        """Reads what has arrived into `buf`; returns the number of bytes, 0 if none."""
        n = self._uart.any()
        if not n:
            return 0
        if n > len(buf):
            n = len(buf)
        n = self._uart.readinto(buf, n) or 0
        if n:
            self._heard = True
            if not self._answering:
                for i in range(len(self._signs)):
                    if buf.find(self._signs[i], 0, n) >= 0:
                        self._speaks = SPEAKS + i if i < len(self._names) else SWAPPED
        return n

    def write(self, buf, n):
        """Sends the first `n` bytes of `buf`."""
        if self._de is not None:
            self._de.value(1)
            self.sending = True
            self._free_ms = ticks_add(ticks_ms(), n * _BITS // self._baud + 1)
        # A stream takes a length too (py/stream.c), which the stubs do not know.
        self._uart.write(buf, n)  # pyright: ignore[reportCallIssue]

    def free_bus(self, now):
        """Lets go of the bus once all is sent."""
        if not self.sending:
            return
        late_ms = ticks_diff(now, self._free_ms)
        # The time alone would do if nothing held up the UART; the UART alone may tell of the
        # moment before it began.
        if late_ms >= 0 and (self._uart.txdone() or late_ms > _STUCK_MS):
            self._de.value(0)
            self.sending = False

    def watch(self, answering, dialect):
        """Finds out why there are no figures; call once a second. `answering`: there are."""
        if self._answering and not answering:
            self.losses = self.losses + 1 & 0xFFFF
            self.renewed = True
        self._answering = answering
        if answering:
            self.reason = NONE
            self._hold_s = self._lost_s = 0
            self._heard = False
            return
        found = self._evidence(dialect)
        self._lost_s += 1
        if self._lost_s >= _RENEW_S:  # another unit, or another address of it
            self._lost_s = 0
            self.renewed = True
        if self.reason == NONE and self._hold_s:
            self._hold_s -= 1
        elif found < self.reason and self._hold_s:
            self._hold_s -= 1
        else:
            if found != self.reason:
                self.reason = found
                self.counts[found] = self.counts[found] + 1 & 0xFFFF
            self._hold_s = _HOLD_S

    def _evidence(self, dialect):
        """Returns what the bytes since the last look tell."""
        heard = self._heard
        speaks = self._speaks
        self._heard = False
        self._speaks = NONE
        frames = dialect.frames
        if frames is not None and frames.withheld_frames != self._withheld:
            self._withheld = frames.withheld_frames
            return WITHHELD - 1 + frames.withheld
        if dialect.foreign != self._strangers:
            self._strangers = dialect.foreign
            return OTHER_UNIT
        if speaks and (speaks == SWAPPED or self._names[speaks - SPEAKS] != dialect.NAME):
            return speaks
        return NOISE if heard else dialect.SILENCE
