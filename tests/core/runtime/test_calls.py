"""Which calls of a session are under way, and how far each has come."""

from __future__ import annotations

import asyncio

from core.domain.commands import MarkInDoubt, RecordFailure
from core.domain.ids import SeatId, StepId
from core.domain.provider_errors import NOT_SENT
from core.domain.session import OpenAttempt
from core.runtime.calls import Calls, unheard

ONE, OTHER = StepId("r1.opening.proponent"), StepId("r1.opening.opponent")


async def _silent() -> None:
    await asyncio.Event().wait()


async def _cancelled(*calls: asyncio.Task[None]) -> list[bool]:
    await asyncio.wait(calls, timeout=None)
    return [call.cancelled() for call in calls]


def test_whoever_is_withdrawn_was_not_sent() -> None:
    async def withdrawn() -> None:
        calls = Calls()
        begun = [calls.begin(step, _silent()) for step in (ONE, OTHER)]
        calls.begin_waiting(ONE, 1)
        calls.begin_waiting(OTHER, 1)
        calls.sent(OTHER)

        assert calls.withdraw(None) == ([ONE], (begun[0],))
        assert calls.is_unsent(ONE, 1)
        assert not calls.is_unsent(ONE, 2)
        assert await _cancelled(*calls.withdraw(None)[1]) == [True]
        assert await _cancelled(*calls.end()) == [True, True]

    asyncio.run(withdrawn())


def test_an_outcome_that_is_being_recorded_is_no_longer_cancelled_and_not_yet_over() -> None:
    async def recorded() -> None:
        calls = Calls()
        call = calls.begin(ONE, _silent())
        calls.begin_recording(ONE)

        assert calls.cut_off() == ()
        calls.let_go(ONE)
        assert calls.end() == ()
        assert ONE in calls
        assert not calls.are_over
        calls.end_recording(ONE)
        assert ONE not in calls
        assert calls.are_over
        call.cancel()
        await _cancelled(call)

    asyncio.run(recorded())


def test_a_call_that_was_hung_up_is_told_so_once_and_one_that_waits_is_not_hung_up() -> None:
    async def hung_up() -> None:
        calls = Calls()
        begun = [calls.begin(step, _silent()) for step in (ONE, OTHER)]
        calls.begin_waiting(OTHER, 1)
        calls.hang_up()

        assert await _cancelled(begun[0]) == [True]
        assert calls.was_hung_up(ONE)
        assert not calls.was_hung_up(ONE)
        assert not calls.was_hung_up(OTHER)
        calls.end()
        await _cancelled(*begun)

    asyncio.run(hung_up())


def test_a_call_that_nobody_hears_is_in_doubt_unless_it_was_never_sent_or_a_person_was_asked() -> None:
    asked = _open_attempt("rehearsal:plain")
    doubt = unheard(asked, why="time_out", is_unsent=False, policy="ask")
    unsent = unheard(asked, why="time_out", is_unsent=True, policy="ask")
    person = unheard(_open_attempt("human:10m"), why="time_out", is_unsent=False, policy="ask")

    assert doubt == MarkInDoubt(step=ONE, attempt=2, why="time_out", policy="ask")
    assert isinstance(unsent, RecordFailure)
    assert (unsent.error, unsent.message) == (NOT_SENT, "it was not sent: time out")
    assert person == unsent


def _open_attempt(route: str) -> OpenAttempt:
    return OpenAttempt(step=ONE, attempt=2, seat=SeatId("proponent"), route=route, cost_microusd_max=7, started_at_ms=0)
