"""How are sessions listed and searched without folding their logs?

The index is a projection: rows that follow from events alone (`core.engine.summarise`), stored together with the
position that they reflect. Delete it and it is rebuilt, equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.domain.ids import SessionId
from core.domain.summary import SessionSummary

SESSIONS_LISTED_MAX = 10_000

PAGE_MAX = 500
"""Rows of one page: whoever goes through all sessions holds no more of them at once."""

Opened = tuple[int, str]
"""When a session was opened (Unix ms), and its id, which tells those apart that were opened in one millisecond."""

NOT_OPENED: Opened = (-(2**63), "")
"""Before all others."""


class SessionIndex(Protocol):
    """Rows and their position change in one transaction: nothing is counted twice, nothing is missed."""

    async def position(self) -> int:
        """The log position up to which the rows are true."""
        ...

    async def advance(self, summaries: Sequence[SessionSummary], *, position: int) -> None:
        """Replace these rows and move the position, in one transaction."""
        ...

    async def summaries(self, *, changed_after: int = 0, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        """Rows whose newest event lies after position `changed_after`, newest opened first. Where there are more than
        `limit`, those of evaluations give way first."""
        ...

    async def opened_page(self, *, after: Opened = NOT_OPENED, limit: int = PAGE_MAX) -> Sequence[SessionSummary]:
        """Rows of sessions that were opened after that one, oldest opened first, at most `limit`. Neither moment nor id
        of a session changes: who pages on from the last row meets each once, whatever is recorded meanwhile."""
        ...

    async def summary(self, session: SessionId) -> SessionSummary | None: ...

    async def answered(self, measure: str, *, limit: int = SESSIONS_LISTED_MAX) -> Sequence[SessionSummary]:
        """Rows of sessions of which the right answer is known and that were read by that measure, newest opened
        first."""
        ...

    async def unfinished(self) -> Sequence[SessionId]:
        """Sessions that are not over or have a call without an end, in the order in which they were opened."""
        ...

    async def unreadable(self) -> Sequence[SessionId]:
        """Sessions whose rows say that their logs could not be read to the end, at most `SESSIONS_LISTED_MAX`."""
        ...

    async def search(self, text: str, *, limit: int = 100) -> Sequence[SessionSummary]:
        """Sessions whose title, motion or spoken words contain `text`, whatever its case."""
        ...

    async def forget(self, session: SessionId) -> None:
        """Drop a deleted session's row."""
        ...

    async def clear(self) -> None:
        """Drop every row and go back to position 0; the next advance rebuilds them."""
        ...
