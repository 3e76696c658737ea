"""What does a command that drives for a single request do with a session that another process left running?"""

from __future__ import annotations

import asyncio

from core.domain.budget import Price
from core.domain.commands import AddStatement, ChangeBudget, Pause
from core.domain.events import AttemptStarted, BudgetChanged
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, StatementAdded
from core.orchestrator import Orchestrator
from core.runtime.ports import Limits
from tests.stage import PRICED, Stage, script, start, until
from tests.virtual_time import in_virtual_time


async def passing(stage: Stage) -> Orchestrator:
    """A command that leaves the wheel to others, where nobody has it."""
    command = stage.orchestrator()
    await command.start(drive=False)
    return command


def test_what_was_left_running_obeys_a_passing_command_and_is_asked_for_no_turn() -> None:
    async def work() -> None:
        stage = Stage(script=script(price=Price(**PRICED)), limits=Limits(in_doubt_policy="retry"))
        session = await start(await stage.drive())
        await asyncio.sleep(1)
        await stage.crash()

        for command in (ChangeBudget(cap_microusd=3_000_000), AddStatement(text="Mind the cost.")):
            moot = await passing(stage)
            await moot.command(session, command)
            await moot.stop()

        assert stage.events(session, BudgetChanged)
        assert stage.events(session, StatementAdded)
        assert len(stage.events(session, AttemptStarted)) == 1, "nobody asked to go on, and a call costs money"
        assert not stage.events(session, ArgumentPresented)
        assert (await stage.index.summary(session)).status is Status.RUNNING  # type: ignore[union-attr]
        after = await stage.drive()
        assert await until(after, session) is Status.COMPLETED
        await after.stop()

    in_virtual_time(work)


def test_what_was_left_running_can_be_paused_in_passing() -> None:
    async def work() -> None:
        stage = Stage()
        session = await start(await stage.drive())
        await asyncio.sleep(1)
        await stage.crash()
        moot = await passing(stage)

        await moot.command(session, Pause())

        assert (await moot.summary(session)).status is Status.PAUSED
        await moot.stop()

    in_virtual_time(work)
