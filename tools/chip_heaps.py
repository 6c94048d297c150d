"""A model of the two heaps of an ESP32 without PSRAM: Python's areas, and what is left to the IDF.

Python's heap begins with one area and grows by another when what is in use does not fit, from the
memory in which radio, drivers and sockets live, and it never gives one back. Figures: measured on
the stock image ESP32_GENERIC 1.27.0 in an emulated ESP32 at 240 MHz, one run each; the network
behind its radio acknowledged locally. What that cannot show (WPA2's own memory, lost frames,
roaming, fragmentation over weeks) is MARGIN, which is taken off all that the model says is free.
"""

import dataclasses

AREA = 56_000  # Python's first
TABLES_PERMILLE = 18  # of an area: the collector's own books
IDF_FREE = 139_336  # at boot, beside that area
IDF_PIECE = 110_592  # the largest of it; the rest goes to what comes first
DOUBLING = 59_392  # what the second area of 56,000 bytes takes
GROWTH_PERMILLE = 976  # what a later one has of what it takes
MARGIN = 3_000

WIFI = 36_652
WIFI_ACTIVE = 2_088
WIFI_CONNECTED = 6_136  # with DHCP
SOCKET = 540  # and its connection
SENT = 1_940  # per 2 kB on the way, back once it is acknowledged
UNREAD = 7_056  # of 10 kB that came in one piece and was not read yet
_FIXED = {
    "wifi": WIFI,
    "wifi active": WIFI_ACTIVE,
    "wifi connected": WIFI_CONNECTED,
    "spi": 1_000,
    "pwm": 148,
    "timer": 32,
    "wdt": 20,
    "socket": SOCKET,
    "sent": SENT,
    "unread": UNREAD,
}
UART = 2_010  # beside its receive buffer
THREAD = 360  # beside its stack

SPARE = 20_000  # of a receive buffer that large: kept free for later (links/uart_link.py)

# What must be there (platform figures of the project: sockets and radio starve below).
LEAST_FREE = 25_000
LEAST_PIECE = 20_000  # when a socket is opened


class Starved(Exception):
    """The IDF has not what a driver asks for."""


@dataclasses.dataclass
class Moment:
    """What there is after a step, margin taken off."""

    step: str
    live: int
    peak: int
    areas: int
    idf_free: int
    idf_piece: int


class ChipHeaps:
    """`areas`: bytes that Python has taken; `free`, `piece`: what the IDF has.

    `missing`: bytes that it has less than in the measurement.
    """

    def __init__(self, missing=0):
        self.areas = AREA
        self._spare = 0
        self._piece = IDF_PIECE - missing
        self._rest = IDF_FREE - IDF_PIECE
        self._held = {}

    @property
    def free(self):
        """Bytes of the IDF's heap that are free, or kept free."""
        return self._piece + self._rest + self._spare - MARGIN

    @property
    def piece(self):
        """The largest piece of them."""
        return max(self._piece, self._rest) - MARGIN

    def needs(self, what, size=0):
        """Returns the bytes that a driver takes; `size`: its receive buffer, or its stack."""
        if what == "uart":
            return UART + size
        if what == "thread":
            return THREAD + size
        return _FIXED[what]

    def take(self, what, size=0):
        """A driver takes its memory; one that is made anew gives its old memory back before."""
        self.give(what)
        wanted = self.needs(what, size)
        small = min(wanted, self._rest)
        large = wanted - small
        if large > self._piece:
            raise Starved(f"{what}: {wanted} B, and the IDF has {self._piece + self._rest}")
        self._rest -= small
        self._piece -= large
        self._held[what] = (small, large)
        if what == "uart":
            self._spare = SPARE if size >= SPARE else 0

    def give(self, what):
        """Gives back what a driver or a burst has taken, if it has."""
        small, large = self._held.pop(what, (0, 0))
        self._rest += small
        self._piece += large

    def python(self, used):
        """Python has so much in use at once: its heap grows until that fits."""
        while used > self.areas * (1000 - TABLES_PERMILLE) // 1000:
            if self.areas == AREA and self._piece >= DOUBLING:
                self._piece -= DOUBLING
                self.areas += AREA
                continue
            taken = min(self._piece, max(self.areas, used - self.areas))
            if taken < 2_048:
                raise Starved(f"Python: {used} B in use, and no more than {self.areas} for it")
            self._piece -= taken
            self.areas += taken * GROWTH_PERMILLE // 1000


def follow(stages, heaps=None):
    """Returns [Moment] of a played start (boot_play.Stage), and what is not enough, as texts."""
    heaps = heaps or ChipHeaps()
    moments = []
    problems = []
    for stage in stages:
        try:
            for what, size in stage.taken:
                if what in ("socket", "thread") and heaps.piece < LEAST_PIECE:
                    problems.append(f"{stage.name}: {heaps.piece} B in one piece for a {what}")
                heaps.take(what, size)
            heaps.python(stage.peak)
        except Starved as error:
            problems.append(f"{stage.name}: {error}")
            break
        if heaps.free < LEAST_FREE:
            problems.append(f"{stage.name}: the IDF has {heaps.free} B free")
        moments.append(
            Moment(stage.name, stage.live, stage.peak, heaps.areas, heaps.free, heaps.piece)
        )
    return moments, problems
