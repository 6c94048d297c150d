"""Host tools. With them, lib/ and firmware/ are roots of the import path, as on the device."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

for _folder in (ROOT / "firmware", ROOT / "lib"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
