"""Finds frames in a byte stream, resynchronises inside rejected ones, counts what it dropped.

A dialect supplies what is special about its frames (see `Dialect`); the framer owns the buffer.
Every byte fed ends in exactly one of: an accepted frame, `dropped`, or the bytes still pending:

    fed == frame_bytes + dropped + pending
"""

from compat import const, ticks_diff

# What a dialect answers about the bytes at a possible start.
MORE = const(0)  # cannot tell yet
BAD_LENGTH = const(-1)
BAD_CHECKSUM = const(-2)
BAD_FRAME = const(-3)  # structure or ranges are wrong although the checksum fits
DECODED = const(1)
OTHER = const(2)  # a good frame that says nothing about the pack: an echo, an acknowledgement
# The frame at this place held foreign bytes; the dialect has closed the gap and moved the frame's
# start on by `Dialect.moved`: ask again.
MOVED = const(-4)

# Kinds of frames beside the groups of bms.pack.
LOGBOOK = const(3)
COUNTERS = const(4)
IDENTITY = const(5)
REPLY = const(6)  # to a command, a write or a password


class Dialect:
    """What a dialect tells the framer about its frames; `framer` is its Framer."""

    HEADERS = ()  # each way in which a frame may begin, as bytes
    LONGEST = 0  # bytes of the longest frame
    # The longest that content which does not change can be shown as live; the heater bears half of
    # it. Most units tell their running time in seconds, in each status: twice what the slowest
    # poll takes to show it.
    FREEZE_S = 30
    kind = 0  # what the last accepted frame was: a group of bms.pack, or one of the kinds above

    def length(self, buf, at, have):
        """Returns the frame's total length, MORE, or BAD_LENGTH. `have` bytes are there from `at`.

        While its length is open, a frame may give the least that it can be, if that is more than
        `have`: it is not asked again before.
        """
        raise NotImplementedError

    def accept(self, buf, at, size, now):
        """Decodes a whole frame, all or nothing; DECODED, OTHER, BAD_CHECKSUM or BAD_FRAME."""
        raise NotImplementedError

    def feed(self, buf, n, now):
        """Takes `n` received bytes at time `now`; returns the number of frames decoded."""
        return self.framer.feed(buf, n, now)  # pyright: ignore[reportAttributeAccessIssue]


class Framer:
    """Byte stream in, calls to a Dialect out.

    `chunk` is the length of the largest buffer that will be fed: all of it is copied in one C
    slice store, whatever part of it is valid, since a partial source would have to be sliced, and
    a slice allocates. `gap_ms` of silence inside a frame ends it: its rest will not come.
    """

    def __init__(self, dialect, chunk, gap_ms):
        self.dialect = dialect
        self.buf = bytearray(dialect.LONGEST + chunk)  # what is pending is no whole frame
        self.gap_ms = gap_ms
        self.fed = 0
        self.frames = 0
        self.others = 0
        self.frame_bytes = 0
        self.bad_checksum = 0
        self.bad_length = 0
        self.bad_frame = 0
        self.dropped = 0
        self._start = 0
        self._end = 0
        self._need = 0  # bytes of the frame at _start, where that is known
        self._last_ms = 0

    @property
    def pending(self):
        """Bytes kept because they may begin a frame."""
        return self._end - self._start

    def reset(self):
        """Drops what is pending: the link was lost, the rest of the frame will not come."""
        self.dropped = count(self.dropped, self._end - self._start)
        self._start = self._end = self._need = 0

    def feed(self, src, n, now):
        """Takes the first `n` bytes of `src`; returns the number of frames decoded.

        Call it with n = 0 when nothing arrived, so that a broken frame ends after the gap.
        `len(src)` must not exceed the chunk size. Never raises on any content.
        """
        if n:
            self._store(src, n)
            self._last_ms = now
            if self._end - self._start < self._need:
                return 0  # one more piece of a frame whose length is known
            return self._scan(now)
        decoded = 0
        while self._end > self._start and ticks_diff(now, self._last_ms) > self.gap_ms:
            # The rest will not come, but a whole frame may wait inside what did.
            self.bad_length = count(self.bad_length, 1)
            self._skip(1)
            decoded += self._scan(now)
        return decoded

    def _store(self, src, n):
        buf = self.buf
        end = self._end
        size = len(src)
        if end + size > len(buf):
            end = self._move_to_front()
        buf[end : end + size] = src
        self._end = end + n
        self.fed = count(self.fed, n)

    def _move_to_front(self):
        buf = self.buf
        to = 0
        for i in range(self._start, self._end):
            buf[to] = buf[i]
            to += 1
        self._start = 0
        self._end = to
        return to

    def _skip(self, n):
        self._start += n
        self.dropped = count(self.dropped, n)

    def _scan(self, now):
        """Takes every whole frame in the buffer; a rejected one is searched from its 2nd byte."""
        decoded = 0
        self._need = 0
        while self._seek():
            have = self._end - self._start
            size = self.dialect.length(self.buf, self._start, have)
            if size == MORE or size > have:
                self._need = size
                break
            verdict = size
            if size > 0:
                verdict = self.dialect.accept(self.buf, self._start, size, now)
            if verdict > 0:
                self._start += size
                self.frame_bytes = count(self.frame_bytes, size)
                decoded += self._credit(verdict)
            elif verdict == MOVED:
                self._skip(self.dialect.moved)
            else:
                self._blame(verdict)
                self._skip(1)
        if self._start == self._end:
            self._start = self._end = 0
        return decoded

    def _credit(self, verdict):
        if verdict == DECODED:
            self.frames = count(self.frames, 1)
            return 1
        self.others = count(self.others, 1)
        return 0

    def _blame(self, why):
        if why == BAD_CHECKSUM:
            self.bad_checksum = count(self.bad_checksum, 1)
        elif why == BAD_LENGTH:
            self.bad_length = count(self.bad_length, 1)
        else:
            self.bad_frame = count(self.bad_frame, 1)

    def _seek(self):
        """Drops bytes that cannot begin a frame; False when a header's worth is not there yet."""
        first = -1
        for header in self.dialect.HEADERS:
            # What begins before the best place so far is all that interests in the next header.
            end = self._end if first < 0 else first + len(header) - 1
            at = self.buf.find(header, self._start, end)
            if at >= 0:
                first = at
        keep = 0
        if first < 0:
            for header in self.dialect.HEADERS:
                tail = self._header_tail(header)
                if tail > keep:
                    keep = tail
            first = self._end - keep
            self._skip(first - self._start)
            return False
        self._skip(first - self._start)
        return True

    def _header_tail(self, header):
        """Returns how many bytes at the end of the buffer may begin this header."""
        keep = len(header) - 1
        have = self._end - self._start
        if keep > have:
            keep = have
        while keep:
            same = 0
            while same < keep and self.buf[self._end - keep + same] == header[same]:
                same += 1
            if same == keep:
                break
            keep -= 1
        return keep


def count(counter, n):
    """Returns counter + n, wrapped at 2**29 so that it never needs the heap."""
    return counter + n & 0x1FFFFFFF
