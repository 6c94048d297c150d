"""The cold-charge report goes by the cells' chemistry; a BMS that is set lower is a warning."""

import pytest

from bms import pack as p
from host_tests.heat.heat_rig import Rig
from words import BMS_TOO_COLD

BIT = 1 << BMS_TOO_COLD - 1
PRESET = {p.CHARGE_UTP_DC: -200, p.CHARGE_UTPR_DC: -100}  # of a JK; the cells are LiFePO4


def frozen_pack(**keywords):
    """A rig at -12 °C, charging with 5 A, on a BMS that allows that."""
    rig = Rig(**keywords)
    rig.slots |= PRESET
    rig.temps = [-120, -110]
    return rig


def test_what_is_charged_at_minus_twelve_is_told_whatever_the_bms_is_set_to():
    rig = frozen_pack()
    rig.step(3603)
    assert rig.heater.cold_min == 60 and rig.heater.cold_charged_mah == pytest.approx(5000, abs=10)


@pytest.mark.parametrize("limit_dc, minutes", [(0, 10), (-120, 0), (-119, 10), (-300, 0)])
def test_the_limit_is_a_setting(limit_dc, minutes):
    rig = frozen_pack(cells_limit_dc=limit_dc)
    rig.step(603)
    assert rig.heater.cold_min == minutes
    assert rig.heater.warnings == (BIT if limit_dc > -200 else 0)


def test_a_bms_set_above_the_chemistry_reports_no_less_and_no_more():
    rig = Rig()
    rig.slots |= {p.CHARGE_UTP_DC: 50, p.CHARGE_UTPR_DC: 100}
    rig.temps = [20, 30]  # below the BMS's limit, and harmless
    rig.step(600)
    assert rig.heater.cold_min == 0 and rig.heater.warnings == 0


def test_the_warning_is_told_until_somebody_knows_and_keeps_nothing_off():
    rig = frozen_pack(heater_thresholds="own")
    assert rig.step(10) and rig.heater.warnings == BIT
    rig.heater.acknowledge()
    assert rig.heater.warnings == 0 and rig.step(1)
    assert rig.step(600) and rig.heater.warnings == 0
    assert rig.heater.dirty


def test_it_is_told_once_over_restarts():
    rig = frozen_pack()
    rig.step(10)
    rig.heater.acknowledge()
    record = {}
    rig.heater.save(record)
    assert not rig.heater.dirty
    again = frozen_pack(saved=record)
    again.step(10)
    assert again.heater.warnings == 0 and again.heater.latched == 0
    del record["known"]
    old = frozen_pack(saved=record)  # of a version that knew no warnings
    old.step(10)
    assert old.heater.warnings == BIT and old.heater.latched == 0


def test_what_was_mended_and_is_broken_again_is_told_again():
    rig = frozen_pack()
    rig.step(10)
    rig.heater.acknowledge()
    rig.slots |= {p.CHARGE_UTP_DC: 0, p.CHARGE_UTPR_DC: 50}
    rig.step()
    assert rig.heater.warnings == 0 and rig.heater.known == 0
    rig.slots |= PRESET
    rig.step()
    assert rig.heater.warnings == BIT


def test_an_unknown_limit_is_no_reason_to_warn_nor_to_stop():
    rig = Rig()
    rig.slots[p.CHARGE_UTP_DC] = None
    rig.step(10)
    assert rig.heater.warnings == 0
    rig = frozen_pack()
    rig.step(10)
    rig.slots[p.CHARGE_UTP_DC] = None
    rig.step(10)
    assert rig.heater.warnings == BIT
