"""Does the measure of agreement give what its author published?"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.judging.agreement import krippendorff_alpha

CODERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, part C: four observers, twelve units, data missing."""

BINARY = ((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
"""The same, part A: two observers, two values."""


def test_krippendorffs_examples_come_out_as_printed() -> None:
    with_gaps = krippendorff_alpha(list(zip(*CODERS, strict=True)))
    binary = krippendorff_alpha(list(zip(*BINARY, strict=True)))

    assert with_gaps is not None
    assert binary is not None
    assert (round(float(with_gaps), 3), round(float(binary), 3)) == (0.743, 0.095)


def test_where_everybody_says_the_same_it_is_not_defined() -> None:
    assert krippendorff_alpha([("for", "for"), ("for", "for")]) is None
    assert krippendorff_alpha([("for", None), (None, "against")]) is None
    assert krippendorff_alpha([]) is None


RATING = st.sampled_from(("for", "against", "undecided", None))


@given(st.lists(st.lists(RATING, min_size=1, max_size=5), max_size=8))
def test_agreement_is_at_most_one_and_the_order_of_raters_and_units_changes_nothing(
    units: list[list[str | None]],
) -> None:
    alpha = krippendorff_alpha(units)

    assert alpha is None or alpha <= 1
    assert krippendorff_alpha([unit[::-1] for unit in reversed(units)]) == alpha


@given(st.lists(st.sampled_from(("for", "against")), min_size=2, max_size=8).filter(lambda said: len(set(said)) == 2))
def test_raters_that_agree_on_units_that_differ_agree_throughout(said: list[str]) -> None:
    assert krippendorff_alpha([(each, each, each) for each in said]) == Fraction(1)
