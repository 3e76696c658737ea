"""Which people are asked to speak right now, and how is what they say handed on?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.ids import SeatId, SessionId, StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAsked:
    """Somebody is to speak. `until_ms` (Unix) is when the stand-in takes over."""

    session: SessionId
    step: StepId
    seat: SeatId
    since_ms: int
    until_ms: int


class PeoplePresent(Protocol):
    """Of one process, in memory: whoever was asked before it ended is asked again, for what is left of their time. What
    is said is durable only once the session has recorded it."""

    def asked(self) -> Sequence[PersonAsked]:
        """Everybody who is waited for, in the order in which they were asked."""
        ...

    def say(self, session: SessionId, step: StepId, text: str) -> bool:
        """Speak for the seat of a step; False where nobody is waited for there any more."""
        ...

    def pass_on(self, session: SessionId, step: StepId) -> bool:
        """Leave the turn to the stand-in; False where nobody is waited for there any more."""
        ...


class NobodyPresent:
    """Where nobody can be asked."""

    def asked(self) -> Sequence[PersonAsked]:
        return ()

    def say(self, session: SessionId, step: StepId, text: str) -> bool:
        return False

    def pass_on(self, session: SessionId, step: StepId) -> bool:
        return False
