"""The command queue against simulated units: what is confirmed was read back, and nothing else."""

import pytest

from bms import catalog, command, writer
from bms import pack as p
from bms.jk import jk_modbus_plain
from host_tests.command_rig import NAMES, REASONS, STATES, UNITS, is_write, ready, writes
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.jk_ble_sim import JkBleSim
from tools.bench.bms.jk_modbus_sim import JkModbusSim

THRESHOLDS = ("jk_gps", "jk_ble", "jk_modbus", "ant_new")


def test_tables_of_names_fit_their_numbers():
    assert len(NAMES) == writer.COMMANDS == len(set(NAMES))
    assert REASONS[writer.INTERRUPTED] == "interrupted" and len(set(REASONS)) == len(REASONS)
    assert REASONS[writer.ORDER] == "order" and REASONS[writer.NO_ANSWER] == "no_answer"
    assert STATES[command.REFUSED] == "refused" and len(STATES) == command.REFUSED + 1
    assert len(writer.SLOTS) == writer.SAVE


# -- what works -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNITS)
def test_a_switch_goes_off_and_on_and_each_is_read_back(name):
    unit = ready(name)
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
    unit = ready(name)
    assert unit.ask("charge_utp_dc", -150) == "none"
    assert unit.ask("charge_utpr_dc", -50) == "none"
    assert unit.finish() == ("confirmed", "none")
    assert (unit.bms.charge_utp_dc, unit.bms.charge_utpr_dc) == (-150, -50)
    assert unit.pack.get(p.CHARGE_UTPR_DC) == -50


def test_thresholds_of_an_ant_are_saved_at_once():
    unit = ready("ant_new")
    unit.ask("charge_utp_dc", -50)
    assert unit.finish() == ("confirmed", "none") and unit.sim.saved == 1
    unit.run(301_000)  # what is not saved is lost by now
    assert unit.bms.charge_utp_dc == -50
    assert unit.ask("save") == "none"
    assert unit.finish() == ("confirmed", "none") and unit.sim.saved == 2


def test_the_heating_of_a_jk_over_bluetooth():
    unit = ready("jk_ble")
    unit.ask("heating_switch", 1)
    assert unit.finish() == ("confirmed", "none") and unit.bms.heating_switch is True
    assert unit.ask("heating_start_dc", 0) == "not_offered"


def test_jk_modbus_read_in_its_plain_form():
    unit = ready("jk_modbus", make=lambda plant: JkModbusSim(plant, framed=False))
    assert unit.dialect.plain
    unit.ask("charge_utpr_dc", 80)
    assert unit.finish() == ("confirmed", "none") and unit.bms.charge_utpr_dc == 80


@pytest.mark.parametrize("name", UNITS)
def test_the_line_is_paced_and_figures_keep_coming(name):
    unit = ready(name)
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
    unit = ready("jk_gps")
    unit.ask("charge_switch", 0)
    unit.finish()
    (at,) = [i for i, (_, data) in enumerate(unit.sent) if data[8] == 2]
    (before_ms, password), (ms, _), (_, after) = unit.sent[at - 1 : at + 2]
    assert password[8] == 5 and ms - before_ms >= 150 and after[8] == 6


@pytest.mark.parametrize("name", UNITS)
def test_no_answer_confirms_that_could_have_been_sent_before_the_acknowledgement(name):
    """A unit's answers may be 2 s late: what comes sooner after a write may be older than it."""
    unit = ready(name)
    unit.ask("charge_switch", 0)
    unit.finish()
    wrote_ms = max(ms for ms, data in unit.sent if is_write(name, data))
    assert unit.ms - wrote_ms > 2000


def test_a_late_block_of_registers_is_not_taken_for_another():
    """A reply of plain Modbus tells its size, not its register."""
    sizes = [words for words in jk_modbus_plain._BLOCKS[1::2] if words]
    assert len(set(sizes)) == len(sizes) and max(sizes) <= 40


# -- the queue ------------------------------------------------------------------------------------


def test_one_at_a_time_in_order():
    unit = ready("jk_gps")
    for name, value in (("charge_switch", 0), ("discharge_switch", 0), ("charge_utp_dc", -50)):
        assert unit.ask(name, value) == "none"
    unit.finish()
    codes = [data[11] for _, data in unit.sent if data[8] == 2]
    assert codes == [0xAB, 0xAC, 0xA5]
    assert unit.events == 3 * ["requested"] + 3 * ["sent", "confirmed"]


def test_it_is_bounded():
    unit = ready("jk_gps")
    wishes = (("charge_switch", 0), ("discharge_switch", 0), ("balance_switch", 0))
    wishes += (("charge_utp_dc", -50), ("charge_utpr_dc", 70))
    assert [unit.ask(*wish) for wish in wishes] == 4 * ["none"] + ["busy"]
    unit.finish()
    assert unit.ask(*wishes[-1]) == "none"


def test_the_same_again_is_one_and_the_last_word_counts():
    unit = ready("jk_gps")
    for value in (0, 1, 0, 0):
        assert unit.ask("charge_switch", value) == "none"
    unit.finish()
    assert len(writes(unit, "jk_gps")) == 1 and unit.bms.charge_switch is False


def test_the_same_while_it_is_under_way_is_not_sent_again():
    unit = ready("jk_gps")
    unit.ask("charge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    changes = unit.commands.changes
    assert unit.ask("charge_switch", 0) == "none" and unit.commands.changes == changes
    unit.finish()
    assert len(writes(unit, "jk_gps")) == 1


def test_the_opposite_while_it_is_under_way_comes_after_it():
    unit = ready("jk_gps")
    unit.ask("charge_switch", 0)
    while unit.told != ("sent", "none"):
        unit.step()
    assert unit.ask("charge_switch", 1) == "none"
    assert unit.finish() == ("confirmed", "none")
    assert len(writes(unit, "jk_gps")) == 2 and unit.bms.charge_switch is True


def test_a_request_is_judged_by_what_is_queued_before_it():
    unit = ready("jk_gps")
    assert unit.ask("charge_utp_dc", 60) == "order"
    assert unit.ask("charge_utpr_dc", 100) == "none"
    assert unit.ask("charge_utp_dc", 60) == "none"
    assert unit.ask("charge_utpr_dc", 50) == "order"  # it would undo what makes the other right
    assert unit.finish() == ("confirmed", "none")
    assert (unit.bms.charge_utp_dc, unit.bms.charge_utpr_dc) == (60, 100)


def test_a_dialect_that_only_listens_has_no_writer():
    class Display:
        NAME = "jk_display"

    assert catalog.create_writer(Display(), b"") is None


def test_an_unlocked_older_ant():
    def make(plant):
        sim = AntOldSim(plant)
        sim.unlocked = True
        return sim

    unit = ready("ant_old", password=b"", make=make)
    unit.ask("discharge_switch", 0)
    assert unit.finish() == ("confirmed", "none") and unit.bms.discharge_switch is False


def test_heating_temperatures_where_a_unit_has_them():
    unit = ready("jk_ble", make=lambda plant: JkBleSim(plant, "jk02_32s_pb"))
    assert unit.pack.get(p.HEATING_START_DC) == 30 and unit.pack.get(p.HEATING_STOP_DC) == 70
    assert unit.ask("heating_stop_dc", 30) == "order"
    assert unit.ask("heating_start_dc", 25) == "whole_degrees_only"
    assert unit.ask("heating_start_dc", 30) == "none"
    assert unit.finish() == ("confirmed", "none")  # it has been there before
    unit.ask("heating_start_dc", 20)
    assert unit.finish() == ("confirmed", "none") and unit.bms.heating_start_dc == 20
    assert writes(unit, "jk_ble")[-1][4:7] == b"\x37\x01\x02"
