"""Is a reviewer's score taken for what it has shown to stand for, judged by drafts that the curve never saw?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.judging.reviewer_calibration import (
    BY_SCORE_MIN,
    EXAMPLES_MIN,
    HELD_OUT_ONE_IN,
    Example,
    ReviewerCurve,
    fit_reviewer,
)

PPM = 1_000_000
scored = st.tuples(st.integers(0, PPM), st.integers(0, PPM))


def examples(pairs: list[tuple[int, int]]) -> list[Example]:
    """Drafts with these scores and truths."""
    return [
        Example(brief="A notice.", draft=f"Draft {number}", score_ppm=score, true_ppm=true)
        for number, (score, true) in enumerate(pairs)
    ]


def overconfident(count: int) -> list[Example]:
    """A reviewer that says 0.9 of every draft, of which every second is good."""
    return examples([(900_000, PPM * (number % 2)) for number in range(count)])


def test_a_reviewer_who_praises_everything_is_taken_for_what_its_praise_has_come_to() -> None:
    fit = fit_reviewer(overconfident(90))

    curve = ReviewerCurve(reviewer="vain", version=1, points=fit.curve.points)
    assert 400_000 <= curve.stands_for(900_000) <= 600_000
    assert fit.is_better
    assert fit.after.error_ppm < fit.before.error_ppm


def test_a_reviewer_who_is_right_already_gets_no_curve_that_is_worse() -> None:
    fit = fit_reviewer(examples([(PPM * (number % 2), PPM * (number % 2)) for number in range(60)]))

    assert (fit.before.brier_ppm, fit.after.brier_ppm, fit.is_better) == (0, 0, False)


@given(st.lists(scored, min_size=EXAMPLES_MIN, max_size=3 * EXAMPLES_MIN), st.data())
def test_the_order_of_a_file_changes_nothing(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    known = examples(pairs)

    assert fit_reviewer(data.draw(st.permutations(known))) == fit_reviewer(known)


@given(st.lists(scored, min_size=EXAMPLES_MIN, max_size=2 * EXAMPLES_MIN), st.integers(0, PPM), st.integers(0, PPM))
def test_a_higher_score_never_stands_for_less(pairs: list[tuple[int, int]], one: int, other: int) -> None:
    curve = ReviewerCurve(reviewer="any", version=1, points=fit_reviewer(examples(pairs)).curve.points)

    low, high = sorted((one, other))
    assert 0 <= curve.stands_for(low) <= curve.stands_for(high) <= PPM


@given(st.lists(scored, min_size=EXAMPLES_MIN, max_size=3 * EXAMPLES_MIN))
def test_what_the_held_out_drafts_are_worth_never_bends_the_curve(pairs: list[tuple[int, int]]) -> None:
    known = examples(pairs)
    fit = fit_reviewer(known)
    bending = [each for each in known if fit_reviewer([_other(each, one) for one in known]).curve != fit.curve]

    assert fit.held_out == -(-len(known) // HELD_OUT_ONE_IN)
    assert fit.held_out + fit.fitted_on == len(known)
    assert len(bending) <= fit.fitted_on


def _other(changed: Example, one: Example) -> Example:
    return replace(one, true_ppm=PPM - one.true_ppm) if one == changed else one


def test_many_drafts_make_a_curve_of_single_scores_and_few_one_of_tenths() -> None:
    pairs = [(score * 1_000, score * 1_000) for score in range(BY_SCORE_MIN * 3)]

    assert len(fit_reviewer(examples(pairs)).curve.points) > 100
    assert len(fit_reviewer(examples(pairs[:60])).curve.points) <= 11


def test_a_curve_without_points_leaves_a_score_as_it_is() -> None:
    assert ReviewerCurve(reviewer="any", version=1, points=()).stands_for(123_456) == 123_456
