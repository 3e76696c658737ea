"""Does a session keep its promises wherever its process dies?

Each seed draws debates, rules, providers, an operator, and the boundaries at which processes die. Another process takes
up what is on record, until every session has come to a stated end. What must hold then is listed in `invariants`.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from core.domain.budget import Price
from core.domain.events import AttemptFailed, AttemptInDoubt, AttemptStarted, RunResumed
from core.domain.session import Status
from core.runtime.ports import Limits
from tests.simulation.fate import fate_of
from tests.simulation.invariants import BESIDE, INVARIANTS, Broken, check, check_beside, command_of
from tests.simulation.living import live
from tests.simulation.world import Boundary
from tests.stage import PRICED, Stage, script, start
from tests.virtual_time import in_virtual_time

SEEDS = 500
SEEDS_TORTURE = 20_000
BLOCK = 100
EVERY = 10
"""Of so many seeds one is lived again, beside itself and beside the same without crashes."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_session_survives_the_death_of_its_process_anywhere(seed: int) -> None:
    check(seed)
    if not seed % EVERY:
        check_beside(seed, *BESIDE)


@pytest.mark.torture
@pytest.mark.parametrize("first", range(SEEDS, SEEDS_TORTURE, BLOCK))
def test_a_session_survives_many_more_deaths(first: int) -> None:
    for seed in range(first, first + BLOCK):
        check(seed)
        if not seed % EVERY:
            check_beside(seed, *BESIDE)


def test_the_seeds_bring_all_that_they_are_to_show() -> None:
    """A property that never meets a crash or a fault shows nothing."""
    seen: Counter[str] = Counter()
    for seed in range(80):
        lived = live(fate_of(seed))
        seen.update(lived.doom.died_at)
        for record in lived.records:
            seen[type(record.event).__name__] += 1
            if isinstance(record.event, AttemptFailed):
                seen[record.event.error] += 1
        seen[f"policy {lived.fate.policy}"] += any(isinstance(each.event, AttemptInDoubt) for each in lived.records)

    for word in (
        *Boundary,
        *(f"policy {policy}" for policy in ("retry", "ask", "fail")),
        *("SessionCompleted", "SessionCancelled", "SessionPaused", "SessionEscalated", "SessionFailed"),
        *("RulesChanged", "RuleFired", "SpendRefused", "StepRetried", "AttemptSettled", "RunResumed"),
        *("overloaded", "rate_limited", "not_sent"),
    ):
        assert seen[word], word
    assert seen["SessionCompleted"] > 60


def test_a_seed_that_fails_says_how_it_is_lived_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_holds(lived: object) -> None:
        raise Broken("nothing holds")

    monkeypatch.setattr("tests.simulation.invariants.INVARIANTS", (*INVARIANTS, nothing_holds))

    with pytest.raises(Broken, match="seed 3: nothing_holds: nothing holds") as failure:
        check(3)
    assert str(failure.value).endswith(f"once more: {command_of(3)}")
    assert command_of(3) == ".venv/bin/python -m tests.simulation 3"


def test_what_a_dead_process_left_open_is_in_doubt_and_charged_at_its_maximum() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=Price(**PRICED)), limits=Limits(in_doubt_policy="ask"))
        first = await stage.drive()
        session = await start(first)
        await asyncio.sleep(0)
        assert stage.events(session, AttemptStarted)
        await stage.crash()

        second = await stage.drive()

        doubted = stage.events(session, AttemptInDoubt)
        started = stage.events(session, AttemptStarted)
        assert [each.cost_microusd_max for each in doubted] == [each.cost_microusd_max for each in started]  # type: ignore[attr-defined]
        row = await second.summary(session)
        assert (row.status, row.spent_microusd) == (Status.ESCALATED, started[0].cost_microusd_max)  # type: ignore[attr-defined]
        said = [type(record.event) for record in stage.records(session)]
        assert said.index(RunResumed) < said.index(AttemptInDoubt), "the time without a process was counted"
        await second.stop()

    in_virtual_time(work)
