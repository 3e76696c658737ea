"""When does a session wait for the operator to speak, and how is a person's silence told?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters.header import header_view
from console.presenters.people import (
    asked_of_a_person,
    is_awaited,
    needs_you,
    person_marks,
    question_of,
    seat_lines,
    silence_in_words,
    silence_mark,
    time_left,
)
from console.presenters.session_filter import read_filter
from console.presenters.sessions import in_order, session_row
from core.domain.events import AttemptFailed
from core.domain.ids import SeatId, SessionId, StepId, TemplateId
from core.domain.participants import Role, Seat
from core.domain.provider_errors import ProviderError
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.judging.criteria import Criteria, Criterion
from core.judging.reviews import read_review
from core.prompts.reviewing import review_instruction
from core.templates.participants import PARTICIPANTS_BY_ID

RUNNING = SessionSummary(
    session=SessionId("a" * 32),
    seq=5,
    position=5,
    flow="debate@1",
    title="Split?",
    motion="Split?",
    template=TemplateId("simple_debate"),
    status=Status.RUNNING,
)
AWAITED = replace(
    RUNNING,
    session=SessionId("b" * 32),
    awaited_step="r1.opening_proposer.proposer",
    awaited_seat="proposer",
    awaited_until_ms=90_000,
)


def failed(error: ProviderError) -> AttemptFailed:
    return AttemptFailed(step=StepId("r1.x.proposer"), attempt=1, error=error, message="they passed", cost_microusd=0)


def test_of_sessions_that_stand_alike_the_newest_is_on_top() -> None:
    earlier, later = (
        replace(RUNNING, session=SessionId(each * 32), opened_at_ms=at) for each, at in (("c", 1), ("d", 2))
    )
    over = replace(RUNNING, session=SessionId("e" * 32), status=Status.COMPLETED, opened_at_ms=3)

    assert in_order((over, earlier, later, AWAITED)) == [AWAITED, later, earlier, over]


def test_a_session_that_waits_for_a_person_needs_the_operator_while_somebody_drives() -> None:
    assert needs_you(AWAITED)
    assert not needs_you(AWAITED, is_driven=False)
    assert not is_awaited(replace(AWAITED, status=Status.PAUSED))
    assert not needs_you(RUNNING)
    assert needs_you(replace(RUNNING, status=Status.ESCALATED))


def test_it_stands_on_top_with_a_glyph_and_a_word_and_counts_in_the_header() -> None:
    row = session_row(AWAITED, None, now_ms=0)
    view = header_view([RUNNING, AWAITED], None, clock="")

    assert row.cells[0].text == "◆ speak"
    assert in_order([RUNNING, AWAITED])[0] is AWAITED
    assert (view.running, view.needs_you) == (1, 1)
    assert session_row(AWAITED, None, now_ms=0, is_driven=False).cells[0].text == "○ left"


def test_the_filter_finds_it_by_that_word() -> None:
    wanted = read_filter("state:speak")

    assert wanted.holds(AWAITED, None)
    assert not wanted.holds(RUNNING, None)
    assert not wanted.holds(AWAITED, None, is_left=True)


def test_the_time_that_is_left_is_said_until_there_is_none() -> None:
    assert time_left(90_000, now_ms=0) == "1 min 30 s left"
    assert time_left(90_000, now_ms=90_000) == "the time is up"
    assert question_of(AWAITED) == "You are to speak as proposer."


@pytest.mark.parametrize(
    ("error", "mark", "said"),
    [
        (ProviderError.REFUSED, "passed", "The person passed: whoever stands in speaks."),
        (ProviderError.TIMEOUT_FIRST_TOKEN, "not in time", "Nobody spoke in time: whoever stands in speaks."),
        (ProviderError.RATE_LIMITED, "failed", ""),
    ],
)
def test_who_passes_or_lets_the_time_go_by_has_not_failed(error: ProviderError, mark: str, said: str) -> None:
    assert silence_mark(failed(error)) == mark
    assert silence_in_words(failed(error)) == said


def test_a_list_of_seats_says_who_sits_there_and_who_stands_in() -> None:
    sitting = replace(PARTICIPANTS_BY_ID["judge"], model="human:10m", fallbacks=("rehearsal",))  # type: ignore[index]
    model = replace(sitting, model="rehearsal", fallbacks=())
    seats = (
        Seat(id=SeatId("judge"), role=Role.JUDGE, participant=sitting),
        Seat(id=SeatId("other"), role=Role.JUDGE, participant=model),
        Seat(id=SeatId("alone"), role=Role.JUDGE, participant=replace(sitting, fallbacks=())),
    )

    assert seat_lines(seats) == [
        ("judge", "judge", "you (human:10m); rehearsal stands in"),
        ("other", "judge", "rehearsal"),
        ("alone", "judge", "you (human:10m)"),
    ]
    assert person_marks("human:10m") == ("a person",)
    assert person_marks("rehearsal") == ()


@pytest.mark.parametrize("criteria", [(), (("clarity", "is it clear?"),)])
def test_a_person_who_reviews_needs_no_json_and_what_they_are_told_to_write_can_be_read(
    criteria: tuple[tuple[str, str], ...],
) -> None:
    told = asked_of_a_person(review_instruction(criteria))
    named = Criteria(criteria=tuple(Criterion(id=id_, about=about) for id_, about in criteria))
    typed = "It is clear enough.\n" + ("clarity: 0.8" if criteria else "SCORE: 0.8")

    assert "JSON" not in told
    assert typed.splitlines()[-1] in told
    assert read_review(typed, criteria=named, draft="").score_ppm == 800_000
    assert asked_of_a_person("Open the debate.") == "Open the debate."


def test_who_looks_for_the_worst_flaw_is_told_the_whole_ending() -> None:
    told = review_instruction(is_adversarial=True)

    assert asked_of_a_person(told) == told
