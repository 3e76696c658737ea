"""Are answers, rankings, breaks and skipped turns told in words?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters.agreement import advice_in_words, consensus_in_words, known_in_words
from console.presenters.answered import (
    OUTCOME_CHARACTERS_MAX,
    answered_by,
    asked_as,
    noted,
    outcome_shown,
)
from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.calibration import Calibration, CalibrationBin
from core.domain.events import Event, SessionAdmitted
from core.domain.ids import SeatId, StepId
from core.flows.debate_events import (
    AnswerGiven,
    BreakConsidered,
    ConsensusUpdated,
    EarlyStopWithheld,
    RankingGiven,
    StanceDeclared,
    StepSkipped,
    VoteCast,
)
from core.judging.lexical import LEXICAL_PIN
from core.judging.measure import PPM
from core.judging.stances import STANCE_PIN
from core.templates.formats import SOCIETY_OF_MINDS
from core.templates.template import EarlyStop

STEP, SEAT = StepId("r2.answer_again~2.first_mind"), SeatId("first_mind")


def declared(stance: str, confidence_ppm: int | None, *, is_repaired: bool = False) -> StanceDeclared:
    return StanceDeclared(
        step=STEP,
        seat=SEAT,
        round=2,
        stance=stance,
        confidence_ppm=confidence_ppm,
        is_repaired=is_repaired,
        reason="so it is read",
    )


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
        (declared("for", 800_000), None),
        (declared("for", 800_000, is_repaired=True), ("◇ stance", "first mind: so it is read")),
        (declared("", None), ("◇ no stance", "first mind is not counted: so it is read")),
        (VoteCast(step=STEP, seat=SEAT, round=2, options=("A", "B"), ranking=("B",), reason="so"), None),
        (
            VoteCast(step=STEP, seat=SEAT, round=2, options=("A", "B"), ranking=(), reason="the ballot names nobody"),
            ("◇ no ballot", "first mind is not counted: the ballot names nobody"),
        ),
        (
            EarlyStopWithheld(round=2, ppm=810_000, why="no recorded session tells how often it was right"),
            (
                "◇ goes on",
                "agreement stands at 81 % and ends nothing: no recorded session tells how often it was right",
            ),
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


def test_what_a_format_trusts_is_shown_as_uncalibrated() -> None:
    assert consensus_in_words(SOCIETY_OF_MINDS) == ("reached at 80 %, by answers@1; early stop trusted (uncalibrated)")
    assert consensus_in_words(replace(SOCIETY_OF_MINDS, early_stop=EarlyStop.CALIBRATED, measure=STANCE_PIN)) == (
        "reached at 80 %, by stance@1; early stop calibrated: only by readings that have shown themselves informative"
    )
    assert consensus_in_words(replace(SOCIETY_OF_MINDS, measure=LEXICAL_PIN)) == (
        "by lexical@1, as advice: no level is reached by it"
    )


def test_advice_is_called_advice() -> None:
    reading = ConsensusUpdated(
        round=1, ppm=430_000, measure=LEXICAL_PIN, inputs={}, reason="They share words.", is_advice=True
    )

    assert advice_in_words(reading) == "43 % by lexical@1, advice alone: They share words."


def test_what_is_known_of_a_measure_names_the_readings_that_may_end_a_debate() -> None:
    low = CalibrationBin(floor_ppm=600_000, counted=100, right=60)
    shown = (
        CalibrationBin(floor_ppm=800_000, counted=90, right=88),
        CalibrationBin(floor_ppm=PPM, counted=60, right=60),
    )
    known = Calibration(measure="answers@1", sessions=200, bins=(low, *shown))

    assert known_in_words(None) == "no session with a known answer, so that nothing ends a debate early"
    assert known_in_words(replace(known, bins=(low,))) == (
        "200 sessions, of which no reading has shown yet that it tells something"
    )
    assert known_in_words(known) == (
        "200 sessions; a debate may be ended at 80 to 90 % (88 of 90 right), 100 % (60 of 60 right)"
    )
