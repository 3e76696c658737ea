"""Does a refinement read as its drafts, each with what was said of it, and does what is shown follow from the log?"""

from __future__ import annotations

from dataclasses import replace

from console.presenters.drafts import DraftsFold, score_text
from console.presenters.drafts_compared import comparison_of
from console.presenters.drafts_in_words import kept_in_words
from console.presenters.refined import ended_in_words, review_text
from console.presenters.refinement_detail import ended_line
from console.presenters.score_chart import THRESHOLD, bar_parts, chart_lines, shown_numbers
from console.presenters.session_detail import DetailFold, head_lines, standing_lines, strip_lines
from console.presenters.transcript import TranscriptFold
from core.domain.ids import SessionId, StepId, TemplateId
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.flows.refinement_events import ReviewDebateEnded
from tests.console.drafts import (
    BRIEF,
    COMPLETED,
    FAILED_CHECK,
    SECOND,
    THREE_DRAFTS,
    draft,
    folded,
    recorded,
    review,
    scored,
)

RUNNING = SessionSummary(
    session=SessionId("a1b2c3d4" * 4),
    seq=9,
    position=9,
    flow="refinement@1",
    title="",
    motion=BRIEF,
    template=TemplateId(""),
    status=Status.RUNNING,
    round=3,
    rounds_limit=5,
    trend=(500_000, 820_000, 300_000),
    score_ppm=820_000,
    best_draft=2,
    threshold_ppm=850_000,
)
KEYS = {"drafts": "D", "export": "x", "go_control": "C", "answer": "a", "add_statement": "s", "new_debate": "c"}
DEBATE_WORDS = ("motion", "round", "consensus", "verdict", "debate")


def text_of(lines: list[object]) -> str:
    return "\n".join("".join(text for text, _ in line.parts) for line in lines)  # type: ignore[attr-defined]


def detail() -> DetailFold:
    fold = DetailFold({})
    for record in recorded(THREE_DRAFTS):
        fold.take(record)
    return fold


def turns() -> TranscriptFold:
    fold = TranscriptFold({})
    for record in recorded((*THREE_DRAFTS, COMPLETED)):
        list(fold.take(record))
    return fold


def test_a_draft_has_all_that_was_said_of_it_and_the_best_is_known() -> None:
    fold = folded()

    assert [score_text(view) for view in fold.views.values()] == ["0.50", "0.82 ±0.05", "0.30"]
    assert fold.kept is not None
    assert fold.kept.number == 2
    assert fold.views[3].checks_failed == (FAILED_CHECK,)
    assert fold.views[1].decided is not None


def test_a_draft_that_scores_lower_is_not_the_best_before_anything_is_decided_either() -> None:
    scored = folded(THREE_DRAFTS[:-1])

    assert scored.views[3].score_ppm == 300_000
    assert scored.kept is scored.views[2]


def test_a_check_that_is_run_again_counts_once() -> None:
    fold = folded((*THREE_DRAFTS, replace(FAILED_CHECK, has_passed=True)))

    assert fold.views[3].checks_failed == ()


def test_what_stood_behind_an_earlier_event_is_not_changed_by_what_came_later() -> None:
    fold = folded(THREE_DRAFTS[:6])
    kept = fold.copied()
    for event in THREE_DRAFTS[6:]:
        fold.take(event)

    assert (len(kept.views), len(fold.views)) == (1, 3)


def test_what_comes_next_is_said_from_the_brief_to_the_decision() -> None:
    said = [(2, "draft 1"), (3, "review"), (6, "draft 2")]

    assert [folded(THREE_DRAFTS[:count]).upcoming(frozenset()) for count, _ in said] == [each for _, each in said]
    assert folded(THREE_DRAFTS[:2]).upcoming(frozenset({"writer"})) == "review"
    assert folded(THREE_DRAFTS[:3]).upcoming(frozenset({"reviewer"})) == "decision"
    assert folded((*THREE_DRAFTS, COMPLETED)).upcoming(frozenset()) == ""


def test_a_transcript_has_drafts_and_reviews_as_turns_and_what_follows_from_them_as_notes() -> None:
    views = list(turns().turns.values())

    assert [view.seat for view in views if view.state == "done"] == [
        "Draft 1", "Reviewer", "Draft 2", "Reviewer", "Draft 3", "Reviewer",
    ]  # fmt: skip
    assert views[-1].seat == "Kept: draft 2"
    assert views[-1].text.endswith("It is the best there was, and not approved.")
    notes = {view.seat: view.text for view in views if view.state == "note"}
    assert notes["✗ check"] == "length failed: 4 words, at least 8"
    assert notes["◆ score"] == "draft 3: 0.30"


def test_a_review_says_of_which_passage_it_speaks_and_why_it_has_no_score() -> None:
    said = review(1, None, "Prose.", ("say how long", "a while"), ("name a person", ""), reason="no score was found")

    assert review_text(said).splitlines() == [
        "Prose.", "▸ “a while”: say how long", "▸ name a person", "(no score was found)",
    ]  # fmt: skip


def test_nothing_that_is_shown_of_a_refinement_speaks_of_a_debate() -> None:
    done = replace(RUNNING, status=Status.COMPLETED, outcome="not_approved", reason="no_gain")
    asks = replace(RUNNING, status=Status.ESCALATED, question="Go on?")
    shown = [
        text_of(head_lines(RUNNING, None, now_ms=0)),
        text_of(strip_lines(RUNNING, detail(), (), next_seats={}, lines_max=7)),
        *(text_of(standing_lines(each, detail(), KEYS, now_ms=0)[0]) for each in (done, asks)),
        *(f"{view.seat} {view.text}" for view in turns().turns.values()),
    ]

    assert [word for word in DEBATE_WORDS for each in shown if word in each.replace("debates", "").lower()] == []
    assert "iteration 3 of 5" in shown[0]
    assert "★ draft 2 0.82 ±0.05" in shown[1]
    assert "kept, not approved" in shown[2]


def test_a_debate_about_a_draft_says_so_and_leads_back() -> None:
    child = replace(
        RUNNING, flow="debate@2", template=TemplateId("quick"), parent=RUNNING.session, status=Status.COMPLETED
    )

    assert "about a draft of a1b2c3d4" in text_of(head_lines(child, None, now_ms=0, parent=RUNNING))
    lines, _ = standing_lines(child, DetailFold({}), KEYS, now_ms=0, related=RUNNING)
    assert "C goes to the refinement whose draft it is about" in text_of(lines)


def test_no_draft_to_keep_is_said_in_so_many_words() -> None:
    assert "There is no draft to keep" in ended_in_words(replace(COMPLETED, draft=0, score_ppm=None))


# The chart.


def test_the_threshold_crosses_every_bar_at_the_same_place_and_a_score_below_it_never_reaches_it() -> None:
    bars = ["".join(text for text, _ in bar_parts(ppm, 850_000, cells=20)) for ppm in (None, 0, 849_999, 1_000_000)]

    assert bars == ["░" * 17 + "│░░", "░" * 17 + "│░░", "▓" * 16 + "░│░░", "▓" * 17 + "│▓▓"]


def test_a_line_of_the_chart_tells_the_score_in_figures_and_marks_what_is_compared_and_the_best() -> None:
    lines = chart_lines(folded(), left=2, right=3, width=80, lines_max=8)
    shown = text_of(list(lines)).splitlines()

    assert [line.split()[0] for line in shown] == ["draft", "◂", "▸"]
    assert "★ best" in shown[1]
    assert "✗ 1 check" in shown[2]
    assert all(THRESHOLD in line for line in shown)


def test_a_draft_that_was_accepted_whatever_its_score_is_not_called_good_enough() -> None:
    over = replace(RUNNING, status=Status.COMPLETED, outcome="approved", reason="accepted", score_ppm=400_000)
    ended = replace(COMPLETED, reason="accepted", is_approved=True)

    assert text_of([ended_line(over)]).startswith("✓ accepted")
    assert text_of([ended_line(replace(over, reason="approved"))]).startswith("✓ approved")
    assert "is kept, accepted (" in kept_in_words(ended)
    assert "is kept, approved (" in kept_in_words(replace(ended, reason="approved"))


def test_at_80_columns_a_line_of_the_chart_has_room_for_the_best_that_is_enough_and_who_reviewed_it() -> None:
    fold = folded((*THREE_DRAFTS, draft(4, SECOND), review(4, 900_000, "Good."), scored(4, 900_000, is_best=True)))
    line = chart_lines(fold, left=3, right=4, width=78, lines_max=8)[-1]
    said = "".join(text for text, _ in line.parts)

    assert "★ best ✓ enough" in said
    assert line.right == (("reviewer", "muted"),)
    assert len(said) + 2 + len("reviewer") <= 78


def test_of_more_drafts_than_there_is_room_for_those_compared_and_the_best_stay() -> None:
    assert shown_numbers(range(1, 20), wanted=(9, 8, 3), lines_max=5) == (3, 8, 9, 18, 19)
    assert shown_numbers((1,), wanted=(1, 0, 0), lines_max=5) == (1,)


# Side by side.


def side(fold: DraftsFold, left: int, right: int) -> tuple[str, str]:
    pairs = comparison_of(fold.views.get(left), fold.views.get(right)).pairs
    return tuple(  # type: ignore[return-value]  # two of them
        "\n".join(line.text for pair in pairs for line in getattr(pair, name)) for name in ("left", "right")
    )


def test_what_changed_is_marked_on_both_sides_and_the_review_stands_below_the_passage_it_speaks_of() -> None:
    left, right = side(folded(), 1, 2)

    assert "− It will take a while.«1»\n«1» reviewer: say how long" in left  # noqa: RUF001 - as it is drawn
    assert "  ▸ name a person" in left
    assert "+ It takes two hours." in right
    assert "  Ask us.«1»\n«1» reviewer: whom?" in right
    assert "◆ Reviewer 0.50" in left
    assert comparison_of(folded().views[1], folded().views[2]).changed == (4, 5)


def test_the_first_draft_stands_alone_at_the_right() -> None:
    left, right = side(folded(), 0, 1)

    assert left == ""
    assert "  The release is on Friday." in right


def test_a_suggestion_whose_passage_is_not_there_stands_with_the_review() -> None:
    fold = folded((draft(1, SECOND), review(1, 500_000, "Well.", ("change it", "words that nobody wrote"))))

    assert "  ▸ change it" in side(fold, 0, 1)[1]


def test_a_debate_about_a_draft_stands_with_its_reviews_and_one_that_came_to_nothing_says_why() -> None:
    debated = ReviewDebateEnded(
        step=StepId("r1.debate"),
        iteration=1,
        draft=1,
        child=SessionId("c" * 32),
        outcome="against",
        text="It is vague.",
    )
    lost = replace(debated, outcome="", text="", why="its budget was spent")

    assert "└ Debate against\n  It is vague." in side(folded((draft(1, SECOND), debated, review(1, 500_000))), 0, 1)[1]
    assert "came to nothing: its budget was spent" in side(folded((draft(1, SECOND), lost)), 0, 1)[1]
    fold = TranscriptFold({})
    for record in recorded((draft(1, SECOND), debated)):
        list(fold.take(record))
    assert [turn.seat for turn in fold.turns.values()] == ["Draft 1", "└ Debate"]


def test_a_score_whose_reviewer_is_calibrated_says_what_it_stands_for() -> None:
    said = replace(review(1, 900_000), calibrated_ppm=640_000)

    assert "◆ Reviewer 0.90, stands for 0.64" in side(folded((draft(1, SECOND), said)), 0, 1)[1]


def test_a_draft_that_nobody_has_reviewed_says_so() -> None:
    assert "Nobody has reviewed it yet." in side(folded((draft(1, SECOND),)), 0, 1)[1]
