"""Where are the sums of what calls have cost?

The book is a projection: rows that follow from events alone (`core.engine.costs`), stored together with the position
that they reflect. Delete it and it is rebuilt, equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.costs import CostRow, Costs
from core.domain.ids import SessionId

DOUBTFUL_SESSIONS_MAX = 500
"""Of so many sessions at once it is said that something in them is in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was charged from `from_ms` (Unix) on, by route, and up to the next span's beginning."""

    from_ms: int
    routes: Mapping[str, Costs]


class CostBook(Protocol):
    """Rows and their position change in one transaction: nothing is counted twice, nothing is missed."""

    async def position(self) -> int:
        """The log position up to which the rows are true."""
        ...

    async def add(self, rows: Sequence[CostRow], *, after: int, position: int) -> int:
        """Add to what is there and move the position from `after`, in one transaction; returns where it stands then.

        Where it stood elsewhere nothing is changed: a caller that was cancelled may have added these already.
        """
        ...

    async def replace(self, session: SessionId, rows: Sequence[CostRow]) -> None:
        """Put `rows`, a session's own, in place of what is there of it, in one transaction. The position stays."""
        ...

    async def spans(self, from_ms: Sequence[int]) -> tuple[int, Sequence[Span]]:
        """The position, and one span for each of these moments, which are in order; the last one is open.

        A moment counts as the quarter of an hour that it lies in.
        """
        ...

    async def of_session(self, session: SessionId) -> tuple[int, Mapping[str, Costs]]:
        """The position, and what a session's calls came to, by route."""
        ...

    async def doubtful(self, *, limit: int = DOUBTFUL_SESSIONS_MAX) -> Sequence[SessionId]:
        """Sessions with a call that is charged at the most it can have cost, by id; deleted ones may be among them."""
        ...

    async def spent_since(self, at_ms: int) -> int:
        """Micro-dollars charged in that moment's quarter of an hour or later, over all sessions, deleted ones
        included."""
        ...

    async def clear(self) -> None:
        """Drop the rows of every session that has a log, and go back to position 0: what is added next rebuilds them.
        What deleted sessions spent follows from no log any more, and stays."""
        ...
