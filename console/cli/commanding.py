"""How is one session told something from a shell, and followed where that lets it go on?"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.options import settings_with
from console.cli.running import ID_SHOWN_CHARACTERS, Wheel, with_orchestrator
from console.exit_codes import ExitCode
from console.settings import Settings

if TYPE_CHECKING:
    from console.headless import StopRequest
    from core.domain.commands import Command
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

Told = Callable[["SessionSummary"], str]
"""What to say of a session that has obeyed."""


def said(session: SessionId, what: str) -> None:
    sys.stdout.write(f"session {session[:ID_SHOWN_CHARACTERS]} {what}\n")


def have_obeyed(prefix: str, command: Command, database: Path | None, *, told: Told) -> int:
    """Have a session obey, and say what came of it."""

    async def work(orchestrator: Orchestrator) -> int:
        found = await orchestrator.find(prefix)
        await orchestrator.command(found, command)
        said(found, told(await orchestrator.summary(found)))
        return ExitCode.COMPLETED

    return with_orchestrator(settings_with(database), work)


def have_gone_on(
    prefix: str,
    act: Callable[[Orchestrator, SessionId], Awaitable[object]],
    database: Path | None,
    *,
    as_json: bool,
    first: Callable[[Orchestrator, SessionSummary, Settings], int | None] = lambda core, summary, settings: None,
) -> int:
    """Do what a session may have turns left to ask for after: somebody has to drive it, so we do, and follow it.

    `first` may end it before anything is done, with an exit code.
    """
    settings = settings_with(database, rehearsal_pace=0)

    async def work(orchestrator: Orchestrator) -> int:
        from console.headless import StopRequest

        stop = StopRequest()
        stop.listen()
        found = await orchestrator.find(prefix)
        before = await orchestrator.summary(found)
        code = first(orchestrator, before, settings)
        if code is not None:
            return code
        await act(orchestrator, found)
        return await followed(orchestrator, found, settings, stop, as_json=as_json, after_seq=before.seq)

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN)


def commanding(command: Command) -> Callable[[Orchestrator, SessionId], Awaitable[object]]:
    """`act` for a command."""

    async def act(orchestrator: Orchestrator, session: SessionId) -> None:
        await orchestrator.command(session, command)

    return act


async def followed(
    orchestrator: Orchestrator,
    session: SessionId,
    settings: Settings,
    stop: StopRequest,
    *,
    as_json: bool,
    after_seq: int = 0,
) -> int:
    """Follow a session to its end, as the command that begins one of its kind does."""
    from console.cli.debate import show_to_the_end
    from console.cli.refined import refined_to_the_end
    from console.presenters.kinds import is_refinement

    row = await orchestrator.summary(session)
    follow = refined_to_the_end if is_refinement(row) else show_to_the_end
    return await follow(orchestrator, session, settings=settings, stop=stop, as_json=as_json, after_seq=after_seq)
