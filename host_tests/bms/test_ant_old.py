"""ANT units of 2020 and before: captures, the log, asking, commands."""

import pytest

from bms import check
from bms.ant.ant_old import AntOld
from host_tests import dialects
from host_tests.dialects import differences, feed, feed_capture, load, name_of, start, values
from tools.mp.samples import ant_old_status


@pytest.mark.parametrize("path", dialects.captures("ant_old"), ids=name_of)
def test_captures(path):
    capture = load(path)
    dialect = start(AntOld)
    dialect.doubt_zeros = False
    decoded = feed_capture(dialect, capture)
    if capture["checksum_ok"] is False:
        assert decoded == 0 and dialect.framer.bad_checksum == 1 and values(dialect) == {}
    elif capture["kind"] == "status":
        assert decoded == 1 and differences(values(dialect), capture) == {}
        assert dialect.proven and check.judge(dialect.pack) == check.PLAUSIBLE
    else:
        frames = capture["expected"]["frames"]
        assert decoded == 0 and dialect.framer.others == len(frames)
        last = frames[-1]
        assert (dialect.reply_register, dialect.reply_value) == (last["register"], last["value"])
        assert dialect.refused == sum(f["register"] == 0xF5 for f in frames)


def test_the_log_of_short_frames(shared):
    log = load(dialects.stream("rfcomm_ant24c"))
    dialect = start(AntOld)
    for seconds, direction, _, content in log["events"]:
        if direction == "rx":
            feed(dialect, bytes.fromhex(content), now=int(seconds * 1000))
    assert dialect.framer.others == log["valid_six_byte_frames"] and dialect.framer.dropped == 0
    assert dialect.refused == log["frames"]["a5a5f50001f6"]


def shown(**keywords):
    """Returns what a status shows."""
    dialect = start(AntOld)
    assert feed(dialect, ant_old_status(**keywords)) == 1
    return values(dialect)


def test_current_is_positive_while_charging():
    assert shown(deci_amps=20)["current_ma"] == -2000
    assert shown(deci_amps=-150)["current_ma"] == 15_000 and shown(deci_amps=-150)["power_mw"] > 0


def test_the_first_mos_byte_is_charge():
    got = shown(mos=(15, 1))
    assert got["charge_on"] is False and got["discharge_on"] is True and got["alarms"] == []
    assert got["alarms_raw"] == 15 << 8 | 1
    assert shown(mos=(2, 1))["alarms"] == ["cell_overvoltage"]
    assert shown(mos=(1, 2))["alarms"] == ["cell_undervoltage"]
    assert shown(mos=(4, 1))["full"] is True and shown(mos=(4, 1))["alarms"] == []
    assert shown(mos=(200, 99))["alarms"] == []


def test_sensors_and_unknown_capacity():
    assert shown(temps=(-5, -40, 0, 30))["temps_dc"] == [-50, None, None, 300]  # see test_zeros
    frame = bytearray(ant_old_status())
    frame[75:79] = bytes(4)
    frame[138:] = (sum(frame[4:138]) & 0xFFFF).to_bytes(2, "big")
    dialect = start(AntOld)
    feed(dialect, bytes(frame))
    got = values(dialect)
    assert "capacity_mah" not in got and "cycles" not in got and got["remaining_mah"] == 50_000


@pytest.mark.parametrize(
    "at, data", [(123, b"\x00"), (123, b"\x21"), (74, b"\x65"), (70, b"\x3f\xff\xff\xff")]
)
def test_impossible_figures_reject_a_frame(at, data):
    frame = bytearray(ant_old_status())
    frame[at : at + len(data)] = data
    frame[138:] = (sum(frame[4:138]) & 0xFFFF).to_bytes(2, "big")
    dialect = start(AntOld)
    assert feed(dialect, bytes(frame)) == 0 and dialect.framer.bad_frame == 1
    assert values(dialect) == {}


def test_both_forms_of_the_request_take_turns_until_one_is_answered():
    dialect = start(AntOld)
    out = bytearray(16)
    sent = []
    for now in range(0, 3000, 50):
        n = dialect.request(now, out)
        if n:
            sent.append((now, bytes(out[:n]).hex()))
            if bytes(out[:n]).hex() == "dbdb00000000":
                feed(dialect, ant_old_status(), now=now)
    assert sent == [
        (0, "5a5a00000101"),
        (1000, "dbdb00000000"),
        (2000, "dbdb00000000"),  # it keeps to the form that was answered
    ]
    assert dialect.unanswered == 0


def test_an_echo_is_no_answer():
    dialect = start(AntOld)
    out = bytearray(16)
    for now in (0, 1000, 2000):
        feed(dialect, bytes(out[: dialect.request(now, out)]), now=now)
    assert dialect.unanswered == 2
