"""How is one session followed to its end without a terminal, and how does it end?"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.exit_codes import ExitCode
from core.domain.events import (
    Event,
    Recorded,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
)

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

BUDGET_SPENT_PREFIX = "budget_spent_"
"""How the engine's reasons for a pause begin where a cap was reached."""

STANDING_SECONDS = 0.5
"""How often it is looked whether the disk holds a session up."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why following a session ended. `why` is the session's own reason, or the question that it asks.

    `is_final` says that nothing more can happen to the session.
    """

    code: ExitCode
    why: str = ""
    is_question: bool = False
    is_final: bool = False


def ending_of(event: Event) -> Ending | None:
    """How a session stands still after `event`; None while it goes on."""
    match event:
        case SessionCompleted(reason=reason):
            return Ending(code=ExitCode.COMPLETED, why=reason, is_final=True)
        case SessionCancelled(reason=reason):
            return Ending(code=ExitCode.FAILED, why=reason, is_final=True)
        case SessionFailed(reason=reason):
            return Ending(code=ExitCode.FAILED, why=reason)
        case SessionPaused(reason=reason) if reason.startswith(BUDGET_SPENT_PREFIX):
            return Ending(code=ExitCode.BUDGET_SPENT, why=reason)
        case SessionPaused(reason=reason):
            return Ending(code=ExitCode.WAITS, why=reason)
        case SessionEscalated(question=question):
            return Ending(code=ExitCode.WAITS, why=question, is_question=True)
        case _:
            return None


@dataclass(slots=True)
class StopRequest:
    """The first SIGINT or SIGTERM asks for an orderly end, a second one ends the process at once.

    At once is safe: what was committed stays committed, and a turn under way is found in doubt by the next start.
    """

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        """Take over the signals of this loop; they stay taken while the process drains."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._heard)

    def _heard(self) -> None:
        if self.asked.is_set():
            os._exit(ExitCode.STOPPED)
        self.asked.set()


async def follow(
    orchestrator: Orchestrator,
    session: SessionId,
    *,
    show: Callable[[Recorded], None],
    stop: StopRequest,
    on_stop: Callable[[], None],
    on_standing: Callable[[str], None] = lambda why: None,
    after_seq: int = 0,
) -> Ending:
    """Show every event as it is committed until the session stands still. `on_standing` is called with the reason where
    the disk takes an answer no longer, and with "" once it does again: the session goes on by itself.

    Once a stop is asked for, `on_stop` is called and the core drained; what is recorded meanwhile is still shown, as
    far as the log can be read. A reader that went away (BrokenPipeError) is a stop like any other.
    """
    watching = asyncio.ensure_future(_watch(orchestrator, session, show, after_seq))
    asked = asyncio.ensure_future(stop.asked.wait())
    telling = asyncio.ensure_future(_tell_standing(orchestrator, session, on_standing))
    try:
        await asyncio.wait((watching, asked), return_when=asyncio.FIRST_COMPLETED)
        if watching.done() and not isinstance(watching.exception(), BrokenPipeError):
            return watching.result()
        on_stop()
        await orchestrator.stop()
        if watching.done() and watching.exception() is None:
            return watching.result()  # it came to its end while it drained
        return Ending(code=ExitCode.STOPPED)
    finally:
        for waiting in (asked, watching, telling):
            waiting.cancel()
        # What a log that was closed while it was read has to say is no news: the stop closed it.
        await asyncio.gather(asked, watching, telling, return_exceptions=True)


async def _tell_standing(orchestrator: Orchestrator, session: SessionId, tell: Callable[[str], None]) -> None:
    before = ""
    while True:
        why = orchestrator.standing_still().get(session, "")
        if why != before:
            tell(why)
        before = why
        await asyncio.sleep(STANDING_SECONDS)


async def _watch(
    orchestrator: Orchestrator, session: SessionId, show: Callable[[Recorded], None], after_seq: int
) -> Ending:
    async for recorded in orchestrator.watch(session, after_seq=after_seq):
        show(recorded)
        ending = ending_of(recorded.event)
        if ending is not None:
            return ending
    raise AssertionError("watching a session has no end of its own")
