"""The heater's laboratory: python -m tools.heater_lab COMMAND (--help tells)."""

import sys

from tools.heater_lab.cli import main

sys.exit(main())
