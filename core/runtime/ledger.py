"""May this call be paid for?

One ledger over all sessions grants each attempt its maximum before it is sent and settles it after. Granting happens
between two awaits of one event loop, so that no two calls can be granted the same dollar. The caps are the session's
own, the day's, and the switch that stops all spending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.events import AttemptFailed, AttemptInDoubt, AttemptSettled, AttemptSucceeded, Event
from core.domain.ids import SessionId, StepId
from core.domain.session import DoubtfulAttempt, SessionState

ENDED = (AttemptSucceeded, AttemptFailed)
OF_CALLS = (*ENDED, AttemptInDoubt, AttemptSettled)
"""The kinds of events that say what a call has cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Which cap stands in the way (`session`, `day`, `switch`) and what is left under it, in micro-dollars."""

    cap: str
    left_microusd: int


class Ledger:
    """Money spent today and money held, in micro-dollars. Not thread-safe: it belongs to the event loop."""

    def __init__(self, *, cap_day_microusd: int | None) -> None:
        self.cap_day_microusd = cap_day_microusd
        self.spent_today_microusd = 0
        self.is_stopped = False
        self._day_ms = 0
        self._settled_microusd = 0
        self._held: dict[tuple[SessionId, StepId, int], int] = {}

    @property
    def held_microusd(self) -> int:
        """What calls under way may cost at most."""
        return sum(self._held.values())

    def begin_day(self, midnight_ms: int, *, spent_microusd: int) -> None:
        """Count from `midnight_ms` (Unix) on; `spent_microusd` is what the record says was spent since."""
        self._day_ms = midnight_ms
        self.spent_today_microusd = spent_microusd

    @property
    def settled_microusd(self) -> int:
        """What was counted since the process began: tells whoever reads the record what came in meanwhile."""
        return self._settled_microusd

    def is_of_day(self, midnight_ms: int) -> bool:
        return midnight_ms == self._day_ms

    def reserve(
        self, state: SessionState, step: StepId, attempt: int, wanted_microusd: int, *, unrecorded_microusd: int
    ) -> Refusal | None:
        """Hold `wanted_microusd` for a call, or say which cap forbids it. What costs nothing is only ever stopped by
        the switch where it isn't free of charge: a rehearsal goes on.

        `unrecorded_microusd` is what the session's calls have cost whose end is recorded together with this one's
        beginning: `state` knows it, and here they are still held.
        """
        if wanted_microusd > 0:
            refusal = self._refusal(state, wanted_microusd, unrecorded_microusd)
            if refusal is not None:
                return refusal
        self._held[state.session, step, attempt] = wanted_microusd
        return None

    def hold(self, session: SessionId, step: StepId, attempt: int, *, cost_microusd_max: int) -> None:
        """Count a call that another process made and recorded no end of: until that is on record it may be paid for."""
        self._held[session, step, attempt] = cost_microusd_max

    def follow(self, session: SessionId, event: Event, *, doubtful: Iterable[DoubtfulAttempt]) -> None:
        """Count what a session's newest event says of a call. `doubtful` are those that were in doubt before it."""
        if isinstance(event, ENDED):
            self.settle(session, event.step, event.attempt, cost_microusd=event.cost_microusd)
        elif isinstance(event, AttemptInDoubt):
            self.settle(session, event.step, event.attempt, cost_microusd=event.cost_microusd_max)
        elif isinstance(event, AttemptSettled):
            for doubt in doubtful:
                if (doubt.step, doubt.attempt) == (event.step, event.attempt):
                    self.give_back(difference_microusd=event.difference_microusd, charged_at_ms=doubt.since_ms)

    def settle(self, session: SessionId, step: StepId, attempt: int, *, cost_microusd: int) -> None:
        """The call ended: let go of what was held and count what it cost."""
        self._held.pop((session, step, attempt), None)
        self.spent_today_microusd += cost_microusd
        self._settled_microusd += cost_microusd

    def give_back(self, *, difference_microusd: int, charged_at_ms: int) -> None:
        """A call in doubt turned out to have cost less. What another day was charged makes no room in this one."""
        if charged_at_ms >= self._day_ms:
            self.spent_today_microusd -= difference_microusd

    def release(self, session: SessionId, step: StepId, attempt: int) -> None:
        """The call was never sent: let go of what was held."""
        self._held.pop((session, step, attempt), None)

    def _refusal(self, state: SessionState, wanted_microusd: int, unrecorded_microusd: int) -> Refusal | None:
        if self.is_stopped:
            return Refusal(cap="switch", left_microusd=0)
        if state.money.cap_microusd is not None:
            left = state.left_microusd or 0
            if wanted_microusd > left:
                return Refusal(cap="session", left_microusd=max(0, left))
        if self.cap_day_microusd is not None:
            left = self.cap_day_microusd - self.spent_today_microusd - max(0, unrecorded_microusd)
            left -= sum(amount for call, amount in self._held.items() if _is_held(call, state))
            if wanted_microusd > left:
                return Refusal(cap="day", left_microusd=max(0, left))
        return None


def _is_held(call: tuple[SessionId, StepId, int], state: SessionState) -> bool:
    """False for a call of this session that has ended: it counts with what it has cost."""
    session, step, number = call
    if session != state.session:
        return True
    attempt = state.work.open.get(step)
    return attempt is not None and attempt.attempt == number
