"""Does the score of a draft follow from all that was said of it, by the laws that a score has to keep?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.scoring import (
    CHECKS,
    PAIRWISE,
    PPM,
    REVIEWS,
    CheckOutcome,
    Comparison,
    Part,
    Said,
    Weights,
    combine,
    leaning,
    median,
    score_draft,
    told,
)

scores = st.integers(0, PPM)
weights = st.builds(
    Weights,
    reviews_ppm=st.integers(0, 5 * PPM),
    checks_ppm=st.integers(0, 5 * PPM),
    pairwise_ppm=st.integers(0, 5 * PPM),
)
checks = st.lists(
    st.builds(
        CheckOutcome,
        id=st.sampled_from(["short", "dated", "compiles"]),
        has_passed=st.booleans(),
        weight_ppm=st.integers(0, 3 * PPM),
        is_required=st.booleans(),
    ),
    max_size=6,
).map(tuple)
comparisons = st.lists(
    st.builds(
        Comparison,
        reviewer=st.sampled_from(["ann", "bob"]),
        first=st.just(2),
        second=st.just(1),
        preferred=st.sampled_from([0, 1, 2]),
    ).flatmap(lambda one: st.sampled_from([one, replace(one, first=1, second=2)])),
    max_size=6,
).map(tuple)
said = st.builds(
    Said,
    draft=st.just(2),
    reviews=st.lists(st.none() | scores, max_size=6).map(tuple),
    checks=checks,
    comparisons=comparisons,
    best_ppm=st.none() | scores,
)


@given(said, weights)
def test_a_score_lies_between_its_worst_part_and_its_best(said: Said, weights: Weights) -> None:
    scored = score_draft(said, weights)

    assert (scored.score_ppm is None) is (not scored.parts)
    assert scored.score_ppm is None or min(scored.parts.values()) <= scored.score_ppm <= max(scored.parts.values())
    assert all(0 <= part <= PPM for part in scored.parts.values())


@given(said, weights, st.data())
def test_no_reviewer_who_likes_a_draft_better_makes_it_worse(said: Said, weights: Weights, data: st.DataObject) -> None:
    better = tuple(score if score is None else data.draw(st.integers(score, PPM)) for score in said.reviews)

    before, after = score_draft(said, weights), score_draft(replace(said, reviews=better), weights)

    assert (before.score_ppm is None) is (after.score_ppm is None)
    assert before.score_ppm is None or before.score_ppm <= after.score_ppm  # type: ignore[operator]


@given(said, weights, st.data())
def test_no_check_that_is_passed_makes_a_draft_worse(said: Said, weights: Weights, data: st.DataObject) -> None:
    better = tuple(replace(each, has_passed=each.has_passed or data.draw(st.booleans())) for each in said.checks)

    before, after = score_draft(said, weights), score_draft(replace(said, checks=better), weights)

    assert before.score_ppm is None or before.score_ppm <= after.score_ppm  # type: ignore[operator]
    assert set(after.blocked_by) <= set(before.blocked_by)


@given(said, weights, st.data())
def test_nobody_who_comes_to_prefer_a_draft_makes_it_worse(said: Said, weights: Weights, data: st.DataObject) -> None:
    better = tuple(
        replace(each, preferred=said.draft) if data.draw(st.booleans()) else each for each in said.comparisons
    )

    before, after = score_draft(said, weights), score_draft(replace(said, comparisons=better), weights)

    assert before.score_ppm is None or before.score_ppm <= after.score_ppm  # type: ignore[operator]


@given(said, weights, st.data())
def test_the_order_in_which_anything_was_said_changes_nothing(
    said: Said, weights: Weights, data: st.DataObject
) -> None:
    shuffled = replace(
        said,
        reviews=tuple(data.draw(st.permutations(said.reviews))),
        comparisons=tuple(data.draw(st.permutations(said.comparisons))),
    )

    assert score_draft(shuffled, weights) == score_draft(said, weights)


@given(said, weights)
def test_a_part_without_weight_changes_nothing(said: Said, weights: Weights) -> None:
    without = replace(weights, checks_ppm=0)

    assert score_draft(said, without).score_ppm == score_draft(replace(said, checks=()), without).score_ppm


@given(said, weights, st.integers(1, 1_000))
def test_only_how_weights_relate_to_one_another_counts(said: Said, weights: Weights, times: int) -> None:
    larger = Weights(
        reviews_ppm=weights.reviews_ppm * times,
        checks_ppm=weights.checks_ppm * times,
        pairwise_ppm=weights.pairwise_ppm * times,
    )

    assert score_draft(said, larger) == score_draft(said, weights)


def test_one_reviewer_who_always_says_1_or_0_does_not_move_a_panel_beyond_its_neighbours() -> None:
    honest = (600_000, 700_000)

    lifted = score_draft(Said(draft=1, reviews=(*honest, PPM)), Weights())
    lowered = score_draft(Said(draft=1, reviews=(*honest, 0)), Weights())

    assert (lifted.score_ppm, lifted.spread_ppm) == (700_000, 400_000)
    assert (lowered.score_ppm, lowered.spread_ppm) == (600_000, 700_000)


@pytest.mark.parametrize(("given", "middle"), [([5], 5), ([1, 9], 5), ([1, 2, 9], 2), ([0, 1], 0), ([1, 2, 3, 4], 2)])
def test_the_middle_of_an_even_number_lies_halfway_rounded_down(given: list[int], middle: int) -> None:
    assert median(given) == middle


def compared(*preferred: tuple[int, int], reviewer: str = "ann") -> tuple[Comparison, ...]:
    """Draft 2 against the best, draft 1; who was shown first, and who was preferred."""
    return tuple(
        Comparison(reviewer=reviewer, first=first, second=3 - first, preferred=each) for first, each in preferred
    )


@pytest.mark.parametrize(
    ("shown", "leans"),
    [
        (((2, 2), (1, 2)), 1),
        (((2, 1), (1, 1)), -1),
        (((2, 2), (1, 1)), 0),  # whoever was first
        (((2, 1), (1, 2)), 0),  # whoever was second
        (((2, 0), (1, 0)), 0),
        (((2, 2), (1, 0)), 0),
        (((2, 2),), 0),  # in one order only
        ((), 0),
    ],
)
def test_a_preference_that_turns_with_the_order_is_for_neither(shown: tuple[tuple[int, int], ...], leans: int) -> None:
    assert leaning(compared(*shown), 2) == leans


def test_a_draft_that_is_preferred_lies_above_the_best_and_one_that_is_not_below() -> None:
    def part(*shown: tuple[int, int]) -> int:
        said = Said(draft=2, comparisons=compared(*shown), best_ppm=600_000)
        return score_draft(said, Weights()).parts[PAIRWISE]

    assert part((2, 2), (1, 2)) == 800_000
    assert part((2, 2), (1, 1)) == 600_000
    assert part((2, 1), (1, 1)) == 300_000


def test_a_first_draft_is_compared_with_none() -> None:
    assert PAIRWISE not in score_draft(Said(draft=1, reviews=(500_000,)), Weights()).parts


def test_a_required_check_that_is_failed_blocks_whatever_the_score_is() -> None:
    failed = CheckOutcome(id="compiles", has_passed=False, is_required=True)

    scored = score_draft(Said(draft=1, reviews=(PPM,), checks=(failed,)), Weights(checks_ppm=0))

    assert (scored.score_ppm, scored.blocked_by) == (PPM, ("compiles",))
    assert scored.reason == "the reviewer says 1.00; it fails compiles, which is required"


def test_a_draft_of_which_nobody_gave_a_score_has_none_and_says_why() -> None:
    scored = score_draft(Said(draft=1, reviews=(None, None)), Weights())

    assert (scored.score_ppm, scored.spread_ppm) == (None, None)
    assert scored.reason == "no review with a score, 2 could not be read"


def test_the_reason_names_every_part() -> None:
    scored = score_draft(
        Said(
            draft=2,
            reviews=(600_000, None, 805_000),
            checks=(CheckOutcome(id="a", has_passed=True), CheckOutcome(id="b", has_passed=False)),
            comparisons=compared((2, 2), (1, 2)),
            best_ppm=500_000,
        ),
        Weights(),
    )

    assert scored.parts == {REVIEWS: 702_500, CHECKS: 500_000, PAIRWISE: 750_000}
    assert scored.reason == (
        "2 reviewers say 0.702 in the middle, 0.205 apart, 1 could not be read; 1 of 2 checks passed; "
        "against the best so far 1 for it, 0 against it, 0 for neither"
    )


def test_parts_of_any_name_can_be_combined() -> None:
    scored = combine({"wit": Part(ppm=200_000, reason="dull"), "law": Part(ppm=None, reason="")}, {"wit": 1, "law": 9})

    assert (scored.score_ppm, scored.reason) == (200_000, "dull")


@pytest.mark.parametrize(("ppm", "shown"), [(0, "0.00"), (PPM, "1.00"), (855_000, "0.855"), (9_999, "0.009")])
def test_a_share_is_never_shown_larger_than_it_is(ppm: int, shown: str) -> None:
    assert told(ppm) == shown
