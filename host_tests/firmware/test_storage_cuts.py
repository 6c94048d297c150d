"""The power goes at any byte of a write, between any two steps, and again while that is mended.

The file system is the worst that there is: bytes are in place as soon as they are written, and a
file that is opened for writing is empty at once. (mp/test_storage.py has the device's own.)
"""

import itertools
import json

import pytest

from host_tests.firmware.disk_rig import Disk, run
from kept import storage
from starting import config

FIRST_BOOT = ({}, {})


def state(n):
    return {"boots": n, "heater": {"version": 1, "latched": n}}


@pytest.fixture
def use(monkeypatch):
    """Returns a function that puts a Disk below storage and config."""

    def put(disk):
        for module in (storage, config):
            monkeypatch.setattr(module, "open", disk.open, raising=False)
            monkeypatch.setattr(module.os, "rename", disk.rename)
            monkeypatch.setattr(module.os, "stat", disk.stat)
        return disk

    return put


def after(use, writes):
    """Returns the files of a device that has written `writes` times."""
    disk = use(Disk())
    for n in range(1, writes + 1):
        storage.write_state(state(n))
    return disk.files


def loaded(n):
    return (state(n), state(n)["heater"]) if n else FIRST_BOOT


@pytest.mark.parametrize("writes", [0, 1, 2, 5])
def test_a_cut_anywhere_leaves_the_old_or_the_new(use, writes):
    files = after(use, writes)
    new = state(writes + 1)
    whole = run(use(Disk(files)), lambda: storage.write_state(new))
    assert whole > len(json.dumps(new)) + 9
    seen = []
    for budget in range(whole):
        disk = use(Disk(files))
        assert run(disk, lambda: storage.write_state(new), budget) is None
        found = config.load_state()
        assert found in (loaded(writes), loaded(writes + 1))
        seen.append(found == loaded(writes + 1))
        assert config.load_state() == found
        assert storage.write_state(state(90))  # what is left over is no obstacle
        assert config.load_state() == loaded(90)
    assert seen == sorted(seen)  # the old one up to a moment, then the new one
    assert set(seen) == {False, True}


def test_a_second_cut_while_the_first_is_mended(use):
    """A boot takes up what is there, and writes: cut anywhere, after being cut anywhere."""

    def boot():
        found.append(config.load_state())
        storage.write_state(state(7))

    files = after(use, 2)
    whole = run(use(Disk(files)), lambda: storage.write_state(state(3)))
    for first in range(whole):
        once = use(Disk(files))
        run(once, lambda: storage.write_state(state(3)), first)
        for second in itertools.count():
            disk = use(Disk(once.files))
            found = []
            took = run(disk, boot, second)
            last = config.load_state()
            assert last == loaded(7) if took else last in (*found, loaded(2), loaded(3), loaded(7))
            if found:  # what a boot has seen is never followed by something older
                assert last in (found[0], loaded(7))
            if took:
                break
