"""Is the draft that is kept better than the last one, and a panel's score nearer to the truth than one reviewer's?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest, StepKind
from core.judging.criteria import Criteria
from core.judging.measure import PPM
from core.judging.preferences import read_preference
from core.judging.reviews import read_review
from core.providers.simulated import simulated
from core.providers.simulating.drafting import worth_of
from tests.statistics.intervals import of_mean

WRITER = "simulated:competence=45"
REVIEWER = "simulated:competence=70"
SESSIONS, ITERATIONS, PANEL = 150, 6, 5
NO_CRITERIA = Criteria()


@dataclass(frozen=True, slots=True)
class Draft:
    """`scores` are those of a panel, from 0 to 100."""

    text: str
    scores: tuple[int, ...]

    @property
    def worth(self) -> int:
        return worth_of(self.text)


def refined(seed: int) -> list[Draft]:
    """The drafts of one session, each made from the one that was scored best before it."""
    drafts: list[Draft] = []
    for iteration in range(1, ITERATIONS + 1):
        best = max(drafts, key=lambda each: each.scores[0]).text if drafts else ""
        text = simulated(_request("draft", WRITER, seed=seed, iteration=iteration, draft=best))
        scores = [_score(text, seed=seed, iteration=iteration, number=number) for number in range(PANEL)]
        drafts.append(Draft(text, tuple(scores)))
    return drafts


def _score(text: str, *, seed: int, iteration: int, number: int) -> int:
    asked = _request("review", REVIEWER, seed=seed, iteration=iteration, draft=text, seat=f"reviewer_{number}")
    review = read_review(simulated(asked), criteria=NO_CRITERIA, draft=text)
    assert review.score_ppm is not None
    return review.score_ppm * 100 // PPM


def _request(
    expects: str, route: str, *, seed: int, iteration: int, draft: str = "", other: str = "", seat: str = "writer"
) -> ModelRequest:
    brief = Brief(
        motion="Describe the depot.",
        role=Role.REVIEWER,
        side=0,
        task=expects,
        round=iteration,
        rounds_limit=ITERATIONS,
        turns=(),
        documents=(),
        expects=expects,
        draft=draft,
        other=other,
    )
    return ModelRequest(
        session=SessionId("cafe"),
        step=StepId(f"r{iteration}.{expects}.{seat}"),
        seat=SeatId(seat),
        kind=StepKind.TURN,
        model=route,
        messages=(),
        tokens_output_max=600,
        temperature_milli=0,
        seed=seed,
        brief=brief,
    )


def test_the_draft_that_was_scored_best_is_better_than_the_last_one() -> None:
    gains = []
    for seed in range(SESSIONS):
        drafts = refined(seed)
        gains.append(float(max(drafts, key=lambda each: each.scores[0]).worth - drafts[-1].worth))

    low, _ = of_mean(gains)
    assert low > 0


def test_the_middle_of_a_panel_is_nearer_to_what_a_draft_is_worth_than_one_reviewer() -> None:
    drafts = [draft for seed in range(SESSIONS // 3) for draft in refined(seed)]

    nearer = [abs(draft.scores[0] - draft.worth) - abs(median(draft.scores) - draft.worth) for draft in drafts]

    low, _ = of_mean(nearer)
    assert low > 1


def test_a_comparison_in_both_orders_leaves_nothing_of_a_reviewers_liking_for_the_first() -> None:
    biased = f"{REVIEWER},position_bias=100"
    swaps = []
    for seed in range(SESSIONS // 3):
        first, second = refined(seed)[:2]
        asked = _request("preference", biased, seed=seed, iteration=2, draft=first.text, other=second.text)
        turned = replace(asked, brief=replace(asked.brief, draft=second.text, other=first.text))
        swaps.append((read_preference(simulated(asked)).preferred, read_preference(simulated(turned)).preferred))

    # Each prefers the one shown first: the one vote is for the one draft, the other for the other.
    assert set(swaps) == {(1, 1)}
