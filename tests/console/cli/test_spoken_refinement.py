"""Does a refinement read well as text and as a document, and does nothing that matters go unsaid?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from console.cli.page import Page
from console.cli.spoken import SpokenSession
from console.cli.spoken_refinement import SpokenRefinement
from console.exported_markdown import markdown_lines
from core.domain.events import Event, Recorded
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.steered import STEERED_EVENTS
from core.flows.refinement_events import (
    REFINEMENT_EVENTS,
    DraftAccepted,
    DraftChecked,
    DraftDecided,
    DraftPresented,
    DraftsCompared,
    DraftScored,
    IterationAsked,
    IterationStarted,
    RefinementCompleted,
    RefinementStarted,
    ReviewDebateEnded,
    ReviewDebateStarted,
    ReviewGiven,
)
from core.flows.refinement_terms import Strategy
from core.judging.reviews import Suggestion
from tests.core.flows.refining import BRIEF, single

STEP, WRITER, REVIEWER = StepId("r2.review.reviewer"), SeatId("writer"), SeatId("reviewer")
CHILD = SessionId("cd" * 16)

EVERY_KIND: tuple[tuple[Event, str], ...] = (
    (
        RefinementStarted(brief=BRIEF, strategy=Strategy.PANEL, threshold_ppm=850_000, iterations_max=5, patience=2),
        "panel · approved from 0.85 on · 5 drafts at most",
    ),
    (IterationStarted(iteration=2), "Iteration 2"),
    (DraftPresented(step=STEP, seat=WRITER, by="writer", iteration=2, number=2, text="Two.", model="m"), "Draft 2 (m)"),
    (
        ReviewGiven(
            step=STEP, seat=REVIEWER, iteration=2, draft=2, score_ppm=829_999, feedback="Short.",
            suggestions=(Suggestion(text="Say when.", passage="Two"),), criteria={"clarity": 900_000}, reason="",
            is_repaired=True,
        ),
        "0.829 (clarity 0.90)",
    ),
    (
        DraftsCompared(step=STEP, seat=REVIEWER, iteration=2, first=2, second=1, preferred=1, reason="clearer"),
        "draft 2 shown before 1: draft 1 is preferred (clearer)",
    ),
    (
        DraftChecked(step=STEP, iteration=2, draft=2, check="short", has_passed=False, detail="it has 900 words"),
        "check short failed: it has 900 words",
    ),
    (
        ReviewDebateStarted(step=STEP, iteration=2, draft=2, child=CHILD),
        "debated in session cdcdcdcd: “The draft does what the brief asks, and can be used as it is.”",
    ),
    (
        ReviewDebateEnded(step=STEP, iteration=2, draft=2, child=CHILD, outcome="for", text="It holds."),
        "came to: for",
    ),
    (
        DraftScored(
            iteration=2, draft=2, score_ppm=820_000, parts={}, spread_ppm=50_000, is_best=True, reason="two reviewers"
        ),
        "draft 2: 0.82 ±0.05, the best so far",
    ),
    (DraftDecided(iteration=2, decision="refine", best=2, score_ppm=820_000, why="0.85 is wanted"), "0.85 is wanted"),
    (IterationAsked(by="operator", reason="asked"), "asked for one more draft"),
    (DraftAccepted(draft=2, by="operator"), "accepted draft 2"),
    (
        RefinementCompleted(
            reason="no_gain", draft=2, score_ppm=820_000, is_approved=False, iterations=4, cost_microusd=42_000,
            tokens_input=1, tokens_output=1,
        ),
        "draft 2 is kept, not approved (0.82) after 4 iterations, $0.042",
    ),
)  # fmt: skip


def told(*events: Event, **how: bool) -> str:
    spoken = SpokenRefinement(Page(width=100), **how)
    return "\n".join(line for event in events for line in spoken.lines(event))


async def document(records: Iterable[Recorded]) -> str:
    async def given() -> AsyncIterator[Recorded]:
        for record in records:
            yield record

    return "\n".join([line async for line in markdown_lines(given())])


def test_every_kind_of_event_is_told() -> None:
    assert {type(event) for event, _ in EVERY_KIND} == set(REFINEMENT_EVENTS) - set(STEERED_EVENTS)
    for event, said in EVERY_KIND:
        assert said in " ".join(told(event).split()), type(event).__name__


def test_a_score_never_reads_as_reached_before_it_is_and_one_that_could_not_be_read_says_why() -> None:
    review = next(event for event, _ in EVERY_KIND if isinstance(event, ReviewGiven))
    unread = ReviewGiven(
        step=STEP, seat=REVIEWER, iteration=1, draft=1, score_ppm=None, feedback="Fine, I suppose.", suggestions=(),
        criteria={}, reason="it holds no score",
    )  # fmt: skip

    assert "0.829 (clarity 0.90), its form was mended" in told(review)
    assert "“Two”: Say when." in told(review)
    assert "no score that could be read: it holds no score" in told(unread)
    assert "Fine, I suppose." in told(unread)


def test_without_drafts_their_texts_are_left_to_whoever_prints_them_unless_a_person_reviews() -> None:
    draft = next(event for event, _ in EVERY_KIND if isinstance(event, DraftPresented))
    by_a_person = RefinementStarted(
        brief=BRIEF, strategy=Strategy.HUMAN, threshold_ppm=850_000, iterations_max=5, patience=2
    )

    assert "Two." in told(draft)
    assert "Two." not in told(draft, shows_drafts=False)
    assert "Two." in told(by_a_person, draft, shows_drafts=False)


def test_a_recorded_refinement_is_told_in_its_own_words_from_its_opening_on() -> None:
    refined = single()
    refined.go_through(0.5, 0.9)
    spoken = SpokenSession(width=100, facts={})

    lines = [line for record in refined.log for line in spoken.lines(record)]

    assert lines[0] == f"Brief: {BRIEF}"
    text = "\n".join(lines)
    assert "── Iteration 2 of 5" in text
    assert "draft 2 is kept, approved (0.90)" in text
    assert "ound 1" not in text


async def test_a_document_ends_with_the_draft_that_is_kept_and_takes_no_markup_from_anybody() -> None:
    refined = single(patience=1)
    refined.write("One *star* <b>.")
    refined.score(0.5)
    refined.write("Worse.")
    refined.score(0.4)

    text = await document(refined.log)

    assert text.startswith(f"# Rota\n\n> {BRIEF}\n")
    assert "## Kept: draft 1\n\n> One \\*star\\* \\<b\\>.\n" in text
    assert text.index("### Draft 2") < text.index("## Kept")
