"""The command queue against simulated units: what is confirmed was read back, and nothing else."""

import pytest

from bms import command, writer
from bms import pack as p
from host_tests.command_rig import MAX_AGE_MS, NAMES, REASONS, STATES, UNITS, Rig
from tools.bench.ant_new_sim import AntNewSim
from tools.bench.ant_old_sim import AntOldSim
from tools.bench.jk_ble_sim import JkBleSim
from tools.bench.jk_modbus_sim import JkModbusSim

PASSWORDS = {"ant_old": b"12345678"}
SETTLE_MS = 8000  # by then every unit is known and its settings are read
THRESHOLDS = ("jk_gps", "jk_ble", "jk_modbus", "ant_new")


def rig(name, **keywords):
    keywords.setdefault("password", PASSWORDS.get(name, b""))
    return Rig(name, **keywords).run(SETTLE_MS)


def is_write(name, data):
    """True for a frame that changes something in a unit, passwords not counted."""
    if name == "jk_gps":
        return data[8] == 2
    if name == "jk_ble":
        return data[4] < 0x90
    if name == "jk_modbus":
        return data[1] == 0x10 and data[2] == 0x10
    if name == "ant_new":
        return data[2] in (0x22, 0x51)
    return data[:2] == b"\xa5\xa5" and data[2] >= 0xF5


def writes(unit, name):
    return [data for _, data in unit.sent if is_write(name, data)]


def test_tables_of_names_fit_their_numbers():
    assert len(NAMES) == writer.COMMANDS == len(set(NAMES))
    assert REASONS[writer.INTERRUPTED] == "interrupted" and len(set(REASONS)) == len(REASONS)
    assert REASONS[writer.ORDER] == "order" and REASONS[writer.NO_ANSWER] == "no_answer"
    assert STATES[command.REFUSED] == "refused" and len(STATES) == command.REFUSED + 1
    assert len(writer.SLOTS) == writer.SAVE


# -- what works -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNITS)
def test_a_switch_goes_off_and_on_and_each_is_read_back(name):
    unit = rig(name)
    for value in (0, 1):
        unit.events.clear()
        assert unit.ask("charge_switch", value) == "none"
        assert unit.finish() == ("confirmed", "none")
        assert unit.events == ["requested", "sent", "confirmed"]
        assert unit.bms.charge_switch == bool(value) and unit.commands.value == value
    assert unit.ask("discharge_switch", 0) == "none"
    assert unit.finish() == ("confirmed", "none") and unit.bms.discharge_switch is False
    assert len(writes(unit, name)) == 3  # each once


@pytest.mark.parametrize("name", THRESHOLDS)
def test_thresholds_are_moved_below_zero(name):
    unit = rig(name)
    assert unit.ask("charge_utp_dc", -150) == "none"
    assert unit.ask("charge_utpr_dc", -50) == "none"
    assert unit.finish() == ("confirmed", "none")
    assert (unit.bms.charge_utp_dc, unit.bms.charge_utpr_dc) == (-150, -50)
    assert unit.pack.get(p.CHARGE_UTPR_DC) == -50


def test_thresholds_of_an_ant_are_saved_at_once():
    unit = rig("ant_new")
    unit.ask("charge_utp_dc", -50)
    assert unit.finish() == ("confirmed", "none") and unit.sim.saved == 1
    unit.run(301_000)  # what is not saved is lost by now
    assert unit.bms.charge_utp_dc == -50
    assert unit.ask("save") == "none"
    assert unit.finish() == ("confirmed", "none") and unit.sim.saved == 2


def test_the_heating_of_a_jk_over_bluetooth():
    unit = rig("jk_ble")
    unit.ask("heating_switch", 1)
    assert unit.finish() == ("confirmed", "none") and unit.bms.heating_switch is True
    assert unit.ask("heating_start_dc", 0) == "not_offered"


def test_jk_modbus_read_in_its_plain_form():
    unit = rig("jk_modbus", make=lambda plant: JkModbusSim(plant, framed=False))
    assert unit.dialect.plain
    unit.ask("charge_utpr_dc", 80)
    assert unit.finish() == ("confirmed", "none") and unit.bms.charge_utpr_dc == 80


@pytest.mark.parametrize("name", UNITS)
def test_the_line_is_paced_and_figures_keep_coming(name):
    unit = rig(name)
    start_ms = unit.ms
    for value in (0, 1, 0, 1):
        unit.ask("charge_switch", value)
        while unit.commands.busy:
            unit.step()
            assert unit.pack.fresh(p.STATUS, unit.now, 4000)
    times = [ms for ms, _ in unit.sent if ms >= start_ms - 500]
    least = unit.commands._writer.SPACING_MS
    assert min(b - a for a, b in zip(times, times[1:], strict=False)) >= least


def test_a_jk_gps_is_unlocked_150_ms_before_the_write():
    unit = rig("jk_gps")
    unit.ask("charge_switch", 0)
    unit.finish()
    (at,) = [i for i, (_, data) in enumerate(unit.sent) if data[8] == 2]
    (before_ms, password), (ms, _), (_, after) = unit.sent[at - 1 : at + 2]
    assert password[8] == 5 and ms - before_ms >= 150 and after[8] == 6


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
    unit = rig(name)
    assert unit.ask(wish, value) == reason
    assert unit.told == ("refused", reason) and not unit.commands.busy
    assert (NAMES[unit.commands.command], unit.commands.value) == (wish, value)
    unit.run(2000)
    assert writes(unit, name) == []


def test_tenths_of_a_degree_where_the_unit_knows_them():
    unit = rig("jk_ble")
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
    unit = rig("jk_gps")
    unit.check.verdict = 4
    assert unit.ask("charge_switch", 0) == "no_data"


def test_an_unproven_generation_is_not_written_to():
    unit = rig("jk_ble")
    unit.dialect.frames.proven = False
    assert unit.ask("charge_switch", 0) == "not_proven"


def test_thresholds_need_the_one_that_they_must_not_cross():
    unit = rig("jk_gps")
    unit.pack.drop(p.CHARGE_UTPR_DC)
    assert unit.ask("charge_utp_dc", -100) == "unread"


def test_a_level_that_does_not_write():
    unit = rig("ant_new", make=lambda plant: AntNewSim(plant, level=2))
    assert unit.ask("charge_switch", 0) == "no_permission"


@pytest.mark.parametrize("number", [-1, writer.COMMANDS, 255])
def test_unknown_commands(number):
    unit = rig("jk_gps")
    assert unit.commands.ask(number, 0, unit.now) == writer.UNSUPPORTED


# -- passwords ------------------------------------------------------------------------------------


def test_an_ant_is_unlocked_only_when_it_must_be():
    unit = rig("ant_new", password=b"123456789abc", make=lambda plant: AntNewSim(plant, level=1))
    for value in (0, 1):
        unit.ask("discharge_switch", value)
        assert unit.finish() == ("confirmed", "none")
    assert len([data for _, data in unit.sent if data[2] == 0x23]) == 1


def test_a_short_password_is_tried_at_both_levels_that_may_write():
    def make(plant):
        sim = AntNewSim(plant, level=1)
        sim.passwords = {4: b"secret78"}
        return sim

    unit = rig("ant_new", password=b"secret78", make=make)
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("confirmed", "none")
    assert [data[3:5].hex() for _, data in unit.sent if data[2] == 0x23] == ["5a01", "6201"]


@pytest.mark.parametrize("password", [b"wrong", b"wrong_123456"])
def test_a_wrong_password_of_an_ant(password):
    unit = rig("ant_new", password=password, make=lambda plant: AntNewSim(plant, level=1))
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "wrong_password")
    assert writes(unit, "ant_new") == [] and unit.bms.charge_switch is True


def test_an_older_ant_with_the_right_the_wrong_and_no_password():
    assert rig("ant_old", password=b"short").ask("charge_switch", 0) == "wrong_password"
    unit = rig("ant_old", password=b"87654321")
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "wrong_password")
    unit = rig("ant_old", password=b"")
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "no_permission")
    assert unit.bms.charge_switch is True


def test_no_answer_to_a_password_ends_it():
    unit = rig("ant_new", password=b"123456789abc", make=lambda plant: AntNewSim(plant, level=1))
    unit.to_bms = lambda data: b"" if data[2] == 0x23 else data
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("timed_out", "no_answer")
    assert writes(unit, "ant_new") == []


# -- what the BMS refuses -------------------------------------------------------------------------


def test_jk_error_codes_have_names():
    unit = rig("jk_modbus")
    unit.to_bms = lambda data: (
        data if data[2] != 0x10 else modbus(bytes([1, 0x10, 0x19, *data[3:-2]]))
    )
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "bad_register") and unit.commands.code == 2


def modbus(data):
    from tools.bench.jk_modbus_frame import closed

    return closed(data)


@pytest.mark.parametrize("code, reason", [(2, "failed"), (3, "no_permission"), (9, "other_error")])
def test_ant_control_results_have_names(code, reason):
    unit = rig("ant_new")
    unit.sim._control = lambda number, t_us: ant_reply(0x61, number, code.to_bytes(2, "little"))
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", reason) and unit.commands.code == code


@pytest.mark.parametrize(
    "code, reason", [(1, "no_permission"), (2, "below_minimum"), (3, "above_maximum")]
)
def test_ant_write_results_have_names_although_the_value_is_echoed(code, reason):
    unit = rig("ant_new")
    unit.sim._write = lambda register, data, t_us: ant_reply(
        0x42, register, data, bytes([0xFF, code, 0, 0])
    )
    unit.ask("charge_utp_dc", -50)
    assert unit.finish() == ("rejected", reason) and unit.commands.code == code


def ant_reply(*args):
    from host_tests.mp.samples import ant_frame

    return ant_frame(*args)


def test_an_ant_that_acknowledges_and_does_nothing():
    """The captured case: balancing while discharging (ant.md §2.6)."""
    unit = rig("ant_new")
    unit.ask("balance_switch", 1)
    assert unit.finish() == ("rejected", "unchanged")


def test_a_jk_that_acknowledges_what_it_ignores():
    unit = rig("jk_ble")
    unit.sim._obey = lambda command_, t_us, obey=unit.sim._obey: obey(
        command_ if command_[4] > 0x90 else relabelled(command_), t_us
    )
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "unchanged")


def relabelled(data):
    return data[:4] + b"\x02" + data[5:]


def test_an_ant_switch_is_off_only_if_a_hand_did_it():
    """A protection holds the MOS off already: that is no proof that the switch is."""
    unit = rig("ant_new")
    unit.sim._later = Ignoring()
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
    unit = rig(name)
    unit.to_bms = lambda data: b"" if is_write(name, data) else data
    unit.ask("charge_switch", 0)
    assert unit.finish() == ("rejected", "unchanged")
    assert len(writes(unit, name)) == 1 and unit.bms.charge_switch is True


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_falls_silent_times_out(name):
    unit = rig(name)
    unit.to_bms = lambda data: silence(unit) if is_write(name, data) else data
    unit.ask("charge_switch", 0)
    assert unit.finish(20_000) == ("timed_out", "no_answer")


def silence(unit):
    unit.sim.silent = True
    return b""


@pytest.mark.parametrize("name", UNITS)
def test_a_link_that_breaks_in_the_middle(name):
    unit = rig(name)
    unit.ask("charge_switch", 0)
    unit.ask("discharge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    unit.commands.reset()
    assert unit.told == ("timed_out", "interrupted") and not unit.commands.busy
    unit.run(3000)
    assert unit.told == ("timed_out", "interrupted")


def test_what_waits_is_judged_again_when_its_turn_comes():
    unit = rig("jk_gps")
    unit.to_bms = lambda data: b"" if data[8] == 2 and data[11] == 0xA6 else data
    assert unit.ask("charge_utpr_dc", 150) == "none"
    assert unit.ask("charge_utp_dc", 100) == "none"  # right once the other is done
    assert unit.finish() == ("refused", "order")
    assert unit.events[-2:] == ["rejected", "refused"] and unit.bms.charge_utp_dc == 0


# -- the queue ------------------------------------------------------------------------------------


def test_one_at_a_time_in_order():
    unit = rig("jk_gps")
    for name, value in (("charge_switch", 0), ("discharge_switch", 0), ("charge_utp_dc", -50)):
        assert unit.ask(name, value) == "none"
    unit.finish()
    codes = [data[11] for _, data in unit.sent if data[8] == 2]
    assert codes == [0xAB, 0xAC, 0xA5]
    assert unit.events == 3 * ["requested"] + 3 * ["sent", "confirmed"]


def test_it_is_bounded():
    unit = rig("jk_gps")
    wishes = (("charge_switch", 0), ("discharge_switch", 0), ("balance_switch", 0))
    wishes += (("charge_utp_dc", -50), ("charge_utpr_dc", 70))
    assert [unit.ask(*wish) for wish in wishes] == 4 * ["none"] + ["busy"]
    unit.finish()
    assert unit.ask(*wishes[-1]) == "none"


def test_the_same_again_is_one_and_the_last_word_counts():
    unit = rig("jk_gps")
    for value in (0, 1, 0, 0):
        assert unit.ask("charge_switch", value) == "none"
    unit.finish()
    assert len(writes(unit, "jk_gps")) == 1 and unit.bms.charge_switch is False


def test_the_same_while_it_is_under_way_is_not_sent_again():
    unit = rig("jk_gps")
    unit.ask("charge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    changes = unit.commands.changes
    assert unit.ask("charge_switch", 0) == "none" and unit.commands.changes == changes
    unit.finish()
    assert len(writes(unit, "jk_gps")) == 1


def test_the_opposite_while_it_is_under_way_comes_after_it():
    unit = rig("jk_gps")
    unit.ask("charge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    assert unit.ask("charge_switch", 1) == "none"
    assert unit.finish() == ("confirmed", "none")
    assert len(writes(unit, "jk_gps")) == 2 and unit.bms.charge_switch is True


def test_a_request_is_judged_by_what_is_queued_before_it():
    unit = rig("jk_gps")
    assert unit.ask("charge_utp_dc", 60) == "order"
    assert unit.ask("charge_utpr_dc", 100) == "none"
    assert unit.ask("charge_utp_dc", 60) == "none"
    assert unit.ask("charge_utpr_dc", 50) == "order"  # it would undo what makes the other right
    assert unit.finish() == ("confirmed", "none")
    assert (unit.bms.charge_utp_dc, unit.bms.charge_utpr_dc) == (60, 100)


def test_a_dialect_that_only_listens_has_no_writer():
    class Display:
        NAME = "jk_display"

    assert command.create_writer(Display(), b"") is None


def test_an_unlocked_older_ant():
    def make(plant):
        sim = AntOldSim(plant)
        sim.unlocked = True
        return sim

    unit = rig("ant_old", password=b"", make=make)
    unit.ask("discharge_switch", 0)
    assert unit.finish() == ("confirmed", "none") and unit.bms.discharge_switch is False


def test_heating_temperatures_where_a_unit_has_them():
    unit = rig("jk_ble", make=lambda plant: JkBleSim(plant, "jk02_32s_pb"))
    assert unit.pack.get(p.HEATING_START_DC) == 30 and unit.pack.get(p.HEATING_STOP_DC) == 70
    assert unit.ask("heating_stop_dc", 30) == "order"
    assert unit.ask("heating_start_dc", 25) == "whole_degrees_only"
    assert unit.ask("heating_start_dc", 30) == "none"
    assert unit.finish() == ("confirmed", "none")  # it has been there before
    unit.ask("heating_start_dc", 20)  # which this simulated unit acknowledges, and ignores
    assert unit.finish() == ("rejected", "unchanged")
    assert writes(unit, "jk_ble")[-1][4:7] == b"\x37\x01\x02"
