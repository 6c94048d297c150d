"""IEEE-754 numbers from the wire as scaled integers, without a float and without the heap.

A number is taken apart into sign, exponent and the top 24 bits of its mantissa; the product with
the scale is built from two 12-bit halves, so that nothing passes 2**30.
"""

from compat import const

INVALID = const(-0x3FFFFFFF)  # not a number, infinite, or too large to be a figure of a battery

_HALF_BITS = const(12)
_MANTISSA_BITS = const(23)  # what follows the point in the 24 bits that are used


def f32le(buf, at, scale):
    """Returns the 32-bit float at `at` times `scale` (up to 2**17), rounded; or INVALID."""
    exponent = (buf[at + 3] & 0x7F) << 1 | buf[at + 2] >> 7
    if exponent == 0:
        return 0  # zero, or so small that it is
    mantissa = (buf[at + 2] | 0x80) << 16 | buf[at + 1] << 8 | buf[at]
    return _scaled(mantissa, exponent - 127, buf[at + 3] & 0x80, scale)


def f64le(buf, at, scale):
    """Returns the 64-bit float at `at` times `scale` (up to 2**17), rounded; or INVALID.

    Of its mantissa the top 24 bits are used: 2 µV in 30 V.
    """
    exponent = (buf[at + 7] & 0x7F) << 4 | buf[at + 6] >> 4
    if exponent == 0:
        return 0
    mantissa = 0x800000 | (buf[at + 6] & 0x0F) << 19 | buf[at + 5] << 11 | buf[at + 4] << 3
    return _scaled(mantissa | buf[at + 3] >> 5, exponent - 1023, buf[at + 7] & 0x80, scale)


def _scaled(mantissa, exponent, negative, scale):
    # The number is mantissa * 2**(exponent - 23), so that the product is to be shifted right by:
    shift = _MANTISSA_BITS - exponent - _HALF_BITS
    if shift < 0:
        return INVALID  # 4096 and more, infinities and what is not a number
    if shift > 30:
        return 0
    product = (mantissa >> _HALF_BITS) * scale
    product += (mantissa & 0xFFF) * scale >> _HALF_BITS
    if shift:
        product = (product + (1 << shift - 1)) >> shift
    return -product if negative else product
