"""JK's RS485 display port, 2400 baud, listen only (jk.md §2), in both of its variants.

The BMS writes words into the memory of a display panel and knows no checksum. So a block counts
only if its figures agree with each other, and with those of the block before it: the second look.
`pack.unprotected` tells everybody that there is no more to it.
"""

from bms import pack as p
from bms.framer import BAD_FRAME, BAD_LENGTH, DECODED, MORE, OTHER, REPLY, Dialect, Framer
from bms.jk.jk_display_blocks import (
    CELLS,
    HEAD,
    NO_BLOCK,
    SIZES,
    STATUS,
    TOTALS,
    WRITE_WORDS,
    Cells,
    agrees_with_itself,
    agrees_with_look,
    block_of,
    is_known,
    store,
)
from bms.wire import u16be
from compat import const, ticks_diff

_WRITE_REGISTER = const(0x80)
_REGISTER_LENGTH = const(3)
_WORDS_LENGTH = const(3)  # command and address, counted by the length byte; words follow
_LONGEST_LENGTH = const(93)

_LOOK_MS = const(20_000)  # how old a first look may be: three cycles of the slower variant
_GAP_MS = const(400)
_STEP = const(29)  # of an animation, which goes on whatever the figures do


class Look:
    """The words of a block as they were seen once, and when."""

    def __init__(self, size):
        self.words = bytearray(size)
        self.known = False
        self._seen_ms = 0

    def take(self, view, now):
        """Remembers the words in a view."""
        self.words[:] = view
        self._seen_ms = now
        self.known = True

    def settle(self, now):
        """Forgets what is too old to be compared with."""
        if self.known and ticks_diff(now, self._seen_ms) > _LOOK_MS:
            self.known = False

    def agrees(self, buf, data, block):
        """True if the words at `data` may be of the same pack moments later."""
        return self.known and agrees_with_look(buf, data, self.words, block)


class JkDisplay(Dialect):
    """Decodes what the BMS tells its display into a PackState. It cannot be asked for anything.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    `second_look` False publishes a block at first sight: for tools that look at single blocks.
    `doubted` counts the blocks that disagreed with themselves, `first_looks` those that waited
    for a second one.
    """

    NAME = "jk_display"
    FREEZE_S = 240  # there is no counter: only the noise of the cells, sent every few seconds
    HEADERS = (b"\xa5\x5a", b"\x5a\xa5")
    LONGEST = const(96)

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        pack.unprotected = True
        self.poll_ms = poll_ms  # the BMS talks; kept for the dialects' common interface
        self.framer = Framer(self, chunk, _GAP_MS)
        view = memoryview(self.framer.buf)
        self._views = tuple([view[HEAD : HEAD + size] for size in SIZES])
        self._cells = Cells()
        self.second_look = True
        self.doubted = 0
        self.first_looks = 0
        self.kind = 0
        self.unanswered = 0  # nothing is ever asked; kept for the common interface
        self.proven = False
        self._lost = False  # the link was, and no block has been believed since
        # Of each block: the last that was believed, and the last that was not, or not yet. An
        # outlier becomes the latter, and cannot make the next good block look like one.
        self._believed = tuple([Look(size) for size in SIZES])
        self._waiting = tuple([Look(size) for size in SIZES])

    def reset(self):
        """Forgets pending bytes and the looks so far; for a link that was lost."""
        self.framer.reset()
        self.proven = False
        self._lost = True
        for i in range(len(SIZES)):
            self._believed[i].known = self._waiting[i].known = False

    def settle(self, now):
        """Forgets old looks; call each second."""
        for i in range(len(SIZES)):
            self._believed[i].settle(now)
            self._waiting[i].settle(now)

    def request(self, now, out):
        """Returns 0: the line has one talker, and it is the BMS."""
        return 0

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if have < 4:
            return MORE
        size = buf[at + 2]
        command = buf[at + 3]
        if command == _WRITE_REGISTER:
            return 3 + size if size == _REGISTER_LENGTH else BAD_LENGTH
        if command != WRITE_WORDS or size & 1 == 0:
            return BAD_LENGTH
        return 3 + size if _WORDS_LENGTH < size <= _LONGEST_LENGTH else BAD_LENGTH

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        self.kind = REPLY
        block = block_of(buf, at, size)
        if block == NO_BLOCK:
            # Colours, menus, backlight; or a broken frame that reaches into the next one.
            return OTHER if is_known(buf, at, size) else BAD_FRAME
        data = at + HEAD
        cells = self._cells
        cells.read(buf, data, block)
        if not agrees_with_itself(buf, data, block, cells) or not self._fits_totals(block):
            self.doubted = self.doubted + 1 & 0xFFFF
            return BAD_FRAME
        self.settle(now)
        self.kind = p.STATUS
        if self.second_look and not self._seen_before(buf, data, block):
            self._waiting[block].take(self._views[block], now)
            self.first_looks = self.first_looks + 1 & 0xFFFF
            return OTHER
        self._believed[block].take(self._views[block], now)
        self._publish(buf, data, block, now)
        return DECODED

    def _seen_before(self, buf, data, block):
        return self._believed[block].agrees(buf, data, block) or self._waiting[block].agrees(
            buf, data, block
        )

    def _fits_totals(self, block):
        """True if cells add up to the pack voltage that was believed last, if there is one."""
        totals = self._believed[TOTALS]
        if block != CELLS or not totals.known:
            return True
        return self._cells.fit(u16be(totals.words, 0) * 10)

    # -- storing ----------------------------------------------------------------------------------

    def _publish(self, buf, data, block, now):
        pack = self.pack
        if self._lost:  # it may be another unit, of the variant that tells less
            self._lost = False
            pack.clear()
        store(pack, buf, data, block, self._cells)
        whole = block == STATUS or (self._believed[TOTALS].known and self._believed[CELLS].known)
        if whole or not self.second_look:
            self.proven = True
            pack.fingerprint = self._fingerprint(block)
            pack.touch(p.STATUS, now)

    def _fingerprint(self, block):
        if block == STATUS:
            return sum(self._believed[STATUS].words)
        totals = self._believed[TOTALS].words
        figures = sum(totals) - totals[_STEP]
        return figures << 8 ^ sum(self._believed[CELLS].words)
