"""Who runs the programs by which drafts are checked, and tells their sessions what came of it?

A check costs nothing and changes nothing, so no intent is recorded before it: after a crash its step is still wanted,
and it is run again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from core.domain.commands import RUNTIME, Command, Escalate, RecordCheck
from core.domain.errors import LogConflict, MootError, StorageFailed
from core.domain.ids import SessionId, StepId
from core.domain.session import SessionState
from core.domain.steps import Step
from core.runtime.correlating import fields
from core.runtime.ports import Ports

RETRY_MILLISECONDS = 1_000
"""How long what came of a check waits that the disk keeps from being recorded."""

NOT_ALLOWED = "check_not_allowed"
"""Why a session asks that was opened where a program was allowed, and is gone on with where it isn't."""

_log = logging.getLogger(__name__)


class Checking:
    """Runs what steps want checked, beside the sessions that want it, and tells these. On the driver's event loop."""

    def __init__(
        self,
        ports: Ports,
        *,
        tell: Callable[[SessionId, Command], Awaitable[None]],
        load: Callable[[SessionId], Awaitable[SessionState]],
    ) -> None:
        self._ports = ports
        self._tell = tell
        self._load = load
        self._running: dict[tuple[SessionId, StepId], asyncio.Task[None]] = {}

    def begin(self, session: SessionId, step: Step) -> None:
        """Run a step's check, once."""
        key = (session, step.id)
        if key in self._running:
            return
        task = asyncio.create_task(self._check(session, step), name=f"check {step.id} of {session[:8]}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    def over(self, session: SessionId) -> None:
        """Stop what is run for a session that is over: nobody waits for it any more."""
        for (whose, _), task in tuple(self._running.items()):
            if whose == session:
                task.cancel()

    def stop(self) -> None:
        """Run no more: whoever drives next finds what is still wanted."""
        for task in tuple(self._running.values()):
            task.cancel()

    async def _check(self, session: SessionId, step: Step) -> None:
        """Run the check and tell its session, however long the disk refuses."""
        outcome: Command
        try:
            outcome = await self._outcome(session, step)
        except MootError as refused:
            _log.warning("a session is not checked", extra=fields(session=session, error=str(refused)))
            return
        except Exception:
            # A fault of ours. The session must not wait for ever for a check that nobody runs any more.
            _log.exception("a check broke", extra=fields(session=session))
            detail = "moot itself failed; its log file says how"
            outcome = RecordCheck(step=step.id, has_passed=False, detail=detail)
        while True:
            try:
                await self._tell(session, outcome)
                return
            except (StorageFailed, LogConflict) as failed:
                _log.warning("a check has no outcome yet", extra=fields(session=session, error=str(failed)))
            except MootError as refused:
                _log.warning("a session was not told of its check", extra=fields(session=session, error=str(refused)))
                return
            await self._ports.clock.sleep(RETRY_MILLISECONDS)

    async def _outcome(self, session: SessionId, step: Step) -> Command:
        state = await self._load(session)
        wanted = self._ports.engine.flow(state).check(state, step)
        if wanted.command not in self._ports.checks.allowed():
            # No fault of the draft: it must neither be judged nor written anew for what the settings here leave out.
            question = (
                f"{step.task} is checked by {wanted.command!r:.80}, which no setting allows here. Allow it under "
                "[refine.commands], and go on?"
            )
            return Escalate(question=question, reason=NOT_ALLOWED, by=RUNTIME)
        run = await self._ports.checks.run(wanted.command, wanted.draft)
        return RecordCheck(step=step.id, has_passed=run.has_passed, detail=run.detail)
