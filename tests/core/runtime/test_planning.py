"""Does a plan say what the debate would take with those who are cast?"""

from __future__ import annotations

from core.domain.estimates import NOTHING
from core.domain.session import SessionState, Status
from core.providers.rehearsal import RehearsalProvider
from core.providers.scripted import ScriptedProvider
from core.runtime.requests import DebatePlan, DebateRequest
from tests.stage import Stage, script, until
from tests.virtual_time import in_virtual_time


def planned(rounds: int | None = None, **casting: str) -> DebatePlan:
    async def play() -> DebatePlan:
        stage = Stage()
        stage.providers = (ScriptedProvider(clock=stage.clock, script=script()), RehearsalProvider(clock=stage.clock))
        orchestrator = await stage.drive()
        cast = {name.removeprefix("all"): model for name, model in casting.items()}
        try:
            return await orchestrator.plan_debate(DebateRequest(question="Should we?", casting=cast, rounds=rounds))
        finally:
            await orchestrator.stop()

    return in_virtual_time(play)


def test_a_rehearsal_takes_no_minutes_and_no_money_in_any_number_of_rounds() -> None:
    for rounds in (None, 100):
        plan = planned(rounds, all="rehearsal")

        assert plan.is_rehearsal
        assert (plan.estimate.active_ms, plan.estimate.cost_microusd) == (NOTHING, NOTHING)


def test_where_one_seat_asks_a_model_its_turns_alone_are_counted() -> None:
    judged = planned(all="rehearsal", judge="scripted")
    everybody = planned(all="scripted")

    assert 0 < judged.estimate.active_ms.expected < everybody.estimate.active_ms.expected
    assert not judged.is_rehearsal


def test_more_rounds_take_longer() -> None:
    assert planned(6, all="scripted").estimate.active_ms.low > planned(3, all="scripted").estimate.active_ms.low


def test_what_was_expected_is_on_record_and_the_next_estimate_rests_on_what_came_of_it() -> None:
    async def play() -> tuple[DebatePlan, SessionState, DebatePlan]:
        stage = Stage()
        stage.providers = (ScriptedProvider(clock=stage.clock, script=script()), RehearsalProvider(clock=stage.clock))
        orchestrator = await stage.drive()
        request = DebateRequest(question="Should we?", casting={"": "scripted"})
        try:
            before = await orchestrator.plan_debate(request)
            session = await orchestrator.start_debate(request=request)
            await until(orchestrator, session, Status.COMPLETED)
            await orchestrator.export_metrics()
            return before, await orchestrator.state(session), await orchestrator.plan_debate(request)
        finally:
            await orchestrator.stop()

    before, state, after = in_virtual_time(play)

    assert state.opening is not None
    assert state.opening.estimate == before.estimate
    assert (before.estimate.sessions, after.estimate.sessions) == (0, 1)
    assert after.estimate.tokens_output * 10 <= state.money.tokens_output * 11  # it spoke so, and is expected to
