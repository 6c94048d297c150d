"""What tools/mutants.py runs for each file is there, in whatever room of the tests."""

import pathlib

import pytest

from tools import ROOT, mutants

FILES = [str(path.relative_to(ROOT)) for pattern in mutants.FILES for path in ROOT.glob(pattern)]


@pytest.mark.parametrize("path", FILES)
def test_every_test_that_is_named_is_found(path):
    found = mutants.tests_of(path)
    assert [file.stem for file in found] == [f"test_{name}" for name in mutants.names_of(path)]


def test_every_file_that_has_tests_of_its_own_is_there():
    assert set(mutants.ALSO) <= {pathlib.Path(path).stem for path in FILES}


def test_what_is_said_to_change_nothing_is_a_mutant_of_this_code():
    lines = mutants.known()
    paths = {line.split(" ")[1].rstrip(":") for line in lines}
    found = [mutant for path in sorted(paths) for mutant in mutants.mutants_of(path)]
    assert [line for line in lines if not any(mutants.is_known(m, [line]) for m in found)] == []


def test_a_mutant_reaches_those_who_hold_what_it_changes():
    from heat.heater import mat_mw

    path = "lib/heat/mat.py"
    sound = compile((ROOT / path).read_text(encoding="utf-8"), path, "exec")
    (mutant,) = [
        m
        for m in mutants.mutants_of(path)
        if "becomes `ma = pack_mv // mat_mohm // 1000 +" in m.key
    ]
    right_mw = mat_mw(51_200, 26_200)
    mutants.graft(path, mutant.code())
    try:
        assert mat_mw(51_200, 26_200) < right_mw // 2
    finally:
        mutants.graft(path, sound)
    assert mat_mw(51_200, 26_200) == right_mw
