"""Is a session marked by what is recorded of it: right, wrong, left open, or answered so that nobody can read it?"""

from __future__ import annotations

import pytest

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.events import Event
from core.domain.ids import SeatId, StepId
from core.evaluation.marking import Heard, heard, mark_of
from core.evaluation.results import Mark
from core.evaluation.tasks import Task
from core.flows.debate_events import AnswerGiven, BallotGiven, StanceDeclared, VerdictReached, VoteCast

TASK = Task(id="t1", question="What is 2+2?", form=AnswerForm(kind=AnswerKind.NUMBER), known_answer="4")
MOTION = Task(id="t2", question="It rains.", form=AnswerForm(), known_answer="for")
STEP, SEAT = StepId("r1.answer.first"), SeatId("first")


def answered(value: str) -> AnswerGiven:
    return AnswerGiven(step=STEP, seat=SEAT, round=1, answer=value, reason="")


def declared(value: str) -> StanceDeclared:
    return StanceDeclared(
        step=STEP, seat=SEAT, round=1, stance=value, confidence_ppm=None, is_repaired=False, reason=""
    )


def voted(*ranking: str) -> VoteCast:
    return VoteCast(step=STEP, seat=SEAT, round=1, ranking=ranking, options=("4", "5"), reason="")


def ballot(outcome: str) -> BallotGiven:
    step = StepId("verdict.first.judge")
    return BallotGiven(
        step=step, seat=SeatId("judge"), pass_number=1, order=(SEAT,), outcome=outcome, text="…", reason=""
    )


def verdict(outcome: str, *, by: str = "vote", text: str = "Counted.") -> VerdictReached:
    return VerdictReached(step=StepId("verdict"), seat=SeatId("judge"), by=by, outcome=outcome, text=text, reason="")


def marked(*events: Event, task: Task = TASK) -> Mark:
    return mark_of(heard(events, task), task)


@pytest.mark.parametrize(
    ("events", "mark"),
    [
        ((answered("4"), verdict("4")), Mark.RIGHT),
        ((answered("5"), verdict("5")), Mark.WRONG),
        ((answered("4"), answered("5"), verdict("undecided")), Mark.UNDECIDED),
        ((answered(""), answered(""), verdict("undecided")), Mark.UNREADABLE),
        ((answered(""), answered("4"), verdict("4")), Mark.RIGHT),
        ((declared(""), verdict("undecided")), Mark.UNREADABLE),
        ((declared("4"), declared("5"), verdict("undecided")), Mark.UNDECIDED),
        ((voted(), verdict("undecided")), Mark.UNREADABLE),
        ((voted("5", "4"), verdict("5")), Mark.WRONG),
        ((answered("4"), ballot(""), ballot(""), verdict("undecided", by="panel")), Mark.UNREADABLE),
        ((answered("4"), ballot("4"), ballot("5"), verdict("undecided", by="seat:judge")), Mark.UNDECIDED),
        ((answered("4"), ballot(""), ballot("4"), verdict("4", by="seat:judge")), Mark.RIGHT),
        ((answered("4"), verdict("undecided", by="seat:judge", text="An essay.")), Mark.UNREADABLE),
        ((), Mark.UNANSWERED),
        ((answered("4"),), Mark.UNANSWERED),
        ((verdict("undecided", by="nobody"),), Mark.UNANSWERED),
    ],
)
def test_a_session_is_worth_its_verdict(events: tuple[Event, ...], mark: Mark) -> None:
    assert marked(*events) is mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [("I can't tell.\nVERDICT: undecided", Mark.UNDECIDED), ("Both have spoken well.", Mark.UNREADABLE)],
)
def test_a_judge_who_leaves_it_open_is_told_from_one_who_says_nothing(text: str, mark: Mark) -> None:
    assert marked(verdict("undecided", by="seat:judge", text=text), task=MOTION) is mark


def test_where_nobody_knows_what_is_right_an_answer_is_neither() -> None:
    unknown = Task(id="t3", question="Who knows?", form=TASK.form)

    assert marked(answered("4"), verdict("4"), task=unknown) is Mark.UNSCORED
    assert marked(task=unknown) is Mark.UNANSWERED


def test_every_answer_that_could_not_be_read_is_counted() -> None:
    told = heard((answered(""), answered("4"), declared(""), voted(), ballot(""), verdict("4", by="panel")), TASK)

    assert told == Heard(seats=1, judges=0, unreadable=4, has_ballots=True, outcome="4", by="panel")
