"""What the pack can do: power of the mat, and how long a rise of temperature takes.

A pack's heat capacity follows from its energy: 1130 J/kg·K (LFP cells) over 160 Wh/kg is 7 J/K for
each Wh; NMC cells store more in a kilogram, so that the figure errs on the slow side for them.
"""

from bms.pack import power_mw
from compat import const

_J_PER_K_WH = const(7)
# Share of the mat's power that stays in the cells; the rest goes into the box and the cold.
_SHARE_PER_TEN = const(6)
# A sensor of whole °C shows a rise for certain only after 2 K.
_PROOF_DC = const(20)
# Bounds of the must-rise window, and what holds while pack or mat are not described: the slowest
# of the ordinary packs of research.md §4.2 (16S 280 Ah with 100 W: 54 min).
_SHORTEST_S = const(600)
_LONGEST_S = const(10_800)
_UNKNOWN_S = const(3600)
_ENDLESS_S = const(1_000_000)
_STRONGEST_MW = const(100_000_000)  # keeps the division below under 2**30


def mat_ma(pack_mv, mat_mohm):
    """Returns the mat's current in mA; None if its resistance or the voltage is unknown."""
    if pack_mv is None or mat_mohm <= 0 or not 0 <= pack_mv < 1_000_000:
        return None
    # By two divisions: a dead short of 1 mΩ would pass 2**30.
    ma = pack_mv // mat_mohm * 1000 + pack_mv % mat_mohm * 1000 // mat_mohm
    return ma if ma < 1_000_000 else 1_000_000


def mat_mw(pack_mv, mat_mohm):
    """Returns the mat's power in mW, under 2**30; None if it is unknown."""
    ma = mat_ma(pack_mv, mat_mohm)
    return None if ma is None else power_mw(pack_mv, ma)


def heat_s(pack_wh, mw, rise_dc):
    """Returns the seconds that `mw` needs to warm the pack by `rise_dc`; None if unknown."""
    if pack_wh <= 0 or mw is None or mw < 100:
        return None
    if mw > _STRONGEST_MW:
        mw = _STRONGEST_MW
    joule = _J_PER_K_WH * pack_wh * rise_dc // 10  # under 10**8 for 200 kWh and 50 K
    per_100_s = mw // 100 * _SHARE_PER_TEN  # J that stay in the cells
    if joule // per_100_s >= _ENDLESS_S // 100:
        return _ENDLESS_S
    return joule // per_100_s * 100 + joule % per_100_s * 100 // per_100_s


def window_s(pack_wh, mw):
    """Returns within how many seconds of heating a rise must show."""
    seconds = heat_s(pack_wh, mw, _PROOF_DC)
    if seconds is None:
        return _UNKNOWN_S
    if seconds < _SHORTEST_S:
        return _SHORTEST_S
    return seconds if seconds < _LONGEST_S else _LONGEST_S
