"""Where the command begins that pip has installed: with the sources as a checkout has them.

pip lays them into a folder `packmate` of its own, or, with --editable, takes the checkout for that
folder. From here on they are what they are in a checkout: tools, and by it lib and firmware.
"""

import sys
from pathlib import Path


def main():
    """Runs the command line; returns its exit status."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tools.packmate.__main__ import main as run

    return run()
