"""`auto`: settles on the right dialect, on nothing else, and in the time that it states."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bms import adverts, catalog, detect
from bms.pack import STATUS, PackState
from host_tests.bms.detect_rig import CHUNK, NEXT, PROVEN, STEP_MS, DetectRig
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.jk_display_sim import JkDisplayPbSim, JkDisplaySim
from tools.bench.bms.jk_gps_sim import JkGpsSim
from tools.bench.bms.jk_modbus_sim import JkBusMasterSim, JkModbusSim
from tools.mp import samples

QUICK_MS = sum(row[2] for row in detect.UART_TRIALS)
WHOLE_MS = sum(row[3] for row in detect.UART_TRIALS)
ROWS = len(detect.UART_TRIALS)
REASONS = detect.REASONS.decode().split("\n")


def slow(cls, baud):
    """Returns a class of simulators at another baud rate."""
    return type(cls.__name__, (cls,), {"baud": baud})


def old_only(plant):
    return AntOldSim(plant)


# What it is, how it is made, by when it is proven at the latest (ms from the start).
UNITS = [
    ("jk_display", 2400, JkDisplaySim, 8000),
    ("jk_display", 2400, JkDisplayPbSim, 30_000),
    ("jk_gps", 115_200, JkGpsSim, 12_000),
    ("jk_modbus", 115_200, JkModbusSim, 22_000),
    ("jk_modbus", 115_200, lambda plant: JkModbusSim(plant, framed=False), 25_000),
    ("jk_modbus", 9600, slow(JkModbusSim, 9600), 30_000),
    ("ant_new", 19_200, AntNewSim, 31_000),
    ("ant_new", 19_200, lambda plant: AntNewSim(plant, answers_old=True), 31_000),
    ("ant_new", 19_200, lambda plant: AntNewSim(plant, level=1), 31_000),
    ("ant_old", 19_200, old_only, 35_000),
    ("ant_old", 9600, slow(AntOldSim, 9600), 39_000),
    ("jk_modbus", 115_200, JkBusMasterSim, 25_000),
    ("jk_modbus", 115_200, lambda plant: JkModbusSim(plant, address=15), QUICK_MS),
    ("jk_modbus", 9600, lambda plant: slow(JkModbusSim, 9600)(plant, address=9), QUICK_MS + 5000),
]


@pytest.mark.parametrize("name, baud, make, limit_ms", UNITS)
def test_each_unit_is_recognised_in_time(name, baud, make, limit_ms):
    rig = DetectRig(make)
    assert rig.run(limit_ms) == (name, baud), rig.trials
    # From here on it is the pack's own, and stays.
    for _ in range(20_000 // STEP_MS):
        rig.step()
    assert rig.settled == (name, baud) and rig.pack.fresh(STATUS, rig.now, 7000)


def test_the_stated_times_are_those_of_the_table():
    assert QUICK_MS == 96_100 and WHOLE_MS == 201_000  # as the module says
    for quick, whole in [row[2:] for row in detect.UART_TRIALS]:
        assert 0 < quick < whole


def test_every_wired_dialect_and_rate_is_tried_and_listening_comes_first():
    tried = {(name, baud) for name, baud, _, _ in detect.UART_TRIALS}
    listed = {
        (entry.name, baud)
        for entry in catalog.DIALECTS
        if entry.ways & catalog.UART
        for baud in entry.bauds
    }
    assert tried == listed
    names = [row[0] for row in detect.UART_TRIALS]
    assert names[:3] == ["jk_display", "jk_modbus", "jk_gps"]  # the second listens, too
    assert names.index("ant_new") < names.index("ant_old")


def test_on_a_silent_line_a_round_takes_what_is_stated_and_another_follows():
    rig = DetectRig()
    assert rig.run(QUICK_MS + 500) is None
    assert rig.detect.rounds == 1 and REASONS[rig.detect.reason] == "silent"
    assert [trial[1:] for trial in rig.trials[:ROWS]] == [row[:2] for row in detect.UART_TRIALS]
    late_ms = rig.trials[ROWS][0] - QUICK_MS
    assert 0 <= late_ms <= ROWS * STEP_MS
    assert rig.trials[ROWS][1:] == rig.trials[0][1:]


@pytest.mark.parametrize("noise", [1, 40, 230])
def test_noise_is_nobody(noise):
    rig = DetectRig(noise=noise)
    assert rig.run(2 * WHOLE_MS) is None
    assert rig.detect.rounds >= 2


@pytest.mark.parametrize("noise", [1, 8])
@pytest.mark.parametrize(
    "name, baud, make", [unit[:3] for unit in UNITS if unit[0] != "jk_display"]
)
def test_through_noise_only_the_right_one(name, baud, make, noise):
    settled = DetectRig(make, noise=noise).run(2 * WHOLE_MS)
    assert settled in (None, (name, baud))


def test_its_own_echo_is_no_answer():
    rig = DetectRig(echo=True)
    assert rig.run(WHOLE_MS + 1000) is None and rig.detect.rounds >= 1


@pytest.mark.parametrize("generation", ["unknown", "contradicting"])
def test_a_generation_that_is_not_understood_is_not_settled_on(generation):
    rig = DetectRig(JkModbusSim)
    rig.sim.generation = generation
    assert rig.run(WHOLE_MS) is None


def test_a_unit_that_answers_with_foreign_frames():
    rig = DetectRig(JkGpsSim)
    rig.sim.foreign = AntNewSim(rig.plant)
    assert rig.run(WHOLE_MS) is None


def test_an_implausible_unit_is_given_up_before_its_time():
    rig = DetectRig(JkGpsSim)
    rig.plant.__class__ = type("Odd", (type(rig.plant),), {"pack_mv": 99_000})
    while rig.detect.name != "jk_gps":
        rig.step()
    start_ms = rig.ms
    while rig.detect.name == "jk_gps":
        rig.step()
    assert REASONS[rig.detect.reason] == "unproven" and rig.ms - start_ms < 5000


def test_what_was_proven_last_comes_first():
    rig = DetectRig(AntOldSim, last=("ant_old", 19_200))
    assert rig.trials[0][1:] == ("ant_old", 19_200)
    assert rig.run(4000) == ("ant_old", 19_200)


def test_a_wrong_memory_costs_its_trial_only():
    rig = DetectRig(JkGpsSim, last=("ant_old", 9600))
    assert rig.run(4200 + 2500 + 5100 + 3500) == ("jk_gps", 115_200)
    assert [trial[1] for trial in rig.trials[:4]] == [
        "ant_old",
        "jk_display",
        "jk_modbus",
        "jk_gps",
    ]


@pytest.mark.parametrize("last", [None, ("jk_gps", 1), ("other", 9600), ("jk_modbus", 9600)])
def test_each_round_has_every_trial_once(last):
    rig = DetectRig(last=last)
    rig.run(2 * QUICK_MS + 1000)
    for start in (0, ROWS):
        assert sorted(t[1:] for t in rig.trials[start : start + ROWS]) == sorted(
            row[:2] for row in detect.UART_TRIALS
        )


def test_a_unit_that_falls_silent_is_sought_again_beginning_with_itself():
    rig = DetectRig(JkGpsSim)
    assert rig.run(13_000)
    rig.sim.silent = True
    lost_ms = rig.ms
    while rig.settled:
        rig.step()
    assert 59_000 <= rig.ms - lost_ms <= 62_000 and REASONS[rig.detect.reason] == "lost"
    assert rig.trials[-1][1:] == ("jk_gps", 115_200)
    rig.sim.silent = False
    assert rig.run(5000) == ("jk_gps", 115_200)


def test_another_unit_on_the_same_cable_is_found():
    rig = DetectRig(JkGpsSim)
    assert rig.run(13_000)
    rig.sim = AntNewSim(rig.plant)
    while rig.settled:
        rig.step()
    assert rig.run(QUICK_MS) == ("ant_new", 19_200)


def test_nothing_of_a_trial_reaches_the_pack():
    rig = DetectRig(JkGpsSim)
    while rig.settled is None:
        assert not rig.pack.seen(STATUS)
        rig.step()


# -- frames of others, whatever their order -------------------------------------------------------


def others_than(name):
    """Returns good frames of every dialect but one."""
    found = []
    for dialect, frames in samples.SAMPLES.items():
        if dialect != name:
            found += [samples.BEFORE.get(dialect, b""), *frames, *samples.QUIET[dialect]]
    return [frame for frame in found if frame]


@pytest.mark.parametrize("row", range(len(detect.UART_TRIALS)))
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_frames_of_other_dialects_prove_nothing(row, data):
    trial = (detect.UART_TRIALS[row],)
    found = others_than(trial[0][0])
    pieces = data.draw(st.lists(st.sampled_from(found) | st.binary(max_size=40), max_size=30))
    unit = detect.Detect(trial)
    dialect = catalog.create(unit.name, PackState(), CHUNK, 500)
    out = bytearray(32)
    unit.begin(dialect, 0)
    for i, piece in enumerate(pieces):
        now = 200 * i
        for at in range(0, len(piece), CHUNK):
            dialect.feed(piece[at : at + CHUNK], len(piece[at : at + CHUNK]), now)
        dialect.request(now, out)
        said = unit.step(now)
        assert said != PROVEN
        if said == NEXT:
            unit.begin(dialect, now)


# -- Bluetooth ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, companies, services, expected",
    [
        ("JK_B2A20S20P", (), (), ["jk_ble"]),
        ("ANT-BLE16ZMUB", (), (), ["ant_new", "ant_old"]),
        ("my boat", (), (0xFFE0,), ["jk_ble", "ant_new", "ant_old"]),
    ],
)
def test_an_advertisement_names_the_trials(name, companies, services, expected):
    trials = detect.ble_trials(adverts.match(name, companies, services))
    assert [row[0] for row in trials] == expected
    assert all(catalog.find(row[0]).ways & catalog.BLE for row in trials)


def test_over_bluetooth_the_second_of_two_is_proven():
    trials = detect.ble_trials(("ant_new", "ant_old"))
    unit = detect.Detect(trials)
    dialect = catalog.create(unit.name, PackState(), CHUNK, 500)
    unit.begin(dialect, 0)
    assert unit.step(3199) == detect.WAIT and unit.step(3200) == NEXT and unit.name == "ant_old"
    dialect = catalog.create(unit.name, PackState(), CHUNK, 500)
    unit.begin(dialect, 3200)
    said = []
    for now in (3300, 3900, 4500):
        frame = samples.ant_old_status(soc=50 + now % 7)
        dialect.feed(frame, len(frame), now)
        said.append(unit.step(now))
    assert said == [detect.WAIT, detect.WAIT, PROVEN] and unit.baud == 0
