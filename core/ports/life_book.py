"""Where do the analytics keep what they know of each session, and which alerts there are?

The rows are a projection: they follow from events alone (`core.analytics.rows`), and each says up to which position of
the log it is true. Delete them and they are rebuilt, equal. Alerts are on no other record: they are kept here,
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

AHEAD_EVENTS_MAX = 64_000
ALERTS_LISTED_MAX = 1_000
ALERTS_KEPT_MAX = 10_000
"""The oldest that are cleared give way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Rows that changed, the position up to which all are true, and how many there are in all."""

    position: int
    count: int
    rows: Sequence[LifeRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What the log has beyond a position, up to another one: which sessions have events there, and how many before
    those. `is_more` where it goes on behind that."""

    position: int
    sessions: Mapping[SessionId, int]
    is_more: bool


class LifeBook(Protocol):
    """Every row is true up to the book's position, and a row that says that it is true up to a later one, up to there.
    A row and what it says of itself change in one transaction, and neither goes back: nothing is counted twice, nothing
    is missed. The row of a session goes with its log."""

    async def begin(self) -> int:
        """The position from which on this release reads. Where it has none, rows that another one made are dropped, and
        that one begins anew too if it comes back."""
        ...

    async def position(self) -> int:
        """The log position up to which the rows are true."""
        ...

    async def ahead(self, *, after: int, events_max: int = AHEAD_EVENTS_MAX) -> Ahead | None:
        """Which sessions have events beyond position `after`, of so many positions at most; None where none has."""
        ...

    async def kept(self, sessions: Collection[SessionId]) -> Mapping[SessionId, Kept]:
        """What these sessions' rows are read on from, of those that are known."""
        ...

    async def put(self, kept: Sequence[Kept]) -> None:
        """Put these in place of what is there of their sessions, but for those of which a later row is. The position
        stays: it is moved once every session has been read on up to there."""
        ...

    async def advance(self, kept: Sequence[Kept], *, after: int, position: int) -> int:
        """`put` these and move the position from `after`, in one transaction; returns where it stands then. Where it
        stood elsewhere nothing is changed: somebody else was quicker."""
        ...

    async def replace(self, kept: Kept) -> None:
        """Put this in place of what is there of its session, which was read anew to its end. The position stays. A
        row of which more is known stays too, and one that is gone does not come back."""
        ...

    async def lives(self, *, changed_from: int = 0) -> Lives:
        """The rows that tell of an event at position `changed_from` or later, and those that were replaced since the
        book stood there, in the order of opening."""
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
