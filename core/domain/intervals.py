"""Between which two values does a share lie that was counted?

Wilson's interval: E. B. Wilson 1927, Journal of the American Statistical Association 22:209–212. Counted in integers,
because debates are ended by it.
"""

from __future__ import annotations

from math import isqrt

PPM = 1_000_000
Z_MILLI = 1_960
"""Intervals hold what they are about 95 times in 100."""

_SCALE = 10**6


def wilson_ppm(right: int, counted: int, *, z_milli: int = Z_MILLI) -> tuple[int, int]:
    """Wilson's interval for a share, in parts per million; all there is where nothing was counted.

    Rounded outwards, so that the interval never says more than it may.
    """
    if counted <= 0:
        return 0, PPM
    z2 = z_milli * z_milli
    middle = (2 * _SCALE * right + z2) * _SCALE
    radicand = 4 * _SCALE * right * (counted - right) * _SCALE**2 // counted + z2 * _SCALE**2
    reach = z_milli * (isqrt(radicand) + 1)
    whole = 2 * _SCALE * counted + 2 * z2
    low, high = (middle - reach) // whole, -(-(middle + reach) // whole)
    return (max(0, low) if right else 0), (min(PPM, high) if right < counted else PPM)
