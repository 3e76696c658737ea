"""Does the log itself say when what somebody was asked needs nobody any more?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import AnswerEscalation, Cancel, Complete, Escalate
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptSucceeded,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    CompletionDecided,
    EscalationAnswered,
    EscalationExpired,
    Event,
    Recorded,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
    SessionResumed,
    StepRetried,
)
from core.domain.ids import SeatId, StepId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.notifying.answering import (
    AT_A_FAILURE,
    AT_A_STANDSTILL,
    AT_THE_END,
    BY_ANOTHER,
    IN_TIME,
    WITH_THE_ROUND,
    WITHOUT,
    ended_by,
)
from core.notifying.life import ALL_ASKED, CASE, CLARIFICATION, STANDSTILL, Ending, is_ended
from tests.builders import Move, a_round, after, opened
from tests.core.notifying.builders import SESSION
from tests.core.notifying.test_noticing import ROW, all_told, asked

STEP = StepId("r1.claim.proposer")
SEAT = SeatId("proposer")


def ended(event: Event, row: SessionSummary = ROW) -> tuple[tuple[str, str, str], ...]:
    record = Recorded(session=SESSION, seq=5, position=10, at_ms=5_000, event=event)
    return tuple((each.asks, each.by, each.why) for each in ended_by(record, row))


def endings(*moves: Move) -> list[Ending]:
    return [ending for record in after(*moves).log for ending in ended_by(record, ROW)]


def succeeded(model: str) -> AttemptSucceeded:
    return AttemptSucceeded(
        step=STEP,
        attempt=1,
        tokens_input=0,
        tokens_output=0,
        cost_microusd=0,
        latency_ms=1,
        model=model,
        stop_reason="stop",
    )


def failed(route: str, *, error: str, message: str) -> AttemptFailed:
    return AttemptFailed(step=STEP, attempt=1, error=error, message=message, cost_microusd=0, route=route)


def forgone(reason: str) -> ClarificationForgone:
    return ClarificationForgone(step=STEP, seat=SEAT, round=1, question="Which?", reason=reason, by="operator")


@pytest.mark.parametrize(
    ("event", "asks", "by", "why"),
    [
        (EscalationAnswered(answer="continue", note="", by="ann"), CASE, "ann", ""),
        (EscalationExpired(wanted="continue", then="continue", waited_ms=9), CASE, "", IN_TIME),
        (succeeded("human"), f"turn:{STEP}", "human", ""),
        (
            failed("human:10m", error="timeout_first_token", message="nobody spoke in time"),
            f"turn:{STEP}",
            "",
            "nobody spoke in time",
        ),
        (failed("human", error="refused", message="they passed"), f"turn:{STEP}", "human", ""),
        (
            AttemptInDoubt(step=STEP, attempt=1, route="human", cost_microusd_max=0, why="crashed"),
            f"turn:{STEP}",
            "",
            "crashed",
        ),
        (
            AttemptSettled(step=STEP, attempt=2, cost_microusd=1, difference_microusd=2, by="ann"),
            f"doubt:{STEP}:2",
            "ann",
            "",
        ),
        (
            ClarificationAnswered(step=STEP, seat=SEAT, round=1, question="Which?", text="This.", by="ann"),
            f"clarification:{STEP}",
            "ann",
            "",
        ),
        (forgone("expired"), f"clarification:{STEP}", "", IN_TIME),
        (forgone("asked"), f"clarification:{STEP}", "operator", ""),
        (forgone("not_now"), f"clarification:{STEP}", "", WITHOUT),
        (StepRetried(step=STEP, by="ann"), STANDSTILL, "ann", ""),
        (SessionCompleted(reason="rounds_played"), ALL_ASKED, "", AT_THE_END),
        (SessionCancelled(reason="asked", by="ann"), ALL_ASKED, "", AT_THE_END),
        (SessionFailed(reason="every_route_failed", step=STEP), ALL_ASKED, "", AT_A_FAILURE),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_each_end_says_what_it_ends_and_by_whom_or_why(event: Event, asks: str, by: str, why: str) -> None:
    assert ended(event) == ((asks, by, why),)


@pytest.mark.parametrize(
    "event",
    [
        succeeded("scripted"),
        failed("openai:gpt", error="overloaded", message="busy"),
        AttemptInDoubt(step=STEP, attempt=1, route="openai:gpt", cost_microusd_max=0, why="timed_out"),
        asked("scripted"),
        asked("human:10m", attempt=2),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_models_do_and_asking_a_person_again_ends_nothing(event: Event) -> None:
    assert ended(event) == ()


def test_a_turn_that_was_only_cut_off_is_still_asked_and_one_that_nobody_asks_for_again_is_not() -> None:
    cut_off = failed("human:10m", error="not_sent", message="the process that asked is gone")
    waits = replace(ROW, awaited_step=STEP, awaited_seat=SEAT, awaited_until_ms=9_000)

    assert ended(cut_off, waits) == ()
    assert ended(cut_off) == ((f"turn:{STEP}", "", "the process that asked is gone"),)
    assert ended(SessionPaused(reason="asked", by="operator"), waits) == (("turn:", "", AT_A_STANDSTILL),)
    assert ended(asked("scripted", attempt=2), waits) == ((f"turn:{STEP}", "", BY_ANOTHER),)


def test_a_turn_that_a_gone_driver_left_is_asked_no_more_behind_a_case_or_a_question() -> None:
    escalated = SessionEscalated(question="Shall it go on?", reason="asked", rule="")
    question = ClarificationAsked(step=STEP, seat=SEAT, round=1, question="Which?", attempt=1, number=1, number_max=2)
    parked = replace(ROW, status=Status.ESCALATED)

    assert ended(escalated, parked) == (("turn:", "", AT_A_STANDSTILL),)
    assert ended(question, parked) == (("turn:", "", AT_A_STANDSTILL),)
    assert ended(question, replace(ROW, status=Status.RUNNING)) == ()  # another seat is to answer


def test_whoever_has_a_session_go_on_or_end_has_answered_what_it_stood_for() -> None:
    assert {asks for asks, by, _ in ended(SessionResumed(by="ann")) if by == "ann"} == {
        STANDSTILL,
        CASE,
        CLARIFICATION,
    }
    assert {asks for asks, _, _ in ended(CompletionDecided(reason="asked", by="ann"))} == {CASE, CLARIFICATION}


@pytest.mark.parametrize(
    ("asks", "by", "ends"),
    [
        (CASE, CASE, True),
        (CASE, STANDSTILL, False),
        ("clarification:a", CLARIFICATION, True),
        ("clarification:a", "clarification:a", True),
        ("clarification:ab", "clarification:a", False),
        ("turn:a", CLARIFICATION, False),
        ("turn:a", ALL_ASKED, True),
        ("doubt:a:1", ALL_ASKED, False),
        ("doubt:a:1", "doubt:a:1", True),
    ],
)
def test_an_ending_ends_what_it_names_or_all_of_a_kind(asks: str, by: str, ends: bool) -> None:
    assert is_ended(asks, by) is ends


def test_a_case_whose_session_is_completed_early_is_answered_by_who_completes_it() -> None:
    moves = (*opened(), Escalate(question="Shall it go on?"), Complete(reason="enough"))

    assert [each.by for each in endings(*moves) if each.asks == CASE] == ["operator", "operator"]


def test_what_a_case_asks_is_what_its_answer_ends() -> None:
    moves = (
        *opened(),
        Escalate(question="Shall it go on?"),
        AnswerEscalation(answer="continue", note="", by="operator"),
    )
    (asked,) = [each for each in all_told(*moves) if each.asks]

    (ending,) = [each for each in endings(*moves) if each.asks == asked.asks]
    assert (ending.session, ending.by) == (asked.session, "operator")
    assert ending.position > asked.position


def test_a_session_that_is_cancelled_asks_nothing_any_more() -> None:
    assert [each.asks for each in endings(*opened(), Cancel())] == [ALL_ASKED]


def test_a_round_that_ends_takes_back_what_was_asked_in_it_also_by_a_driver_that_is_gone() -> None:
    played = after(*opened(), *a_round())
    flow = played.engine.flow(played.state)

    found = [each for record in played.log for each in ended_by(record, ROW, flow)]

    assert [(each.asks, each.why) for each in found] == [("turn:", WITH_THE_ROUND)]
