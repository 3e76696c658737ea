"""Does a list know of a session what its log says, without folding it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.domain.commands import Admit, Complete, Escalate, Pause, Queue
from core.domain.events import Recorded, SessionAdmitted, Unreadable
from core.domain.session import Status
from core.domain.summary import TREND_VALUES_MAX, SessionSummary
from core.engine.summarise import NOT_READABLE, summarise
from tests.builders import (
    OPENED_AT_MS,
    ROUTE,
    SESSION,
    Played,
    a_round,
    a_turn,
    after,
    gave_up,
    opened,
)


def row_of(played: Played, log: Sequence[Recorded] = ()) -> SessionSummary:
    row: SessionSummary | None = None
    for record in log or played.log:
        row = summarise(row, record, played.engine.flows)
    assert row is not None
    return row


def test_a_row_begins_with_the_opening() -> None:
    row = row_of(after(*opened()[:1]))

    assert (row.session, row.status, row.title, row.template) == (SESSION, Status.CREATED, "Fridays", "tiny")
    assert (row.models, row.is_rehearsal) == ((ROUTE,), False)
    assert row.opened_at_ms == OPENED_AT_MS + 1_000


UNREADABLE = Unreadable(
    kind="MotionSung", version=2, why="The log holds a MotionSung, which this moot doesn't know.", now="Update moot."
)


def test_a_row_stands_still_where_its_log_can_not_be_read_on() -> None:
    played = after(*opened(rounds=1), Played.play_on)
    half = len(played.log) // 2
    before = row_of(played, played.log[:half])
    unread = replace(played.log[half], event=UNREADABLE)

    row = row_of(played, [*played.log[:half], unread, *played.log[half + 1 :]])

    assert (row.status, row.reason) == (Status.FAILED, NOT_READABLE)
    assert row.unreadable == "The log holds a MotionSung, which this moot doesn't know. Update moot."
    assert (row.seq, row.position) == (played.log[-1].seq, played.log[-1].position)
    assert (row.motion, row.turns, row.outcome) == (before.motion, before.turns, "")


def test_a_log_of_which_not_even_the_opening_can_be_read_has_a_row_too() -> None:
    played = after(*opened())
    row = row_of(played, [replace(played.log[0], event=UNREADABLE), *played.log[1:]])

    assert (row.session, row.status, row.reason) == (SESSION, Status.FAILED, NOT_READABLE)
    assert (row.opened_at_ms, row.seq) == (played.log[0].at_ms, played.log[-1].seq)


def test_a_log_that_begins_otherwise_is_no_sessions_log() -> None:
    record = Recorded(session=SESSION, seq=1, position=1, at_ms=1, event=SessionAdmitted())

    with pytest.raises(ValueError, match="does not begin with its opening"):
        summarise(None, record, {})


def test_a_finished_debate_shows_its_outcome_and_when_it_ended() -> None:
    played = after(*opened(rounds=1), Played.play_on)
    row = row_of(played)

    assert (row.status, row.outcome, row.reason) == (Status.COMPLETED, "against", "rounds_played")
    assert (row.started_at_ms, row.ended_at_ms) == (OPENED_AT_MS + 2_000, played.now_ms)
    assert row.active_ms == row.ended_at_ms - row.started_at_ms


def test_a_session_that_waited_again_began_when_it_was_first_admitted() -> None:
    played = after(*opened(), a_turn(), Pause(), Queue(), Admit())

    assert row_of(played).started_at_ms == OPENED_AT_MS + 2_000


def test_a_question_is_shown_until_it_is_answered_or_the_session_is_over() -> None:
    asked = after(*opened(), Escalate(question="Go on?"))
    assert row_of(asked).question == "Go on?"

    asked.do(Complete(reason="enough", outcome="for"))

    assert row_of(asked).question == ""


def test_the_trend_holds_the_newest_readings() -> None:
    played = after(*opened(rounds=TREND_VALUES_MAX))
    for _ in range(TREND_VALUES_MAX):
        for turn in a_round("I agree.", "I dispute that."):
            turn(played)  # type: ignore[operator]
    row = row_of(played)

    assert len(row.trend) == TREND_VALUES_MAX
    assert row.trend[-1] == row.consensus_ppm == played.debate.agreement.ppm


def test_a_failed_session_that_goes_on_has_not_ended() -> None:
    played = after(*opened(), gave_up)
    assert row_of(played).ended_at_ms == played.now_ms

    played.drive_home()

    assert row_of(played).status is Status.COMPLETED


def test_a_clock_that_jumps_back_adds_no_time() -> None:
    played = after(*opened(), a_turn())
    before = row_of(played).active_ms
    played.do(Escalate(question="Go on?"), after_ms=-5_000)

    assert row_of(played).active_ms == before == played.state.time.active_ms
