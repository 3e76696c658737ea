"""How is one session followed to its end without a terminal, and how does it end?"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.exit_codes import ExitCode
from core.domain.cases import CLARIFICATION
from core.domain.errors import MootError
from core.domain.events import (
    ChildEnded,
    ClarificationAsked,
    Event,
    Recorded,
    SessionCancelled,
    SessionCompleted,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
)
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator

BUDGET_SPENT_PREFIX = "budget_spent_"
"""How the engine's reasons for a pause begin where a cap was reached."""

STANDING_SECONDS = 0.5
"""How often it is looked whether the disk holds a session up."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
OUTPUTS = (1, 2)
"""Where moot writes: standard output and standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why following a session ended. `why` is the session's own reason, or the question that it asks.

    `is_clarification` says that it is a participant who asks, `is_final` that nothing more can happen to the session.
    """

    code: ExitCode
    why: str = ""
    is_question: bool = False
    is_clarification: bool = False
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
        case ClarificationAsked(asked_of="", seat=seat, question=question):
            return Ending(code=ExitCode.WAITS, why=f"{seat} asks: {question}", is_question=True, is_clarification=True)
        case _:
            return None


def ending_of_row(row: SessionSummary) -> Ending:
    """How a session stands still, by its row; of one that goes on, as if it had failed."""
    match row.status:
        case Status.COMPLETED:
            return Ending(code=ExitCode.COMPLETED, why=row.reason, is_final=True)
        case Status.ESCALATED:
            return Ending(
                code=ExitCode.WAITS,
                why=row.question,
                is_question=True,
                is_clarification=row.reason == CLARIFICATION,
            )
        case Status.PAUSED if row.reason.startswith(BUDGET_SPENT_PREFIX):
            return Ending(code=ExitCode.BUDGET_SPENT, why=row.reason)
        case Status.PAUSED:
            return Ending(code=ExitCode.WAITS, why=row.reason)
        case _:
            return Ending(code=ExitCode.FAILED, why=row.reason, is_final=row.status is Status.CANCELLED)


@dataclass(slots=True)
class StopRequest:
    """The first SIGINT or SIGTERM asks for an orderly end, a second one ends the process at once.

    At once is safe: what was committed stays committed, and a turn under way is found in doubt by the next start. A
    terminal that is closed asks for an orderly end too, however often: the system says so, and then the shell.
    """

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _terminals: tuple[int, ...] = ()

    def listen(self) -> None:
        """Take over the signals of this loop; they stay taken while the process drains. Whoever was started to outlive
        its terminal (nohup) does."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._heard)
        self._terminals = tuple(number for number in OUTPUTS if os.isatty(number))
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self.hung_up)

    def hung_up(self) -> None:
        """The terminal was closed: what would be written there goes nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in self._terminals:
            os.dup2(nowhere, number)
        os.close(nowhere)
        self.asked.set()

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
    far as the log can be read, and may be the end. A reader that went away, or a terminal, is a stop like any other.
    """
    reading = _Reading(orchestrator, session, show, after_seq)
    watching = asyncio.ensure_future(reading.to_the_end())
    asked = asyncio.ensure_future(stop.asked.wait())
    telling = asyncio.ensure_future(_tell_standing(orchestrator, session, on_standing))
    try:
        await asyncio.wait((watching, asked), return_when=asyncio.FIRST_COMPLETED)
        if watching.done() and not _is_unread(watching.exception(), stop):
            return watching.result()
        on_stop()
        await orchestrator.drain()
        if watching.done():
            reading.show = _show_nobody
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        with suppress(MootError, OSError):
            await reading.the_rest()
        return reading.ending or Ending(code=ExitCode.STOPPED)
    finally:
        for waiting in (asked, watching, telling):
            waiting.cancel()
        await asyncio.gather(asked, watching, telling, return_exceptions=True)


def _show_nobody(_: Recorded) -> None:
    """Whoever read it went away; how it ended is still to be found out."""


def _is_unread(error: BaseException | None, stop: StopRequest) -> bool:
    """True where whoever read what is shown went away, or the terminal that it was shown in."""
    if isinstance(error, OSError) and error.errno == errno.EIO:
        stop.hung_up()
        return True
    return isinstance(error, BrokenPipeError)


async def row_at_the_end(orchestrator: Orchestrator, session: SessionId) -> SessionSummary:
    """The row that a session's log leaves. Whoever has just heard of an end may find the list a moment behind it."""
    from console.exporting import all_events

    row: SessionSummary | None = None
    async for recorded in all_events(orchestrator, session):
        row = orchestrator.summarised(row, recorded)
    return row if row is not None else await orchestrator.summary(session)


async def cost_of(orchestrator: Orchestrator, row: SessionSummary) -> int:
    """What a session has cost with the children whose end it waited for: their own rows say what they spent, and its
    cap bounds both."""
    from console.exporting import all_events

    events = [each.event async for each in all_events(orchestrator, row.session)]
    return row.spent_microusd + sum(event.cost_microusd for event in events if isinstance(event, ChildEnded))


async def _tell_standing(orchestrator: Orchestrator, session: SessionId, tell: Callable[[str], None]) -> None:
    before = ""
    while True:
        why = orchestrator.standing_still().get(session, "")
        if why != before:
            tell(why)
        before = why
        await asyncio.sleep(STANDING_SECONDS)


class _Reading:
    """What of a session was shown, and how it stands still as of the last event that was."""

    def __init__(
        self, orchestrator: Orchestrator, session: SessionId, show: Callable[[Recorded], None], after_seq: int
    ) -> None:
        self._orchestrator = orchestrator
        self._session = session
        self.show = show
        self._seq = after_seq
        self.ending: Ending | None = None

    async def to_the_end(self) -> Ending:
        async for recorded in self._orchestrator.watch(self._session, after_seq=self._seq):
            self._read(recorded)
            if self.ending is not None:
                return self.ending
        raise AssertionError("watching a session has no end of its own")

    async def the_rest(self) -> None:
        """What is on record by now and was not shown, as far as the first end."""
        while self.ending is None:
            records = await self._orchestrator.events(self._session, after_seq=self._seq)
            if not records:
                return
            for recorded in records:
                if self.ending is None:
                    self._read(recorded)

    def _read(self, recorded: Recorded) -> None:
        self._seq = recorded.seq
        self.ending = ending_of(recorded.event)  # an end that nobody reads any more is one
        self.show(recorded)
