"""Where do the analytics keep what they know of each session, and which alerts there are?

The rows are a projection: they follow from events alone (`core.analytics.rows`), and are stored together with the
position that they reflect. Delete them and they are rebuilt, equal. Alerts are on no other record: they are kept here,
and only here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.analytics.alerting import Alert, Watch
from core.analytics.finding import FindingKind
from core.analytics.rows import Kept, LifeRow
from core.domain.ids import SessionId

ALERTS_LISTED_MAX = 1_000
ALERTS_KEPT_MAX = 10_000
"""The oldest that are cleared give way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Rows that changed, the position up to which all are true, and how many there are in all."""

    position: int
    count: int
    rows: Sequence[LifeRow]


class LifeBook(Protocol):
    """Rows and their position change in one transaction: nothing is counted twice, nothing is missed. The row of a
    session goes with its log."""

    async def position(self) -> int:
        """The log position up to which the rows are true."""
        ...

    async def kept(self, sessions: Collection[SessionId]) -> Mapping[SessionId, Kept]:
        """What these sessions' rows are read on from, of those that are known."""
        ...

    async def advance(self, kept: Sequence[Kept], *, after: int, position: int) -> int:
        """Put these in place of what is there of their sessions and move the position from `after`, in one transaction;
        returns where it stands then. Where it stood elsewhere nothing is changed: somebody else was quicker."""
        ...

    async def replace(self, kept: Kept) -> None:
        """Put this in place of what is there of its session, which was read anew. The position stays."""
        ...

    async def lives(self, *, changed_from: int = 0) -> Lives:
        """The rows that were stored at position `changed_from` or later, in the order of opening."""
        ...

    async def unreadable(self) -> Sequence[SessionId]:
        """Sessions whose rows say that their logs could not be read to the end."""
        ...

    async def clear(self) -> None:
        """Drop every row and go back to position 0; the next advance rebuilds them. Alerts stay."""
        ...

    async def watches(self) -> Mapping[FindingKind, Watch]:
        """How each kind that was ever looked at stands."""
        ...

    async def keep_look(self, watches: Mapping[FindingKind, Watch], alerts: Sequence[Alert]) -> None:
        """Keep the watches as they stand after a look, and what was raised or cleared by it, in one transaction."""
        ...

    async def alerts(self, *, limit: int = ALERTS_LISTED_MAX) -> Sequence[Alert]:
        """Alerts, those that go on first, of these and of the others the newest raised first."""
        ...
