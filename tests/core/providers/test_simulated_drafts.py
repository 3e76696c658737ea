"""Is a simulated draft worth what it says, and is it reviewed as its reviewers' traits say?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.participants import Role
from core.domain.steps import ModelRequest
from core.domain.unasked import SIMULATED
from core.judging.criteria import Criteria, Criterion
from core.judging.measure import PPM
from core.judging.preferences import read_preference
from core.judging.reviews import read_review
from core.providers.simulated import simulated
from core.providers.simulating.drafting import ERROR_MAX, GAIN_PERCENT_MAX, LOSS_MAX, SPREAD, WORTH, worth_of
from tests.core.providers.requests import request

SEEDS = range(400)
NO_CRITERIA = Criteria()
POOR, FAIR, GOOD = (WORTH.format(worth=worth) for worth in (20, 50, 80))


def asked(
    expects: str, traits: str = "", *, draft: str = "", other: str = "", task: str = "", seed: int = 1, step: str = ""
) -> ModelRequest:
    plain = request(
        motion="Describe the depot.",
        role=Role.REVIEWER,
        task=task or expects,
        seed=seed,
        seat="reviewer",
        step=step or f"r2.{expects}.reviewer",
        round_number=2,
        model=f"{SIMULATED}:{traits}" if traits else SIMULATED,
    )
    return replace(plain, brief=replace(plain.brief, expects=expects, draft=draft, other=other))


def score_of(text: str, *, draft: str, is_adversarial: bool = False) -> int:
    review = read_review(text, criteria=NO_CRITERIA, draft=draft, is_adversarial=is_adversarial)
    assert not review.is_repaired
    assert review.score_ppm is not None, review.reason
    return review.score_ppm * 100 // PPM


def test_a_first_draft_is_worth_what_its_writer_can_do_more_or_less() -> None:
    worths = [worth_of(simulated(asked("draft", "competence=60", seed=seed))) for seed in SEEDS]

    assert min(worths) >= 60 - SPREAD
    assert max(worths) <= 60 + SPREAD
    assert abs(sum(worths) / len(worths) - 60) < 3


@pytest.mark.parametrize(("competence", "is_better"), [(100, True), (0, False)])
def test_a_draft_that_is_gone_over_is_better_or_spoilt_as_its_writer_is_right(competence: int, is_better: bool) -> None:
    worths = [worth_of(simulated(asked("draft", f"competence={competence}", draft=FAIR, seed=seed))) for seed in SEEDS]

    least, most = (50, 50 + 50 * GAIN_PERCENT_MAX // 100) if is_better else (50 - LOSS_MAX, 50)
    assert least <= min(worths) < max(worths) <= most


def test_a_reviewer_sees_what_a_draft_is_worth_as_closely_as_it_is_competent() -> None:
    def misses(competence: int) -> list[int]:
        traits = f"competence={competence}"
        return [
            abs(score_of(simulated(asked("review", traits, draft=FAIR, seed=seed)), draft=FAIR) - 50) for seed in SEEDS
        ]

    assert set(misses(100)) == {0}
    assert max(misses(80)) <= ERROR_MAX * 20 // 100 + 1
    assert sum(misses(20)) > 2 * sum(misses(80))


def test_whoever_looks_for_the_worst_flaw_finds_it_the_graver_the_less_a_draft_is_worth() -> None:
    for draft, worth in ((POOR, 20), (GOOD, 80)):
        said = simulated(asked("review", "competence=100", draft=draft, task="flaw"))
        assert score_of(said, draft=draft, is_adversarial=True) == worth


def test_every_criterion_is_scored() -> None:
    criteria = Criteria(
        criteria=tuple(Criterion(id=id, about="how it reads", weight_ppm=PPM // 2) for id in ("clear", "whole"))
    )
    plain = asked("review", "competence=100", draft=GOOD)
    named = replace(
        plain, brief=replace(plain.brief, criteria=tuple((each.id, each.about) for each in criteria.criteria))
    )

    review = read_review(simulated(named), criteria=criteria, draft=GOOD)

    assert dict(review.criteria) == {"clear": 800_000, "whole": 800_000}


@pytest.mark.parametrize(("first", "second", "preferred"), [(GOOD, POOR, 1), (POOR, GOOD, 2), (FAIR, FAIR, 0)])
def test_who_is_competent_prefers_the_better_draft_in_either_order(first: str, second: str, preferred: int) -> None:
    said = simulated(asked("preference", "competence=100", draft=first, other=second))

    assert read_preference(said).preferred == preferred


def test_who_judges_by_merit_says_the_same_in_both_orders_even_where_it_is_wrong() -> None:
    for seed in SEEDS:
        one = asked("preference", "competence=50", draft=GOOD, other=POOR, seed=seed, step="r2.prefer_new.reviewer")
        other = asked("preference", "competence=50", draft=POOR, other=GOOD, seed=seed, step="r2.prefer_best.reviewer")
        assert read_preference(simulated(one)).preferred + read_preference(simulated(other)).preferred == 3


def test_who_goes_by_position_prefers_whichever_is_shown_first() -> None:
    for first, second in ((GOOD, POOR), (POOR, GOOD)):
        said = simulated(asked("preference", "position_bias=100", draft=first, other=second))
        assert read_preference(said).preferred == 1


def test_a_text_from_elsewhere_has_a_worth_that_stays() -> None:
    assert worth_of("The depot opens at six.") == worth_of("The depot opens at six.")
    assert len({worth_of(f"Text {number}.") for number in range(50)}) > 20
