"""A model of the two heaps of an ESP32 without PSRAM: Python's areas, and what is left to the IDF.

Python's heap begins with one area and grows by another when what is in use does not fit, from the
memory in which radio, drivers and sockets live, and it never gives one back. With Wi-Fi two areas
are all there is for it: a third would leave the IDF less than LEAST_FREE. So a start holds what is
left as ballast, and whoever needs more than two areas gets a MemoryError. Figures: measured on
the stock image ESP32_GENERIC 1.27.0 in an emulated ESP32 at 240 MHz, one run each; the network
behind its radio acknowledged locally. What that cannot show (WPA2's own memory, lost frames,
roaming, fragmentation over weeks) is MARGIN, which is taken off all that the model says is free.
"""

import dataclasses

AREA = 56_000  # Python's first
TWO_AREAS = 2 * AREA  # all that it can have beside Wi-Fi
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

BALLAST = 10_000  # a receive buffer larger than this is mere ballast (starting/startup.py)

# What must be there. The first two are the project's figures for the radio and sockets, which
# starve below; a few kB less was seen to work, but is not promised.
LEAST_FREE = 25_000
LEAST_PIECE = 20_000  # when a socket is opened
LEAST_WITHOUT_RADIO = 5_000  # drivers and timers are all there is
# Python's areas, less all that lives and all garbage of the greediest step: for fragments, and for
# what a chip allocates that the play does not. An emulated chip still came up with 1,600 (and had
# 2,600 free at the worst, where the play counts garbage that a chip collects).
LEAST_ROOM = 2_000


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
        self._ballast = 0
        self._piece = IDF_PIECE - missing
        self._rest = IDF_FREE - IDF_PIECE
        self._held = {}

    @property
    def usable(self):
        """Bytes that Python can use of its areas."""
        return self.areas * (1000 - TABLES_PERMILLE) // 1000

    @property
    def largest(self):
        """The largest piece of the IDF's heap as the chip says it, without a margin."""
        return max(self._piece, self._rest)

    @property
    def lent(self):
        """Bytes by which Python may grow while the device is built: what its ballast does not
        hold (building/relay.py)."""
        return max(0, self.piece) if self._ballast else 0

    @property
    def has_radio(self):
        """True if there is Wi-Fi, which must not starve."""
        return "wifi" in self._held

    @property
    def free(self):
        """Bytes of the IDF's heap that are free, or kept free."""
        return self._piece + self._rest + self._ballast - MARGIN

    @property
    def piece(self):
        """The largest piece of them."""
        return self.largest - MARGIN

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
            self._ballast = size if size >= BALLAST else 0

    def give(self, what):
        """Gives back what a driver or a burst has taken, if it has."""
        small, large = self._held.pop(what, (0, 0))
        self._rest += small
        self._piece += large

    def python(self, used):
        """Python has so much in use at once: its heap grows until that fits."""
        while used > self.usable:
            if self.areas == AREA and self._piece >= DOUBLING:
                self._piece -= DOUBLING
                self.areas += AREA
                continue
            taken = min(self._piece, max(self.areas, used - self.areas))
            if taken < 2_048:
                raise Starved(f"Python: {used} B in use, and no more than {self.areas} for it")
            self._piece -= taken
            self.areas += taken * GROWTH_PERMILLE // 1000


def before_the_ballast():
    """Returns the heaps as a start finds them when it takes its ballast (starting/heaps.py)."""
    heaps = ChipHeaps()
    heaps.python(AREA)
    for what in ("pwm", "spi", "wifi", "wifi active"):
        heaps.take(what)
    return heaps


def follow(stages, heaps=None):
    """Returns [Moment] of a played start (boot_play.Stage), and what is not enough, as texts: of
    each kind the first."""
    heaps = heaps or ChipHeaps()
    moments = []
    problems = {}
    for stage in stages:
        try:
            for what, size in stage.taken:
                if what in ("socket", "thread") and heaps.piece < LEAST_PIECE:
                    problems.setdefault("piece", f"{stage.name}: {heaps.piece} B for a {what}")
                heaps.take(what, size)
            heaps.python(stage.peak)
        except Starved as error:
            problems["starved"] = f"{stage.name}: {error}"
            break
        for kind, text in _short_of(heaps, stage.peak):
            problems.setdefault(kind, f"{stage.name}: {text}")
        moments.append(
            Moment(stage.name, stage.live, stage.peak, heaps.areas, heaps.free, heaps.piece)
        )
    return moments, list(problems.values())


def _short_of(heaps, used):
    """Yields (kind, text) of what there is too little of, while Python uses so much."""
    if heaps.free < (LEAST_FREE if heaps.has_radio else LEAST_WITHOUT_RADIO):
        yield "free", f"the IDF has {heaps.free} B free"
    # Without a radio Python may grow once more.
    room = heaps.usable + heaps.lent - used
    if heaps.has_radio and room < LEAST_ROOM:
        yield "room", f"Python has {room} B to spare"
