"""Is an answer given again only where nobody needs another?"""

from __future__ import annotations

from core.domain.budget import Price
from core.domain.events import AttemptFailed, AttemptSucceeded
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.debate_events import ArgumentPresented
from core.ports.response_cache import CacheBounds, CacheMode
from core.providers.script import Answer, Fault, FaultKind, Script
from core.runtime.caching import CachedAnswers
from storage.memory_cache import MemoryCache
from tests.stage import Stage, script, start, until
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)


def kept_answers(stage: Stage, mode: CacheMode = CacheMode.EXACT) -> CachedAnswers:
    memory = MemoryCache(CacheBounds(entries_max=100, bytes_max=1_000_000))
    return CachedAnswers(mode=mode, clock=stage.clock, memory=memory, keeps_warm=True)


def test_the_same_debate_again_is_answered_from_what_was_kept_and_costs_nothing() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        stage.answers = kept_answers(stage)
        moot = await stage.drive()
        first = await start(moot, seed=7)
        await until(moot, first)
        second = await start(moot, seed=7)
        assert await until(moot, second) is Status.COMPLETED

        said = [[each.text for each in stage.events(session, ArgumentPresented)] for session in (first, second)]  # type: ignore[attr-defined]
        assert said[0] == said[1]
        assert (await moot.summary(first)).spent_microusd > 0
        assert (await moot.summary(second)).spent_microusd == 0
        assert all(each.is_cached for each in stage.events(second, AttemptSucceeded))  # type: ignore[attr-defined]
        assert not any(each.is_cached for each in stage.events(first, AttemptSucceeded))  # type: ignore[attr-defined]
        saved = [each.saved_microusd for each in stage.events(second, AttemptSucceeded)]  # type: ignore[attr-defined]
        assert saved == [each.cost_microusd for each in stage.events(first, AttemptSucceeded)]  # type: ignore[attr-defined]
        assert verify(stage.ports.engine, second, stage.records(second)) is None
        await moot.stop()

    in_virtual_time(work)


def test_a_debate_is_not_answered_from_what_was_kept_unless_the_operator_says_so() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=PAID))
        moot = await stage.drive()
        for _ in range(2):
            session = await start(moot, seed=7)
            await until(moot, session)
            assert (await moot.summary(session)).spent_microusd > 0
        await moot.stop()

    in_virtual_time(work)


def test_a_failed_answer_is_never_kept() -> None:
    cut = (Fault(kind=FaultKind.CUT),)
    answers = {
        "default": (Answer(text="The rota is short.", delay_ms=10, faults=cut),),
        "judge": (Answer(text="Verdict: for"),),
    }

    async def work() -> None:
        stage = Stage(script=Script(answers=answers, price=PAID))
        stage.answers = kept_answers(stage)
        moot = await stage.drive()
        session = await start(moot, seed=7)
        assert await until(moot, session) is Status.COMPLETED

        assert stage.events(session, AttemptFailed)
        assert {each.text for each in stage.events(session, ArgumentPresented)} == {"The rota is short."}  # type: ignore[attr-defined]
        await moot.stop()

    in_virtual_time(work)
