"""What tools/mutants.py runs for each file is there, in whatever room of the tests."""

import pytest

from tools import ROOT, mutants

FILES = [path.relative_to(ROOT) for pattern in mutants.FILES for path in ROOT.glob(pattern)]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_test_that_is_named_is_found(path):
    found = mutants.tests_of(path)
    assert [file.stem for file in found] == [f"test_{name}" for name in mutants.names_of(path)]
