"""The list of simulated BMSs: what `--bms` and the page offer.

A new one is its class and its row here.
"""

from tools.bench.bms import ant_sim
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.jk_ble_sim import JkBleSim
from tools.bench.bms.jk_display_sim import JkDisplayPbSim, JkDisplaySim
from tools.bench.bms.jk_gps_sim import JkGpsSim
from tools.bench.bms.jk_modbus_sim import JkBusMasterSim, JkModbusSim

# A unit that tells no thresholds: the user's own take their place.
_OWN = {"heater_thresholds": "own"}
# Nor the sensor on the half that lags behind.
_ONE_SENSOR = {"heater_thresholds": "own", "heater_off_dc": 100}
_RS485 = {"rs485_de_used": True}

# Name, class, arguments, its radio module (radio.bms_radio.FORMS; None: it is on a wire), what the
# firmware's settings need beside the dialect.
_TABLE = (
    ("jk_gps", JkGpsSim, {}, None, {}),
    ("jk_modbus", JkModbusSim, {}, None, _RS485),
    ("jk_modbus_fc03", JkModbusSim, {"framed": False}, None, _RS485),
    ("jk_modbus_master", JkBusMasterSim, {}, None, _RS485),
    ("jk_display", JkDisplaySim, {}, None, _ONE_SENSOR),
    ("jk_display_pb", JkDisplayPbSim, {}, None, _ONE_SENSOR),
    ("ant_new", AntNewSim, {}, None, {}),
    ("ant_old", AntOldSim, {}, None, _OWN),
    ("jk_ble", JkBleSim, {"model": "jk02_32s"}, "jk_new", {}),
    ("jk_ble_pb", JkBleSim, {"model": "jk02_32s_pb"}, "jk_new", {}),
    ("jk_ble_24s", JkBleSim, {"model": "jk02_24s"}, "jk_131", {}),
    ("jk_ble_jk04", JkBleSim, {"model": "jk04"}, "jk_old", _OWN),
    ("ant_new_ble", ant_sim.AntNewSim, {}, "ant_new", {}),
    ("ant_old_ble", ant_sim.AntOldSim, {}, "ant_old", _OWN),
)
_BY_NAME = {row[0]: row for row in _TABLE}
NAMES = tuple(_BY_NAME)
WIRED = tuple(row[0] for row in _TABLE if row[3] is None)
ON_AIR = tuple(row[0] for row in _TABLE if row[3] is not None)
DEFAULT = NAMES[0]
# Whose frames may come instead of its own.
FOREIGN = ("none", "jk_gps", "jk_modbus", "jk_display", "ant_new", "ant_old", "jk_ble_24s")
GENERATIONS = JkModbusSim.GENERATIONS
MOST = 4  # packs at a time
MOST_ON_AIR = 3
_NEIGHBOUR = 7  # address of the other unit, where both speak Modbus


def make(name, plant):
    """Returns a new simulated BMS in front of `plant`; raises ValueError for an unknown name."""
    row = _row(name)
    return row[1](plant, **row[2])


def form(name):
    """Returns the radio module of a simulated BMS, None if it is on a wire."""
    return _row(name)[3]


def make_foreign(name, plant):
    """Returns the BMS whose frames come instead, None for "none"."""
    if name == "none":
        return None
    if name == "jk_modbus":
        return JkModbusSim(plant, address=_NEIGHBOUR)
    return make(name, plant)


def address(i):
    """Returns the Bluetooth address of the unit of pack number `i`, from 0 on."""
    return f"C8:47:8C:00:00:{i + 1:02X}"


def settings(name, *others):
    """Returns what the firmware must be told to understand it, as a dict of settings.

    `others` are those of packs in parallel.
    """
    result = {"heater_thresholds": "bms", "heater_off_dc": 50, "rs485_de_used": False}
    for each in (name, *others):
        result.update(_row(each)[4])
    result.update(_reached(name))
    if others:
        result["packs"] = [
            {**_reached(other), "ble_address": address(i + 1)} for i, other in enumerate(others)
        ]
        result["ble_address"] = address(0)
    return result


def _reached(name):
    _, cls, _, radio, _ = _row(name)
    return {"bms_dialect": cls.NAME, "bms_link": "uart" if radio is None else "ble"}


def _row(name):
    if name not in _BY_NAME:
        raise ValueError(f"no such BMS: {name} (have {', '.join(NAMES)})")
    return _BY_NAME[name]
