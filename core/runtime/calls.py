"""Which calls of a session are under way, and how far has each come?

A call is a task that makes attempt after attempt. It waits to be sent, is sent, speaks, and its outcome is recorded;
while that is so nobody may cancel it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine

from core.domain.commands import MarkInDoubt, RecordAnswer, RecordFailure
from core.domain.ids import SessionId, StepId
from core.domain.people import is_person
from core.domain.provider_errors import NOT_SENT
from core.domain.session import OpenAttempt
from core.runtime.announcements import Progress
from core.runtime.correlating import about, note
from core.runtime.step_runner import Attempt

Outcome = RecordAnswer | RecordFailure | MarkInDoubt
"""How a call ended, as far as anybody knows."""

Call = asyncio.Task[None]


class Calls:
    """Those of one session, by step. One is `under_way` from its beginning until its outcome is being recorded, and
    again while that waits for the disk."""

    __slots__ = ("_hung_up", "_recorded", "_speaking", "_unsent", "under_way")

    def __init__(self) -> None:
        self.under_way: dict[StepId, Call] = {}
        self._unsent: dict[StepId, int] = {}
        # Nearly always empty: an empty set takes as much room as a turn's text, an empty frozenset none.
        self._recorded: frozenset[StepId] = frozenset()
        self._hung_up: frozenset[StepId] = frozenset()
        self._speaking: dict[StepId, Progress] = {}

    def __contains__(self, step: StepId) -> bool:
        """True where a call of that step is under way, or its outcome is being recorded."""
        return step in self.under_way or step in self._recorded

    @property
    def are_over(self) -> bool:
        """True where none is under way, and no outcome is being recorded."""
        return not (self.under_way or self._recorded)

    @property
    def are_sent(self) -> bool:
        """True where nothing waits to be sent."""
        return not self._unsent

    @property
    def speaking(self) -> tuple[Progress, ...]:
        """What is being said right now."""
        return tuple(self._speaking.values())

    def begin(self, step: StepId, making: Coroutine[None, None, None]) -> Call:
        call = asyncio.create_task(making, name=f"call {step}")
        self.under_way[step] = call
        return call

    def forget(self, call: asyncio.Task[None] | None) -> None:
        """It has ended, or nobody goes on with it."""
        for step in [step for step, each in self.under_way.items() if each is call]:
            del self.under_way[step]

    def begin_waiting(self, step: StepId, attempt: int) -> None:
        """That attempt is to be sent as soon as it may be."""
        self._unsent[step] = attempt

    def sent(self, step: StepId) -> None:
        """It was sent, or will never be."""
        self._unsent.pop(step, None)

    def is_unsent(self, step: StepId, attempt: int) -> bool:
        return self._unsent.get(step) == attempt

    def begin_speaking(self, attempt: Attempt, *, session: SessionId, now_ms: int) -> Progress:
        """It is being made; what is said can be seen from here on."""
        progress = Progress(
            session=session,
            step=attempt.step.id,
            attempt=attempt.number,
            seat=attempt.step.seat,
            round=attempt.step.round,
            model=attempt.request.model,
            started_at_ms=now_ms,
            pieces=[],
        )
        self._speaking[progress.step] = progress
        return progress

    def end_speaking(self, step: StepId) -> None:
        self._speaking.pop(step, None)

    def cut_off(self) -> tuple[Call, ...]:
        """Cancel those under way, and spare answers that have come: they cost what they cost."""
        return _cancelled([call for step, call in self.under_way.items() if step not in self._recorded])

    def end(self) -> tuple[Call, ...]:
        """Cancel those under way, also where an answer waits for the disk."""
        return _cancelled(self.under_way.values())

    def withdraw(self, steps: Collection[StepId] | None) -> tuple[list[StepId], tuple[Call, ...]]:
        """Cancel what still waits to be sent, of `steps` alone where given."""
        unsent = [step for step in self._unsent if steps is None or step in steps]
        waiting = [step for step in unsent if step in self.under_way and step not in self._recorded]
        return waiting, _cancelled([self.under_way[step] for step in waiting])

    def hang_up(self) -> None:
        """Break off what is being said: `was_hung_up` tells each such call why it was cancelled."""
        for step, call in self.under_way.items():
            if step not in self._recorded and step not in self._unsent:
                self._hung_up |= {step}
                call.cancel()

    def was_hung_up(self, step: StepId) -> bool:
        """Whether it was broken off so; said once."""
        was_so = step in self._hung_up
        self._hung_up -= {step}
        return was_so

    def begin_recording(self, step: StepId) -> None:
        """Its outcome is being recorded from here on."""
        self._recorded |= {step}

    def end_recording(self, step: StepId) -> None:
        """Its outcome is on record, or never will be."""
        self._recorded -= {step}

    def let_go(self, step: StepId) -> None:
        """Nobody may cancel its task for now."""
        self.under_way.pop(step, None)

    def take_over(self, step: StepId) -> None:
        """The task that runs is that step's call from here on."""
        task = asyncio.current_task()
        assert task is not None  # outcomes are recorded by the task that made the call
        self.under_way[step] = task


def _cancelled(calls: Collection[Call]) -> tuple[Call, ...]:
    found = tuple(calls)
    for call in found:
        call.cancel()
    return found


def note_call(attempt: Attempt, *, session: SessionId, correlation: str) -> None:
    """Every line of the call says whose it is, and which command or call led to it."""
    note(
        session=session,
        step=attempt.step.id,
        attempt=attempt.number,
        route=attempt.request.model,
        correlation=correlation,
        cause=about().get("correlation", ""),
    )


def unheard(attempt: OpenAttempt, *, why: str, is_unsent: bool, policy: str) -> RecordFailure | MarkInDoubt:
    """How a call ended that nobody listens to any more. One that was never sent is in no doubt."""
    step, number = attempt.step, attempt.attempt
    if is_unsent or is_person(attempt.route):
        words = f"it was not sent: {why.replace('_', ' ')}"
        return RecordFailure(step=step, attempt=number, error=NOT_SENT, message=words, cost_microusd=0)
    return MarkInDoubt(step=step, attempt=number, why=why, policy=policy)
