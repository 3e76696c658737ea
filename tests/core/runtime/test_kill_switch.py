"""Is anybody asked once spending was stopped, whatever was being written at that moment?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from core.domain.budget import Price
from core.domain.events import AttemptFailed, AttemptStarted, Recorded
from core.domain.provider_errors import NOT_SENT
from core.domain.session import Status
from core.domain.steps import ModelRequest
from core.flows.debate_events import ArgumentPresented
from core.ports.event_log import Append
from core.ports.model_provider import Closing, Piece
from core.providers.scripted import ScriptedProvider
from tests.memory import MemoryLog
from tests.stage import THINKS_MS, Stage, script, start, until
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
APPEND_SECONDS = 2


class SlowLog(MemoryLog):
    """On a disk that takes its time."""

    async def append(self, *appends: Append) -> tuple[Recorded, ...]:
        await asyncio.sleep(APPEND_SECONDS)
        return await super().append(*appends)


class Counting(ScriptedProvider):
    """Counts how often it is asked."""

    calls = 0
    is_asked: asyncio.Event

    def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        self.calls += 1
        self.is_asked.set()
        return super().stream(request)


def staged(price: Price | None = PAID) -> Stage:
    stage = Stage(script=script(price=price) if price else script(), make_log=SlowLog)
    provider = Counting(clock=stage.clock, script=stage.script)
    provider.is_asked = asyncio.Event()
    stage.provider = provider
    return stage


async def until_the_next_intent_is_being_written(stage: Stage) -> Counting:
    """The first answer has come; it and the intent to ask for the next one are on their way to the disk."""
    provider = stage.provider
    assert isinstance(provider, Counting)
    await provider.is_asked.wait()
    await asyncio.sleep(THINKS_MS / 1_000 + APPEND_SECONDS / 2)
    return provider


def test_a_call_whose_intent_was_being_written_when_spending_was_stopped_is_not_made() -> None:
    async def work() -> None:
        stage = staged()
        moot = await stage.drive()
        session = await start(moot)
        provider = await until_the_next_intent_is_being_written(stage)

        await moot.stop_spending()
        await asyncio.sleep(60)

        assert provider.calls == 1
        assert len(stage.events(session, ArgumentPresented)) == 1, "the answer that had come was paid for"
        failed = stage.events(session, AttemptFailed)
        assert [(each.error, each.cost_microusd) for each in failed] == [(NOT_SENT, 0)]
        assert failed[0].step == stage.events(session, AttemptStarted)[-1].step
        assert (await moot.summary(session)).status is Status.PAUSED
        assert (await moot.system_status()).held_microusd == 0
        await moot.allow_spending()
        assert await moot.resume_all() == 1
        assert await until(moot, session) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_what_costs_nothing_is_asked_all_the_same_until_it_is_paused() -> None:
    async def work() -> None:
        stage = staged(price=None)
        moot = await stage.drive()
        session = await start(moot)
        await until_the_next_intent_is_being_written(stage)

        await moot.stop_spending()

        assert not [each for each in stage.events(session, AttemptFailed) if each.error == NOT_SENT]
        await moot.stop()

    in_virtual_time(work)
