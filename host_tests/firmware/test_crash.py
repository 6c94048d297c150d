"""Names of files that two modules spell, since one of them must not load the other."""

from tools import image


def text_of(name, constant):
    values = {}
    for line in image.find_source(name).read_text().splitlines():
        key, _, value = line.partition(" = ")
        if key == constant:
            values[key] = value.partition("  #")[0]
    return values[constant]


def test_the_build_looks_for_the_record_that_a_crash_leaves():
    assert text_of("building.relay", "_CRASH") == text_of("kept.crash_file", "UNTOLD")
