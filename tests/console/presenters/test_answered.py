"""Are answers, rankings, breaks and skipped turns told in words?"""

from __future__ import annotations

import pytest

from console.presenters.answered import (
    OUTCOME_CHARACTERS_MAX,
    answered_by,
    asked_as,
    noted,
    outcome_shown,
)
from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.events import Event, SessionAdmitted
from core.domain.ids import SeatId, StepId
from core.flows.debate_events import AnswerGiven, BreakConsidered, RankingGiven, StepSkipped

STEP, SEAT = StepId("r2.answer_again~2.first_mind"), SeatId("first_mind")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (AnswerGiven(step=STEP, seat=SEAT, round=2, answer="42", reason="its last line says so"), None),
        (
            AnswerGiven(step=STEP, seat=SEAT, round=2, answer="", reason="no line names an answer"),
            ("◇ no answer", "first mind is not counted: no line names an answer"),
        ),
        (
            RankingGiven(step=STEP, seat=SEAT, round=2, ranking=(SeatId("ben"), SeatId("third_mind")), reason="so"),
            ("◇ ranking", "first mind, not knowing who they are: ben > third mind"),
        ),
        (
            RankingGiven(step=STEP, seat=SEAT, round=2, ranking=(), reason="no line ranks each of them once"),
            ("◇ no ranking", "first mind is not counted: no line ranks each of them once"),
        ),
        (
            BreakConsidered(step=STEP, seat=SEAT, round=2, outcome="for", reason="the judge would end it: for"),
            ("◇ enough?", "the judge would end it: for"),
        ),
        (
            StepSkipped(step=STEP, seat=SEAT, round=2, reason="that is enough"),
            ("◇ skipped", "answer again~2: that is enough"),
        ),
        (SessionAdmitted(), None),
    ],
)
def test_what_an_answer_was_read_as_is_told_where_the_turn_itself_does_not(
    event: Event, said: tuple[str, str] | None
) -> None:
    assert noted(event) == said


@pytest.mark.parametrize(
    ("form", "label", "how"),
    [
        (MOTION_FORM, "Motion", ""),
        (AnswerForm(kind=AnswerKind.NUMBER), "Question", "answered by a number"),
        (AnswerForm(kind=AnswerKind.TEXT), "Question", "answered in a few words"),
        (AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B")), "Question", "answered by one of A, B"),
    ],
)
def test_a_question_says_how_it_can_be_answered(form: AnswerForm, label: str, how: str) -> None:
    assert (asked_as(form), answered_by(form)) == (label, how)


def test_a_long_answer_is_shortened_in_a_heading() -> None:
    assert outcome_shown("for") == "for"
    shown = outcome_shown("word " * 40)
    assert len(shown) <= OUTCOME_CHARACTERS_MAX
    assert shown.endswith("word…")
