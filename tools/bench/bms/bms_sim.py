"""What all simulated BMSs on a wire share: time, bytes, faults. A dialect's own is its subclass.

A device for `SerialLine`: bytes come and go at the line's rate in virtual time.
"""

from tools.bench.bms.picture import Picture


class BmsSim:
    """A BMS that answers requests. `plant` is the pack behind it. Faults are attributes:

    silent     says nothing
    frozen     goes on with the figures it had
    foreign    another BmsSim: whatever is asked, that one's status frame is what comes
    generation which of GENERATIONS it pretends to be; dialects without any take no notice

    Counts: `requests` valid ones, `rejected` bytes that made no request, `replies`.
    `before_reply(t_us)`, if set, is called before the pack is looked at.
    """

    NAME = ""  # the dialect that understands it
    GENERATIONS = ("normal",)
    baud = 0
    latency_us = 0  # from the end of a request to the start of the reply
    gap_us = 50_000  # a request with a longer gap in it is forgotten
    queues = False  # answers requests that come while it answers, too

    def __init__(self, plant):
        self.plant = plant
        self.silent = False
        self.frozen = False
        self.foreign = None
        self.generation = self.GENERATIONS[0]
        self.requests = 0
        self.rejected = 0
        self.replies = 0
        self.before_reply = None
        self._byte_us = 10_000_000 / self.baud
        self._in = bytearray()
        self._in_us = 0
        self._out = b""
        self._out_at = 0
        self._out_us = 0
        self._picture = None

    # -- what a dialect adds ----------------------------------------------------------------------

    def cut(self, data):
        """Returns the size of the valid request that `data` begins with.

        0: it may become one; -1: none begins here.
        """
        raise NotImplementedError

    def reply(self, request, t_us):
        """Returns the whole reply to a valid request, None for none."""
        raise NotImplementedError

    def status(self, picture):
        """Returns what it sends when it is asked how the pack is."""
        raise NotImplementedError

    # -- for every transport ----------------------------------------------------------------------

    def answer(self, request, t_us):
        """Returns what comes back for a valid request, with the faults; None: nothing."""
        if self.silent:
            return None
        if self.foreign is not None:
            return self.foreign.status(self.look(t_us))
        return self.reply(request, t_us)

    def look(self, t_us):
        """Returns the Picture of the pack at `t_us`, or the old one while frozen."""
        if not self.frozen or self._picture is None:
            if self.before_reply:
                self.before_reply(t_us)
            self._picture = Picture(self.plant)
        return self._picture

    # -- a device for SerialLine ------------------------------------------------------------------

    def receive(self, data, t_us):
        """Takes bytes that have arrived by `t_us`."""
        if self._in and t_us - self._in_us > self.gap_us + len(data) * self._byte_us:
            self.rejected += len(self._in)
            self._in.clear()
        self._in += data
        self._in_us = t_us
        while self._in:
            size = self.cut(self._in)
            if size == 0:
                return
            request = bytes(self._in[: max(size, 1)])
            del self._in[: len(request)]
            if size < 0:
                self.rejected += 1
            else:
                self.requests += 1
                self._answer(request, t_us)

    def next_byte_us(self):
        """Returns when the next byte that it sends is complete, or None."""
        if self._out_at >= len(self._out):
            return None
        return self._out_us + round((self._out_at + 1) * self._byte_us)

    def take(self, t_us):
        """Returns the bytes that are complete by `t_us`, each once."""
        start = self._out_at
        if start >= len(self._out) or t_us < self._out_us:
            return b""
        complete = int((t_us - self._out_us + 0.5) / self._byte_us)
        self._out_at = max(start, min(complete, len(self._out)))
        return self._out[start : self._out_at]

    def _answer(self, request, t_us):
        busy = self._out_at < len(self._out)
        if busy and not self.queues:
            return
        data = self.answer(request, t_us)
        if data is None:
            return
        if busy:
            self._out += data
            self.replies += 1
        else:
            self._send(data, t_us + self.latency_us)

    def _send(self, data, t_us):
        self._out = data
        self._out_at = 0
        self._out_us = t_us
        self.replies += 1


class Talker(BmsSim):
    """A BMS that talks unasked, frame after frame; what it is told goes unheard.

    A subclass gives `cycle(picture)`: the frames of one round, as a list. `replies` counts frames.
    """

    pause_us = 0  # of silence after each round
    lapsed_us = 10_000_000  # what was said longer ago than that, unheard, is not said again

    def __init__(self, plant):
        super().__init__(plant)
        self._frames = []
        self._free_us = 0  # when the line is free for the next frame

    def cycle(self, picture):
        """Returns the frames of one round."""
        raise NotImplementedError

    def cut(self, data):
        """See BmsSim.cut."""
        return -1

    def reply(self, request, t_us):
        """See BmsSim.reply."""
        return None

    def next_byte_us(self):
        """See BmsSim.next_byte_us."""
        if self._out_at >= len(self._out) and not self.silent:
            self._begin_frame()
        return super().next_byte_us()

    def take(self, t_us):
        """See BmsSim.take."""
        if self.silent or t_us - self._free_us > self.lapsed_us:
            self._begin_anew(t_us)
        taken = bytearray()
        while not self.silent:
            taken += super().take(t_us)
            if self._out_at < len(self._out) or self._free_us >= t_us:
                break
            self._begin_frame()
        return bytes(taken)

    def _begin_anew(self, t_us):
        """Forgets what it was saying: the next round begins at `t_us`."""
        self._out = b""
        self._out_at = 0
        self._frames = []
        self._free_us = max(self._free_us, t_us)

    def _begin_frame(self):
        start_us = self._free_us
        if not self._frames:
            picture = self.look(start_us)
            if self.foreign is not None:
                self._frames = [self.foreign.status(picture)]
            else:
                self._frames = list(self.cycle(picture))
        frame = self._frames.pop(0)
        self._send(frame, start_us)
        self._free_us = start_us + round(len(frame) * self._byte_us)
        if not self._frames:
            self._free_us += self.pause_us
