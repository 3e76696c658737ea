"""What did a process that began to drive find of the one before it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.ids import SessionId
from core.domain.session import OpenAttempt, SessionState, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A session that was left. `status` is where it stands once it was taken up; `goes_on` says that it is driven from
    here. `doubts` are the calls that the process before it made and of which it recorded no end.
    """

    session: SessionId
    status: Status
    goes_on: bool
    doubts: tuple[OpenAttempt, ...]

    @property
    def cost_microusd_max(self) -> int:
        """The most that the calls in doubt can have cost."""
        return sum(doubt.cost_microusd_max for doubt in self.doubts)


def recovered_of(state: SessionState, doubts: Sequence[OpenAttempt], *, goes_on: bool) -> Recovered:
    return Recovered(session=state.session, status=state.life.status, goes_on=goes_on, doubts=tuple(doubts))
