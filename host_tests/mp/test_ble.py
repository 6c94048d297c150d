"""A BLE link's parts, one by one, on fakes of the radio (host_tests/mp/fake_aioble.py)."""

import fake_aioble
import harness

from links import ble_setup as s
from links.ble_link import BLELink
from links.ble_radio import MTU, NOT_PAIRED, PAIRED, PAIRING, Radio
from links.ble_target import Target

core, ble, esp32 = fake_aioble.core, fake_aioble.ble, fake_aioble.esp32
ADDRESS = b"\xc8\x47\x8c\x00\x00\x01"
equal = harness.check_equal


def make(pin=-1):
    core.passed.clear()
    core.raises = ble.broken = None
    ble.disconnected.clear()
    ble.passkeys.clear()
    ble.written = 0
    radio = Radio()
    link = BLELink(radio, Target(dialect="jk_ble"), pin)
    link.conn, link.handle, link.write_handle = 1, 5, 3
    link.up = True
    return radio, link


def read_all(link, buf):
    pieces = []
    while link.pending:
        n = link.readinto(buf)
        pieces.append(bytes(buf[:n]))
    return pieces


# -- notifications --------------------------------------------------------------------------------

radio, link = make()
buf = bytearray(256)
for data in (b"abc", b"", b"AT\r\n", bytes(range(244))):
    ble.handler(18, (1, 5, memoryview(data)))
pieces = [piece for piece in read_all(link, buf) if piece]
equal(pieces, [b"abc", b"AT\r\n", bytes(range(244))], "each notification by itself")
equal(link.notifications, 4, "counted")
ble.handler(18, (1, 6, memoryview(b"other handle")))
ble.handler(18, (2, 5, memoryview(b"other connection")))
equal(link.pending, 0, "what is not ours")
equal(core.passed, [18, 18], "is aioble's")
ble.handler(18, (1, 5, memoryview(bytes(300))))
equal((link.pending, link.overflows), (0, 1), "longer than a length byte")

radio, link = make()
sent = []
for i in range(40):
    data = bytes([i]) * 100
    ble.handler(18, (1, 5, memoryview(data)))
    sent.append(data)
pieces = read_all(link, buf)
equal(pieces, sent[: len(pieces)], "what found room is whole")
equal((len(pieces), link.overflows), (20, 20), "and the rest is counted")

# An interrupt may be interrupted between the length and the data.
radio, link = make()
link.ring.write(b"\x05")
equal(link.readinto(buf), 0, "the length alone")
link.ring.write(b"ab")
equal(link.readinto(buf), 0, "half of the data")
link.ring.write(b"cde\x01x")
equal(read_all(link, buf), [b"abcde", b"x"], "and whole at last")
link.ring.write(b"\x05abc")
link.readinto(buf)
link.clear()
equal(link.pending, 0, "cleared")

# -- nothing escapes the handler ------------------------------------------------------------------

radio, link = make()
for error in (ValueError("x"), MemoryError(), OSError(5), TypeError()):
    core.raises = error
    ble.handler(21, (1, 23))
core.raises = None
ble.handler(18, (1,))
radio.finder = link.target
ble.handler(5, None)
radio.finder = None
equal(radio.errors, 6, "exceptions counted")
ble.handler(18, (1, 5, memoryview(b"still")))
equal(read_all(link, buf), [b"still"], "and the next event comes")

# -- connections ----------------------------------------------------------------------------------

radio, link = make()
ble.handler(7, (4, 0, memoryview(ADDRESS)))
equal(core.passed, [], "nobody awaited this connection")
radio.tidy()
equal(ble.disconnected, [4], "it is ended")
radio.address = ADDRESS
ble.handler(7, (6, 0, memoryview(ADDRESS)))
ble.handler(7, (7, 0, memoryview(b"\0\0\0\0\0\1")))
equal(core.passed, [7], "the awaited one goes to aioble")
ble.broken = OSError(128)
radio.tidy()
equal(ble.disconnected, [4, 7], "the other one is ended, even if that fails")
ble.handler(8, (2, 0, memoryview(ADDRESS)))
equal(link.dropped, False, "another link's end")
ble.handler(8, (1, 0, memoryview(ADDRESS)))
equal(link.dropped, True, "ours")
for conn in range(9):
    radio.address = None
    ble.handler(7, (conn, 0, memoryview(ADDRESS)))
radio.tidy()
equal(len(ble.disconnected), 6, "more orphans than there is room for are left to the next time")

# -- writing --------------------------------------------------------------------------------------

radio, link = make()
tx = bytearray(64)
link.write(tx, 45)
equal((ble.written, list(ble.sizes[:3])), (3, [20, 20, 5]), "pieces of 20 bytes")
link.mtu = MTU
link.write(tx, 45)
equal((ble.written, ble.sizes[3]), (4, 45), "one piece with a larger MTU")
link.write(bytearray(30), 30)
equal((ble.written, ble.sizes[4]), (5, 30), "another buffer")
ble.broken = OSError(12)
link.write(tx, 45)
equal((ble.written, link.write_errors), (5, 1), "a full stack")
ble.broken = None
link.up = False
link.write(tx, 10)
equal(ble.written, 5, "nothing is written while the link is down")

# -- pairing --------------------------------------------------------------------------------------

radio, link = make(1234)
radio.start_pairing(1, 1234)
equal((radio.secured, ble.settings["io"], ble.settings["mitm"]), (PAIRING, 2, True), "by keyboard")
ble.handler(31, (1, 2, 0))
equal(ble.passkeys, [(1, 2, 1234)], "the number is typed")
ble.handler(28, (1, 1, 1, 0, 16))
equal(radio.secured, PAIRED, "paired")
radio.start_pairing(1, -1)
equal((ble.settings["io"], ble.settings["mitm"]), (3, False), "without a number")
ble.handler(31, (1, 2, 0))
equal(len(ble.passkeys), 1, "none is typed")
ble.handler(28, (1, 0, 0, 0, 0))
equal(radio.secured, NOT_PAIRED, "refused")

# -- memory ---------------------------------------------------------------------------------------

radio, link = make()
CASES = (
    (True, [(90_000, 16_000, 9_000, 0)], True),
    (True, [(90_000, 15_000, 9_000, 0)], False),
    (True, [(90_000, 60_000, 7_000, 0)], False),
    (True, [(50_000, 9_000, 8_000, 0), (50_000, 9_000, 5_000, 0)], True),
    (False, [(90_000, 49_000, 40_000, 0)], False),
    (False, [(90_000, 50_000, 40_000, 0)], True),
)
for active, regions, enough in CASES:
    ble.is_active = active
    esp32.regions = regions
    equal(radio.has_memory(), enough, regions)
equal((radio.free, radio.largest), (50_000, 40_000), "what was there")

# -- the ladder's book-keeping --------------------------------------------------------------------

radio, link = make()
link.device = object()
for _ in range(14):
    link.note(s.NOT_CONNECTED)
equal(link.reset_wanted, False, "fourteen failures")
link.note(s.DROPPED)
equal(link.reset_wanted, True, "fifteen")
equal(link.device, None, "it is looked for anew")
radio, link = make()
for _ in range(14):
    link.note(s.NO_SERVICE)
link.note(s.ABSENT)
link.note(s.NO_SERVICE)
equal(link.reset_wanted, False, "absence explains it")
link.note(s.HANDED_OVER)
equal((link.failures, link.counts[s.HANDED_OVER]), (16, 1), "a hand-over is no failure")

# -- which unit -----------------------------------------------------------------------------------


class Result:
    """An aioble ScanResult."""

    def __init__(self, adv, resp=b""):
        self.adv_data, self.resp_data = adv, resp

    def _fields(self, *kinds):
        for payload in (self.adv_data, self.resp_data):
            at = 0
            while at + 1 < len(payload):
                if payload[at + 1] in kinds:
                    yield payload[at + 2 : at + 1 + payload[at]]
                at += payload[at] + 1

    def name(self):
        for field in self._fields(8, 9):
            return str(field, "utf-8")

    def manufacturer(self):
        for field in self._fields(0xFF):
            yield field[0] | field[1] << 8, field[2:]


def field(kind, data):
    return bytes([len(data) + 1, kind]) + data


FLAGS = field(1, b"\x06")
FFE0 = field(3, b"\x0f\x18\xe0\xff")
JK_MAKER = field(0xFF, b"\x65\x0b\x88\xa0")
ANT_NAME = field(9, b"ant-BLE16ZMUB\r")
ANYTHING = FLAGS + field(9, b"Heart rate")
jk, ant, auto = Target(dialect="jk_ble"), Target(dialect="ant_new"), Target()

for target, adv, heard, found in (
    (jk, FLAGS + JK_MAKER, True, ("jk_ble",)),
    (jk, FLAGS + FFE0, False, ("jk_ble",)),  # found by more than is let through alone
    (jk, ANYTHING, False, ()),
    (jk, ANT_NAME, False, ()),
    (ant, ANT_NAME, True, ("ant_new",)),
    (auto, ANT_NAME, True, ("ant_new", "ant_old")),
    (auto, ANYTHING, False, ()),
    (Target(name="Heart Rate"), ANYTHING, True, ("jk_ble", "ant_new", "ant_old")),
    (Target(name="Heart"), ANYTHING, False, None),
    (Target(name="ANT-ble16zmub", dialect="ant_old"), ANT_NAME, True, ("ant_old",)),
):
    if target is jk and adv == FLAGS + FFE0:
        heard = True  # a unit that its user has renamed shows nothing but the service
    equal(target.hears(ADDRESS, memoryview(adv)), heard, adv)
    if found is not None:
        equal(target.dialects(Result(adv)), found, adv)

by_address = Target(address="c8:47:8C:00:00:01", dialect="jk_ble")
equal(by_address.hears(memoryview(ADDRESS), b""), True, "the address")
equal(by_address.hears(memoryview(b"\0" * 6), FFE0), False, "another one")
for cut in range(len(FLAGS + FFE0 + ANT_NAME)):
    payload = memoryview((FLAGS + FFE0 + ANT_NAME)[:cut])
    auto.hears(ADDRESS, payload)
    Target(name="x").hears(ADDRESS, payload)
equal(auto.hears(ADDRESS, memoryview(b"\x00\x00\xff\xff\x03")), False, "nonsense")
equal(auto.hears(ADDRESS, memoryview(bytes(31))), False, "zeros")
print("ok")
