"""Voltage times current, in integers that stay small."""


def power_mw(mv, ma):
    """Returns mv * ma in mW without an intermediate over 2**30 (|ma| < 1 000 000, mv < 1 000 000).

    The plain product passes 2**30 at 21 A on 51.2 V, and allocates from there on a 32-bit build.
    """
    sign = 1
    if ma < 0:
        sign = -1
        ma = -ma
    return sign * (mv // 1000 * ma + mv % 1000 * ma // 1000)
