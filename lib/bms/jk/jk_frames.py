"""The 300-byte frames of JK units, whatever brought them: which variant, and is it proven?

The software version in the device frame tells which layout to expect, and every status frame must
bear it out (jk.md §3.5). What an unknown or contradicting generation sends is withheld, and
`withheld` says why. Used by jk_ble and jk_modbus, which see to framing and checksums.
"""

from array import array

from bms import pack as p
from bms.framer import BAD_FRAME, DECODED, LOGBOOK, OTHER, Dialect
from bms.jk import jk02_settings
from bms.jk.jk02 import CONTRADICTS, HOLDS, PROVES, Jk02Status
from bms.wire_le import is_text, text_size
from compat import const

FRAME = const(300)  # bytes, checksum included
PREAMBLE = b"\x55\xaa\xeb\x90"

# Types of frames, in byte 4.
SETTINGS_FRAME = const(1)
STATUS_FRAME = const(2)
DEVICE_FRAME = const(3)
LOGBOOK_FRAME = const(5)
_TYPES = const(6)
_WRAP = const(0x1FFFFFFF)  # counters turn over before they would need the heap

# Variants.
UNKNOWN = const(0)
JK02_24S = const(1)
JK02_32S = const(2)
JK04 = const(3)

# Why what arrives is not published.
NOTHING = const(0)
NO_DEVICE_INFO = const(1)  # status frames arrive, but the unit has not said what it is
UNKNOWN_GENERATION = const(2)  # a software version that nobody has described
CONTRADICTION = const(3)  # the figures do not fit the layout that the version promises

# Device frame, jk.md §3.8: offset, room, text. Two passcodes lie between: they are never stored.
_TEXTS = bytes(
    (6, 16, p.MODEL)
    + (22, 8, p.HW_VERSION)
    + (30, 8, p.SW_VERSION)
    + (46, 16, p.NAME)
    + (78, 8, p.MFG_DATE)
    + (86, 11, p.SERIAL)
)
_IDENTITY = bytes((p.MODEL, p.SW_VERSION, p.SERIAL))
_MODEL = const(6)
_MODEL_ROOM = const(16)
_BALANCER = b"DZ"  # in the model of an active balancer with the layout of a BMS, JK_DZ11B2A24S
_SW = const(30)
_SW_ROOM = const(8)
_CAPABILITIES = const(150)
_CAPABILITY_BYTES = const(32)

# Software generations, jk.md §3.5 and table ble_variants.
_LAST_JK04 = const(5)
_LAST_24S = const(10)
_LAST_32S = const(19)
_LAST_WITHOUT_BITMAP = const(10)
_FIRST_32S = const(11)
_FIRST_WITH_T4 = const(14)
_LATE_TEMPS = const(256)  # T4 and T5, which are 0 where there are none (jk.md rule R3)


class JkUnit(Dialect):
    """What the dialects of frames 55 AA EB 90 have in common; `frames` is their JkFrames."""

    def __init__(self, frames):
        self.frames = frames


class JkFrames:
    """Decodes whole, checksummed frames into a PackState.

    jk04: a jk04.Jk04 where balancers may be heard; on a bus there are none, and it is None.
    variant: UNKNOWN until a device frame (or `assume`) has told; proven: a status frame has borne
    it out; generation: the software's major number, -1 while unknown; withheld: why;
    seen[type]: good frames by type; withheld_frames: those among them that were not published.
    """

    def __init__(self, pack, jk04=None):
        self.pack = pack
        self.kind = p.STATUS
        self.variant = UNKNOWN
        self.proven = False
        self.generation = -1
        self._guessed = False  # that is from a status frame
        self._unit = 0  # whose figures the pack has; a lost link does not make it another
        self.withheld = NO_DEVICE_INFO
        self.seen = array("i", bytes(4 * _TYPES))
        self.withheld_frames = 0
        self.capabilities = bytearray(_CAPABILITY_BYTES)
        self._jk02 = Jk02Status(pack)
        self._jk04 = jk04

    def reset(self):
        """Forgets which unit it was: another may answer next."""
        self.variant = UNKNOWN
        self.proven = False
        self.generation = -1
        self._guessed = False
        self.withheld = NO_DEVICE_INFO
        self._jk02.balancer = False
        for i in range(_CAPABILITY_BYTES):
            self.capabilities[i] = 0

    def offers(self, register):
        """True if the unit's bitmap offers a register; JK02_24S and JK04 have no bitmap."""
        return self.capabilities[register >> 3] >> (register & 7) & 1 == 1

    def assume(self, generation):
        """Takes the software generation from elsewhere than a device frame (a tool's context)."""
        if generation == self.generation and self.withheld != NO_DEVICE_INFO:
            return
        self.reset()
        self.generation = generation
        if 0 <= generation <= _LAST_JK04:
            self.variant = UNKNOWN if self._jk04 is None else JK04
        elif 0 <= generation <= _LAST_24S:
            self.variant = JK02_24S
        elif 0 <= generation <= _LAST_32S:
            self.variant = JK02_32S
        self.withheld = NOTHING if self.variant != UNKNOWN else UNKNOWN_GENERATION

    def assume_wide(self, buf, at):
        """Takes a status frame for one of JK02_32S, where no device frame will tell.

        It must bear that out like any other. Its further sensors count from the moment at which
        they have shown a figure that is not 0.
        """
        late = (
            buf[at + _LATE_TEMPS]
            or buf[at + _LATE_TEMPS + 1]
            or buf[at + _LATE_TEMPS + 2]
            or buf[at + _LATE_TEMPS + 3]
        )
        if self.withheld == NO_DEVICE_INFO or (self._guessed and late):
            self.assume(_FIRST_WITH_T4 if late else _FIRST_32S)
            self._guessed = True

    def take(self, place, fingerprint, now):
        """Decodes the frame at a Place; DECODED, OTHER (withheld, or of no use) or BAD_FRAME."""
        if place.buf[4] != STATUS_FRAME:
            return self._take_other(place.buf, now)
        self.kind = p.STATUS
        if self.variant == UNKNOWN:
            self.seen[STATUS_FRAME] = self.seen[STATUS_FRAME] + 1 & _WRAP
            return self._withhold()
        if self.variant == JK04:
            verdict = self._jk04.judge(place.buf, 0)
        else:
            verdict = self._jk02.judge(place, self.variant == JK02_32S, self.proven)
        if not (verdict == HOLDS and self.proven) and self._is_doubtful(verdict, place):
            return self._contradict()
        self.withheld = NOTHING
        if self.variant == JK04:
            self._jk04.store(place.buf, 0)
        else:
            self._jk02.store(place, self.variant == JK02_32S, self.generation)
        self.pack.fingerprint = fingerprint
        self.pack.touch(p.STATUS, now)
        self.seen[STATUS_FRAME] = self.seen[STATUS_FRAME] + 1 & _WRAP
        return DECODED

    def _take_other(self, buf, now):
        kind = buf[4]
        self.kind = LOGBOOK
        verdict = OTHER
        if kind == SETTINGS_FRAME:
            verdict = self._take_settings(buf, 0, now)
        elif kind == DEVICE_FRAME:
            verdict = self._take_device(buf, 0, now)
        if verdict > 0:
            self.seen[kind] = self.seen[kind] + 1 & _WRAP
        return verdict

    def _contradict(self):
        self.withheld = CONTRADICTION
        self.withheld_frames = self.withheld_frames + 1 & _WRAP
        return BAD_FRAME

    # -- status -----------------------------------------------------------------------------------

    def _is_doubtful(self, verdict, place):
        """True if a frame, or a first one, cannot be believed; one that proves the layout, does
        so."""
        if verdict == CONTRADICTS and self._is_ambiguous():
            verdict = self._judge_other(place)
        if verdict == PROVES:
            self.proven = True
        return verdict == CONTRADICTS or (verdict == HOLDS and not self.proven)

    def _judge_other(self, place):
        """Judges by the other of two layouts; it counts only if the frame proves it."""
        if self.variant == JK04:
            if self._jk02.judge(place, False, False) == PROVES:
                self.variant = JK02_24S
                return PROVES
        elif self._jk04.judge(place.buf, 0) == PROVES:
            self.variant = JK04
            return PROVES
        return CONTRADICTS

    def _is_ambiguous(self):
        """True until content tells a BMS from a balancer with its versions (jk.md §3.5 no. 2)."""
        between = _LAST_JK04 < self.generation <= _LAST_24S
        return between and not self.proven and self._jk04 is not None

    def _withhold(self):
        self.withheld_frames = self.withheld_frames + 1 & _WRAP
        return OTHER

    # -- settings ---------------------------------------------------------------------------------

    def _take_settings(self, buf, at, now):
        self.kind = p.SETTINGS
        if self.variant == UNKNOWN:
            return self._withhold()
        jk04 = self._jk04
        floats = jk04 is not None and jk04.is_settings(buf, at)
        if self._is_ambiguous():
            self.variant = JK04 if floats else JK02_24S
        if floats != (self.variant == JK04):
            return self._contradict()
        if floats:
            if not jk04.settings_are_sane(buf, at):
                return BAD_FRAME
            jk04.store_settings(buf, at)
        else:
            if not jk02_settings.is_sane(buf, at):
                return BAD_FRAME
            wide = self.variant == JK02_32S
            jk02_settings.store(self.pack, buf, at, wide, self.capabilities)
        self.pack.touch(p.SETTINGS, now)
        return DECODED

    # -- device -----------------------------------------------------------------------------------

    def _take_device(self, buf, at, now):
        self.kind = p.DEVICE
        for row in range(0, len(_TEXTS), 3):
            if not is_text(buf, at + _TEXTS[row], _TEXTS[row + 1]):
                return BAD_FRAME
        pack = self.pack
        generation = major(buf, at + _SW, _SW_ROOM)
        unit = _identity(buf, at)
        if unit != self._unit and pack.seen(p.DEVICE):
            pack.clear()
        self._unit = unit
        self.assume(generation)
        self._guessed = False
        if self._is_ambiguous() and self._jk04.is_device(buf, at):
            self.variant = JK04
        start = at + _MODEL
        self._jk02.balancer = buf.find(_BALANCER, start, start + _MODEL_ROOM) >= 0
        for i in range(_CAPABILITY_BYTES):
            bitmap = generation > _LAST_WITHOUT_BITMAP
            self.capabilities[i] = buf[at + _CAPABILITIES + i] if bitmap else 0
        for row in range(0, len(_TEXTS), 3):
            start = at + _TEXTS[row]
            pack.put_text(_TEXTS[row + 2], buf, start, text_size(buf, start, _TEXTS[row + 1]))
        pack.touch(p.DEVICE, now)
        return DECODED


def _identity(buf, at):
    """Returns a number that tells a unit from another: by model, software and serial number."""
    number = 0
    for row in range(0, len(_TEXTS), 3):
        if _TEXTS[row + 2] in _IDENTITY:
            start = at + _TEXTS[row]
            for i in range(start, start + text_size(buf, start, _TEXTS[row + 1])):
                number = 31 * number + buf[i] & 0xFFFFFF
    return number


def major(buf, at, room):
    """Returns the number before the first point of a version text; -1 if there is none."""
    number = 0
    for i in range(at, at + room):
        byte = buf[i]
        if byte == 46 and i > at:
            return number
        if not 48 <= byte < 58 or number > 99:
            return -1
        number = number * 10 + byte - 48
    return -1
