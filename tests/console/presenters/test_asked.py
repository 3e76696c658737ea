"""Does it read as it happened when a session asks, nobody answers, or one seat is told something?"""

from __future__ import annotations

import pytest

from console.presenters.asked import asked_or_told, question_asked
from console.presenters.transcript import TranscriptFold
from core.domain.events import (
    AttemptStarted,
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationForgone,
    EscalationExpired,
    Event,
    Recorded,
    SessionResumed,
)
from core.domain.ids import Digest, SeatId, SessionId, StepId
from core.domain.steered import ParticipantTold

STEP, SEAT = StepId("r1.claim.second_opponent"), SeatId("second_opponent")
CLARIFY = StepId("r1.clarify_second_opponent_1.moderator")
ASKED = ClarificationAsked(step=STEP, attempt=1, seat=SEAT, round=1, question="Which Friday?", number=1, number_max=2)
BY_A_SEAT = ClarificationAnswered(
    step=STEP, seat=SEAT, round=1, question="Which Friday?", text="Each.", by="seat:moderator", answer_step=CLARIFY
)


def begun(step: StepId, seat: str, attempt: int = 1) -> AttemptStarted:
    return AttemptStarted(
        step=step,
        attempt=attempt,
        seat=SeatId(seat),
        route="rehearsal",
        cost_microusd_max=0,
        prompt_digest=Digest("0" * 64),
    )


def shown(*events: Event) -> list[tuple[str, str, str]]:
    fold = TranscriptFold({})
    for seq, event in enumerate(events, start=1):
        list(fold.take(Recorded(session=SessionId("5e55"), seq=seq, position=seq, at_ms=seq, event=event)))
    return [(view.seat, view.text, view.state) for view in fold.turns.values()]


@pytest.mark.parametrize(
    ("event", "heading", "text"),
    [
        (ASKED, "◆ Second opponent asks you", "Which Friday?"),
        (BY_A_SEAT, "Moderator to Second opponent", "Each."),
        (
            ClarificationForgone(step=STEP, seat=SEAT, round=1, question="?", reason="expired", by="runtime"),
            "◆ Second opponent",
            "goes on without: nobody answered in time",
        ),
        (
            EscalationExpired(wanted="continue", then="continue", waited_ms=7_200_000),
            "◆ unanswered",
            "nobody answered for 2 h; it goes on where it stopped",
        ),
        (
            ParticipantTold(seat=SEAT, text="Be brief.", by="operator", round=1),
            "◇ to Second opponent alone",
            "Be brief.  (said you)",
        ),
    ],
)
def test_what_is_asked_and_told_reads_as_it_happened(event: Event, heading: str, text: str) -> None:
    assert asked_or_told(event) == (heading, text)


def test_what_could_not_be_done_is_said_with_what_was_in_its_way() -> None:
    expired = EscalationExpired(wanted="new_round", then="pause", waited_ms=60_000, why="its end is decided.")

    assert asked_or_told(expired) == (
        "◆ unanswered",
        "nobody answered for 1 min; it pauses, because 'the next round begins' could not be: its end is decided.",
    )


def test_other_events_are_none_of_this() -> None:
    assert asked_or_told(SessionResumed(by="operator")) is None
    assert question_asked(SessionResumed(by="operator")) is None


def test_a_question_stands_where_its_call_did_and_the_turn_behind_it() -> None:
    assert shown(begun(STEP, SEAT), ASKED, begun(STEP, SEAT, attempt=2)) == [
        ("Second opponent", "Which Friday?", "done"),
        ("Second opponent", "", "speaking"),
    ]


def test_the_answer_of_a_seat_stands_where_its_call_did() -> None:
    assert shown(begun(STEP, SEAT), ASKED, begun(CLARIFY, "moderator"), BY_A_SEAT) == [
        ("Second opponent", "Which Friday?", "done"),
        ("Moderator", "Each.", "done"),
    ]
