"""A BLE link under real MicroPython against simulated units on virtual Bluetooth controllers."""

import pytest

pytest.importorskip("bumble")

from host_tests.device.ble_rig import ADDRESS, OTHER, Rig
from host_tests.dialects import VARIANTS, WITHHELD
from tools.bench.bms.ant_sim import AntNewSim, AntOldSim
from tools.bench.bms.jk_ble_frame import Model, status_frame
from tools.bench.bms.jk_ble_sim import JkBleSim
from tools.bench.radio.bms_radio import Unit

pytestmark = pytest.mark.bench

JK = {"dialect": "jk_ble"}
REACHED_S = 30


@pytest.fixture
def rigs(tmp_path):
    """Makes a Rig with settings and, if they are given, units made by functions of the plant."""
    made = []

    def make(settings, *units, lapse=20):
        rig = Rig(tmp_path, settings, lapse)
        made.append(rig)
        rig.__enter__()
        added = [rig.air.add(unit(rig.plant)) for unit in units]
        rig.start()
        return (rig, *added)

    yield make
    for rig in made:
        rig.__exit__(None, None, None)


def jk(form="jk_new", address=ADDRESS, model="jk02_32s", **keywords):
    """Returns a function that makes a JK unit in front of a plant."""
    return lambda plant: Unit(JkBleSim(plant, model), form, address, **keywords)


def ant(cls, form, **keywords):
    """Returns a function that makes an ANT unit in front of a plant."""
    return lambda plant: Unit(cls(plant, **keywords), form, ADDRESS, "ANT-BLE16\r")


def frames(count):
    """Returns the condition that so many frames were decoded."""
    return lambda seen: seen["frames"] >= count


def up(seen):
    return seen["up"]


# -- every system streams -------------------------------------------------------------------------

STREAMS = {
    "jk02_24s": (JK, jk("jk_131", model="jk02_24s"), "jk02_24s"),
    "jk02_24s-20": (JK, jk("jk_old", model="jk02_24s"), "jk02_24s"),
    "jk02_32s": (JK, jk("jk_new", model="jk02_32s"), "jk02_32s"),
    "jk02_32s-AT": (JK, jk("jk_new", model="jk02_32s_pb"), "jk02_32s"),
    "jk04": (JK, jk("jk_old", model="jk04"), "jk04"),
    "ant_new": ({"dialect": "ant_new"}, ant(AntNewSim, "ant_new"), ""),
    "ant_old": ({"dialect": "ant_old"}, ant(AntOldSim, "ant_old"), ""),
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams(rigs, name):
    settings, unit, variant = STREAMS[name]
    rig, unit = rigs(settings, unit, lapse=10)
    seen = rig.wait_for(frames(12), 60)
    assert seen["proven"] and seen["plausible"]
    assert seen["variant"] == (VARIANTS.index(variant) if variant else None)
    assert seen["dropped_bytes"] == seen["overflows"] == seen["errors"] == 0
    assert seen["write_errors"] == 0 and seen["connects"] == 1
    assert seen["address"] == ADDRESS and settings["dialect"] in seen["found"]
    check_against_plant(seen["pack"], rig.plant, name)
    assert unit.sim.rejected == 0


def check_against_plant(shown, plant, name):
    true_mv = plant.cell_mv
    assert len(shown["cell_mv"]) == len(true_mv)
    assert all(abs(a - b) <= 10 for a, b in zip(shown["cell_mv"], true_mv, strict=True))
    assert abs(shown["pack_mv"] - sum(true_mv)) <= 160
    if name != "jk04":  # a balancer: it knows cells and nothing else
        assert shown["current_ma"] < -3000 and abs(shown["soc_pct"] - plant.soc_pct) <= 1
        assert shown["temps_dc"][:2] == plant.temps_dc
        assert shown["charge_on"] and shown["discharge_on"]
    if name not in ("jk04", "ant_old"):
        assert shown["charge_utp_dc"] == plant.bms.charge_utp_dc


def test_writes_to_the_other_characteristic_and_with_response_if_it_must(rigs):
    rig, unit = rigs(JK, jk("swapped"))
    rig.wait_for(frames(5), REACHED_S)
    assert unit.sim.requests >= 2 and unit.sim.rejected == 0


def test_a_service_without_the_characteristics_is_named(rigs):
    rig, _ = rigs(JK, jk("no_bms"))
    assert rig.wait_for(lambda seen: seen["counts"].get("no_characteristic"), REACHED_S)


# -- which one ------------------------------------------------------------------------------------


def test_takes_the_strongest_and_stays_with_it(rigs):
    rig, far, near = rigs(JK, jk(rssi=-80), jk(address=OTHER, rssi=-50))
    seen = rig.wait_for(frames(6), REACHED_S)
    assert seen["address"] == OTHER and seen["candidates"] == 2 and seen["rssi"] == -50
    near.rssi = None  # away: the neighbour's is not taken instead
    rig.wait_for(lambda seen: seen["counts"].get("absent", 0) >= 2, 60)
    assert far.connections == 0
    near.rssi = -50
    rig.wait_for(lambda seen: seen["up"] and seen["connects"] == 2, 60)


def test_finds_by_name_whatever_its_case(rigs):
    settings = {**JK, "name": "van two"}
    rig, one, two = rigs(
        settings, jk(rssi=-40, name="Van one"), jk(address=OTHER, name="Van Two ", rssi=-90)
    )
    assert rig.wait_for(frames(3), REACHED_S)["address"] == OTHER
    assert one.connections == 0


def test_finds_by_address(rigs):
    settings = {**JK, "address": ADDRESS.lower()}
    rig, _, other = rigs(settings, jk(rssi=-90), jk(address=OTHER, rssi=-40))
    assert rig.wait_for(frames(3), REACHED_S)["address"] == ADDRESS
    assert other.connections == 0


def test_two_packs_share_the_radio(rigs):
    settings = {
        **JK,
        "address": OTHER,
        "second": {"dialect": "ant_new", "name": "ANT-BLE16"},
    }
    rig, ours, theirs = rigs(settings, jk(address=OTHER), ant(AntNewSim, "ant_new"))
    seen = rig.wait_for(lambda seen: seen["frames"] > 8 and seen["second"] > 8, 60)
    assert seen["address"] == OTHER and seen["proven"] and seen["dropped_bytes"] == 0
    rig.air.do(theirs.drop)
    seen = rig.wait_for(lambda now: now["second"] > seen["second"] + 8, 60)
    assert seen["connects"] == 1 and seen["overflows"] == seen["errors"] == 0
    assert ours.connections == 1 and theirs.connections == 2


def test_leaves_other_systems_alone(rigs):
    rig, unit = rigs({"dialect": "jk_ble"}, ant(AntNewSim, "ant_new"))
    seen = rig.wait_for(lambda seen: seen["counts"].get("absent", 0) >= 2, 60)
    assert unit.connections == 0 and seen["adverts"] > 5


# -- what goes wrong ------------------------------------------------------------------------------


def test_comes_back_after_a_drop(rigs):
    rig, unit = rigs(JK, jk())
    before = rig.wait_for(frames(4), REACHED_S)
    rig.air.do(unit.drop)
    rig.wait_for(lambda seen: seen["counts"] == {"dropped": 1}, 5)
    seen = rig.wait_for(lambda seen: seen["frames"] >= before["frames"] + 6, REACHED_S)
    assert seen["connects"] == 2 and seen["failures"] == 0 and seen["reason"] == "none"
    assert seen["dropped_bytes"] < 300  # what was half received, no more


def test_notices_silence_while_connected(rigs):
    rig, unit = rigs(JK, jk())
    rig.wait_for(frames(4), REACHED_S)
    unit.silent = True
    seen = rig.wait_for(lambda seen: seen["counts"].get("silent"), 30)
    assert not seen["up"]
    unit.silent = False
    rig.wait_for(frames(seen["frames"] + 4), REACHED_S)


def test_an_empty_discovery_is_tried_again(rigs):
    rig, unit = rigs(JK, jk())
    unit.empty_discovery = 1
    seen = rig.wait_for(frames(4), 60)
    assert seen["counts"] == {"no_service": 1} and seen["connects"] == 2


def test_asks_for_a_reset_only_if_the_unit_is_there(rigs):
    rig, unit = rigs(JK, jk(), lapse=100)
    unit.deaf = True
    seen = rig.wait_for(lambda seen: seen["counts"].get("not_connected", 0) >= 6, 600)
    assert not seen["reset_wanted"]
    seen = rig.wait_for(lambda seen: seen["reset_wanted"], 1500)
    assert seen["counts"]["not_connected"] >= 15
    unit.rssi = None
    rig.wait_for(lambda seen: seen["counts"].get("absent"), 200)
    unit.rssi, unit.deaf = -60, False
    rig.bench.set("lapse", 20)
    seen = rig.wait_for(lambda seen: seen["frames"] and not seen["reset_wanted"], 120)
    assert seen["failures"] == 0 and seen["errors"] == 0


def test_a_radio_asleep_is_absent_until_current_flows(rigs):
    rig, unit = rigs({"dialect": "ant_new"}, ant(AntNewSim, "ant_new", auto_sleep_s=20))
    rig.wait_for(frames(4), REACHED_S)
    rig.bench.set("load_ma", 0)
    seen = rig.wait_for(lambda seen: seen["counts"].get("absent"), 120)
    assert not seen["up"]
    rig.bench.set("load_ma", 5000)
    rig.wait_for(frames(seen["frames"] + 3), 90)


def test_a_generation_that_nobody_knows_is_withheld_and_named(rigs):
    rig, _ = rigs(JK, jk(model="jk_unknown"), lapse=40)
    rig.wait_for(lambda seen: seen["up"] and seen["reason"] == "unknown_generation", 40)
    seen = rig.wait_for(lambda seen: seen["counts"].get("unknown_generation"), 180)
    assert WITHHELD[seen["withheld"]] == "unknown_generation" and seen["pack"]["pack_mv"] is None
    assert not seen["reset_wanted"]


def test_a_unit_that_belies_its_generation_is_withheld(rigs):
    rig, _ = rigs(JK, jk(model="jk_liar"))
    rig.wait_for(lambda seen: seen["notifications"] > 40, REACHED_S)
    seen = rig.wait_for(lambda seen: WITHHELD[seen["withheld"]] == "contradiction", 20)
    assert seen["pack"]["pack_mv"] is None and not seen["proven"]
    rig.wait_for(lambda seen: seen["reason"] == "contradiction", 10)


def test_frames_of_somebody_else_change_nothing(rigs):
    rig, unit = rigs(JK, jk())
    other = Rig.other_pack()
    foreign = AntNewSim(other)
    foreign.receive(bytes.fromhex("7ea1010000be1855aa55"), 0)
    balancer = status_frame(Model("jk04", "", "", ""), other, 7)
    unit.sim.beside = balancer[:299] + bytes([balancer[299] ^ 1]) + b"\x7e\xa1\x11"
    seen = rig.wait_for(frames(12), REACHED_S)
    check_against_plant(seen["pack"], rig.plant, "jk02_32s")
    assert seen["proven"] and seen["dropped_bytes"] > 0


# -- memory, speed, hand-over ---------------------------------------------------------------------


def test_refuses_to_connect_without_memory(rigs):
    rig, unit = rigs({**JK, "scarce": 30_000}, jk())
    seen = rig.wait_for(lambda seen: seen["counts"].get("memory"), 20)
    assert seen["free"] == 30_000 and seen["state"] == "idle" and unit.connections == 0
    rig.command("scarce 0")
    rig.wait_for(up, 90)


def test_a_full_ring_is_counted_and_the_stream_goes_on(rigs):
    rig, _ = rigs(JK, jk())
    rig.wait_for(frames(3), REACHED_S)
    rig.command("deaf 8000")
    seen = rig.wait_for(lambda seen: seen["overflows"], 20)
    rig.wait_for(frames(seen["frames"] + 10), REACHED_S)
    assert rig.look()["connects"] == 1


def test_notifications_come_while_the_loop_is_held(rigs):
    rig, _ = rigs(JK, jk())
    before = rig.wait_for(frames(3), REACHED_S)
    rig.bench.set("lapse", 1)
    rig.command("hold 1200")
    seen = rig.wait_for(frames(before["frames"] + 6), 20)
    assert seen["overflows"] == 0 and seen["dropped_bytes"] == 0 and seen["connects"] == 1


def test_hands_the_bms_over_and_takes_it_back(rigs):
    rig, unit = rigs(JK, jk())
    rig.wait_for(frames(3), REACHED_S)
    rig.command("hand_over 40")
    seen = rig.wait_for(lambda seen: seen["state"] == "handed_over", 10)
    assert not seen["up"] and 30 < seen["handed_over_s"] <= 40 and unit.connection is None
    unit.taken = True  # by the phone, and given back before the time is up
    later = rig.pass_s(20)
    assert (
        seen["handed_over_s"] - later["handed_over_s"] in range(18, 25) and later["connects"] == 1
    )
    unit.taken = False
    seen = rig.wait_for(up, 40)
    assert seen["counts"] == {"handed_over": 1} and seen["connects"] == 2


def test_a_hand_over_ends_a_search_and_can_be_cut_short(rigs):
    (rig,) = rigs(JK)
    rig.wait_for(lambda seen: seen["state"] == "searching", 10)
    rig.command("hand_over 3000")
    seen = rig.wait_for(lambda seen: seen["state"] == "handed_over", 3)
    assert seen["counts"] == {"handed_over": 1}
    rig.air.add(jk()(rig.plant))
    rig.command("hand_over 0")
    rig.wait_for(frames(2), REACHED_S)


# -- pairing --------------------------------------------------------------------------------------


def test_pairs_with_the_number_that_a_unit_asks_for(rigs):
    rig, _ = rigs({**JK, "pin": 1234}, jk(pin=1234))
    seen = rig.wait_for(frames(4), 60)
    assert seen["counts"] == {} and seen["connects"] == 1


@pytest.mark.parametrize(
    "given, refuses, reason",
    [
        (None, False, "pin_missing"),
        (4321, False, "pairing_refused"),
        (1234, True, "pairing_refused"),
    ],
)
def test_a_refused_pairing_is_named(rigs, given, refuses, reason):
    settings = JK if given is None else {**JK, "pin": given}
    rig, unit = rigs(settings, jk(pin=1234))
    unit.refuses_pairing = refuses
    seen = rig.wait_for(lambda seen: seen["counts"].get(reason), 60)
    assert seen["frames"] == 0 and set(seen["counts"]) == {reason}
