"""What the loop and the relay's thread share: fixed buffers, handed to and fro, and a bell.

Some MicroPython ports run threads truly at once. So nothing here grows or shrinks: figures are
cells of an array, each written by one side only; the outgoing message is a bytearray that belongs
to the thread from `give()` until `pending()` is False again; incoming messages go through a ring
of fixed entries under a lock, which is held for one copy of a few bytes.
"""

from _thread import allocate_lock
from array import array

from compat import const
from relay.commands import PAYLOAD_MAX

# Orders of the loop to the thread.
IDLE = const(0)
CONNECT = const(1)
PUBLISH = const(2)
PING = const(3)
DROP = const(4)

# Cells that the thread writes.
UP = const(0)  # 1 while a session stands
FAILURE = const(1)  # why the last one ended: mqtt.thread.FAILURES
DETAIL = const(2)  # the broker's code, or the errno
ENDS = const(3)  # sessions that ended or never began
PASSES = const(4)  # grows while the thread lives
OVERRUNS = const(5)  # incoming messages that found the queue full
_HEARD = const(6)
_PUT_AT = const(7)
# Cells that the loop writes.
_RUNG = const(8)
_TAKE_AT = const(9)
_LENGTH = const(10)
_RETAIN = const(11)
# Under the lock `_turn`: the loop writes it from IDLE, the thread back to IDLE.
_ORDER = const(12)
_CELLS = const(13)

_COUNTER = const(0x3FFFFFFF)

# An incoming message: source, retained, length, payload.
SOURCE = const(0)
RETAINED = const(1)
LENGTH = const(2)  # 255: longer than an entry holds
PAYLOAD = const(3)
ENTRY = PAYLOAD + PAYLOAD_MAX
_ENTRIES = const(4)


class Exchange:
    """payload: the bytearray in which the loop builds outgoing messages."""

    def __init__(self, payload):
        self.payload = payload
        self.topic = b""  # written by the loop, in its turn only
        self._cells = array("i", bytes(4 * _CELLS))
        self._turn = allocate_lock()
        self._queue = bytearray(ENTRY * _ENTRIES)
        self._queue_lock = allocate_lock()
        self._gates = (allocate_lock(), allocate_lock())
        self._gates[0].acquire()

    def cell(self, which):
        """Returns one of the thread's figures."""
        return self._cells[which]

    # -- the loop's side: never waits ------------------------------------------------------------

    def pending(self):
        """True while the thread has not finished the last order."""
        if not self._turn.acquire(0):
            return True
        order = self._cells[_ORDER]
        self._turn.release()
        return order != IDLE

    def give(self, order, length=0, retain=False):
        """Gives an order, only while `pending()` is False; PUBLISH takes `topic` and `payload`."""
        cells = self._cells
        cells[_LENGTH] = length
        cells[_RETAIN] = 1 if retain else 0
        self._turn.acquire()  # the thread holds it for the look at one cell
        cells[_ORDER] = order
        self._turn.release()

    def ring(self):
        """Wakes the thread, or lets it run once more if it is awake. Returns whether it heard.

        The thread waits at one of two gates, which the loop keeps closed. To let it through once,
        the loop closes the other one first. So each lock is released by the thread that took it,
        as POSIX demands, and a ring is never lost.
        """
        rung = self._cells[_RUNG]
        if self._cells[_HEARD] != rung:
            return False  # busy, and one ring is waiting for it already
        self._gates[1 - (rung & 1)].acquire()  # free: the thread left it before it heard
        self._cells[_RUNG] = rung + 1 & 0xFFFF
        self._gates[rung & 1].release()
        return True

    def take(self, entry):
        """Copies the oldest incoming message into `entry`; returns False if there is none."""
        at = self._cells[_TAKE_AT]
        if at == self._cells[_PUT_AT] or not self._queue_lock.acquire(0):
            return False
        start = at * ENTRY
        for i in range(ENTRY):
            entry[i] = self._queue[start + i]
        self._cells[_TAKE_AT] = (at + 1) % _ENTRIES
        self._queue_lock.release()
        return True

    # -- the thread's side -----------------------------------------------------------------------

    def wait(self):
        """Waits until the loop rings."""
        cells = self._cells
        gate = self._gates[cells[_HEARD] & 1]
        gate.acquire()
        gate.release()
        cells[_HEARD] = cells[_HEARD] + 1 & 0xFFFF
        cells[PASSES] = cells[PASSES] + 1 & _COUNTER

    def order(self):
        """Returns the order to carry out, or IDLE."""
        self._turn.acquire()
        order = self._cells[_ORDER]
        self._turn.release()
        return order

    def done(self):
        """Hands the turn back to the loop."""
        self._turn.acquire()
        self._cells[_ORDER] = IDLE
        self._turn.release()

    def length(self):
        """Returns the length of the outgoing message."""
        return self._cells[_LENGTH]

    def retain(self):
        """Returns whether the outgoing message is to be retained."""
        return self._cells[_RETAIN] == 1

    def set_cell(self, which, value):
        """Stores one of the thread's figures."""
        self._cells[which] = value

    def count(self, which):
        """Adds one to one of the thread's figures."""
        self._cells[which] = self._cells[which] + 1 & _COUNTER

    def put(self, source, retained, message, oversized):
        """Queues an incoming message for the loop, or counts that there was no room."""
        size = len(message)
        if size > PAYLOAD_MAX or oversized:
            size = PAYLOAD_MAX
            oversized = True
        self._queue_lock.acquire()
        at = self._cells[_PUT_AT]
        following = (at + 1) % _ENTRIES
        if following == self._cells[_TAKE_AT]:
            self.count(OVERRUNS)
        else:
            start = at * ENTRY
            self._queue[start + SOURCE] = source
            self._queue[start + RETAINED] = 1 if retained else 0
            self._queue[start + LENGTH] = 255 if oversized else size
            for i in range(size if size < len(message) else len(message)):
                self._queue[start + PAYLOAD + i] = message[i]
            self._cells[_PUT_AT] = following
        self._queue_lock.release()
