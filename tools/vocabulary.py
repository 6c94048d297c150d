"""The vocabulary on the host: PackState's figures by name, for tools, tests and documents.

There is no list of names here: the names are those of the constants of `bms.pack`, in lower case.
"""

import functools

import words as s
from bms import alarms
from bms import pack as p


def _names(first, end):
    """Returns the lower-case names of the constants of bms.pack from `first` up to `end`."""
    constants = list(vars(p))
    return [name.lower() for name in constants[constants.index(first) : constants.index(end)]]


# By slot. BOOLS is a border between the slots, not one of them.
SLOTS = tuple(name for name in _names("CHARGE_ON", "SLOTS") if name != "bools")
TEXTS = tuple(_names("SW_VERSION", "_TEXT_ENDS"))

# Of the values of STATE (ant.md §2.4).
STATES = ("unknown", "idle", "charging", "standby", "discharging", "fault")


@functools.cache
def words(table):
    """Returns the lines of a table of names, as a tuple of str."""
    return tuple(table.decode().split("\n"))


ALARMS = words(alarms.NAMES)


def raised(bits, bit):
    """True if `bit` is set in PackState.alarms or PackState.notices."""
    return bits[bit >> 3] >> (bit & 7) & 1 == 1


def heater_text(state, reason):
    """Returns state and reason of the heater as text: `idle`, `blocked:stale`."""
    name = words(s.STATE_NAMES)[state]
    return name + ":" + words(s.REASON_NAMES)[reason] if reason else name


def values(pack):
    """Returns what is known of a PackState as a dict; unknown figures are not in it."""
    known = {}
    if pack.cells or pack.get(p.CELL_COUNT) == 0:
        known["cell_mv"] = list(pack.cell_mv[: pack.cells])
    for slot, name in enumerate(SLOTS):
        if pack.has(slot):
            known[name] = bool(pack.get(slot)) if slot < p.BOOLS else pack.get(slot)
    if pack.temps:
        known["temps_dc"] = [
            pack.temps_dc[i] if pack.temp_valid[i] else None for i in range(pack.temps)
        ]
    if pack.has(p.ALARMS_RAW):
        noted = [name for bit, name in enumerate(ALARMS) if raised(pack.notices, bit)]
        # All that the BMS raises; what is but a notice is named again.
        known["alarms"] = [
            name for bit, name in enumerate(ALARMS) if raised(pack.alarms, bit) or name in noted
        ]
        if noted:
            known["notices"] = noted
        cells = {name: pack.alarm_cell(ALARMS.index(name)) for name in known["alarms"]}
        if any(cells.values()):
            known["alarm_cells"] = {name: cell for name, cell in cells.items() if cell}
    for which, name in enumerate(TEXTS):
        text = pack.text(which)
        if text is not None:
            known[name] = text
    return known
