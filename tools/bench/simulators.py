"""The list of simulated BMSs: what `--bms` and the page offer.

A new one is its class and its row here.
"""

from tools.bench.ant_new_sim import AntNewSim
from tools.bench.ant_old_sim import AntOldSim
from tools.bench.jk_display_sim import JkDisplayPbSim, JkDisplaySim
from tools.bench.jk_gps_sim import JkGpsSim
from tools.bench.jk_modbus_sim import JkModbusSim

# A unit that tells no thresholds: the user's own take their place.
_OWN = {"heater_thresholds": "own"}
# Nor the sensor on the half that lags behind.
_ONE_SENSOR = {"heater_thresholds": "own", "heater_off_dc": 100}
_RS485 = {"rs485_de_used": True}

# Name, class, arguments, what the firmware's settings need beside the dialect.
_TABLE = (
    ("jk_gps", JkGpsSim, {}, {}),
    ("jk_modbus", JkModbusSim, {}, _RS485),
    ("jk_modbus_fc03", JkModbusSim, {"framed": False}, _RS485),
    ("jk_display", JkDisplaySim, {}, _ONE_SENSOR),
    ("jk_display_pb", JkDisplayPbSim, {}, _ONE_SENSOR),
    ("ant_new", AntNewSim, {}, {}),
    ("ant_old", AntOldSim, {}, _OWN),
)
_BY_NAME = {row[0]: row for row in _TABLE}
NAMES = tuple(_BY_NAME)
DEFAULT = NAMES[0]
# Whose frames may come instead of its own.
FOREIGN = ("none", "jk_gps", "jk_modbus", "jk_display", "ant_new", "ant_old")
GENERATIONS = JkModbusSim.GENERATIONS
_NEIGHBOUR = 7  # address of the other unit, where both speak Modbus


def make(name, plant):
    """Returns a new simulated BMS in front of `plant`; raises ValueError for an unknown name."""
    _, cls, arguments, _ = _row(name)
    return cls(plant, **arguments)


def make_foreign(name, plant):
    """Returns the BMS whose frames come instead, None for "none"."""
    if name == "none":
        return None
    if name == "jk_modbus":
        return JkModbusSim(plant, address=_NEIGHBOUR)
    return make(name, plant)


def settings(name):
    """Returns what the firmware must be told to understand it, as a dict of settings."""
    _, cls, _, others = _row(name)
    plain = {"heater_thresholds": "bms", "heater_off_dc": 50, "rs485_de_used": False}
    return {**plain, "bms_dialect": cls.NAME, **others}


def _row(name):
    if name not in _BY_NAME:
        raise ValueError(f"no such BMS: {name} (have {', '.join(NAMES)})")
    return _BY_NAME[name]
