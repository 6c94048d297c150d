"""The command queue when things go wrong: refused, rejected, lost, broken off."""

import pytest

from bms import pack as p
from bms import writer
from host_tests.command_rig import (
    MAX_AGE_MS,
    NAMES,
    PASSWORDS,
    SETTLE_MS,
    UNITS,
    Rig,
    is_write,
    ready,
    writes,
)
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.jk_modbus_frame import closed
from tools.mp.samples import ant_frame

# -- what is refused at once ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, wish, value, reason",
    [
        ("jk_gps", "charge_switch", 2, "invalid"),
        ("jk_gps", "charge_switch", -1, "invalid"),
        ("jk_gps", "charge_utp_dc", -310, "invalid"),
        ("jk_gps", "charge_utpr_dc", 210, "invalid"),
        ("jk_gps", "charge_utp_dc", -15, "whole_degrees_only"),
        ("ant_new", "charge_utp_dc", 5, "whole_degrees_only"),
        ("jk_gps", "charge_utp_dc", 50, "order"),
        ("jk_gps", "charge_utpr_dc", 0, "order"),
        ("jk_ble", "charge_utp_dc", 50, "order"),
        ("jk_gps", "heating_switch", 1, "unsupported"),
        ("jk_modbus", "heating_switch", 1, "unsupported"),
        ("jk_gps", "save", 0, "unsupported"),
        ("ant_old", "charge_utp_dc", 0, "unsupported"),
        ("ant_old", "balance_switch", 0, "unsupported"),
        ("jk_ble", "heating_stop_dc", 70, "not_offered"),
    ],
)
def test_refusals(name, wish, value, reason):
    unit = ready(name)
    assert unit.ask(wish, value) == reason
    assert unit.told == ("refused", reason) and not unit.commands.busy
    assert (NAMES[unit.commands.command], unit.commands.value) == (wish, value)
    unit.run(2000)
    assert writes(unit, name) == []


def test_tenths_of_a_degree_where_the_unit_knows_them():
    unit = ready("jk_ble")
    assert unit.ask("charge_utp_dc", -15) == "none"
    assert unit.finish() == ("confirmed", "none") and unit.bms.charge_utp_dc == -15


@pytest.mark.parametrize("name", UNITS)
def test_nothing_is_written_before_the_pack_is_understood_and_after_it_is_lost(name):
    unit = Rig(name, PASSWORDS.get(name, b""))
    assert unit.ask("charge_switch", 0) == "no_data"
    unit.run(SETTLE_MS)
    unit.sim.silent = True
    unit.run(MAX_AGE_MS + 2000)
    assert unit.ask("charge_switch", 0) == "no_data"
    assert writes(unit, name) == []


def test_an_implausible_pack_is_not_written_to():
    unit = ready("jk_gps")
    unit.check.verdict = 4
    assert unit.ask("charge_switch", 0) == "no_data"


def test_an_unproven_generation_is_not_written_to():
    unit = ready("jk_ble")
    unit.dialect.frames.proven = False
    assert unit.ask("charge_switch", 0) == "not_proven"


def test_thresholds_need_the_one_that_they_must_not_cross():
    unit = ready("jk_gps")
    unit.pack.drop(p.CHARGE_UTPR_DC)
    assert unit.ask("charge_utp_dc", -100) == "unread"


def test_a_level_that_does_not_write():
    unit = ready("ant_new", make=lambda plant: AntNewSim(plant, level=2))
    assert unit.ask("charge_switch", 0) == "no_permission"


@pytest.mark.parametrize("number", [-1, writer.COMMANDS, 255])
def test_unknown_commands(number):
    unit = ready("jk_gps")
    assert unit.commands.ask(number, 0, unit.now) == writer.UNSUPPORTED


# -- passwords ------------------------------------------------------------------------------------


def test_an_ant_is_unlocked_only_when_it_must_be():
    unit = ready("ant_new", password=b"123456789abc", make=lambda plant: AntNewSim(plant, level=1))
    for value in (0, 1):
        unit.ask("discharge_switch", value)
        assert unit.finish() == ("confirmed", "none")
    assert len([data for _, data in unit.sent if data[2] == 0x23]) == 1


def test_a_short_password_is_tried_at_both_levels_that_may_write():
    def make(plant):
        sim = AntNewSim(plant, level=1)
        sim.passwords = {4: b"secret78"}
        return sim

    unit = ready("ant_new", password=b"secret78", make=make)
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("confirmed", "none")
    assert [data[3:5].hex() for _, data in unit.sent if data[2] == 0x23] == ["5a01", "6201"]


@pytest.mark.parametrize("password", [b"wrong", b"wrong_123456"])
def test_a_wrong_password_of_an_ant(password):
    unit = ready("ant_new", password=password, make=lambda plant: AntNewSim(plant, level=1))
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "wrong_password")
    assert writes(unit, "ant_new") == [] and unit.bms.charge_switch is True


def test_an_older_ant_with_the_right_the_wrong_and_no_password():
    assert ready("ant_old", password=b"short").ask("charge_switch", 0) == "wrong_password"
    unit = ready("ant_old", password=b"87654321")
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "wrong_password")
    unit = ready("ant_old", password=b"")
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "no_permission")
    assert unit.bms.charge_switch is True


def test_no_answer_to_a_password_ends_it():
    unit = ready("ant_new", password=b"123456789abc", make=lambda plant: AntNewSim(plant, level=1))
    unit.to_bms = lambda data: b"" if data[2] == 0x23 else data
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("timed_out", "no_answer")
    assert writes(unit, "ant_new") == []


# -- what the BMS refuses -------------------------------------------------------------------------


def test_jk_error_codes_have_names():
    unit = ready("jk_modbus")
    unit.to_bms = lambda data: (
        data if data[2] != 0x10 else closed(bytes([1, 0x10, 0x19, *data[3:-2]]))
    )
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "bad_register") and unit.commands.code == 2


@pytest.mark.parametrize("code, reason", [(2, "failed"), (3, "no_permission"), (9, "other_error")])
def test_ant_control_results_have_names(code, reason):
    unit = ready("ant_new")
    unit.sim.control = lambda number, t_us: ant_frame(0x61, number, code.to_bytes(2, "little"))
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", reason) and unit.commands.code == code


@pytest.mark.parametrize(
    "code, reason", [(1, "no_permission"), (2, "below_minimum"), (3, "above_maximum")]
)
def test_ant_write_results_have_names_although_the_value_is_echoed(code, reason):
    unit = ready("ant_new")
    unit.sim.write = lambda register, data, t_us: ant_frame(
        0x42, register, data, bytes([0xFF, code, 0, 0])
    )
    unit.ask("charge_utp_dc", -50)
    assert unit.finish() == ("rejected", reason) and unit.commands.code == code


def test_an_ant_that_acknowledges_and_does_nothing():
    """The captured case: balancing while discharging (ant.md §2.6)."""
    unit = ready("ant_new")
    unit.ask("balance_switch", 1)
    assert unit.finish() == ("rejected", "unchanged")


def test_a_jk_that_acknowledges_what_it_ignores():
    unit = ready("jk_ble")
    unit.sim.obey = lambda command_, t_us, obey=unit.sim.obey: obey(
        command_ if command_[4] > 0x90 else relabelled(command_), t_us
    )
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "unchanged")


def relabelled(data):
    return data[:4] + b"\x02" + data[5:]


def test_an_ant_switch_is_off_only_if_a_hand_did_it():
    """A protection holds the MOS off already: that is no proof that the switch is."""
    unit = ready("ant_new")
    unit.sim.later = Ignoring()
    unit.bms.full = True
    unit.plant.set_soc(100)
    unit.bms.cell_ovp_mv = unit.bms.cell_ovpr_mv = 2000
    unit.run(3000)
    assert unit.pack.get(p.CHARGE_ON) == 0
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "unchanged")


class Ignoring(list):
    """Forgets what is appended: a unit that acknowledges and does nothing."""

    def append(self, entry):
        pass


# -- what is lost ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNITS)
def test_a_write_that_never_arrives_is_not_confirmed(name):
    unit = ready(name)
    unit.to_bms = lambda data: b"" if is_write(name, data) else data
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "unchanged")
    assert len(writes(unit, name)) == 1 and unit.bms.charge_switch is True


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_falls_silent_times_out(name):
    unit = ready(name)
    unit.to_bms = lambda data: silence(unit) if is_write(name, data) else data
    unit.ask("charge_switch", 0)
    assert unit.finish(20_000) == ("timed_out", "no_answer")


def silence(unit):
    unit.sim.silent = True
    return b""


@pytest.mark.parametrize("name", UNITS)
def test_a_link_that_breaks_in_the_middle(name):
    unit = ready(name)
    unit.ask("charge_switch", 0)
    unit.ask("discharge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    unit.commands.reset()
    assert unit.told == ("timed_out", "interrupted") and not unit.commands.busy
    unit.run(3000)
    assert unit.told == ("timed_out", "interrupted")


def test_what_waits_is_judged_again_when_its_turn_comes():
    unit = ready("jk_gps")
    unit.to_bms = lambda data: b"" if data[8] == 2 and data[11] == 0xA6 else data
    assert unit.ask("charge_utpr_dc", 150) == "none"
    assert unit.ask("charge_utp_dc", 100) == "none"  # right once the other is done
    assert unit.finish() == ("refused", "order")
    assert unit.events[-2:] == ["rejected", "refused"] and unit.bms.charge_utp_dc == 0
