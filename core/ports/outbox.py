"""Where are notifications kept until they have arrived, and afterwards?

The outbox is a projection: notifications follow from events alone (`core.notifying.noticing`) and are stored, with
their deliveries, together with the position up to which the log has been told. What became of a delivery, and who has
acknowledged what, is on no other record: it is kept here, and only here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState
from core.notifying.notification import Notification, NotificationType, Priority

LISTED_MAX = 1_000
ATTEMPTS_KEPT_MAX = 50
"""Of one delivery; the newest. One that was sent again and again has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `error` is empty where it arrived."""

    delivery: str
    number: int
    at_ms: int
    took_ms: int
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification as the operator finds it: with its deliveries, and who acknowledged it when ("" and 0 for
    nobody)."""

    notification: Notification
    deliveries: tuple[Delivery, ...] = ()
    acknowledged_by: str = ""
    acknowledged_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notifications are looked for. Empty and None take all; `session` is a whole id."""

    types: frozenset[NotificationType] = frozenset()
    priority: Priority = Priority.LOW
    session: str = ""
    channel: str = ""
    state: DeliveryState | None = None
    is_open: bool = False
    """Those that nobody has acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFigures:
    """How many notifications nobody has acknowledged that are urgent or high, how many deliveries wait, how many were
    given up."""

    unacknowledged: int = 0
    pending: int = 0
    dead: int = 0


class Outbox(Protocol):
    """Notifications and position change in one transaction: nothing is told twice, nothing is missed."""

    async def position(self) -> int | None:
        """The log position up to which everything was told; None where nothing was ever kept here."""
        ...

    async def add(self, told: Sequence[Told], *, after: int | None, position: int) -> bool:
        """Keep notifications with their deliveries and move the position from `after`. False, and nothing changed,
        where it stood elsewhere: a caller that was cancelled may have added these already."""
        ...

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        """Deliveries whose time has come, the most urgent first and of these the oldest; none by a `busy` channel."""
        ...

    async def next_due_ms(self) -> int | None:
        """When the next delivery is due; None where none waits."""
        ...

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """Keep a delivery as it stands behind a try, and the try, in one transaction."""
        ...

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX) -> Sequence[Told]:
        """Notifications, newest first."""
        ...

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        """The tries of these deliveries, oldest first."""
        ...

    async def acknowledge(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        """Note who has seen these; how many nobody had acknowledged before."""
        ...

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        """Send these again from now on, whatever became of them; how many there are."""
        ...

    async def figures(self) -> OutboxFigures: ...

    async def forget(self, session: SessionId) -> None:
        """Drop a deleted session's notifications."""
        ...

    async def drop_older(self, before_ms: int) -> int:
        """Drop what was told before that moment and waits for nothing; how many notifications."""
        ...
