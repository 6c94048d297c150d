"""A BMS whose frames come and never change: how long each dialect bears it, and who minds when."""

import pytest

from bms import catalog
from bms import pack as p
from bms.check import Check
from bms.framer import Dialect
from bms.pack import PackState
from heat.inputs import Inputs
from host_tests.command_rig import UNITS, ready
from host_tests.dialects import CHUNK, load, stream
from host_tests.heat.heat_world import make_settings

# Recordings with the time of each piece, or with the speed of their line.
TIMED = {
    "ble_16zmub": "ant_new",
    "ble_24bhub_commands": "ant_new",
    "jk02_24s_jk_b1a20s15p_hw10xw_sw1007": "jk_ble",
    "jk02_24s_jk_bd6a17s6p_hw72_sw710h": "jk_ble",
    "jk02_32s_jk_b2a20s20p_can_rs485": "jk_ble",
    "jk02_32s_jk_pb_heating_start_stop": "jk_ble",
    "jk04_jk_b2a16s_hw30_sw330_cmds": "jk_ble",
    "jk04_jk_b5a24s_sw803m": "jk_ble",
    "jk_display_5aa5_pb16s_part1": "jk_display",
    "jk_display_a55a_13s_part1": "jk_display",
}
_DISPLAY_BYTES_S = 218  # 2400 baud, 11 bits each
_PAUSE_S = 10  # in a recording: the radio was off


def _pieces(recording):
    """Yields (seconds, bytes) of what the BMS said."""
    sent = 0
    for event in recording["events"]:
        if isinstance(event, list):
            at, way, _, text = event
        else:
            at, way, text = event.get("t"), event["dir"], event["hex"]
        if way == "rx":
            data = bytes.fromhex(text)
            sent += len(data)
            yield (sent / _DISPLAY_BYTES_S if at is None else at), data


def longest_still(name):
    """Returns (the longest time without a change of content in s, how often it changed)."""
    pack = PackState()
    dialect = catalog.create(TIMED[name], pack, CHUNK, 1000)
    seen = pack.seq
    content = since = last = None
    longest = changes = 0
    for at, data in _pieces(load(stream(name))):
        dialect.feed(data, len(data), int(1000 * at))
        if pack.seq == seen:
            continue
        seen = pack.seq
        if pack.fingerprint != content or at - last > _PAUSE_S:
            content = pack.fingerprint
            since = at
            changes += 1
        last = at
        longest = max(longest, at - since)
    return longest, changes


@pytest.mark.parametrize("name", TIMED)
def test_no_recorded_bms_stands_for_a_tenth_of_what_the_heater_bears(shared, name):
    longest, changes = longest_still(name)
    bound = catalog.create(TIMED[name], PackState(), CHUNK, 1000).FREEZE_S / 2
    assert changes > 5
    assert longest <= bound / 10


@pytest.mark.parametrize("name", ["ebike_echo_full", "ebike_echo_kis_teljesitmeny"])
def test_an_old_ant_counts_its_seconds(shared, name):
    recording = load(shared / "field" / f"ant_old_stream_{name}.json")
    pack = PackState()
    dialect = catalog.create("ant_old", pack, CHUNK, 1000)
    contents = []
    for chunk in recording["chunks"]:
        data = bytes.fromhex(chunk)
        if dialect.feed(data, len(data), 0):
            contents.append((pack.get(p.RUNTIME_S), pack.fingerprint))
    runtimes = {runtime for runtime, _ in contents}
    assert len(runtimes) > 5 and max(runtimes) - min(runtimes) < 2 * len(contents)
    assert len({content for _, content in contents}) >= len(runtimes)


def test_the_limits_of_the_dialects():
    limits = {
        name: catalog.create(name, PackState(), 512, 1000).FREEZE_S for name in catalog.NAMES
    }
    assert limits.pop("jk_gps") == 150  # its counter moves each minute
    assert limits.pop("jk_display") == 240
    assert set(limits.values()) == {Dialect.FREEZE_S} == {30}


# -- the check ------------------------------------------------------------------------------------


def told(seconds, freeze_s=30, moves_at=None):
    """Returns the Check after a frame a second; the content moves at one of them."""
    pack = PackState()
    check = Check(pack, freeze_s)
    for second in range(seconds + 1):
        if second == moves_at:
            pack.fingerprint += 1
        pack.touch(p.STATUS, 1000 * second)
        check.step(1000 * second)
    return check


def test_the_heater_minds_after_half_of_the_time():
    assert not told(14).still
    assert told(15).still and not told(29).frozen
    assert told(30).frozen and told(30).still


def test_the_age_of_the_content_is_told_and_is_not_that_of_the_frame():
    assert told(20).content_ms == 20_000
    assert told(100).content_ms == 100_000
    assert told(100, moves_at=90).content_ms == 10_000
    assert not told(40, moves_at=30).still


def test_a_clock_that_jumps_back_makes_nothing_younger():
    pack = PackState()
    check = Check(pack, 30)
    for now in (0, 20_000, 1000, 2000):
        pack.touch(p.STATUS, now)
        check.step(now)
    assert check.content_ms == 21_000


# -- who minds ------------------------------------------------------------------------------------


def test_the_heater_trusts_no_content_that_stands():
    inputs = Inputs(make_settings())
    pack = PackState()
    check = Check(pack, 30)
    for second in range(20):
        pack.touch(p.STATUS, 1000 * second)
        check.verdict = 0
        check._seq = pack.seq  # what it would judge is not the point here
        check._watch_content(7, 1000 * second)
        inputs.gather(pack, check, True, None, False, False, 1000 * second)
        assert inputs.frozen == (second >= 15) == (not inputs.trusted)


@pytest.mark.parametrize("name", UNITS)
def test_nothing_is_written_to_a_bms_that_stands_still(name):
    unit = ready(name)
    unit.sim.frozen = True
    unit.check._freeze_ms = 30_000
    unit.run(20_000)
    assert unit.check.still and not unit.check.frozen
    assert unit.ask("charge_switch", 0) == "no_data"
    assert unit.commands.switch(0, unit.now) is None
    assert not unit.commands.busy and unit.bms.charge_switch is True
    unit.sim.frozen = False
    unit.run(5000)
    assert unit.ask("charge_switch", 0) == "none"
