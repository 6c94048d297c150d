"""A BMS and the way to it: bytes in, figures out, questions out; and whether it answers."""

from bms.pack import STATUS
from compat import const

RX_BYTES = const(128)
_TX_BYTES = const(32)

# How long to wait before the next look.
_SEND_TICK_MS = const(2)  # while we hold the bus
_ANSWER_TICK_MS = const(20)  # while an answer is under way
_IDLE_TICK_MS = const(100)


class Unit:
    """One BMS. What the heater, the screen and the relay look at is there of several of them, too
    (several.Several):

    pack, check  the figures, and whether they can be believed
    answering    good frames come
    link         `reason`, a number in the words of `TEXTS`, why there are no figures; `losses`
    units        all there are: one, or each of several

    dialect: what the bytes mean; commands: the queue of a BMS that may be written to, else None;
    auto: see auto.Auto, else None; ble: `link` if that is a radio's, else None.
    """

    def __init__(self, dialect, check, link, ble, max_age_ms):
        self.pack = dialect.pack
        self.dialect = dialect
        self.check = check
        self.link = link
        self.ble = ble
        self.commands = self.auto = None
        self.answering = False
        self.rx = bytearray(RX_BYTES)
        self.tx = bytearray(_TX_BYTES)
        self.units = (self,)
        self._max_age_ms = max_age_ms

    def serve(self, now):
        """Reads, decodes and asks; returns how long to wait before the next look, in ms."""
        if self.auto is not None:
            self.auto.step(now)
        dialect = self.dialect
        link = self.link
        link.free_bus(now)
        n = link.readinto(self.rx)
        if dialect.feed(self.rx, n, now):
            self.check.step(now)
        if n == RX_BYTES or (self.ble is not None and self.ble.pending):
            return 0
        commands = self.commands
        size = 0
        if not link.sending:
            size = (dialect if commands is None else commands).request(now, self.tx)
        if size:
            link.write(self.tx, size)
        if link.sending:
            return _SEND_TICK_MS
        if dialect.unanswered or (commands is not None and commands.busy):
            return _ANSWER_TICK_MS
        return _IDLE_TICK_MS

    def look(self, now):
        """Brings what the heater goes by up to date; returns whether the link is up."""
        self.check.step(now)
        return self.link.up

    def watch(self, now):
        """Learns whether it answers; call once a second."""
        self.answering = self.pack.fresh(STATUS, now, self._max_age_ms)
        link = self.link
        link.watch(self.answering, self.dialect)
        if link.renewed:
            link.renewed = False
            self.dialect.reset()
            if self.commands is not None:
                self.commands.reset()
        self.pack.settle(now)
        self.dialect.settle(now)
