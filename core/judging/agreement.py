"""How far do those who judged the same agree, beyond what chance would bring about?

Two measures that are read alike: 1 is agreement throughout, 0 what chance brings about, below 0 is less than that.
Both are fractions, so that the same ballots give the same figure everywhere; nothing is decided by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction

RATINGS_MIN = 2
"""What fewer have rated tells nothing of agreement."""


def krippendorff_alpha(units: Sequence[Sequence[Hashable | None]]) -> Fraction | None:
    """Krippendorff's alpha of nominal ratings, one row for each unit that was rated; None stands for a missing rating.

    None where it is not defined: where no unit has two ratings, or every rating that counts is the same.
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


def fleiss_kappa(table: Sequence[Sequence[int]]) -> Fraction | None:
    """Fleiss' kappa of a table that holds, for each subject, how many raters chose each category.

    Every subject has as many ratings. None where it is not defined: with fewer than two ratings a subject, or where all
    chose one category. Raises ValueError for subjects with unequal numbers of ratings.
    """
    raters = {sum(row) for row in table}
    if len(raters) > 1:
        raise ValueError(f"subjects with {sorted(raters)} ratings: each needs as many.")
    each = raters.pop() if raters else 0
    if each < RATINGS_MIN:
        return None
    subjects = len(table)
    observed = Fraction(sum(count * (count - 1) for row in table for count in row), subjects * each * (each - 1))
    by_category = [sum(column) for column in zip(*table, strict=True)]
    expected = Fraction(sum(count * count for count in by_category), (subjects * each) ** 2)
    return None if expected == 1 else Fraction(observed - expected, 1 - expected)
