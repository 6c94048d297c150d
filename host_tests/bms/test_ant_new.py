"""ANT units of 2021 and later: captures, streams, permissions, asking, commands."""

import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import check
from bms import pack as p
from bms.ant.ant_new import AntNew, put_request
from bms.crc16 import words_are_good
from host_tests import dialects
from host_tests.dialects import differences, feed, feed_capture, load, name_of, start, values
from tools.mp.samples import ant_frame, ant_status

DECODABLE = ("status", "settings", "device")
READ_OK = b"\xff\x0b\x00\x00"
# Single registers that Packmate has no use for.
UNUSED = (
    "new_settings_single_cellovp2",
    "new_settings_x_current_read6",
    "new_settings_x_temp_read23_discharge_ut_warn",
    "new_settings_x_volt_read3",
)


@pytest.mark.parametrize("path", dialects.captures("ant_new"), ids=name_of)
def test_captures(path):
    capture = load(path)
    dialect = start(AntNew)
    decoded = feed_capture(dialect, capture)
    kind = capture["kind"]
    if kind.startswith("burst"):
        assert decoded == len(capture["expected"]["frames"])
        assert dialect.framer.dropped == (156 if kind == "burst_corrupt" else 0)
    elif capture["checksum_ok"] is False:
        assert decoded == 0 and dialect.framer.others == 0 and values(dialect) == {}
    elif kind not in DECODABLE or path.stem in UNUSED:
        assert decoded == 0 and dialect.framer.others == 1
        expected = capture["expected"]
        code = expected.get("control_result", expected.get("permission"))
        if code is None and kind == "write":
            code = expected["result_code"]
        if code is not None:
            assert dialect.replies == 1 and dialect.reply_code == code
            assert dialect.reply_register == expected["register"]
    else:
        assert decoded == 1 and differences(values(dialect), capture) == {}
        if kind == "status":
            assert dialect.proven and check.judge(dialect.pack) == check.PLAUSIBLE


@pytest.mark.parametrize("name", ["ble_16zmub", "ble_24bhub_commands"])
def test_streams(shared, name):
    log = load(dialects.stream(name))
    dialect = start(AntNew)
    seen = collections.Counter()
    accept = dialect.accept

    def counted(buf, at, size, now):
        verdict = accept(buf, at, size, now)
        seen[f"0x{buf[at + 2]:02x}"] += verdict > 0
        return verdict

    dialect.accept = counted
    for seconds, direction, _, content in log["events"]:
        if direction == "rx":
            feed(dialect, bytes.fromhex(content), now=int(seconds * 1000))
    assert +seen == log["valid_frames"]
    assert dialect.framer.dropped == log["bytes_not_in_valid_frames"]


# -- status ---------------------------------------------------------------------------------------


def shown(**keywords):
    """Returns what a status shows."""
    dialect = start(AntNew)
    assert feed(dialect, ant_status(**keywords)) == 1
    return values(dialect)


def test_current_is_positive_while_charging():
    assert shown(deci_amps=20)["current_ma"] == -2000 and shown(deci_amps=20)["power_mw"] < 0
    assert shown(deci_amps=-107)["current_ma"] == 10_700


def test_the_first_mos_byte_is_discharge():
    one = shown(mos=(1, 15))
    assert one["discharge_on"] is True and one["charge_on"] is False and one["alarms"] == []
    other = shown(mos=(17, 1))
    assert other["charge_on"] is True and other["alarms"] == ["discharge_undertemp"]
    assert shown(mos=(1, 17))["alarms"] == ["charge_undertemp"]


def test_absent_sensors():
    assert shown(temps=(-40, -39, 0, 125))["temps_dc"] == [None, -390, 0, 1250]
    assert shown(temps=(-41, 151))["temps_dc"] == [None, None]


@pytest.mark.parametrize("cells, temps", [(1, 0), (8, 2), (16, 4), (32, 8)])
def test_variable_length(cells, temps):
    values_shown = shown(cells=cells, temps=(20,) * temps)
    assert len(values_shown["cell_mv"]) == cells == values_shown["cell_count"]
    assert values_shown.get("temps_dc", []) == [200] * temps


@pytest.mark.parametrize("at, byte", [(3, 0), (3, 33), (2, 9), (3, 9), (1, 6)])
def test_counts_that_do_not_fit_reject_the_frame(at, byte):
    data = bytearray(ant_status()[6:-4])
    data[at] = byte
    dialect = start(AntNew)
    assert feed(dialect, ant_frame(0x11, 0, bytes(data))) == 0
    assert dialect.framer.bad_frame == 1 and values(dialect) == {}


def test_all_64_bits_of_the_alarm_words():
    got = shown(bits=((1 << 60) - 1, (1 << 60) - 1))
    assert got["alarms_raw"] == got["warnings_raw"] == (1 << 60) - 1
    for bit in range(60):
        got = shown(bits=(1 << bit, 0))
        assert got["alarms_raw"] == 1 << bit and got["warnings_raw"] == 0
        got = shown(bits=(0, 1 << bit))
        assert got["warnings_raw"] == 1 << bit and got["alarms_raw"] == 0


@pytest.mark.parametrize(
    "protection, name",
    [
        (1, "cell_overvoltage"),
        (2, "cell_overvoltage"),
        (5, "cell_undervoltage"),
        (11, "charge_undertemp"),
        (16, "short_circuit"),
        (17, None),
        (24, None),
        (25, "open_wire"),
        (32, None),
        (35, "telematics_lost"),
        (50, "afe_fault"),
    ],
)
def test_protections(protection, name):
    assert shown(bits=(1 << protection, 0))["alarms"] == ([name] if name else [])


@pytest.mark.parametrize(
    "warning, name",
    [
        (7, "charge_undertemp"),
        (12, "low_soc"),
        (13, "low_soc"),
        (18, None),
        (26, None),
        (30, "balancer_overtemp"),
        (43, "clock_fault"),
        (49, "low_voltage_shutdown"),
        (53, "comm_unstable"),
    ],
)
def test_warnings(warning, name):
    assert shown(bits=(0, 1 << warning))["alarms"] == ([name] if name else [])


def test_states_among_the_warnings():
    plain = shown()
    assert plain["full"] is False and plain["heating"] is False
    assert "charger_present" not in plain
    assert shown(bits=(0, 1 << 17))["full"] is True
    assert shown(bits=(0, 1 << 36))["heating"] is True
    for bit in (20, 21, 22, 50):
        assert shown(bits=(0, 1 << bit))["charger_present"] is True


def test_capacities_beyond_30_bits():
    frame = bytearray(ant_status(cells=1, temps=()))
    at = 6 + 28 + 2 + 16
    frame[at : at + 4] = (4_294_967_295).to_bytes(4, "little")
    dialect = start(AntNew)
    assert feed(dialect, ant_frame(0x11, 0, bytes(frame[6:-4]))) == 1
    assert values(dialect)["capacity_mah"] == 4_294_967


# -- settings -------------------------------------------------------------------------------------


def block(address, *words):
    """Returns a reply to a settings read."""
    data = b"".join((word & 0xFFFF).to_bytes(2, "little") for word in words)
    return ant_frame(0x12, address, data, READ_OK)


def test_a_block_of_ff_is_not_authorised_and_no_temperature():
    dialect = start(AntNew)
    assert feed(dialect, block(0x38, *[-1] * 22)) == 1
    assert values(dialect) == {"unauthorised": True}
    assert not dialect.pack.seen(p.SETTINGS)
    feed(dialect, block(0x44, -2, 2))
    got = values(dialect)
    assert (got["charge_utp_dc"], got["charge_utpr_dc"]) == (-20, 20)
    assert got["unauthorised"] is False and dialect.pack.seen(p.SETTINGS)


@pytest.mark.parametrize("how", ["FF", "result"])
@pytest.mark.parametrize("lost", [False, True])
def test_what_another_unit_refuses_is_not_known_of_it(how, lost):
    """With the link lost another unit may be there: one that grants no more than its status."""
    dialect = start(AntNew)
    versions = ant_frame(0x12, 0x26C, b"24ZHE0TB220A    24CAUB00-230524B", READ_OK)
    feed(dialect, block(0x38, *[-2] * 22), versions, block(0x132, 5))
    known = values(dialect)
    assert known["charge_utp_dc"] == -20 and known["hw_version"].startswith("24ZHE")
    if lost:
        dialect.reset()
    if how == "FF":
        feed(dialect, block(0x38, *[-1] * 22), block(0x26C, *[-1] * 16))
    else:
        for address, size in ((0x38, 44), (0x26C, 32)):
            feed(dialect, ant_frame(0x12, address, bytes(size), b"\xff\x01\x00\x00"))
    shown = values(dialect)
    assert shown.pop("unauthorised") is True and shown.pop("temp_sensor_mask") == 5
    del known["unauthorised"], known["temp_sensor_mask"]
    assert shown == ({} if lost else known)


def test_a_refusal_in_the_result_is_not_authorised_either():
    dialect = start(AntNew)
    refusal = ant_frame(0x12, 0x210, b"\xff\x7f" * 4, b"\xff\x01\x00\x04\x4e\x12\x09\x00")
    assert feed(dialect, refusal) == 0 and values(dialect) == {"unauthorised": True}


def test_ff_pairs_of_thresholds_are_not_set():
    dialect = start(AntNew)
    feed(dialect, block(0x40, 75, 65, -1, -1, -10, -5))
    got = values(dialect)
    assert "charge_utp_dc" not in got and "charge_utpr_dc" not in got
    assert got["discharge_utp_dc"] == -100 and got["mos_otp_dc"] == 750
    feed(dialect, block(0x44, -1, 3))
    assert values(dialect)["charge_utp_dc"] == -10  # one of them may well be -1 °C


def test_passwords_are_never_stored():
    dialect = start(AntNew)
    feed(dialect, ant_frame(0x12, 0x14A, b"12345678" * 6, READ_OK))
    assert values(dialect) == {}


def test_version_texts_must_be_text():
    dialect = start(AntNew)
    good = b"24BHA0TB120A".ljust(16, b"\0") + b"24BHUB00-220301A"
    assert feed(dialect, ant_frame(0x12, 0x26C, good, READ_OK)) == 1
    assert values(dialect)["sw_version"] == "24BHUB00-220301A"
    assert feed(dialect, ant_frame(0x12, 0x26C, b"\x80" + good[1:], READ_OK)) == 0


# -- frames in frames -----------------------------------------------------------------------------


def test_header_and_end_mark_inside_of_data():
    inside = ant_frame(0x12, 0x00, b"\x7e\xa1\x11\x00\xaa\x55\x7e\xa1", READ_OK)
    dialect = start(AntNew)
    assert feed(dialect, inside, ant_status()) == 2 and dialect.framer.dropped == 0


def test_both_crcs_of_a_composite_reply_count():
    good = block(0x44, -2, 2)
    for bit in range(8 * len(good)):
        damaged = bytearray(good)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        dialect = start(AntNew)
        assert feed(dialect, bytes(damaged)) == 0, bit
        assert values(dialect) == {}


WORD = st.integers(0, 0xFFFF)


def crc_behind(words, crc):
    """Returns what words make of a CRC, bit after bit."""
    for word in words:
        for bit in range(16):
            crc = crc >> 1 ^ (0xA001 if (crc ^ word >> bit) & 1 else 0)
    return crc


@given(st.lists(WORD, min_size=1, max_size=99).filter(lambda words: len(words) % 2), WORD)
def test_words_are_judged_by_their_crc(words, before):
    crc = crc_behind(words, before)
    assert words_are_good([*words, crc], 0, len(words), before)
    assert words_are_good([7, *words, crc], 1, 1 + len(words), before)
    for wrong in (1, 0x8000, 0xA001, 0xC001):
        assert not words_are_good([*words, crc ^ wrong], 0, len(words), before)


def test_of_all_words_one_is_the_crc():
    good = [word for word in range(0x10000) if words_are_good([0x1234, word], 0, 1, 5)]
    assert good == [crc_behind([0x1234], 5)]


@given(st.binary(max_size=192))
def test_a_frame_of_any_length_is_judged_by_its_crc(data):
    frame = ant_frame(0x15, 7, data)
    dialect = start(AntNew)
    assert feed(dialect, frame) == 0 and dialect.framer.others == 1
    wrong = bytearray(frame)
    wrong[-4] ^= 0x01  # as if by one factor of the polynomial only
    wrong[-3] ^= 0xC0
    feed(dialect, bytes(wrong))
    assert dialect.framer.others == 1


# -- asking ---------------------------------------------------------------------------------------


def talk(dialect, last, answer):
    """Plays a unit that answers after 100 ms; returns [(ms, request)]."""
    out = bytearray(16)
    sent = []
    due = None
    for now in range(0, last, 25):
        if due and now >= due[0]:
            feed(dialect, due[1], now=now)
            due = None
        n = dialect.request(now, out)
        if n:
            assert due is None, "one request at a time"
            sent.append((now, bytes(out[:n])))
            reply = answer(bytes(out[:n]))
            due = (now + 100, reply) if reply else None
        dialect.settle(now)
    return sent


def unit(request):
    """Answers status and settings reads."""
    if request[2] == 1:
        return ant_status()
    register = int.from_bytes(request[3:5], "little")
    return ant_frame(0x12, register, bytes(request[5]), READ_OK)


def test_polling_is_paced_and_reads_everything():
    dialect = start(AntNew, poll_ms=1000)
    sent = talk(dialect, 10_000, unit)
    assert sent[0] == (0, bytes.fromhex("7ea1010000be1855aa55"))
    gaps = [b[0] - a[0] for a, b in zip(sent, sent[1:], strict=False)]
    assert min(gaps) >= 250 and dialect.unanswered == 0
    assert sum(request[2] == 1 for _, request in sent) >= 9
    blocks = {request[3:6].hex() for _, request in sent if request[2] == 2}
    assert {"38002c", "6c0220", "000034", "2a0120"} <= blocks


def test_settings_are_read_once_and_then_hourly():
    dialect = start(AntNew, poll_ms=10_000)
    sent = talk(dialect, 3_700_000, unit)
    first = [ms for ms, request in sent if request[2:6].hex() == "0238002c"]
    assert len(first) == 2 and first[1] - first[0] >= 3_600_000


def test_a_block_whose_reply_is_lost_is_not_missing_for_an_hour():
    """It is the one with the limits of charging in the cold: without them nothing is heated."""
    limits = "0238002c"
    asked = []

    def answer(request):
        asked.append(request[2:6].hex())
        lost = asked[-1] == limits and asked.count(limits) == 1
        return None if lost else unit(request)

    talk(start(AntNew, poll_ms=10_000), 60_000, answer)
    assert asked.count(limits) == 2  # again soon, and then no more


def test_settings_that_never_come_are_asked_for_less_and_less():
    dialect = start(AntNew, poll_ms=10_000)
    sent = talk(dialect, 3_600_000, lambda request: unit(request) if request[2] == 1 else None)
    assert sum(request[2:6].hex() == "0238002c" for _, request in sent) <= 10


def test_a_silent_unit_is_asked_slowly():
    dialect = start(AntNew)
    sent = talk(dialect, 10_000, lambda _: None)
    assert len(sent) == 10 and dialect.unanswered >= 8
    assert dialect.probe(bytearray(16)) == 10


def test_a_reply_to_another_register_does_not_count_as_the_answer():
    dialect = start(AntNew)
    out = bytearray(16)
    dialect.request(0, out)
    feed(dialect, block(0x44, -2, 2), now=50)
    assert dialect.request(600, out) == 0  # still waits for the status
    feed(dialect, ant_status(), now=700)
    assert dialect.request(700, out) == 10


# -- commands -------------------------------------------------------------------------------------


def test_requests_of_the_page(shared):
    out = bytearray(24)
    checked = 0
    for entry in load(shared / "captures" / "ant_requests.json"):
        wanted = bytes.fromhex(entry["hex"])
        if entry["protocol"] == "ant_new" and (wanted[2] < 0x10 or wanted[2] == 0x51):
            register = int.from_bytes(wanted[3:5], "little")
            assert put_request(out, wanted[2], register, wanted[5]) == len(wanted)
            assert bytes(out[: len(wanted)]) == wanted, entry["name"]
            checked += 1
    assert checked > 80
