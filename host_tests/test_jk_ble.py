"""JK over BLE: every capture and stream, which variant it is, and what is withheld."""

import random
import struct

import pytest

from bms import check
from bms import pack as p
from bms.ieee754 import INVALID, f32le, f64le
from bms.jk_ble import JkBle, put_command
from host_tests import dialects
from host_tests.dialects import differences, feed, feed_capture, load, name_of, start, values
from host_tests.mp.samples import JK_ACK, jk02_status, jk300, jk_device

PROTOCOLS = ("jk02_24s", "jk02_32s", "jk04")
DECODABLE = ("status", "settings", "device")
# The software generation to read a capture by that does not name one.
GENERATIONS = {"jk02_24s": 10, "jk02_32s": 11, "jk04": 3}
DEVICE_24S = jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07")
DEVICE_32S = jk_device(b"JK_B2A20S20P", b"11.XW", b"11.288H")


def knowing(generation):
    """Returns a dialect that takes its unit for one of a software generation."""
    dialect = start(JkBle)
    dialect.frames.assume(generation)
    return dialect


def generation_of(capture):
    version = capture.get("sw")
    return int(version.partition(".")[0]) if version else GENERATIONS[capture["protocol"]]


def jk04_status(volts=(3.3,) * 8, pack=None, action=0):
    """Returns a status frame of JK04 (jk.md §3.9)."""
    cells = struct.pack("<24f", *volts, *([0.0] * (24 - len(volts))))
    pack = sum(volts) if pack is None else pack
    fields = {6: cells, 214: ((1 << len(volts)) - 1).to_bytes(4, "little"), 220: bytes([action])}
    fields |= {222: struct.pack("<f", -0.762), 230: struct.pack("<d", pack)}
    return jk300(2, fields | {286: (752).to_bytes(4, "little")})


def settings_frame(**offsets):
    """Returns a sane JK02 settings frame; `o98=-50` sets the 32-bit integer at 98."""
    words = {10: 2800, 14: 3000, 18: 3650, 22: 3550, 98: 0, 102: 50, 114: 8, 118: 1, 122: 1}
    words |= {int(name[1:]): value for name, value in offsets.items()}
    fields = {at: (word & 0xFFFFFFFF).to_bytes(4, "little") for at, word in words.items()}
    return jk300(1, fields)


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
        assert dialect.withheld == "nothing" and dialect.variant == capture["protocol"]
        if capture["kind"] == "status" and capture["expected"]["cell_mv"]:
            assert dialect.proven
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
    assert dialect.framer.dropped + dialect.framer.pending == log["other"]["junk"]
    assert dialect.variant == log["protocol"] and dialect.proven


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
    assert dialect.variant == variant and not dialect.proven
    assert values(dialect)["sw_version"] == version.decode()


@pytest.mark.parametrize("version", [b"20.01", b"99.9", b"V3", b"", b"11", b".5", b"1234.5"])
def test_an_unknown_generation_is_withheld_and_named(version):
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK-NEW", b"20", version))
    assert dialect.withheld == "unknown_generation" and dialect.variant == "unknown"
    assert values(dialect).get("model") == "JK-NEW"
    for frame in (jk02_status(wide=True), jk02_status(), jk04_status(), settings_frame()):
        assert feed(dialect, frame) == 0
    assert not dialect.pack.seen(p.STATUS) and not dialect.pack.seen(p.SETTINGS)
    assert dialect.frames.withheld_frames == 4 and dialect.withheld == "unknown_generation"


def test_nothing_is_published_before_the_unit_has_said_what_it_is():
    dialect = start(JkBle)
    assert feed(dialect, jk02_status(), settings_frame()) == 0
    assert dialect.withheld == "no_device_info" and values(dialect) == {}
    assert feed(dialect, DEVICE_24S, jk02_status()) == 2 and dialect.withheld == "nothing"


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
    assert feed(dialect, frame, frame) == 0 and dialect.withheld == "contradiction"
    assert not dialect.pack.seen(p.STATUS) and not dialect.proven
    assert "cell_mv" not in values(dialect)


def test_wrong_settings_are_withheld_too():
    dialect = knowing(10)
    feed(dialect, jk02_status())
    marked = settings_frame(o6=0x3F800000)
    assert feed(dialect, marked) == 0 and dialect.withheld == "contradiction"
    assert feed(knowing(3), settings_frame()) == 0


@pytest.mark.parametrize("frame", [jk04_status(), jk300(1, {6: b"\0\0\x80\x3f", 34: b"\x08"})])
def test_a_balancer_with_the_version_of_a_bms_is_told_by_its_content(frame):
    dialect = knowing(8)
    assert feed(dialect, frame) == 1 and dialect.variant == "jk04"


def test_a_device_frame_without_date_and_serial_is_a_balancers():
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK-B5A24S", b"8.X", b"8.0.3M"))
    assert dialect.variant == "jk04"
    assert feed(dialect, jk02_status()) == 1  # unless its content is a BMS's
    assert dialect.variant == "jk02_24s"


def test_a_broken_sense_wire_does_not_blind_a_proven_unit():
    frame = bytearray(jk02_status())
    frame[6:8] = b"\0\0"  # cell 1 reads 0, and the pack's voltage does not
    frame[299] = sum(frame[:299]) & 0xFF
    dialect = knowing(10)
    assert feed(dialect, bytes(frame)) == 0  # not enough to begin with
    assert feed(dialect, jk02_status()) == 1 and dialect.proven
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


def test_another_unit_starts_from_nothing():
    dialect = start(JkBle)
    feed(dialect, DEVICE_24S, jk02_status(), settings_frame())
    assert dialect.proven and "cell_uvp_mv" in values(dialect)
    feed(dialect, DEVICE_32S)
    shown = values(dialect)
    assert shown["model"] == "JK_B2A20S20P" and not dialect.proven
    assert "cell_mv" not in shown and "cell_uvp_mv" not in shown


# -- figures --------------------------------------------------------------------------------------


def patched(fields, wide=True):
    """Returns a status frame with bytes replaced."""
    frame = bytearray(jk02_status(wide=wide))
    for offset, data in fields.items():
        frame[offset : offset + len(data)] = data
    frame[299] = sum(frame[:299]) & 0xFF
    return bytes(frame)


@pytest.mark.parametrize("generation, temps", [(11, 2), (13, 2), (14, 4), (19, 4)])
def test_sensors_by_generation(generation, temps):
    dialect = knowing(generation)
    absent = (-2000).to_bytes(2, "little", signed=True)
    feed(
        dialect, patched({164: absent, 144: absent, 256: (-55).to_bytes(2, "little", signed=True)})
    )
    assert values(dialect)["temps_dc"] == [195, None, -55, 0][:temps]
    assert "mos_temp_dc" not in values(dialect)


def test_heater_current_counts_only_while_the_heater_is_on():
    dialect = knowing(11)
    feed(dialect, patched({236: b"\x2c\x17"}))
    assert values(dialect)["heating"] is False and values(dialect)["heating_ma"] == 0
    feed(dialect, patched({236: b"\x2c\x17", 215: b"\x01"}))
    assert values(dialect)["heating"] is True and values(dialect)["heating_ma"] == 0x172C
    narrow = knowing(10)
    feed(narrow, jk02_status())
    assert "heating_ma" not in values(narrow)


def test_a_charger_is_only_ever_seen_present():
    dialect = knowing(15)
    feed(dialect, patched({245: b"\x01"}))
    assert values(dialect)["charger_present"] is True
    feed(dialect, patched({}))
    assert "charger_present" not in values(dialect)  # 0 also while a charger charges


def test_alarms_of_both_layouts():
    dialect = knowing(11)
    feed(dialect, patched({166: b"\x00\x02\x08\x10"}))
    shown = values(dialect)
    assert set(shown["alarms"]) == {"charge_undertemp", "change_password", "gps_remote_lock"}
    assert shown["alarms_raw"] == 0x10080200
    feed(dialect, patched({166: b"\xff\xff\xff\xff"}))
    assert values(dialect)["alarms_raw"] == 0xFFFFFFFF
    assert len(values(dialect)["alarms"]) == 29
    narrow = knowing(10)
    feed(narrow, patched({136: b"\x00\x02"}, wide=False))
    assert values(narrow)["alarms"] == ["charge_undertemp"]


def test_power_has_the_sign_of_the_current():
    dialect = knowing(10)
    feed(dialect, jk02_status(3300, 50, -2000))
    assert values(dialect)["power_mw"] < 0
    feed(dialect, jk02_status(3300, 50, 2000))
    assert values(dialect)["power_mw"] == values(dialect)["pack_mv"] * 2


def test_a_mask_with_a_gap_keeps_positions():
    dialect = knowing(10)
    frame = patched(
        {54: b"\xfd", 8: b"\0\0", 118: (8 * 3300 + 28 - 3301).to_bytes(4, "little")}, False
    )
    assert feed(dialect, frame) == 1
    assert values(dialect)["cell_mv"][:3] == [3300, 0, 3302]


def test_a_mask_beyond_the_layout_is_no_mask():
    dialect = knowing(10)
    feed(dialect, jk02_status())
    assert feed(dialect, patched({54: b"\xff\0\0\x80"}, wide=False)) == 1  # the sum still fits
    assert values(dialect)["cell_mv"] == [3300 + i for i in range(8)]


def test_an_empty_cell_list_is_survived():
    nothing = {6: bytes(16), 70: bytes(4), 150: bytes(4), 158: bytes(4)}
    dialect = knowing(19)
    assert feed(dialect, patched(nothing)) == 1 and not dialect.proven
    assert values(dialect)["cell_mv"] == [] and "cell_min_mv" not in values(dialect)
    assert check.judge(dialect.pack) == check.CELL_COUNT


# -- settings -------------------------------------------------------------------------------------


def test_heater_temperatures_only_where_the_unit_offers_them():
    heater = {284: b"\xfb", 285: b"\x07"}
    frame = bytearray(settings_frame())
    for offset, data in heater.items():
        frame[offset : offset + 1] = data
    frame[282] = 1
    frame[299] = sum(frame[:299]) & 0xFF
    device = bytearray(jk_device(b"JK_PB2A16S20P", b"15A", b"15.41"))
    for offered in (False, True):
        device[150 + (0x37 >> 3)] = (0x80 if offered else 0) | 0x01  # 0x37 and 0x38 are neighbours
        device[150 + (0x38 >> 3)] = 0x01 if offered else 0
        device[299] = sum(device[:299]) & 0xFF
        dialect = start(JkBle)
        assert feed(dialect, bytes(device), bytes(frame)) == 2
        shown = values(dialect)
        assert shown["heating_switch"] is True
        assert shown.get("heating_start_dc") == (-50 if offered else None)
        assert shown.get("heating_stop_dc") == (70 if offered else None)


@pytest.mark.parametrize("wrong", [{"o10": 10_001}, {"o98": 2001}, {"o118": 2}, {"o114": 33}])
def test_insane_settings_are_rejected_whole(wrong):
    dialect = knowing(10)
    assert feed(dialect, settings_frame(**wrong)) == 0
    assert dialect.framer.bad_frame == 1 and values(dialect) == {}


def test_negative_thresholds():
    dialect = knowing(10)
    feed(dialect, settings_frame(o98=-200, o102=-100))
    shown = values(dialect)
    assert (shown["charge_utp_dc"], shown["charge_utpr_dc"]) == (-200, -100)


# -- foreign bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [b"AT\r\n", JK_ACK, b"AT\r\nAT\r\n", JK_ACK + b"AT\r\n"])
def test_foreign_bytes_at_every_place_inside_a_frame(noise):
    frame = jk02_status()
    for at in range(4, len(frame) - len(noise) + 1):
        dialect = knowing(10)
        assert feed(dialect, frame[:at], noise, frame[at:], jk02_status(3400)) == 2, at
        assert values(dialect)["cell_mv"][0] == 3400


def test_a_lost_notification_is_noticed_even_if_the_sum_fits():
    frame = jk02_status()
    for lost in range(20, 300, 20):
        broken = frame[:lost] + frame[lost + 20 :]
        last = bytearray(jk02_status(3400))
        # The next frame's first 20 bytes end the window: its counter makes the sum right.
        last[5] = 0
        last[5] = (last[19] - sum(broken) - sum(last[:19])) & 0xFF
        window = broken + bytes(last[:20])
        assert sum(window[:299]) & 0xFF == window[299]
        last[299] = sum(last[:299]) & 0xFF
        dialect = knowing(10)
        feed(dialect, window, bytes(last[20:]))
        assert dialect.framer.frames == 1 and values(dialect)["cell_mv"][0] == 3400


def test_whole_notifications_between_the_pieces_of_a_frame():
    frame = jk02_status()
    dialect = knowing(10)
    for at in range(0, 300, 20):
        feed(dialect, frame[at : at + 20])
        if at % 60 == 0:
            feed(dialect, b"AT\r\n")
    assert dialect.framer.frames == 1 and values(dialect)["cell_count"] == 8


# -- floats without floats ------------------------------------------------------------------------


def test_ieee754_against_struct():
    rng = random.Random(754)
    for _ in range(20_000):
        value = rng.choice((rng.uniform(-6, 6), rng.uniform(0, 0.01), rng.uniform(-2000, 2000)))
        raw = struct.pack("<f", value)
        exact = struct.unpack("<f", raw)[0]
        for scale in (1000, 64_000):
            assert abs(f32le(raw, 0, scale) - exact * scale) <= 0.5
        assert abs(f64le(struct.pack("<d", value), 0, 1000) - value * 1000) <= 0.7


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e10", "-5000"])
def test_floats_that_are_no_figures(value):
    for form, read in (("<f", f32le), ("<d", f64le)):
        assert read(struct.pack(form, float(value)), 0, 1000) == INVALID
    volts = (3.3, float(value), 3.3)
    assert feed(knowing(3), jk04_status(volts, pack=9.9)) == 0


def test_tiny_floats_are_zero():
    for value in (0.0, -0.0, 1e-40, 1e-12):
        assert f32le(struct.pack("<f", value), 0, 1000) == 0
        assert f64le(struct.pack("<d", value), 0, 1000) == 0


def test_jk04_publishes_no_more_than_it_knows():
    dialect = knowing(3)
    assert feed(dialect, jk04_status((3.3015,) * 16, action=2)) == 1
    shown = values(dialect)
    assert shown["pack_mv"] == 52_824 and shown["balancing"] is True
    assert shown["balance_current_ma"] == -762 and shown["runtime_s"] == 752
    assert not {"current_ma", "soc_pct", "temps_dc", "charge_on", "power_mw"} & set(shown)


def test_jk04_is_proven_by_its_own_pack_voltage():
    dialect = knowing(3)
    lost = jk04_status(pack=3.0)  # as after a change of the number of cells
    assert feed(dialect, lost) == 0 and dialect.withheld == "contradiction"
    assert feed(dialect, jk04_status(), lost) == 2


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
    commands = asked(start(JkBle), 0, 9000)
    assert commands == [(0, 0x97), (2000, 0x96), (4000, 0x97), (6000, 0x96), (8000, 0x97)]


def test_the_sequence_of_a_healthy_unit():
    dialect = start(JkBle)
    assert asked(dialect, 0, 100) == [(0, 0x97)]
    feed(dialect, DEVICE_24S, now=150)
    assert asked(dialect, 150, 700) == [(500, 0x96)]
    feed(dialect, settings_frame(), now=700)
    requests = []
    for now in range(1000, 130_000, 500):
        feed(dialect, jk02_status(), now=now)
        for _, command in asked(dialect, now, now + 50):
            requests.append(command)
            feed(dialect, settings_frame(), now=now)
    assert requests == [0x96, 0x96]  # a minute apart
    silent = asked(dialect, 130_000, 143_000)
    assert silent and silent[0][0] >= 139_000, "the watchdog asks after ten seconds"
    dialect.reset()
    assert asked(dialect, 143_000, 143_100) == [(143_000, 0x97)]


def test_put_command():
    out = bytearray(20)
    assert put_command(out, 0x97, 0, 0) == 20
    assert out.hex() == "aa5590eb97" + "00" * 14 + "11"
    put_command(out, 0x18, 4, -100)
    assert out.hex() == "aa5590eb18049cffffff" + "00" * 9 + "2f"
