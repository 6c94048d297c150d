"""JK over BLE: every capture and stream, which variant it is, and what is withheld."""

import pytest

from bms import pack as p
from bms.check import NO_DATA, Check
from bms.jk.jk_ble import JkBle, put_command
from host_tests import dialects
from host_tests.bms.jk_ble_rig import (
    DEVICE_24S,
    DEVICE_32S,
    jk04_status,
    knowing,
    patched,
    settings_frame,
)
from host_tests.dialects import (
    differences,
    feed,
    feed_capture,
    load,
    name_of,
    start,
    values,
    variant_of,
    why_withheld,
)
from tools.mp.samples import jk02_status, jk300, jk_device

PROTOCOLS = ("jk02_24s", "jk02_32s", "jk04")
DECODABLE = ("status", "settings", "device")
# The software generation to read a capture by that does not name one.
GENERATIONS = {"jk02_24s": 10, "jk02_32s": 11, "jk04": 3}


def generation_of(capture):
    version = capture.get("sw")
    return int(version.partition(".")[0]) if version else GENERATIONS[capture["protocol"]]


@pytest.mark.parametrize("path", dialects.captures(*PROTOCOLS), ids=name_of)
def test_captures(path):
    capture = load(path)
    dialect = knowing(generation_of(capture))
    decoded = feed_capture(dialect, capture)
    if capture["checksum_ok"] is False:
        assert decoded == 0 and dialect.framer.others == 0
    elif capture["kind"] not in DECODABLE:
        assert decoded == 0 and dialect.framer.others == 1
    else:
        assert decoded == 1 and differences(values(dialect), capture) == {}
        assert why_withheld(dialect) == "nothing" and variant_of(dialect) == capture["protocol"]
        if capture["kind"] == "status" and capture["expected"]["cell_mv"]:
            assert dialect.frames.proven
        assert not {"1234", "123456", "passcode"} & set(map(str, values(dialect).values()))


@pytest.mark.parametrize(
    "name",
    [
        "jk02_24s_jk_b1a20s15p_hw10xw_sw1007",
        "jk02_24s_jk_bd6a17s6p_hw72_sw710h",
        "jk02_24s_mcu_uart_sigrok",
        "jk02_24s_pdus_jk_b1a20s15p_10_07",
        "jk02_32s_heating_off",
        "jk02_32s_jk_b2a20s20p_can_rs485",
        "jk02_32s_jk_pb_heating_start_stop",
        "jk04_jk_b2a16s_hw30_sw330_cmds",
        "jk04_jk_b5a24s_sw803m",
        "jk04_pdus_jk_b2a16s_3_3_0",
    ],
)
def test_streams(shared, name):
    log = load(dialects.stream(name))
    dialect = start(JkBle)
    if "_pdus_" in name:  # begin with a status frame
        dialect.frames.assume(GENERATIONS[log["protocol"]])
    now = 0
    for event in log["events"]:
        if event["dir"] == "rx":
            now = int(event.get("t", 0) * 1000) or now + 300
            feed(dialect, bytes.fromhex(event["hex"]), now=now & 0x3FFFFFFF)
    seen = {f"type{kind:02}": n for kind, n in enumerate(dialect.frames.seen) if n}
    assert seen == log["valid_frames"]
    assert dialect.framer.frames == sum(seen.values())  # and all of them were published
    assert (dialect.acks, dialect.probes) == (log["other"]["acks"], log["other"]["at"])
    assert dialect.framer.dropped + dialect.framer.pending() == log["other"]["junk"]
    assert variant_of(dialect) == log["protocol"] and dialect.frames.proven


# -- the variant ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "version, variant",
    [
        (b"3.3.0", "jk04"),
        (b"5.1", "jk04"),
        (b"6.0", "jk02_24s"),
        (b"8.0.6G", "jk02_24s"),
        (b"10.07", "jk02_24s"),
        (b"11.17", "jk02_32s"),
        (b"14.20", "jk02_32s"),
        (b"19.27", "jk02_32s"),
    ],
)
def test_the_version_tells_the_variant(version, variant):
    dialect = start(JkBle)
    frame = bytearray(jk_device(b"JK-TEST", b"1", version))
    frame[78:84] = b"220312"
    frame[299] = sum(frame[:299]) & 0xFF
    assert feed(dialect, bytes(frame)) == 1
    assert variant_of(dialect) == variant and not dialect.frames.proven
    assert values(dialect)["sw_version"] == version.decode()


@pytest.mark.parametrize("version", [b"20.01", b"99.9", b"V3", b"", b"11", b".5", b"1234.5"])
def test_an_unknown_generation_is_withheld_and_named(version):
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK-NEW", b"20", version))
    assert why_withheld(dialect) == "unknown_generation" and variant_of(dialect) == "unknown"
    assert values(dialect).get("model") == "JK-NEW"
    for frame in (jk02_status(wide=True), jk02_status(), jk04_status(), settings_frame()):
        assert feed(dialect, frame) == 0
    assert not dialect.pack.seen(p.STATUS) and not dialect.pack.seen(p.SETTINGS)
    assert dialect.frames.withheld_frames == 4 and why_withheld(dialect) == "unknown_generation"


def test_nothing_is_published_before_the_unit_has_said_what_it_is():
    dialect = start(JkBle)
    assert feed(dialect, jk02_status(), settings_frame()) == 0
    assert why_withheld(dialect) == "no_device_info" and values(dialect) == {}
    assert feed(dialect, DEVICE_24S, jk02_status()) == 2 and why_withheld(dialect) == "nothing"


@pytest.mark.parametrize(
    "device, frame",
    [
        (DEVICE_24S, jk02_status(wide=True)),
        (DEVICE_32S, jk02_status()),
        (DEVICE_32S, jk04_status()),
        (jk_device(b"JK-B2A16S", b"3.0", b"3.3.0"), jk02_status()),
    ],
)
def test_a_contradicting_layout_is_withheld_and_named(device, frame):
    dialect = start(JkBle)
    feed(dialect, device)
    assert feed(dialect, frame, frame) == 0 and why_withheld(dialect) == "contradiction"
    assert not dialect.pack.seen(p.STATUS) and not dialect.frames.proven
    assert "cell_mv" not in values(dialect)


@pytest.mark.parametrize("ma, decoded", [(983_039, 1), (983_040, 0), (-983_040, 1), (-983_041, 0)])
def test_a_current_that_no_pack_has_contradicts(ma, decoded):
    dialect = knowing(10)
    assert feed(dialect, jk02_status(ma=ma)) == decoded
    assert why_withheld(dialect) == ("nothing" if decoded else "contradiction")
    assert dialect.pack.get(p.CURRENT_MA, 0) == decoded * ma


def test_wrong_settings_are_withheld_too():
    dialect = knowing(10)
    feed(dialect, jk02_status())
    marked = settings_frame(o6=0x3F800000)
    assert feed(dialect, marked) == 0 and why_withheld(dialect) == "contradiction"
    assert feed(knowing(3), settings_frame()) == 0


@pytest.mark.parametrize("frame", [jk04_status(), jk300(1, {6: b"\0\0\x80\x3f", 34: b"\x08"})])
def test_a_balancer_with_the_version_of_a_bms_is_told_by_its_content(frame):
    dialect = knowing(8)
    assert feed(dialect, frame) == 1 and variant_of(dialect) == "jk04"


def test_a_device_frame_without_date_and_serial_is_a_balancers():
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK-B5A24S", b"8.X", b"8.0.3M"))
    assert variant_of(dialect) == "jk04"
    assert feed(dialect, jk02_status()) == 1  # unless its content is a BMS's
    assert variant_of(dialect) == "jk02_24s"


def test_a_broken_sense_wire_does_not_blind_a_proven_unit():
    frame = bytearray(jk02_status())
    frame[6:8] = b"\0\0"  # cell 1 reads 0, and the pack's voltage does not
    frame[299] = sum(frame[:299]) & 0xFF
    dialect = knowing(10)
    assert feed(dialect, bytes(frame)) == 0  # not enough to begin with
    assert feed(dialect, jk02_status()) == 1 and dialect.frames.proven
    frame[54] = 0xFE
    frame[299] = sum(frame[:299]) & 0xFF
    assert feed(dialect, bytes(frame)) == 1  # the mask still holds
    assert values(dialect)["cell_mv"][0] == 0


@pytest.mark.parametrize(
    "offset, byte", [(141, 101), (166, 2), (167, 9), (183, 2), (140, 3), (121, 1), (129, 0x7F)]
)
def test_impossible_figures_reject_a_frame(offset, byte):
    frame = bytearray(jk02_status())
    frame[offset] = byte
    frame[299] = sum(frame[:299]) & 0xFF
    dialect = knowing(10)
    assert feed(dialect, bytes(frame)) == 0 and dialect.framer.bad_frame == 1


UNIT = jk_device(b"JK-PB2A16S20P", b"15A", b"15.41")
OTHERS = {
    "model": jk_device(b"JK-PB1A16S10P", b"15A", b"15.41"),
    "version": jk_device(b"JK-PB2A16S20P", b"15A", b"15.38"),
    "serial number": jk300(3, {6: b"JK-PB2A16S20P", 22: b"15A", 30: b"15.41", 86: b"40104030234"}),
}


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("other", [None, *OTHERS])
def test_the_same_unit_goes_on_with_its_figures_and_another_begins_with_none(lost, other):
    dialect = start(JkBle)
    pack = dialect.pack
    checker = Check(pack, dialect.FREEZE_S)
    feed(dialect, UNIT, patched({166: b"\x10"}), settings_frame(), now=100)
    before = values(dialect)
    assert checker.step(100) and before["alarms"] == ["cell_overvoltage"]
    if lost:
        dialect.reset()
    feed(dialect, OTHERS.get(other, UNIT), now=3000)
    if other is None:
        assert values(dialect) == before and checker.step(3000) and any(pack.alarms)
        assert pack.age_ms(p.STATUS, 3000) == 2900
    else:
        assert not any(pack.alarms) and pack.cells == 0
        assert not pack.seen(p.STATUS) and not pack.seen(p.SETTINGS) and pack.seen(p.DEVICE)
        assert not checker.step(3000) and checker.verdict == NO_DATA
    feed(dialect, patched({6: b"\xe5"}), now=4000)
    assert checker.step(4000) and pack.fresh(p.STATUS, 4000, 0)


def test_another_unit_starts_from_nothing():
    dialect = start(JkBle)
    feed(dialect, DEVICE_24S, jk02_status(), settings_frame())
    assert dialect.frames.proven and "cell_uvp_mv" in values(dialect)
    feed(dialect, DEVICE_32S)
    shown = values(dialect)
    assert shown["model"] == "JK_B2A20S20P" and not dialect.frames.proven
    assert "cell_mv" not in shown and "cell_uvp_mv" not in shown


# -- asking ---------------------------------------------------------------------------------------


def asked(dialect, first, last, out=None):
    """Returns [(ms, command)] of the requests in a span."""
    out = bytearray(20) if out is None else out
    found = []
    for now in range(first, last, 50):
        dialect.settle(now)
        if dialect.request(now, out):
            found.append((now, out[4]))
    return found


def test_a_silent_unit_is_asked_both_questions_in_turn():
    """... and each time twice as long is waited, since it may beep at every one of them."""
    commands = asked(start(JkBle), 0, 34_000)
    assert commands[:3] == [(0, 0x97), (2000, 0x96), (4000, 0x97)]
    assert commands[3:] == [(8000, 0x96), (16_000, 0x97), (32_000, 0x96)]


def test_the_sequence_of_a_healthy_unit():
    dialect = start(JkBle)
    assert asked(dialect, 0, 100) == [(0, 0x97)]
    feed(dialect, DEVICE_24S, now=150)
    assert asked(dialect, 150, 700) == [(500, 0x96)]
    feed(dialect, settings_frame(), now=700)
    requests = stream(dialect, 1000, 2 * HOUR_MS + 60_000, lambda _: settings_frame())
    assert [command for _, command in requests] == [0x96, 0x96]  # an hour apart
    assert requests[1][0] - requests[0][0] >= HOUR_MS
    end = 2 * HOUR_MS + 60_000
    silent = asked(dialect, end, end + 13_000)
    assert silent and silent[0][0] >= end + 9000, "the watchdog asks after ten seconds"
    dialect.reset()
    assert asked(dialect, end + 13_000, end + 13_100) == [(end + 13_000, 0x97)]


HOUR_MS = 3_600_000


def stream(dialect, first, last, answer):
    """Streams statuses and answers each request; returns [(ms, command)] of the requests."""
    requests = []
    status = jk02_status()
    for now in range(first, last, 2000):
        feed(dialect, status, now=now)
        for request in asked(dialect, now, now + 50):
            requests.append(request)
            feed(dialect, answer(request[1]), now=now)
    return requests


@pytest.mark.parametrize("answers", [lambda _: DEVICE_24S, lambda _: b""])
def test_a_unit_that_never_tells_its_settings_is_not_asked_without_end(answers):
    """Some answer 0x96 with the device's information (jk.md §7 F5), and beep each time."""
    dialect = start(JkBle)
    asked(dialect, 0, 100)
    feed(dialect, DEVICE_24S, now=150)
    requests = stream(dialect, 500, 12 * HOUR_MS, answers)
    assert len(requests) < 12 + 12 and dialect.frames.proven
    late = [ms for ms, _ in requests if ms > 2 * HOUR_MS]
    assert min(b - a for a, b in zip(late, late[1:], strict=False)) >= HOUR_MS


def test_how_often_settings_are_read_again_is_a_matter_of_settings():
    dialect = start(JkBle)
    dialect.settings.every_ms = 300_000
    asked(dialect, 0, 100)
    feed(dialect, DEVICE_24S, now=150)
    requests = stream(dialect, 500, HOUR_MS, lambda _: settings_frame())
    assert 11 <= len(requests) <= 13


def test_put_command():
    out = bytearray(20)
    assert put_command(out, 0x97, 0, 0) == 20
    assert out.hex() == "aa5590eb97" + "00" * 14 + "11"
    put_command(out, 0x18, 4, -100)
    assert out.hex() == "aa5590eb18049cffffff" + "00" * 9 + "2f"
