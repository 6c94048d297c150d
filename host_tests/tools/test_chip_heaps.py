"""The model of the chip's two heaps gives what was measured, and sees what starved the chip."""

import pytest

from tools.cost import chip_heaps, memory
from tools.cost.boot_play import Stage
from tools.cost.chip_heaps import MARGIN, ChipHeaps, Starved, follow


def radio(heaps):
    for what in ("wifi", "wifi active", "wifi connected"):
        heaps.take(what)
    return heaps


def free(heaps):
    return heaps.free + MARGIN


def test_what_the_radio_leaves_is_what_was_measured():
    heaps = radio(ChipHeaps())
    assert free(heaps) == pytest.approx(94_460, abs=50)
    assert heaps.piece + MARGIN == pytest.approx(94_208, abs=300)


def test_python_grows_as_it_was_measured():
    heaps = radio(ChipHeaps())
    heaps.python(90_000)
    assert (heaps.areas, free(heaps)) == (112_000, pytest.approx(35_068, abs=50))
    heaps.python(115_000)
    assert heaps.areas == pytest.approx(145_984, abs=300) and free(heaps) < 300
    alone = ChipHeaps()
    alone.python(90_000)
    assert free(alone) == pytest.approx(79_940, abs=50)
    alone.python(115_000)
    assert alone.areas == pytest.approx(163_968, abs=2_100)
    assert free(alone) == pytest.approx(26_688, abs=2_500)


def test_drivers_take_what_was_measured_and_give_it_back():
    heaps = radio(ChipHeaps())
    before = free(heaps)
    for size, taken in ((256, 2_264), (1_024, 3_032), (2_048, 4_056), (20_000, 22_392)):
        heaps.take("uart", size)
        assert heaps.needs("uart", size) == pytest.approx(taken, abs=400)
    heaps.take("uart", 2_048)
    heaps.take("thread", 6_144)
    assert before - free(heaps) == pytest.approx(4_056 + 6_504, abs=50)
    heaps.give("uart")
    heaps.give("thread")
    assert free(heaps) == before


def test_the_ballast_counts_as_free_but_python_does_not_get_it():
    heaps = chip_heaps.before_the_ballast()
    heaps.python(100_000)
    before = heaps.free
    ballast = heaps.largest - 4_000
    heaps.take("uart", ballast)
    assert before - heaps.free == chip_heaps.UART
    assert heaps.lent == 0
    with pytest.raises(Starved, match="no more than 112000"):
        heaps.python(112_000)
    heaps.take("uart", ballast - 8_000)
    assert heaps.lent == 8_000 + 4_000 - chip_heaps.UART - chip_heaps.MARGIN
    heaps.take("uart", 1_024)
    assert heaps.lent == 0
    assert heaps.areas == 112_000 and heaps.piece > 30_000


def test_python_that_needs_more_than_there_is_is_starved():
    with pytest.raises(Starved, match="Python: 200000 B"):
        radio(ChipHeaps()).python(200_000)


def test_the_image_of_november_never_came_up_with_wifi():
    """Live 124.9 kB: on the chip UART() raised, and the thread could not be made."""
    taken = [("wifi", 0), ("wifi active", 0), ("wifi connected", 0)]
    stages = [Stage("application", 118_000, 124_900, taken)]
    stages.append(Stage("drivers", 124_900, 124_900, [("uart", 2_304), ("thread", 6_144)]))
    _, problems = follow(stages)
    assert any("drivers" in problem and "uart" in problem for problem in problems)


def test_what_fits_has_no_problem_and_less_memory_is_noticed():
    taken = [("wifi", 0), ("wifi active", 0), ("wifi connected", 0), ("uart", 1_024)]
    stages = [
        Stage("all", 90_000, 103_000, taken),
        Stage("later", 90_000, 90_000, [("socket", 0)]),
    ]
    moments, problems = follow(stages)
    assert problems == [] and [m.areas for m in moments] == [112_000, 112_000]
    _, problems = follow(stages, ChipHeaps(missing=9_000))
    assert any("the IDF has" in problem for problem in problems)
    _, problems = follow(stages, ChipHeaps(missing=14_000))
    assert any("for a socket" in problem for problem in problems)


def test_python_needs_room_for_more_than_was_played_beside_wifi_only():
    stages = [Stage("all", 105_000, 108_500, [("wifi", 0)])]
    assert follow(stages)[1] == ["all: Python has 1484 B to spare"]
    stages[0].taken.clear()
    assert follow(stages)[1] == []


def test_what_is_short_is_told_once():
    stages = [Stage(f"{n}", 120_000, 120_000, [("wifi", 0)]) for n in range(3)]
    _, problems = follow(stages)
    assert problems == ["0: the IDF has -3000 B free"]


def test_steady_moments_are_told_as_one_with_the_most_of_all():
    stages = [Stage("tasks", 9, 9, [])]
    stages += [Stage(f"running, {n} s", 9, 10 + n, []) for n in range(3)]
    told = memory.short_moments(follow(memory.traffic(stages))[0])
    assert [(m.step, m.peak) for m in told][:2] == [
        ("tasks", 9),
        ("running, every page shown", 12),
    ]
    assert len(told) == 4
