"""How far do those who judged the same agree, beyond what chance would bring about?

1 is agreement throughout, 0 what chance brings about, below 0 is less than that. A fraction, so that the same ballots
give the same figure everywhere; nothing is decided by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction

RATINGS_MIN = 2
"""What fewer have rated tells nothing of agreement."""


def krippendorff_alpha(units: Sequence[Sequence[Hashable | None]]) -> Fraction | None:
    """Krippendorff's alpha of nominal ratings, one row for each unit that was rated; None stands for a missing rating.

    As in Krippendorff 2011, Computing Krippendorff's Alpha-Reliability. None where it is not defined: where no unit has
    two ratings, or every rating that counts is the same.
    """
    pairable = [rated for unit in units if len(rated := [each for each in unit if each is not None]) >= RATINGS_MIN]
    totals = Counter(each for rated in pairable for each in rated)
    count = sum(totals.values())
    expected = count * count - sum(each * each for each in totals.values())
    if not expected:
        return None
    disagreeing = (
        Fraction(len(rated) ** 2 - sum(each * each for each in Counter(rated).values()), len(rated) - 1)
        for rated in pairable
    )
    observed = sum(disagreeing, Fraction())
    return 1 - observed * Fraction(count - 1, expected)
