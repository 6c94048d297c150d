"""What a mat takes, by its resistance."""

from bms.watts import power_mw


def mat_ma(pack_mv, mat_mohm):
    """Returns the mat's current in mA; None if its resistance or the voltage is unknown."""
    if pack_mv is None or mat_mohm <= 0 or not 0 <= pack_mv < 1_000_000:
        return None
    # By two divisions: a dead short of 1 mΩ would pass 2**30.
    ma = pack_mv // mat_mohm * 1000 + pack_mv % mat_mohm * 1000 // mat_mohm
    return min(ma, 1_000_000)


def mat_mw(pack_mv, mat_mohm):
    """Returns the mat's power in mW, under 2**30; None if it is unknown."""
    ma = mat_ma(pack_mv, mat_mohm)
    return None if ma is None else power_mw(pack_mv, ma)
