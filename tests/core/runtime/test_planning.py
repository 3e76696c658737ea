"""Does a plan say what the debate would take with those who are cast?"""

from __future__ import annotations

from core.providers.rehearsal import RehearsalProvider
from core.providers.scripted import ScriptedProvider
from core.runtime.requests import DebatePlan, DebateRequest
from core.templates.standard import STANDARD_DEBATE
from tests.stage import Stage, script
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


def test_models_in_all_seats_take_what_the_format_takes() -> None:
    plan = planned(all="scripted")

    assert (plan.minutes_expected, plan.cost_microusd_expected) == (
        STANDARD_DEBATE.minutes_expected,
        STANDARD_DEBATE.cost_microusd_expected,
    )


def test_a_rehearsal_takes_no_minutes_and_no_money_in_any_number_of_rounds() -> None:
    for rounds in (None, 100):
        plan = planned(rounds, all="rehearsal")

        assert plan.is_rehearsal
        assert (plan.minutes_expected, plan.cost_microusd_expected) == (0, 0)


def test_where_one_seat_asks_a_model_its_turns_alone_are_counted() -> None:
    judged = planned(all="rehearsal", judge="scripted")
    argued = planned(all="scripted", judge="rehearsal")

    assert (judged.minutes_expected, judged.cost_microusd_expected) == (3, 17_143)  # 1 turn of 7, rounded up
    assert (argued.minutes_expected, argued.cost_microusd_expected) == (13, 102_858)  # 6 turns of 7
    assert not judged.is_rehearsal


def test_twice_the_rounds_take_twice_as_long_and_cost_twice_as_much() -> None:
    plan = planned(6, all="scripted")

    assert (plan.minutes_expected, plan.cost_microusd_expected) == (
        2 * STANDARD_DEBATE.minutes_expected,
        2 * STANDARD_DEBATE.cost_microusd_expected,
    )
