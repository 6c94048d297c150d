# only: 64
"""The state file on the device's own file system, LittleFS, in a flash that loses its power.

Cut at every byte that a write programs and in every erasure, and mended after each; and how often
a block is erased. The other build has no LittleFS.
"""

from nor_flash import BLOCK, Flash, make, use

from kept import storage
from starting import config

BLOCKS = 10
DATA = bytearray(BLOCK * BLOCKS)  # what is in the flash


def state(n):
    heater = {"version": 1, "latched": n, "boots_min": [0, 1, 2], "mode": "charger"}
    heater["a key"] = "as long as the device's " * 10
    return {"boots": n, "heater": heater}


def quietly(work, *args):
    """Calls a function whose file system may be dead."""
    try:
        return work(*args)
    except OSError:
        return None


def cuts(content, old):
    """Cuts one write at every step; returns its steps, and how often the new state was found."""
    DATA[:] = content
    flash = Flash(DATA)
    use(flash)
    start = flash.steps
    assert storage.write_state(state(old + 1))
    whole = flash.steps - start
    found_new = 0
    for budget in range(whole):
        DATA[:] = content
        flash = Flash(DATA)
        use(flash)
        flash.budget = flash.steps + budget
        quietly(storage.write_state, state(old + 1))
        if budget % 7 == 0:  # and again while that is mended: at boot, or in its first write
            flash = Flash(DATA)
            use(flash)
            flash.budget = flash.steps + budget * 31 % whole
            seen = quietly(config.load_state)
            quietly(storage.write_state, seen and seen[0] or state(old or 1))
        use(Flash(DATA))
        found, record = config.load_state()
        expected = [state(old), state(old + 1)] if old else [{}, state(1)]
        assert found in expected, (budget, found)
        assert record == found.get("heater", {}), budget
        found_new += found == state(old + 1)
        assert storage.write_state(state(90)) and config.load_state()[0] == state(90)
    return whole, found_new


def main():
    storage.print = lambda *args: None  # "state not saved", a thousand times
    make(Flash(DATA))
    for old in (0, 1, 2):
        content = bytes(DATA)
        whole, found_new = cuts(content, old)
        assert 0 < found_new < whole
        print("cut at each of", whole, "steps")
        DATA[:] = content
        use(Flash(DATA))
        assert storage.write_state(state(old + 1))
    wear()


def wear():
    """Counts erasures: of a small partition, so that any hot spot shows."""
    writes = 3000
    flash = Flash(DATA)
    make(flash)
    use(flash)
    for n in range(writes):
        assert storage.write_state(state(n))
    assert config.load_state()[0] == state(writes - 1)
    total = sum(flash.erased)
    worst = max(flash.erased)
    print("erased per 1000 writes:", total * 1000 // writes, "worst block", worst * 1000 // writes)
    assert total < 1.3 * writes  # what docs/memory.md says
    assert worst < 3 * total / BLOCKS


main()
