"""The JK's own heating output: heater, supervision, commands and a simulated unit together."""

import pytest

import words as s
from bms import pack as p
from bms import writer as w
from heat.heater import Heater
from heat.options.bms_output import BMSOutput
from heating.bms_heater import BMSHeater
from host_tests.command_rig import SETTLE_MS, Rig, writes
from host_tests.heat.heat_world import make_settings
from tools import vocabulary
from tools.bench.bms.jk_ble_sim import JkBleSim

BMS = {"heater_output": "bms", "bms_dialect": "jk_ble", "bms_writes": True}
OWN = {"heater_thresholds": "own", "heater_on_dc": 0, "heater_off_dc": 50}


class House(Rig):
    """A Rig with a heater on it, which steps once a second. `link_up` is the test's."""

    def __init__(self, model="jk02_32s", temp_c=15.0, **changes):
        super().__init__("jk_ble", make=lambda plant: JkBleSim(plant, model))
        self.plant.mat_on_bms = True
        self.plant.ambient_c = temp_c
        self.plant.set_temp(temp_c)
        times = {"heater_min_on_s": 0, "heater_min_off_s": 0}
        settings = make_settings(**(BMS | times | changes))
        self.heater = Heater(settings)
        self.heater.load({})
        self.output = BMSHeater(self, settings["heater_bms_thresholds"], 10_000)
        self.heater.bms_output = self.output.logic
        self.link_up = True
        self.on = False
        self.states = []
        self.run(SETTLE_MS)

    def step(self):
        super().step()
        if self.ms % 1000 == 0 and hasattr(self, "on"):
            self.output.look(self.now)
            self.on = self.heater.step(self.pack, self.check, self.link_up, None, self.now)
            self.output.step(self.heater, self.on, 1000, self.now)
            if not self.states or self.states[-1] != self.text:
                self.states.append(self.text)

    @property
    def text(self):
        return vocabulary.heater_text(self.heater.state, self.heater.reason)

    def chill(self, temp_c):
        """Puts the pack at a temperature, with a charger there."""
        self.plant.charger_on = True
        self.plant.ambient_c = temp_c
        self.plant.set_temp(temp_c)
        return self

    def until(self, condition, limit_s):
        """Returns the seconds until a condition."""
        for took in range(limit_s):
            if condition(self):
                return took
            self.run(1000)
        raise AssertionError((self.text, self.states[-8:]))


@pytest.fixture
def heating():
    house = House()
    house.chill(-5.0).until(lambda h: h.plant.heater_w > 0, 60)
    house.run(3000)
    return house


def test_it_is_disabled_at_first_and_enabled_when_cold(heating):
    assert heating.bms.heating_switch and heating.text == "heating"
    heater = heating.heater
    assert heater.duty_permille == 1000
    # What the BMS measures, not what the settings promise.
    assert heater.power_mw == pytest.approx(1000 * heating.plant.heater_w, rel=0.05)
    assert heating.output.on


def test_energy_is_counted_from_what_the_bms_says(heating):
    heating.run(600_000)
    assert heating.heater.wh_today == pytest.approx(heating.plant.heater_w / 6, abs=2)


def test_it_ends_at_recovery_and_is_disabled():
    house = House(temp_c=5.0)
    house.plant.capacity_ah = 10.0
    house.chill(-1.0).until(lambda h: h.on, 60)
    house.plant.set_temp(4.0)
    house.plant.set_temp(6.0)
    house.until(lambda h: not h.bms.heating_switch, 30)
    house.run(60_000)
    assert house.text == "idle" and house.plant.heater_w == 0
    assert not house.output.logic.unconfirmed


VETOES = {
    "mode": lambda house: house.heater.set_mode(0),
    "fault": lambda house: house.heater.guard.trip(s.NOT_HEATING),
    "no_charger": lambda house: setattr(house.plant, "charger_on", False),
    "hot": lambda house: house.plant.sensed_c.__setitem__(0, 40.0),
    "alarm": lambda house: setattr(house.plant, "soc", 0.0),
}


@pytest.mark.parametrize("veto", VETOES)
def test_every_veto_disables(heating, veto):
    VETOES[veto](heating)
    took_s = heating.until(lambda h: h.plant.heater_w == 0 and not h.bms.heating_switch, 100)
    # A charger is believed in for a minute.
    assert took_s <= (75 if veto == "no_charger" else 8)


def test_implausible_figures_disable_too(heating):
    heating.check.verdict = 1
    heating.check.step = lambda now: None
    heating.until(lambda h: not h.bms.heating_switch, 10)
    assert heating.text.startswith("blocked:implausible")


def test_a_unit_that_does_not_take_the_switch_is_unconfirmed():
    house = House()
    house.to_bms = lambda data: b"" if data[4] == 0x27 else data
    house.chill(-5.0)
    house.until(lambda h: h.text == "blocked:unconfirmed", 60)
    assert house.heater.duty_permille == 0 and house.plant.heater_w == 0
    sent = len(writes(house, "jk_ble"))
    house.run(60_000)
    assert len(writes(house, "jk_ble")) - sent <= 5  # it is asked again, and not without end
    house.to_bms = lambda data: data
    house.until(lambda h: h.text == "heating" and h.plant.heater_w > 0, 60)


def test_an_output_with_nothing_on_it_is_unconfirmed(heating):
    heating.plant.mat_open = True
    heating.until(lambda h: h.text == "blocked:unconfirmed", 200)
    heating.plant.mat_open = False
    heating.until(lambda h: h.text == "heating", 60)


def test_an_output_that_cannot_be_ended_is_told(heating):
    heating.to_bms = lambda data: b"" if data[4] == 0x27 else data
    heating.heater.set_mode(1)
    heating.plant.set_temp(6.0)
    heating.bms.heating_stop_dc = heating.bms.charge_utpr_dc
    heating.bms.charge_utpr_dc = 150  # it has been given another recovery, and goes on
    heating.heater.law.mode = 0
    heating.run(45_000)
    assert heating.text == "blocked:unconfirmed" and heating.plant.heater_w > 0  # and not "off"
    heating.to_bms = lambda data: data
    heating.until(lambda h: h.text == "off" and h.plant.heater_w == 0, 30)


def test_held_off_is_off_at_once_and_confirmed_whatever_the_law_wants(heating):
    logic = heating.output.logic
    assert not logic.confirmed_off
    logic.held_off = True
    assert heating.until(lambda h: logic.confirmed_off, 10) <= 5
    assert not heating.bms.heating_switch and heating.plant.heater_w == 0
    heating.run(60_000)
    assert logic.confirmed_off  # the law still wants heat
    logic.held_off = False
    heating.until(lambda h: h.plant.heater_w > 0, 60)
    assert not logic.confirmed_off


def test_what_is_not_known_now_is_not_confirmed():
    house = House(temp_c=10.0)
    logic = house.output.logic
    house.until(lambda h: logic.confirmed_off, 60)
    house.pack.drop(p.HEATING)
    house.output.look(house.now)
    assert not logic.confirmed_off
    house.until(lambda h: logic.confirmed_off, 60)
    house.output.look(house.now + 60_000)  # an old answer
    assert not logic.confirmed_off
    house.commands.ask(w.HEATING, 1, house.now)  # one that is under way
    house.output.look(house.now)
    assert not logic.confirmed_off


def test_heat_that_nobody_saw_end_is_told_while_the_link_is_away(heating):
    heating.output.logic.unconfirmed = True
    heating.link_up = False
    heating.run(3000)
    assert heating.text == "blocked:unconfirmed"
    heating.heater.set_mode(0)
    heating.run(3000)
    assert heating.text == "blocked:unconfirmed"


@pytest.mark.parametrize("veto", [s.NONE, s.SETTLING])
def test_an_error_around_the_heater_ends_it_although_there_is_no_lease(heating, veto):
    heating.heater.guard.veto = veto
    heater_step = heating.heater.step
    heating.heater.step = lambda *_: heating.heater.fail()  # as tasks.py and heating/options.py do
    heating.until(lambda h: h.plant.heater_w == 0 and not h.bms.heating_switch, 10)
    heating.heater.step = heater_step
    heating.run(5000)
    assert heating.text == "fault:internal" and heating.plant.heater_w == 0


def test_a_mat_that_is_too_strong_for_the_board_is_not_kept_on():
    house = House(heater_mat_mohm=0)
    house.plant.mat_mohm = 13_000  # 4 A
    house.chill(-5.0).until(lambda h: h.plant.heater_w > 0, 60)
    house.until(lambda h: h.text == "blocked:mat_limit", 15)
    house.until(lambda h: h.plant.heater_w == 0, 10)
    house.run(1_700_000)
    assert house.plant.heater_w == 0 and house.text == "blocked:mat_limit"
    house.plant.mat_mohm = 26_000
    house.until(lambda h: h.text == "heating", 300)


def test_a_reconnection_does_not_switch(heating):
    before = len(writes(heating, "jk_ble"))
    heating.link_up = False
    heating.run(500)
    heating.link_up = True
    heating.heater.inputs.sensors.restart()
    heating.run(20_000)
    assert len(writes(heating, "jk_ble")) == before and heating.plant.heater_w > 0


def test_what_it_did_before_it_fell_silent_is_not_what_it_does(heating):
    heating.from_bms = lambda data: []
    heating.run(12_000)
    assert not heating.output.on and heating.heater.duty_permille == 0


def test_nothing_is_asked_of_a_bms_that_is_out_of_range(heating):
    changes = heating.commands.changes
    heating.link_up = False
    heating.run(120_000)
    assert heating.commands.changes == changes and heating.text == "blocked:link_down"


def test_while_we_are_dead_its_own_thresholds_rule(heating):
    heating.on = None
    del heating.on  # no more steps of ours
    heating.run(60_000)
    assert heating.plant.heater_w > 0
    heating.plant.set_temp(6.0)
    heating.run(2000)
    assert heating.plant.heater_w == 0


# -- thresholds -----------------------------------------------------------------------------------


def test_thresholds_are_left_alone_unless_opted_in():
    house = House(**OWN)
    house.bms.charge_utp_dc, house.bms.charge_utpr_dc = -200, -100
    house.run(60_000)
    assert (house.bms.charge_utp_dc, house.bms.charge_utpr_dc) == (-200, -100)
    house.chill(-5.0)
    house.until(lambda h: h.text == "blocked:unconfirmed", 60)  # it would heat from -20 °C only


@pytest.mark.parametrize(
    "model, before, after",
    [
        ("jk02_32s", (-200, -100), (0, 50)),
        ("jk02_32s", (-10, 20), (0, 50)),
        ("jk02_32s", (100, 150), (100, 150)),  # never lowered: they guard the cells
        ("jk02_32s", (-50, 120), (0, 120)),
        ("jk02_32s_pb", (30, 70), (0, 50)),
        ("jk02_32s_pb", (-200, -100), (0, 50)),
        ("jk02_32s_pb", (100, 150), (0, 50)),
    ],
)
def test_thresholds_are_written_where_opted_in(model, before, after):
    house = House(model, heater_bms_thresholds=True, **OWN)
    bms = house.bms
    names = ("charge_utp_dc", "charge_utpr_dc")
    if model == "jk02_32s_pb":
        names = ("heating_start_dc", "heating_stop_dc")
    kept = (bms.charge_utp_dc, bms.charge_utpr_dc)
    for name, dc in zip(names, before, strict=True):
        setattr(bms, name, dc)
    house.pack.clear()
    house.dialect.reset()
    house.sim.connected()
    house.run(150_000)
    assert tuple(getattr(bms, name) for name in names) == after
    if model == "jk02_32s_pb":
        assert (bms.charge_utp_dc, bms.charge_utpr_dc) == kept
    count = len(writes(house, "jk_ble"))
    house.run(60_000)
    assert len(writes(house, "jk_ble")) == count


def test_a_threshold_that_is_not_taken_is_not_written_for_ever():
    house = House(heater_bms_thresholds=True, **OWN)
    house.bms.charge_utp_dc, house.bms.charge_utpr_dc = -200, -100
    house.to_bms = lambda data: b"" if data[4] in (0x18, 0x19) else data
    house.pack.clear()
    house.dialect.reset()
    house.sim.connected()
    house.run(1_200_000)
    assert len([data for data in writes(house, "jk_ble") if data[4] in (0x18, 0x19)]) <= 7


def test_thresholds_of_tenths_become_whole_degrees_on_the_safe_side():
    output = BMSOutput(True)
    pack = type("Pack", (), {})()
    figures = {p.HEATING_SWITCH: 0, p.HEATING_START_DC: -10, p.HEATING_STOP_DC: 70}
    pack.get = figures.get
    output.step(False, False, pack, -5, 52, 1000)
    assert (output.command, output.value) == (5, 60)


@pytest.mark.parametrize("ma, over", [(3000, False), (3300, False), (3301, True), (6000, True)])
def test_more_than_the_board_can_switch_is_told_beyond_the_error_of_its_measurement(ma, over):
    pack = p.PackState()
    pack.put(p.HEATING, 1)
    pack.put(p.HEATING_MA, ma)
    output = BMSOutput(False)
    for _ in range(6):
        output.look(pack, True)
        output.step(True, False, pack, 0, 50, 1000)
    assert output.over_limit == over
