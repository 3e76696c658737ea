"""Does each event tell what somebody wants to know, and no more?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import Cancel, Escalate, Pause, Resume
from core.domain.events import (
    AttemptInDoubt,
    AttemptStarted,
    ClarificationAsked,
    EscalationExpired,
    Event,
    Recorded,
    RuleSwitchedOff,
    SessionAdmitted,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
    SpendRefused,
    Unreadable,
)
from core.domain.ids import NO_SEAT, Digest, RuleId, SeatId, SessionId, StepId, TemplateId
from core.domain.status import Status
from core.domain.summary import SessionSummary
from core.domain.unanswered import AnswerTerms, Then
from core.engine.summarise import listed
from core.notifying.hurrying import hurried
from core.notifying.noticing import TEXT_CHARACTERS_MAX, noticed
from core.notifying.notification import Notification, NotificationType
from core.notifying.terms import Priority
from tests.builders import Move, after, opened

ROW = SessionSummary(
    session=SessionId("ab12" * 8),
    seq=4,
    position=9,
    flow="debate@1",
    title="Trains",
    motion="Trains",
    template=TemplateId("tiny"),
    status=Status.RUNNING,
    started_at_ms=1_000,
    changed_at_ms=5_000,
)
STEP = StepId("r1.claim.proposer")


def told_of(event: Event, row: SessionSummary = ROW) -> tuple[Notification, ...]:
    return noticed(Recorded(session=row.session, seq=5, position=10, at_ms=5_000, event=event), row, None)


def the_one(event: Event, row: SessionSummary = ROW) -> Notification:
    (found,) = told_of(event, row)
    return found


def all_told(*moves: Move) -> list[Notification]:
    played = after(*moves)
    row: SessionSummary | None = None
    found: list[Notification] = []
    for record in played.log:
        row = listed(row, record, played.engine.flows)
        found += noticed(record, row, played.engine.flows[row.flow])
    return found


def asked(route: str, *, attempt: int = 1) -> AttemptStarted:
    return AttemptStarted(
        step=STEP,
        attempt=attempt,
        seat=SeatId("proposer"),
        route=route,
        cost_microusd_max=0,
        prompt_digest=Digest("0" * 64),
    )


def test_a_debate_tells_of_its_beginning_its_rounds_its_turns_and_its_end() -> None:
    told = all_told(*opened(), lambda played: played.play_on())
    found = [each.type for each in told]

    assert [each.text for each in told if each.type is NotificationType.ROUND_STARTED] == [
        "Round 1 of 2 begins.",
        "Round 2 of 2 begins.",
    ]
    assert found[0] is NotificationType.DEBATE_STARTED
    assert found[-1] is NotificationType.DEBATE_COMPLETED
    assert found.count(NotificationType.ROUND_STARTED) == 2
    assert found.count(NotificationType.TURN_NOTIFICATION) == 5
    assert found.count(NotificationType.CONSENSUS_UPDATE) == 2


def test_reading_the_log_again_tells_the_same_under_the_same_ids() -> None:
    moves = (*opened(), lambda played: played.play_on())

    assert all_told(*moves) == all_told(*moves)
    assert len({each.id for each in all_told(*moves)}) == len(all_told(*moves))


def test_a_session_that_is_gone_on_with_does_not_begin_a_second_time() -> None:
    found = [each.type for each in all_told(*opened(), Pause(), Resume(), lambda played: played.play_on())]

    assert found.count(NotificationType.DEBATE_STARTED) == 1


def test_a_question_to_the_operator_is_urgent_and_tells_the_question_and_why() -> None:
    found = the_one(SessionEscalated(question="Shall it go on?", reason="error_rate", rule="r"))

    assert (found.type, found.priority) == (NotificationType.ESCALATION_NOTICE, Priority.URGENT)
    assert found.text == "Shall it go on? (error rate)"
    assert all_told(*opened(), Escalate(question="Shall it go on?"))[-1].priority is Priority.URGENT


@pytest.mark.parametrize(
    ("round_", "type"), [(1, NotificationType.ARGUMENT_REQUEST), (2, NotificationType.RESPONSE_REQUEST)]
)
def test_a_person_is_asked_for_an_argument_and_later_for_a_response(round_: int, type: NotificationType) -> None:
    found = the_one(asked("human:10m"), replace(ROW, round=round_))

    assert (found.type, found.priority, found.seat) == (type, Priority.HIGH, "proposer")


def test_a_person_who_is_asked_again_for_what_is_left_of_their_time_is_not_told_anew() -> None:
    waits = replace(ROW, awaited_step=STEP, awaited_seat="proposer", changed_at_ms=60_000)

    assert told_of(asked("human:10m", attempt=2), replace(waits, awaited_until_ms=600_001)) == ()
    assert told_of(asked("human:10m", attempt=2), replace(waits, awaited_until_ms=660_000)) != ()


def test_a_turn_that_is_tried_again_is_told_of_once() -> None:
    assert told_of(asked("scripted")) != ()
    assert told_of(asked("scripted", attempt=2)) == ()


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            SessionFailed(reason="every_route_failed", step=STEP),
            "It failed: every route failed. It can be gone on with.",
        ),
        (SessionPaused(reason="repeated_errors", by="rule:errors"), "The rule errors paused it: repeated errors."),
        (
            AttemptInDoubt(step=STEP, attempt=1, route="openai:gpt", cost_microusd_max=9, why="timed_out"),
            "Nobody knows how a call to openai:gpt ended: timed out. It is charged at its most.",
        ),
        (
            SpendRefused(step=STEP, cap="day", wanted_microusd=9, left_microusd=1),
            "A call was not made: the cap of the day forbids it.",
        ),
        (
            RuleSwitchedOff(rule=RuleId("odd"), errors=5),
            "The rule odd is no longer heard: it could not be evaluated 5 times in a row.",
        ),
        (Unreadable(kind="X", version=2, why="It is newer.", now="Update moot."), "It is newer. Update moot."),
    ],
)
def test_what_the_operator_may_have_to_mend_is_told_with_what_it_is(event: Event, text: str) -> None:
    found = the_one(event)

    assert (found.type, found.priority, found.text) == (NotificationType.ERROR_NOTIFICATION, Priority.HIGH, text)


def test_who_pauses_a_session_needs_no_telling_that_it_is_paused() -> None:
    assert told_of(SessionPaused(reason="asked", by="operator")) == ()
    assert all_told(*opened(), Cancel())[-1].priority is Priority.LOW


def test_an_end_tells_the_outcome_and_what_it_cost_rounded_up() -> None:
    row = replace(ROW, outcome="against", verdict="the judge found against the motion", spent_microusd=10_001)
    sole = replace(row, verdict="sole judge: the judge found against the motion")

    assert the_one(SessionCompleted(reason="rounds_played"), sole).text.endswith(
        " Against: the judge found against the motion."
    )
    assert the_one(SessionCompleted(reason="rounds_played"), row).text == (
        "It is over (rounds played), for $0.02 at most. Against: the judge found against the motion."
    )


@pytest.mark.parametrize("whose", [{"parent": "cd34" * 8}, {"origin": "evaluation"}], ids=str)
def test_one_of_many_sessions_is_heard_of_only_where_it_needs_somebody(whose: dict[str, str]) -> None:
    child = replace(ROW, **whose, started_at_ms=5_000)

    assert told_of(SessionAdmitted(), child) == ()
    assert told_of(SessionAdmitted(), replace(ROW, started_at_ms=5_000)) != ()
    assert the_one(SessionEscalated(question="?", reason="", rule=""), child).priority is Priority.URGENT


def test_what_a_model_or_a_rule_wrote_is_told_without_control_characters_and_bounded() -> None:
    found = the_one(SessionEscalated(question="\x1b]0;owned\x07Shall " + "x" * 5_000, reason="", rule=""))

    assert "\x1b" not in found.text
    assert "\x07" not in found.text
    assert len(found.text) <= TEXT_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("event", "asks"),
    [
        (SessionEscalated(question="?", reason="", rule=""), "case"),
        (asked("human:10m"), f"turn:{STEP}"),
        (SessionFailed(reason="every_route_failed", step=STEP), "standstill"),
        (SessionPaused(reason="repeated_errors", by="rule:errors"), "standstill"),
        (AttemptInDoubt(step=STEP, attempt=1, route="a:b", cost_microusd_max=9, why="timed_out"), f"doubt:{STEP}:1"),
        (SpendRefused(step=STEP, cap="day", wanted_microusd=9, left_microusd=1), ""),
        (SessionCompleted(reason="rounds_played"), ""),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_somebody_has_to_answer_says_what_it_asks(event: Event, asks: str) -> None:
    assert the_one(event).asks == asks


def clarification(asked_of: SeatId = NO_SEAT) -> ClarificationAsked:
    return ClarificationAsked(
        step=STEP,
        attempt=1,
        seat=SeatId("proposer"),
        round=1,
        question="Which trains?",
        number=1,
        number_max=2,
        asked_of=asked_of,
    )


def test_a_participants_question_is_told_where_a_person_is_to_answer_it() -> None:
    found = the_one(clarification())

    assert (found.type, found.priority) == (NotificationType.CLARIFICATION_REQUEST, Priority.HIGH)
    assert (found.text, found.seat) == ("proposer asks before it speaks: Which trains?", "proposer")
    assert found.asks == f"clarification:{STEP}"
    assert told_of(clarification(SeatId("moderator"))) == ()


def test_what_happens_because_nobody_answered_in_time_is_told() -> None:
    found = the_one(EscalationExpired(wanted="new_round", then="complete", waited_ms=9, why="No round is left."))

    assert (found.type, found.priority, found.asks) == (NotificationType.ESCALATION_NOTICE, Priority.HIGH, "")
    assert found.text == "Nobody answered in time: it ends with what it has. No round is left."


def test_what_is_asked_says_until_when_and_what_happens_then() -> None:
    terms = AnswerTerms(answer_within_ms=90 * 60_000, then=Then.COMPLETE)

    def said(event: Event) -> str:
        record = Recorded(session=ROW.session, seq=5, position=10, at_ms=5_000, event=event)
        (found,) = noticed(record, ROW, None, terms=terms)
        return found.text

    assert said(SessionEscalated(question="Go on?", reason="", rule="r")) == (
        "Go on? If nobody answers within 90 min, it ends with what it has."
    )
    assert said(clarification(NO_SEAT)).endswith(" If nobody answers within 90 min, proposer goes on without.")
    assert said(SessionEscalated(question="Why? " * 9_999, reason="", rule="r")).endswith(", it ends with what it has.")
    assert "within" not in said(SessionFailed(reason="broken", step=STEP))


@pytest.mark.parametrize(
    ("within_ms", "said"), [(172_800_000, "2 d"), (7_200_000, "2 h"), (5_400_000, "90 min"), (1_500, "1 s")]
)
def test_how_long_there_is_is_said_in_the_largest_unit_that_says_all_of_it(within_ms: int, said: str) -> None:
    asked = SessionEscalated(question="Go on?", reason="", rule="r")

    assert f" within {said}, it pauses." in hurried(asked, AnswerTerms(answer_within_ms=within_ms, then=Then.PAUSE))
