"""Each dialect reads its simulated BMS: the plant's figures come out, and nobody else's do."""

import pytest

from bms import catalog
from bms import check as checks
from bms import pack as p
from bms.pack import PackState
from host_tests.dialects import why_withheld
from tools import vocabulary
from tools.bench.bms import simulators
from tools.bench.esp32.chip import Chip
from tools.bench.esp32.serial_line import SerialLine
from tools.plant import Plant

TICK_US = 20_000
OTHERS = [name for name in simulators.FOREIGN if name != "none"]


class Talk:
    """A dialect and a simulated BMS on one wire, without a firmware between them."""

    def __init__(self, name, plant=None, dialect=None):
        self.plant = plant or Plant(temp_c=-3.0)
        self.sim = simulators.make(name, self.plant)
        self.pack = PackState()
        self.dialect = catalog.create(dialect or self.sim.NAME, self.pack, 512, 1000)
        self.check = checks.Check(self.pack)
        self.t_us = 0
        self.garble = lambda data: data
        self.watch = lambda: None  # called after every piece that was fed
        self._out = bytearray(32)

    @property
    def values(self):
        return vocabulary.values(self.pack)

    def run(self, seconds):
        end_us = self.t_us + round(seconds * 1e6)
        while self.t_us < end_us:
            self.t_us += TICK_US
            now = self.t_us // 1000
            self.sim.next_byte_us()
            data = self.garble(self.sim.take(self.t_us))
            self.dialect.feed(data, len(data), now)
            self.check.step(now)
            self.watch()
            n = self.dialect.request(now, self._out)
            if n:
                self.sim.receive(bytes(self._out[:n]), self.t_us)
            if self.t_us % 1_000_000 == 0:
                self.dialect.settle(now)
        return self


@pytest.fixture(params=simulators.WIRED)
def name(request):
    return request.param


def test_what_is_read_is_what_is_true(name):
    plant = Plant(temp_c=-3.0)
    plant.charger_on = True
    plant.step(30)
    talk = Talk(name, plant).run(20)
    values = talk.values
    assert talk.check.verdict == checks.PLAUSIBLE
    assert values["cell_mv"] == plant.cell_mv
    assert values["pack_mv"] == pytest.approx(sum(plant.cell_mv), abs=60)
    assert values["soc_pct"] == plant.soc_pct
    assert values["current_ma"] == pytest.approx(plant.current_ma, abs=60)
    shown = [dc for dc in values["temps_dc"] if dc is not None]
    assert shown and all(abs(dc - -30) <= 10 for dc in shown)
    framer = talk.dialect.framer
    assert framer.bad_checksum == framer.bad_length == framer.bad_frame == 0


@pytest.mark.parametrize("charger, load_w", [(True, 0), (False, 500)])
def test_current_is_positive_while_charging(name, charger, load_w):
    plant = Plant(temp_c=20.0)
    plant.charger_on, plant.load_w = charger, load_w
    plant.step(10)
    values = Talk(name, plant).run(20).values
    assert abs(plant.current_ma) > 5000
    assert values["current_ma"] == pytest.approx(plant.current_ma, abs=60)


def test_thresholds_come_where_the_unit_tells_them(name):
    plant = Plant(temp_c=5.0)
    plant.bms.charge_utp_dc, plant.bms.charge_utpr_dc = -70, -20
    values = Talk(name, plant).run(20).values
    told = simulators.settings(name)["heater_thresholds"] == "bms"
    expected = (-70, -20) if told else (None, None)
    assert (values.get("charge_utp_dc"), values.get("charge_utpr_dc")) == expected


def test_an_absent_sensor_is_absent(name):
    plant = Plant(temp_c=12.0)
    plant.sensor_absent = (0,)
    temps = Talk(name, plant).run(20).values["temps_dc"]
    assert temps[0] is None
    assert len(temps) == 1 or temps[1] == 120


def test_a_frozen_unit_is_noticed(name):
    talk = Talk(name, Plant(temp_c=12.0))
    talk.sim.before_reply = lambda t_us: talk.plant.step(0.3)
    talk.run(20)
    talk.sim.frozen = True
    before = talk.pack.seq
    talk.run(320)
    assert talk.pack.seq > before and talk.check.frozen
    talk.sim.frozen = False
    assert talk.run(20).check.frozen is False


def test_a_silent_unit_says_nothing_and_comes_back(name):
    talk = Talk(name).run(20)
    talk.sim.silent = True
    talk.run(2)
    before = talk.pack.seq
    talk.run(20)
    assert talk.pack.seq == before
    talk.sim.silent = False
    talk.run(40)
    assert talk.pack.seq > before


def test_noise_on_the_line_makes_no_figures(name):
    """Flipped, lost and doubled bytes. Where there is no checksum, the second look must do."""
    plant = Plant(temp_c=12.0)
    plant.charger_on = True
    plant.step(30)
    talk = Talk(name, plant)
    line = SerialLine(talk.sim, 1, 26, 25, Chip())
    talk.garble = line._noise
    slack_mv, slack_dc = (150, 30) if talk.pack.unprotected else (0, 10)

    def watch():
        pack = talk.pack
        if pack.seen(p.STATUS):
            assert pack.cells == len(plant.cell_mv)
            for i, mv in enumerate(plant.cell_mv):
                assert abs(pack.cell_mv[i] - mv) <= slack_mv
            for i in range(pack.temps):
                assert not pack.temp_valid[i] or abs(pack.temps_dc[i] - 120) <= slack_dc

    talk.watch = watch
    talk.run(600)
    framer = talk.dialect.framer
    assert framer.bad_checksum + framer.bad_length + framer.bad_frame > 10
    assert framer.frames > 3
    assert framer.fed == framer.frame_bytes + framer.dropped + framer.pending()


@pytest.mark.parametrize("other", OTHERS)
def test_somebody_else_s_frames_are_never_figures(name, other):
    talk = Talk(name)
    if other == talk.sim.NAME and other != "jk_modbus":
        pytest.skip("its own dialect")
    if name == "jk_modbus_master" and other == "jk_modbus":
        pytest.skip("the only unit that is heard on a bus, and none was chosen")
    talk.sim.foreign = simulators.make_foreign(other, Plant(temp_c=33.0))
    talk.run(60)
    assert not talk.pack.seen(p.STATUS) and talk.pack.seq == 0
    assert talk.sim.replies > 5


@pytest.mark.parametrize("other", OTHERS)
def test_and_they_leave_the_figures_alone_that_were_read(name, other):
    talk = Talk(name, Plant(temp_c=12.0)).run(20)
    if other == talk.sim.NAME and other != "jk_modbus":
        pytest.skip("its own dialect")
    before = talk.values
    talk.sim.foreign = simulators.make_foreign(other, Plant(temp_c=33.0, seed=9))
    talk.run(1)
    seq = talk.pack.seq
    talk.run(40)
    assert talk.pack.seq <= seq + 1  # what was under way
    assert talk.values["temps_dc"] == before["temps_dc"]
    talk.sim.foreign = None
    talk.run(40)
    assert talk.pack.seq > seq + 1


@pytest.mark.parametrize(
    "generation, withheld", [("unknown", "unknown_generation"), ("contradicting", "contradiction")]
)
@pytest.mark.parametrize("modbus", ["jk_modbus", "jk_modbus_fc03"])
def test_a_wrong_generation_is_withheld_and_named(modbus, generation, withheld):
    talk = Talk(modbus)
    talk.sim.generation = generation
    talk.run(40)
    assert why_withheld(talk.dialect) == withheld
    assert not talk.pack.seen(p.STATUS) and not talk.dialect.frames.proven
    assert talk.dialect.frames.withheld_frames > 0


def test_variants_of_newer_ant_units():
    for extension, additions in ((bytes(14), b""), (bytes(24), b""), (b"", bytes(12))):
        talk = Talk("ant_new", Plant(temp_c=12.0))
        talk.sim.extension, talk.sim.additions, talk.sim.sensors = extension, additions, 4
        values = talk.run(20).values
        assert values["temps_dc"] == [120, 120, None, None]
        assert talk.dialect.framer.dropped == 0


def test_a_newer_ant_board_may_answer_the_old_questions_too():
    talk = Talk("ant_new", Plant(temp_c=12.0), dialect="ant_old")
    assert not talk.run(10).pack.seen(p.STATUS)
    talk.sim.answers_old = True
    assert talk.run(10).values["temps_dc"][:2] == [120, 120]
    newer = Talk("ant_new", Plant(temp_c=12.0))
    newer.sim.answers_old = True
    assert newer.run(10).values["temps_dc"] == [120, 120]


def test_modbus_without_the_filler():
    talk = Talk("jk_modbus")
    talk.sim.filler = False
    assert talk.run(10).dialect.frames.proven
    assert talk.dialect.framer.bad_checksum == 0


def test_modbus_finds_its_address():
    talk = Talk("jk_modbus")
    talk.sim.address = 9
    assert talk.run(40).dialect.address == 9 and talk.dialect.frames.proven


def test_the_display_rounds_take_the_time_of_their_bytes():
    """294 bytes, 1406 bytes at 2400 baud: jk.md §2."""
    for name, round_s in (("jk_display", 1.225), ("jk_display_pb", 5.858)):
        talk = Talk(name).run(60)
        frames = 26 if name == "jk_display" else 128
        assert talk.sim.replies / frames == pytest.approx(60 / round_s, abs=1)


@pytest.mark.parametrize("name", ["jk_display", "jk_display_pb"])
def test_a_talker_that_is_met_after_hours_does_not_say_what_nobody_heard(name):
    sim = simulators.make(name, Plant())
    hours_us = 100 * 3_600_000_000
    assert sim.take(hours_us) == b"" or len(sim.take(hours_us)) < 300
    said = sim.replies
    heard = sim.take(hours_us + 9_000_000)
    assert len(heard) == pytest.approx(9 * 240, rel=0.2) and said <= 1
