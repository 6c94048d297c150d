"""One mat under several packs: all of them must see, and any of them can say hot."""

import pytest

import words as s
from bms import alarms
from bms import pack as p
from bms.check import Check
from bms.pack import PackState
from heat.charger import CURRENT, LOAD_TEST, MEMORY
from heat.heater import Heater
from host_tests.filled_pack import fill
from host_tests.heat.heat_world import make_settings
from links.several import Several
from links.unit import Unit
from tools import vocabulary


class Silence:
    """A dialect and a link of which nothing is needed here."""

    up = True
    losses = frames = bad_checksum = bad_length = dropped = 0
    renewed = False

    def __init__(self):
        self.pack = PackState()
        self.framer = self


class Bus:
    """A heater on packs that send every so many seconds."""

    def __init__(self, every_s, temps, on_mat=None, **settings):
        self.every_s = every_s
        self.temps = list(temps)
        self.known = [{} for _ in temps]  # of each pack, beside what all tell
        age_s = settings.setdefault("data_max_age_s", 10)
        links = [Silence() for _ in temps]
        units = [Unit(link, Check(link.pack, 1000), link, None, 1000 * age_s) for link in links]
        self.several = Several(units, 1000 * age_s, on_mat)
        self.heater = Heater(make_settings(heater_min_on_s=0, heater_min_off_s=0, **settings))
        self.heater.load({})
        self.now = 0

    def step(self, times=1):
        """Lets seconds pass; returns whether the mat is on."""
        on = False
        for _ in range(times):
            self.now += 1000
            for i, unit in enumerate(self.several.units):
                if self.now // 1000 % self.every_s[i] == 0:
                    unit.pack.fingerprint = self.now & 0xFFFF
                    known = {"charge_utp_dc": 0, "charge_utpr_dc": 50, "charger_present": 1}
                    known |= self.known[i]
                    fill(unit.pack, self.now, temps=self.temps[i], **known)
            up = self.several.look(self.now)
            on = self.heater.step(self.several.pack, self.several.check, up, None, self.now)
        return on

    @property
    def text(self):
        """State and reason of the heater."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)


def test_all_see_and_the_mat_is_on():
    assert Bus((1, 1), ((-10,), (-5, 0))).step(10)


def test_a_pack_that_sees_nothing_blocks_with_its_number():
    bus = Bus((1, 1, 1), ((-10,), (-10,), ()))
    assert not bus.step(30)
    assert bus.text == "blocked:no_sensor" and bus.heater.inputs.blind_pack == 3
    bus.temps[2] = (-10,)
    assert bus.step(6) and bus.heater.inputs.blind_pack == 0


def test_one_whose_sensor_goes_blocks_at_once():
    bus = Bus((1, 1), ((-10,), (-10,)))
    assert bus.step(10)
    bus.temps[1] = ()
    assert not bus.step()
    assert bus.text == "blocked:no_sensor" and bus.heater.inputs.blind_pack == 2


def test_a_pack_that_its_owner_says_is_not_on_the_mat_neither_blocks_nor_counts():
    bus = Bus((1, 1), ((-10,), ()), on_mat=b"\1\0")
    assert bus.step(10)
    bus = Bus((1, 1), ((80,), (-100,)), on_mat=b"\1\0")
    assert not bus.step(10)
    assert bus.text == "idle"


@pytest.mark.parametrize("age_s, slow_s", [(10, 8), (60, 57)])
def test_hot_counts_at_once_and_not_when_the_slowest_pack_sends(age_s, slow_s):
    bus = Bus((1, slow_s), ((-10,), (-10,)), data_max_age_s=age_s)
    bus.step(5 * slow_s)  # the slow one has just sent
    assert bus.step(2)
    bus.temps[0] = (300,)
    assert not bus.step()


def test_three_readings_are_three_of_each():
    bus = Bus((1, 5), ((-10,), (-10,)))
    on = [bus.step() for _ in range(20)]
    assert on.index(True) == 14  # the third of the slow one, in the fifteenth second


def test_an_alarm_of_any_pack_counts_at_once():
    bus = Bus((1, 8), ((-10,), (-10,)))
    bus.step(42)
    bus.several.units[1].pack.raise_alarm(alarms.BATTERY_OVERTEMP)
    assert not bus.step()
    assert bus.text == "blocked:bms_alarm"


def test_an_alarm_of_a_pack_off_the_mat_does_not_count():
    bus = Bus((1, 1), ((-10,), (250,)), on_mat=b"\1\0")
    bus.step(10)
    bus.several.units[1].pack.raise_alarm(alarms.CHARGE_OVERTEMP)
    assert bus.step()
    assert any(bus.several.pack.alarms)  # the screen and the relay tell it


AT_REST = {"current_ma": 0}


@pytest.mark.parametrize("where, blocked", [(0, True), (1, False)], ids=["on it", "off it"])
def test_a_warm_board_counts_where_its_pack_is_on_the_mat(where, blocked):
    bus = Bus((1, 1), ((-10,), (220,)), on_mat=b"\1\0")
    bus.known = [{"mos_temp_dc": 10} | AT_REST, {"mos_temp_dc": 10} | AT_REST]
    bus.known[where]["mos_temp_dc"] = 265
    assert bus.step(900) is not blocked
    assert bus.text == ("blocked:too_warm" if blocked else "heating")
    assert bus.several.pack.get(p.MOS_TEMP_DC) == 265  # what is shown


@pytest.mark.parametrize(
    "boards, sees",
    [((10, 20), True), ((10, None), True), ((None, 20), False), ((None, None), False)],
)
def test_a_board_off_the_mat_does_not_make_the_heater_see(boards, sees):
    bus = Bus((1, 1), ((-10,), (220,)), on_mat=b"\1\0")
    bus.known = [{} if dc is None else {"mos_temp_dc": dc} for dc in boards]
    bus.step(10)
    assert bus.heater.inputs.blind is not sees


def test_every_board_on_the_mat_must_be_seen_and_the_warmest_counts():
    bus = Bus((1, 1), ((-10,), (-10,)))
    bus.known = [{"mos_temp_dc": 265} | AT_REST, {"mos_temp_dc": 10} | AT_REST]
    bus.step(10)
    assert not bus.heater.inputs.blind and bus.text == "blocked:too_warm"
    bus.known[1] = {"mos_temp_dc": None}
    bus.step(10)
    assert bus.heater.inputs.blind and bus.text == "blocked:too_warm"


def test_the_thresholds_are_those_of_the_packs_on_the_mat():
    warm = {"charge_utp_dc": 150, "charge_utpr_dc": 200}
    bus = Bus((1, 1), ((120,), (220,)), on_mat=b"\1\0")
    bus.known[1] = warm
    assert not bus.step(30) and bus.text == "idle"
    assert (bus.heater.law.on_dc, bus.heater.law.off_dc) == (0, 50)
    bus = Bus((1, 1), ((120,), (120,)))
    bus.known[1] = warm
    assert bus.step(30) and bus.heater.law.off_dc == 200


def test_a_pack_off_the_mat_needs_no_thresholds():
    bus = Bus((1, 1), ((-10,), (220,)), on_mat=b"\1\0")
    bus.known[1] = {"charge_utp_dc": None}
    assert bus.step(30)


LAX = {"charge_utp_dc": -200, "charge_utpr_dc": -100}  # a JK as it comes
TOO_COLD = 1 << s.BMS_TOO_COLD - 1


@pytest.mark.parametrize("other", [{}, {"charge_utp_dc": None}], ids=["strict", "unknown"])
@pytest.mark.parametrize("lax", [0, 1])
def test_a_bms_that_lets_its_cells_be_charged_in_the_cold_is_told_whatever_the_others_do(
    lax, other
):
    bus = Bus((1, 1), ((-10,), (-10,)))
    bus.known = [LAX, LAX]
    bus.known[1 - lax] = other
    bus.step(20)
    assert bus.heater.warnings == TOO_COLD
    assert bus.several.check.mat.lax_pack == lax + 1
    bus.known[lax] = {}
    bus.step(20)
    assert bus.heater.warnings == 0


def test_one_off_the_mat_may_be_set_as_it_likes():
    bus = Bus((1, 1), ((-10,), (220,)), on_mat=b"\1\0")
    bus.known[1] = LAX
    bus.step(20)
    assert bus.heater.warnings == 0


class TwoOnAMorning(Bus):
    """A charger, and two packs in the cold: the first is cut off by it after a minute, and the
    other one goes on until it is full, in the tenth."""

    FULL = {"current_ma": 0, "charge_on": 1, "soc": 100}

    def __init__(self, **settings):
        super().__init__((1, 1), ((-10,), (30,)), **settings)
        self.seen = []

    def step(self, times=1):
        on = False
        for _ in range(times):
            second = self.now // 1000
            cut = second >= 60
            both = {"charge_switch": 1, "cell_min_mv": 3300, "charger_present": None}
            both |= {"cell_uvpr_mv": 2900, "cell_ovp_mv": 3650}
            first = {"current_ma": 0 if cut else 5000, "charge_on": 0 if cut else 1}
            other = self.FULL if second >= 600 else {"current_ma": 5000, "charge_on": 1}
            self.known = [both | first, both | other]
            self.temps[0] = (-10,) if cut else (10,)
            on = super().step()
            if not self.seen or self.seen[-1] != self.text:
                self.seen.append(self.text)
        return on


def test_one_that_is_cut_off_by_cold_beside_a_full_one_does_not_wait_without_a_reason():
    bus = TwoOnAMorning(heater_charger_hold_min=15)
    assert bus.step(600)  # the current of the other one shows the charger
    assert bus.heater.law.charger.source == CURRENT
    assert bus.step(300) and bus.heater.law.charger.source == MEMORY
    assert not bus.step(100) and bus.text == "waiting_charger"
    assert not bus.step(600) and bus.text == "waiting_charger:charger_unseen"


def test_and_with_the_mat_at_the_output_the_mat_itself_shows_the_charger():
    bus = TwoOnAMorning(heater_charger_hold_min=15, heater_feed="output", heater_mat_mohm=13_000)
    assert bus.step(1000) and bus.heater.law.charger.source == LOAD_TEST


def test_a_pack_that_its_owner_or_a_full_cell_has_switched_off_is_not_cut_off_by_the_cold():
    bus = Bus((1, 1), ((-10,), (-10,)))
    other = bus.several.units[1].pack
    for switch, full, cut in ((1, 0, True), (0, 0, False), (1, 1, False), (1, 0, True)):
        bus.known = [
            {"charge_on": 1, "charge_switch": 1},
            {"charge_on": 0, "charge_switch": switch},
        ]
        other.put(p.FULL, full)
        bus.step(10)
        assert bus.heater.inputs.cut is cut
    other.raise_alarm(alarms.CELL_OVERVOLTAGE)
    bus.step()
    assert not bus.heater.inputs.cut
