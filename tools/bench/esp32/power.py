"""A power cut in the middle of a write to the flash, for the bench's side; see bench_power.py.

The order is a file of its own in the firmware's folder: how many bytes of the next file that is
written get through. From BEFORE_RENAMES on, all of them do, and so many renames less one.
"""

import os

BEFORE_RENAMES = 5000
BETWEEN_RENAMES = 5001
_ORDER = "power_cut"  # also in standins/bench_power.py


def arm(run_dir, steps):
    """Has the power go in the next write."""
    with open(os.path.join(run_dir, _ORDER), "w") as file:
        file.write(str(steps))


def armed(run_dir):
    """Returns the order that waits, None if there is none."""
    try:
        with open(os.path.join(run_dir, _ORDER)) as file:
            return int(file.read() or 0)
    except FileNotFoundError:
        return None
