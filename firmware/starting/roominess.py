"""Is there memory for whatever can be set? Asked once, at the start."""

from hardware.data_file import open_data
from settings.settings_memory import has_psram


def is_roomy(python_bytes, errors):
    """True if there is memory for whatever the settings ask for, and the image has it: the board
    has PSRAM, or the program does not lie in memory, but in the firmware.

    python_bytes: that Python has in use, and that it can still have.
    """
    if not _is_file("app.mpy"):
        return True
    if not has_psram(python_bytes):
        return False
    if _is_file(
        "power_saver.mpy"
    ):  # in no image for a board without PSRAM (tools/small/groups.py)
        return True
    errors.append("memory: the image is one for boards without PSRAM; deploy that of your board")
    return False


def _is_file(name):
    file = open_data(name)
    if file is None:
        return False
    file.close()
    return True
