"""JK's display port: captures, whole logs, and what a wire without a checksum must not get by."""

import collections
import random

import pytest

from bms import check
from bms import pack as p
from bms.jk.jk_display import JkDisplay
from host_tests import dialects
from host_tests.dialects import differences, feed, feed_capture, load, name_of, start, values
from tools.mp.samples import display_frame, display_status

CYCLE_MS = 1230


def totals(mv=52_800, deci_amps=-65, soc=75, capacity=2800, remaining=2087, celsius=20):
    """Returns the pack's block of the variant 5AA5 (jk.md §2.3)."""
    words = [mv // 10, deci_amps, soc, 15, capacity, remaining, 3300, celsius, 0, 1, 3300, 3, 1, 1]
    return display_frame(b"\x5a\xa5", 0x1000, [*words, 2])


def cells(mv=3300, deci_amps=-65, soc=75, capacity=2800, remaining=2087, count=16):
    """Returns the cells' block of the variant 5AA5."""
    words = [mv] * count + [0] * (16 - count)
    words += [2, soc, capacity, remaining, 0, 1, 19, deci_amps, 1, 0, 1]
    return display_frame(b"\x5a\xa5", 0x1210, words)


@pytest.mark.parametrize("path", dialects.captures("jk_display"), ids=name_of)
def test_captures(path):
    capture = load(path)
    dialect = start(JkDisplay)
    dialect.second_look = False
    decoded = feed_capture(dialect, capture)
    assert dialect.pack.unprotected
    if capture["kind"] == "aux":
        assert decoded == 0 and dialect.framer.others == 1 and dialect.framer.dropped == 0
    else:
        assert decoded == 1 and differences(values(dialect), capture) == {}
        again = start(JkDisplay)
        assert feed_capture(again, capture) == 0 and values(again) == {}  # nor at first sight
        assert feed_capture(again, capture) == 1


@pytest.mark.parametrize("step", [1, 7, 64])
@pytest.mark.parametrize(
    "name, looks", [("jk_display_5aa5_pb16s_part1", 20), ("jk_display_a55a_13s_part1", 11)]
)
def test_streams(shared, name, looks, step):
    log = load(dialects.stream(name))
    stream = (shared / "streams" / "jk" / (name + ".bin")).read_bytes()
    dialect = start(JkDisplay)
    seen = collections.Counter()
    accept = dialect.accept

    def counted(buf, at, size, now):
        verdict = accept(buf, at, size, now)
        place = buf[at + 4 : at + 6] if buf[at + 3] == 0x82 else buf[at + 4 : at + 5]
        seen[f"{buf[at : at + 2].hex()} {buf[at + 3]:02x} {place.hex()}"] += verdict > 0
        return verdict

    dialect.accept = counted
    for at in range(0, len(stream), step):
        feed(dialect, stream[at : at + step], now=at * 1000 // 240)
    assert +seen == log["valid_frames"]
    assert dialect.framer.dropped + dialect.framer.pending() == log["other"]["junk"]
    assert dialect.framer.frames + dialect.first_looks == looks and dialect.doubted == 0
    assert check.judge(dialect.pack) == check.PLAUSIBLE and dialect.proven


# -- the second look ------------------------------------------------------------------------------


def looking(*frames, gap_ms=CYCLE_MS):
    """Feeds frames a cycle apart; returns the dialect and how many were published."""
    dialect = start(JkDisplay)
    published = sum(feed(dialect, frame, now=i * gap_ms) for i, frame in enumerate(frames))
    return dialect, published


def test_a_first_look_is_not_published():
    dialect, published = looking(display_status())
    assert published == 0 and dialect.first_looks == 1 and values(dialect) == {}
    assert looking(display_status(), display_status())[1] == 1


@pytest.mark.parametrize(
    "other",
    [
        {"mv": 3600},
        {"soc": 60},
        {"deci_amps": 600},
        {"celsius": 40},
        {"cells": 7},
        {"flags": (1,)},
    ],
)
def test_what_jumps_is_looked_at_twice(other):
    dialect, published = looking(display_status(), display_status(), display_status(**other))
    assert published == 1 and values(dialect)["cell_mv"] == [3300 + i for i in range(8)]
    jumped = display_status(**other)
    assert looking(display_status(), display_status(), jumped, jumped)[1] == 2


def test_an_outlier_does_not_delay_what_follows():
    outlier = display_status(deci_amps=4000)
    _, published = looking(display_status(), display_status(), outlier, display_status())
    assert published == 2


def test_a_look_grows_old():
    assert looking(display_status(), display_status(), gap_ms=21_000)[1] == 0
    assert looking(display_status(), display_status(), gap_ms=19_000)[1] == 1


def test_reset_forgets_the_looks():
    dialect, _ = looking(display_status(), display_status())
    dialect.reset()
    assert feed(dialect, display_status()) == 0


# -- figures that do not fit ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "offset, word",
    [
        (0, 3000),  # the pack's voltage against the cells
        (6, 101),  # state of charge
        (2, 0x7FFF),  # current
        (8, 500),  # difference
        (16, 2800),  # average
        (18, 2),  # a switch
        (72, 7),  # an alarm
        (24, 5001),  # a cell
    ],
)
def test_a_status_that_contradicts_itself_is_rejected(offset, word):
    frame = bytearray(display_status())
    frame[6 + offset : 8 + offset] = word.to_bytes(2, "big")
    dialect = start(JkDisplay)
    dialect.second_look = False
    assert feed(dialect, bytes(frame)) == 0 and dialect.doubted == 1
    assert dialect.framer.bad_frame == 1 and values(dialect) == {}


def test_single_bit_flips_pass_only_as_small_changes():
    good = display_status()
    rng = random.Random(24)
    passed = 0
    for bit in rng.sample(range(8 * len(good)), 400):
        damaged = bytearray(good)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        dialect, published = looking(good, good, bytes(damaged))
        if published == 2:
            passed += 1
            got = values(dialect)
            assert abs(got["pack_mv"] - 26_420) <= 900 and abs(got["soc_pct"] - 50) <= 2
            assert all(abs(mv - 3300) <= 160 for mv in got["cell_mv"])
            assert abs(got["temps_dc"][0] - 190) <= 30 and abs(got["current_ma"]) <= 60_000
            assert got["alarms"] == [] and got["charge_on"] is True
    assert 0 < passed < 200


def test_alarm_flags():
    every = tuple(range(9))
    dialect, published = looking(display_status(flags=every), display_status(flags=every))
    assert published == 1 and values(dialect)["alarms_raw"] == 0x1FF
    assert set(values(dialect)["alarms"]) == {
        "cell_undervoltage",
        "cell_overvoltage",
        "overcurrent",
        "mos_overtemp",
        "battery_overtemp",
        "short_circuit",
        "internal_comm",
        "wire_resistance",
        "cell_count_mismatch",
    }


def test_temperatures_below_zero_and_absent():
    cold = display_status(celsius=-12)
    assert values(looking(cold, cold)[0])["temps_dc"] == [-120]
    absent = display_status(celsius=-200)
    assert values(looking(absent, absent)[0])["temps_dc"] == [None]


# -- the other variant ----------------------------------------------------------------------------


def test_both_blocks_make_a_status():
    dialect, published = looking(totals(), cells(), gap_ms=500)
    assert published == 0
    assert feed(dialect, totals(), now=5860) == 1 and not dialect.pack.seen(p.STATUS)
    assert feed(dialect, cells(), now=6360) == 1 and dialect.pack.seen(p.STATUS)
    got = values(dialect)
    assert got["pack_mv"] == 52_800 and got["current_ma"] == -6500 and got["power_mw"] == -343_200
    assert got["capacity_mah"] == 280_000 and got["remaining_mah"] == 208_700
    assert len(got["cell_mv"]) == 16 and dialect.proven
    assert check.judge(dialect.pack) == check.PLAUSIBLE


def test_cells_that_do_not_add_up_to_the_pack_are_doubted():
    dialect, _ = looking(totals(), totals(), cells(mv=3000), cells(mv=3000), gap_ms=1000)
    assert dialect.doubted == 2 and not dialect.pack.seen(p.STATUS)


@pytest.mark.parametrize("block", [totals, cells])
@pytest.mark.parametrize("wrong", [{"soc": 40}, {"remaining": 3600}, {"capacity": 0}])
def test_charge_that_does_not_fit_the_capacity(block, wrong):
    frame = block(**wrong)
    assert looking(frame, frame)[1] == 0


def test_nothing_is_left_of_a_unit_that_told_more():
    dialect = start(JkDisplay)
    raised = display_status(flags=(0,))
    feed(dialect, raised, raised)
    told = values(dialect)
    assert told["alarms"] and "mos_temp_dc" in told and "charge_on" in told
    dialect.reset()
    assert values(dialect) == told  # with their age, until there are others
    feed(dialect, totals(), totals(), cells(), cells())
    other = start(JkDisplay)
    feed(other, totals(), totals(), cells(), cells())
    assert values(dialect) == values(other) and dialect.pack.seen(p.STATUS)


def test_fewer_than_16_cells():
    dialect, published = looking(totals(46_200), totals(46_200), cells(count=14), cells(count=14))
    assert published == 2 and values(dialect)["cell_count"] == 14


def test_a_header_inside_of_data_is_data():
    touch = display_frame(b"\x5a\xa5", 0x00B0, [0x5AA5, 1, 0x0205, 0])
    dialect, published = looking(touch, totals(), touch, totals())
    assert published == 1 and dialect.framer.dropped == 0 and dialect.framer.others == 3


def test_a_broken_frame_does_not_swallow_the_next():
    colour = display_frame(b"\xa5\x5a", 0x2003, [0x07E0])
    dialect, published = looking(display_status(), colour[:6] + display_status())
    assert published == 1 and values(dialect)["soc_pct"] == 50


def test_it_never_asks():
    dialect = start(JkDisplay)
    assert not any(dialect.request(now, bytearray(32)) for now in range(0, 60_000, 100))
