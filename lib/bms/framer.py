"""Finds frames in a byte stream, resynchronises inside rejected ones, counts what it dropped.

A dialect supplies what is special about its frames (see `Dialect`); the framer owns the buffer.
Every byte fed ends in exactly one of: an accepted frame, `dropped`, or the bytes still pending:

    fed == frame_bytes + dropped + pending
"""

from compat import bytes_and, const, ticks_diff
from words import SILENT

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

_WRAP = const(0x1FFFFFFF)  # counters turn over before they would need the heap


class Dialect:
    """What is special about a BMS, and all that the others ask of it; the catalogue has them all.

    pack        the PackState that it decodes into
    framer      its Framer
    unanswered  questions without an answer since the last one
    feed(buf, n, now)  its Framer's: takes bytes; returns the number of frames decoded
    request(now, out)  writes what is to be asked now into `out`; returns its length, 0 for nothing
    settle(now) keeps its times from wrapping; called each second
    reset()     forgets what is pending and what it knew of the unit: the link was lost
    """

    NAME = ""  # as in bms.catalog
    SILENCE = SILENT  # what an owner is told when not a byte comes: a line of words.WIRE_NAMES
    HEADERS = ()  # each way in which a frame may begin, as bytes
    LONGEST = 0  # bytes of the longest frame
    # The longest that content which does not change can be shown as live; the heater bears half of
    # it. Most units tell their running time in seconds, in each status: twice what the slowest
    # poll takes to show it.
    FREEZE_S = 30
    # Of the longest message about a pack (relay.state): for 16 cells, and all there is to tell.
    STATE_BYTES = 1792
    kind = 0  # what the last accepted frame was: a group of bms.pack, or one of the kinds above
    foreign = 0  # good frames of other units on the same bus, so far
    frames = None  # a jk_frames.JkFrames, where good frames may be withheld

    def length(self, buf, at, have):
        """Returns the frame's total length, MORE, or BAD_LENGTH. `have` bytes are there from `at`.

        While its length is open, a frame may give the least that it can be, if that is more than
        `have`: it is not asked again before.
        """
        raise NotImplementedError

    def accept(self, buf, at, size, now):
        """Decodes a whole frame, all or nothing; DECODED, OTHER, BAD_CHECKSUM or BAD_FRAME.

        `at` is 0: views of fixed places, made once, can have C do the bytes.
        """
        raise NotImplementedError

    def reread_each(self, ms):
        """Has what seldom changes read again so often, where it has to be asked for."""


class Framer:
    """Byte stream in, calls to a Dialect out.

    `chunk` is the length of the largest buffer that will be fed: all of it is copied in one C
    slice store, whatever part of it is valid, since a partial source would have to be sliced, and
    a slice allocates. `gap_ms` of silence inside a frame ends it: its rest will not come.
    `buf` holds what is pending, `words` is the same memory by 16 bits, little endian. `need`: how
    many bytes of the frame that has begun are awaited at least, and its header is not looked at
    again; 0 where that is not known.
    """

    def __init__(self, dialect, chunk, gap_ms):
        self.dialect = dialect
        dialect.feed = self.feed
        room = dialect.LONGEST + chunk + 1 & ~1  # what is pending is no whole frame
        self._full = room - chunk  # behind it there is no room for another piece
        self.buf, self.words = bytes_and("H", room)
        self.gap_ms = gap_ms
        self.fed = 0
        self.frames = 0
        self.others = 0
        self.frame_bytes = 0
        self.bad_checksum = 0
        self.bad_length = 0
        self.bad_frame = 0
        self.dropped = 0
        self.need = 0
        self._start = 0
        self._end = 0
        self._last_ms = 0
        # The buffer from 256, 32, 4 and 1 on: by them C moves what is pending to the front.
        view = memoryview(self.buf)
        self._later = tuple([view[1 << i :] for i in (8, 5, 2, 0) if 1 << i < room])

    def pending(self):
        """Bytes kept because they may begin a frame."""
        return self._end - self._start

    def reset(self):
        """Drops what is pending: the link was lost, the rest of the frame will not come."""
        self.dropped = self.dropped + self._end - self._start & _WRAP
        self._start = self._end = self.need = 0

    def feed(self, src, n, now):
        """Takes the first `n` bytes of `src`; returns the number of frames decoded.

        Call it with n = 0 when nothing arrived, so that a broken frame ends after the gap.
        `len(src)` must not exceed the chunk size. Never raises on any content.
        """
        if n == 0:
            return self._expire(now)
        if self._end > self._full:
            self._move_to_front()
        # With another local variable each call would take heap for its state: more than 11 words.
        end = self._end
        filled = end + len(src)
        self.buf[end:filled] = src
        self._end = end = end + n
        self.fed = self.fed + n & _WRAP
        self._last_ms = now
        return 0 if end - self._start < self.need else self._scan(now)

    def _expire(self, now):
        decoded = 0
        while self._end > self._start and ticks_diff(now, self._last_ms) > self.gap_ms:
            # The rest will not come, but a whole frame may wait inside what did.
            self.bad_length = self.bad_length + 1 & _WRAP
            self._skip_to(self._start + 1)
            decoded += self._scan(now)
        return decoded

    def _move_to_front(self):
        buf = self.buf
        self._end -= self._start
        for view in self._later:
            step = len(buf) - len(view)
            while self._start >= step:
                buf[:-step] = view
                self._start -= step

    def _skip_to(self, start):
        self.dropped = self.dropped + start - self._start & _WRAP
        self._start = start
        self.need = 0

    def _scan(self, now):
        """Takes every whole frame in the buffer; a rejected one is searched from its 2nd byte."""
        decoded = 0
        while self._start < self._end and (self.need or self._begins() or self._seek()):
            have = self._end - self._start
            size = self.dialect.length(self.buf, self._start, have)
            if size == MORE or size > have:
                self.need = size
                return decoded
            if self._take(size, now) == DECODED:
                decoded += 1
        if self._start == self._end:
            self._start = self._end = 0
        return decoded

    def _take(self, size, now):
        """Has what is at the start decoded, and counts it; returns the verdict, or BAD_LENGTH."""
        verdict = size
        if size > 0:
            if self._start:
                self._move_to_front()
            verdict = self.dialect.accept(self.buf, 0, size, now)
        if verdict > 0:
            self._start = size
            self.need = 0
            self.frame_bytes = self.frame_bytes + size & _WRAP
            if verdict == DECODED:
                self.frames = self.frames + 1 & _WRAP
            else:
                self.others = self.others + 1 & _WRAP
        elif verdict == MOVED:
            self._skip_to(self.dialect.moved)
        else:
            if verdict == BAD_CHECKSUM:
                self.bad_checksum = self.bad_checksum + 1 & _WRAP
            elif verdict == BAD_LENGTH:
                self.bad_length = self.bad_length + 1 & _WRAP
            else:
                self.bad_frame = self.bad_frame + 1 & _WRAP
            self._skip_to(self._start + 1)
        return verdict

    def _begins(self):
        """True if the usual header is right here, as it mostly is: much less work than to seek."""
        return self.buf.find(self.dialect.HEADERS[0], self._start, self._end) == self._start

    def _seek(self):
        """Drops bytes that cannot begin a frame; False when a header's worth is not there yet."""
        start = self._start
        end = self._end
        buf = self.buf
        headers = self.dialect.HEADERS
        first = -1
        for header in headers:
            # What begins before the best place so far is all that interests in the next header.
            at = buf.find(header, start, end if first < 0 else first + len(header) - 1)
            if at >= 0:
                first = at
        if first < 0:
            keep = 0
            for header in headers:
                tail = self._header_tail(header)
                if tail > keep:
                    keep = tail
            self._skip_to(self._end - keep)
            return False
        self._skip_to(first)
        return True

    def _header_tail(self, header):
        """Returns how many bytes at the end of the buffer may begin this header."""
        buf = self.buf
        end = self._end
        keep = min(len(header) - 1, end - self._start)
        while keep:
            same = 0
            while same < keep and buf[end - keep + same] == header[same]:
                same += 1
            if same == keep:
                break
            keep -= 1
        return keep
