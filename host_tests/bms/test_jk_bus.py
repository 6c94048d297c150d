"""JK over RS485, where there are several on the bus: another who asks, and units that are lost."""

import pytest

from bms import pack as p
from bms.jk.jk_modbus import JkModbus
from bms.pack import PackState
from host_tests.bms.jk_modbus_rig import LISTEN_MS, STATUS, Unit, talk
from host_tests.dialects import feed, start, values
from tools.bench.bms.jk_modbus_sim import JkBusMasterSim, JkModbusSim
from tools.mp.samples import acknowledged, crc16
from tools.plant import Plant

# -- a bus with a master --------------------------------------------------------------------------


def watch(dialect, sim, last, first=0):
    """Lets a simulated bus talk; returns what the dialect sent."""
    out = bytearray(16)
    sent = []
    for now in range(first, last, 20):
        dialect.settle(now)
        taken = sim.take(1000 * now)
        for at in range(0, max(len(taken), 1), 200):
            feed(dialect, taken[at : at + 200], now=now)
        n = dialect.request(now, out)
        if n:
            sent.append((now, bytes(out[:n])))
    return sent


def bus(*addresses):
    """Returns a master with units at some addresses, each with a charge of 10 times its own."""
    members = []
    for address in addresses:
        plant = Plant(temp_c=10.0 + address)
        members.append(JkModbusSim(plant, address=address))
    return JkBusMasterSim(Plant(temp_c=5.0), members)


def test_where_a_master_talks_nothing_is_ever_asked_and_he_is_read():
    dialect = start(JkModbus)
    assert watch(dialect, bus(), 120_000) == []
    assert dialect.master and dialect.address == 0 and dialect.frames.proven
    got = values(dialect)
    assert len(got["cell_mv"]) == 16 and got["temps_dc"][0] == 50 and "charge_utp_dc" in got
    assert not dialect.pack.seen(p.DEVICE)


def test_each_unit_of_a_bus_has_its_own_pack():
    dialect = start(JkModbus, address=0)
    packs = {address: dialect.add(PackState(), address).pack for address in (1, 7, 15)}
    assert watch(dialect, bus(1, 7), 20_000) == []
    assert dialect.pack.temps_dc[0] == 50
    assert [packs[address].temps_dc[0] for address in (1, 7)] == [110, 170]
    assert not packs[15].seen(p.STATUS)


def test_a_unit_that_was_chosen_is_not_exchanged_for_the_master():
    dialect = start(JkModbus, address=7)
    assert watch(dialect, bus(1, 7), 20_000) == []
    assert dialect.pack.temps_dc[0] == 170 and dialect.address == 7 and dialect.foreign
    other = start(JkModbus, address=3)
    assert watch(other, bus(1, 7), 20_000) == []
    assert not other.pack.seen(p.STATUS) and other.foreign


def test_a_master_that_comes_later_is_noticed_and_one_that_goes_is_followed():
    dialect = start(JkModbus, address=3)
    talk(dialect, Unit("framed"), 12_000)
    assert dialect.frames.proven and not dialect.master
    sim = bus()
    sim.take(12_000_000)
    sent = watch(dialect, sim, 60_000, 12_000)
    assert dialect.master and all(now < 12_600 for now, _ in sent)
    sent = talk(dialect, Unit("framed"), 120_000, 60_000)
    assert not dialect.master and 85_000 < sent[0][0] < 95_000


def test_our_own_echo_is_no_master():
    dialect = start(JkModbus, address=3)
    sent = talk(dialect, Unit("framed", echo=True), 30_000)
    assert not dialect.master and len(sent) > 20


def test_further_units_without_a_master_are_asked_in_turn():
    class Pair:
        def answer(self, request):
            return Unit("framed", address=request[0]).answer(request)

    dialect = start(JkModbus, address=3)
    second = dialect.add(PackState(), 4)
    sent = talk(dialect, Pair(), 20_000)
    assert dialect.frames.proven and second.frames.proven and second.pack.get(p.SOC_PCT) == 50
    assert {request[0] for _, request in sent} == {3, 4}
    gaps = [b[0] - a[0] for a, b in zip(sent, sent[1:], strict=False)]
    assert min(gaps) >= 100


def test_sensors_that_nobody_measured_are_not_believed_without_a_device_frame():
    dialect = start(JkModbus)
    frame = bytearray(STATUS)
    frame[256:260] = bytes(4)
    frame[299] = sum(frame[:299]) & 0xFF
    feed(dialect, acknowledged(bytes(frame), 0x20, address=0))
    assert values(dialect)["temps_dc"] == [195, 188]
    frame[256] = 5
    frame[299] = sum(frame[:299]) & 0xFF
    feed(dialect, acknowledged(bytes(frame), 0x20, address=0))
    assert values(dialect)["temps_dc"] == [195, 188, 5, 0]


# -- a unit that is lost, among others ------------------------------------------------------------


class Members:
    """Units at some addresses, in one of the two forms."""

    def __init__(self, form, *addresses):
        self.form = form
        self.addresses = addresses

    def answer(self, request):
        """See Unit.answer."""
        address = request[0] if request[0] in self.addresses else 99
        return Unit(self.form, address=address).answer(request)


@pytest.mark.parametrize("form", ["framed", "plain"])
def test_a_unit_that_is_lost_does_not_hold_up_its_neighbours(form):
    dialect = start(JkModbus, address=1)
    second = dialect.add(PackState(), 2)
    talk(dialect, Members(form, 1, 2), 20_000)
    asked = talk(dialect, Members(form, 2), 30_000, 20_000)
    dialect.reset()
    asked += talk(dialect, Members(form, 2), 50_000, 30_000)
    status = (0x16, 0x20) if form == "framed" else (0x12, 0)
    times = [now for now, q in asked if q[0] == 2 and (q[2], q[3]) == status]
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) < 2000
    assert {q[0] for now, q in asked if now > 30_000} == {1, 2}
    assert 0x14 not in {q[2] for _, q in asked if q[0] == 2} and second.frames.proven
    talk(dialect, Members(form, 1, 2), 60_000, 50_000)
    assert dialect.frames.proven and dialect.pack.age_ms(p.STATUS, 60_000) < 2000


def test_a_unit_that_is_sought_is_sought_anew_beside_a_neighbour():
    dialect = start(JkModbus)
    dialect.add(PackState(), 15)
    talk(dialect, Members("framed", 15), 10_000)
    assert dialect.address not in (None, 1)
    dialect.reset()
    asked = talk(dialect, Members("framed", 15), 12_000, 10_000)
    assert [q[0] for _, q in asked if q[0] != 15][0] == 1
    talk(dialect, Members("framed", 4, 15), 25_000, 12_000)
    assert dialect.address == 4 and dialect.frames.proven


def test_a_bus_on_which_nobody_answers_is_listened_to_again():
    dialect = start(JkModbus, address=1)
    dialect.add(PackState(), 2)
    talk(dialect, Members("framed", 1, 2), 20_000)
    talk(dialect, Members("framed"), 30_000, 20_000)
    dialect.reset()
    assert talk(dialect, Members("framed", 1, 2), 40_000, 30_000)[0][0] == 30_000 + LISTEN_MS


# -- another who asks by function 03 --------------------------------------------------------------


def asks(address, register=0x1200, words=36):
    """Returns a request for registers."""
    return crc16(bytes([address, 3]) + register.to_bytes(2, "big") + words.to_bytes(2, "big"))


@pytest.mark.parametrize("address", [None, 1])
@pytest.mark.parametrize("asked", [1, 15])
@pytest.mark.parametrize("register, words", [(0x1200, 36), (0x1290, 2), (0x0000, 125)])
def test_a_master_that_reads_registers_is_left_alone(address, asked, register, words):
    dialect = start(JkModbus, address=address)
    out = bytearray(16)
    for now in range(0, 60_000, 500):
        feed(dialect, asks(asked, register, words), now=now)
        assert dialect.master and dialect.request(now, out) == 0


@pytest.mark.parametrize("form", ["framed", "plain"])
@pytest.mark.parametrize("echo", [False, True])
def test_a_master_that_comes_later_is_noticed_by_what_he_reads(form, echo):
    dialect = start(JkModbus, address=3)
    talk(dialect, Unit(form, echo=echo), 20_000)
    assert not dialect.master and dialect.frames.proven
    feed(dialect, asks(3, 0x1200, 38), now=20_100)
    assert dialect.master
    sent = talk(dialect, Unit(form), 60_000, 20_100)
    assert sent[0][0] == 50_100


def asking():
    """Returns (dialect, out, now): it has just asked a unit, in the plain form, what is in out."""
    dialect = start(JkModbus, address=3)
    talk(dialect, Unit("plain"), 20_000)
    out = bytearray(16)
    now = 20_000
    while not dialect.request(now, out):
        now += 100
    return dialect, out, now


def test_what_a_master_was_told_is_not_taken_for_ours():
    dialect, out, now = asking()
    before = values(dialect)
    words = out[5]
    feed(dialect, asks(3, 0x1100, words), now=now + 10)
    told = crc16(bytes([3, 3, 2 * words]) + bytes(range(2 * words)))
    feed(dialect, told, told, told, now=now + 50)
    assert dialect.master and dialect.foreign == 3 and values(dialect) == before


def test_a_neighbours_registers_are_not_ours():
    dialect, _, now = asking()
    seq = dialect.pack.seq
    for register, words in ((0x1200, 36), (0x128A, 38), (0x12E4, 13)):
        feed(dialect, Unit("plain", address=4).registers(register, words), now=now + 50)
    assert dialect.pack.seq == seq


def test_our_own_question_is_no_masters_however_the_line_shows_it():
    for form in ("framed", "plain"):
        for damage in range(8 * 8):
            dialect = start(JkModbus, address=3)
            dialect.resume(3, form == "plain")
            out = bytearray(16)
            dialect.request(0, out)
            size = dialect.request(LISTEN_MS, out)
            echo = bytearray(out[:size])
            echo[damage >> 3] ^= 1 << (damage & 7)
            feed(dialect, bytes(echo), now=LISTEN_MS)
            feed(dialect, Unit(form).answer(bytes(out[:size])), now=LISTEN_MS + 50)
            assert not dialect.master, (form, damage)


def test_no_reply_passes_for_a_question():
    """Its first eight bytes may fit their CRC by chance: once in six hours of plain reading."""
    dialect, out, now = asking()
    words = out[5]
    head = crc16(bytes([3, 3, 2 * words, 0x0C, 0xE4, 0x0C]))
    assert len(head) == 8
    frames = dialect.framer.others + dialect.framer.frames
    feed(dialect, crc16(head + bytes(2 * words - 5)), now=now + 50)
    assert not dialect.master
    assert dialect.framer.others + dialect.framer.frames == frames + 1
