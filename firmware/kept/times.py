"""The time of day, if anybody has told it."""

import time

from compat import const

_SINCE_1970_S = {2000: 946_684_800, 1970: 0}  # the port's epoch
_SURE_S = const(1_704_067_200)  # 2024: an earlier time was never set


def unix_s():
    """Returns the time in s since 1970 UTC, None while nobody has told it."""
    now_s = int(time.time()) + _SINCE_1970_S[time.gmtime(0)[0]]
    return now_s if now_s >= _SURE_S else None
