"""Which refinement do the console's tests speak of? Three drafts, of which the second is the best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.presenters.drafts import DraftsFold
from core.domain.events import Event, Recorded
from core.domain.ids import SeatId, SessionId, StepId
from core.flows.refinement_events import (
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftScored,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
    ReviewGiven,
)
from core.flows.refinement_terms import Strategy
from core.judging.reviews import Suggestion

BRIEF = "Write the notice of the release on Friday."
FIRST = "The release is on Friday.\nIt will take a while.\nAsk us."
SECOND = "The release is on Friday at nine.\nIt takes two hours.\nAsk us."
THIRD = "Something is released.\nAsk somebody."
AT_MS = 1_700_000_000_000


def draft(number: int, text: str, *, by: str = "seat:writer", model: str = "scripted:claude") -> DraftPresented:
    return DraftPresented(
        step=StepId(f"r{number}.draft.writer"),
        seat=SeatId("writer"),
        by=by,
        iteration=number,
        number=number,
        text=text,
        tokens_output=412,
        cost_microusd=4_000,
        model=model,
    )


def review(
    number: int,
    score_ppm: int | None,
    feedback: str = "It is vague.",
    *suggestions: tuple[str, str],
    seat: str = "reviewer",
    criteria: Mapping[str, int] | None = None,
    reason: str = "",
    is_repaired: bool = False,
) -> ReviewGiven:
    """Suggestions are given as text and passage."""
    return ReviewGiven(
        step=StepId(f"r{number}.review.{seat}"),
        seat=SeatId(seat),
        iteration=number,
        draft=number,
        score_ppm=score_ppm,
        feedback=feedback,
        suggestions=tuple(Suggestion(text=text, passage=passage) for text, passage in suggestions),
        criteria=dict(criteria or {}),
        reason=reason,
        is_repaired=is_repaired,
    )


def scored(number: int, score_ppm: int | None, *, is_best: bool = False, spread_ppm: int | None = None) -> DraftScored:
    return DraftScored(
        iteration=number,
        draft=number,
        score_ppm=score_ppm,
        parts={"reviews": score_ppm} if score_ppm is not None else {},
        spread_ppm=spread_ppm,
        is_best=is_best,
        reason="",
    )


def decided(number: int, decision: str, *, best: int, score_ppm: int | None, why: str) -> DraftDecided:
    return DraftDecided(iteration=number, decision=decision, best=best, score_ppm=score_ppm, why=why)


def started(*, strategy: Strategy = Strategy.SINGLE) -> RefinementStarted:
    return RefinementStarted(brief=BRIEF, strategy=strategy, threshold_ppm=850_000, iterations_max=5, patience=2)


FAILED_CHECK = DraftChecked(
    step=StepId("r3.check.length"), iteration=3, draft=3, check="length", has_passed=False, detail="4 words, at least 8"
)

COMPLETED = RefinementCompleted(
    reason="no_gain",
    draft=2,
    score_ppm=820_000,
    is_approved=False,
    iterations=3,
    cost_microusd=12_000,
    tokens_input=900,
    tokens_output=1_236,
)

THREE_DRAFTS: tuple[Event, ...] = (
    started(),
    IterationStarted(iteration=1),
    draft(1, FIRST),
    review(1, 500_000, "It is vague.", ("say how long", "It will take a while."), ("name a person", "")),
    scored(1, 500_000, is_best=True),
    decided(1, "refine", best=1, score_ppm=500_000, why="0.50 is below 0.85"),
    IterationStarted(iteration=2),
    draft(2, SECOND),
    review(2, 820_000, "Better.", ("whom?", "Ask us.")),
    scored(2, 820_000, is_best=True, spread_ppm=50_000),
    decided(2, "refine", best=2, score_ppm=820_000, why="0.82 is below 0.85"),
    IterationStarted(iteration=3),
    draft(3, THIRD),
    FAILED_CHECK,
    review(3, 300_000, "It says less than before."),
    scored(3, 300_000),
    decided(3, "stop", best=2, score_ppm=300_000, why="no draft beat the best by 0.01 twice in a row"),
)
"""All but the end."""


def recorded(events: Iterable[Event]) -> list[Recorded]:
    return [
        Recorded(session=SessionId("ab" * 16), seq=seq, position=seq, at_ms=AT_MS + seq * 1_000, event=event)
        for seq, event in enumerate(events, start=1)
    ]


def folded(events: Iterable[Event] = THREE_DRAFTS) -> DraftsFold:
    fold = DraftsFold()
    for event in events:
        fold.take(event)
    return fold
