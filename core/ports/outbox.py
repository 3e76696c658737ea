"""Where are notifications kept until they have arrived, and afterwards?

The outbox is a projection: notifications follow from events alone (`core.notifying.noticing`) and are stored, with
their deliveries, together with the position up to which the log has been told. What became of a delivery, who has
read or acknowledged what, and what is snoozed or muted, is on no other record: it is kept here, and only here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.life import Ending, LifeState
from core.notifying.muting import Mute
from core.notifying.notification import Notification, NotificationType
from core.notifying.rates import ChannelRate
from core.notifying.terms import Priority, Reminders

LISTED_MAX = 1_000
ATTEMPTS_KEPT_MAX = 50
"""Of one delivery; the newest. One that was sent again and again has more."""

Place = tuple[int, str]
"""Where a notification stands in a list: its position and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `error` is empty where it arrived; `note` is what is worth knowing of one that did."""

    delivery: str
    number: int
    at_ms: int
    took_ms: int
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification as the operator finds it: with its deliveries, and by whom and when it was read, acknowledged and
    answered, or when and why it has expired. "" and 0 stand for nobody, and never.

    `snoozed_until_ms` is until when nobody wants to hear of it, `reminded` how often somebody was reminded of it.
    """

    notification: Notification
    deliveries: tuple[Delivery, ...] = ()
    read_by: str = ""
    read_ms: int = 0
    acknowledged_by: str = ""
    acknowledged_ms: int = 0
    answered_by: str = ""
    answered_ms: int = 0
    expired_why: str = ""
    expired_ms: int = 0
    snoozed_until_ms: int = 0
    reminded: int = 0

    @property
    def delivered_ms(self) -> int:
        """When the first channel had it; 0 before."""
        arrived = [sent.ended_ms for sent in self.deliveries if sent.state is DeliveryState.DELIVERED]
        return min(arrived, default=0)

    @property
    def state(self) -> LifeState:
        if self.answered_ms:
            return LifeState.ANSWERED
        if self.expired_ms:
            return LifeState.EXPIRED
        if self.acknowledged_ms:
            return LifeState.ACKNOWLEDGED
        if self.read_ms:
            return LifeState.READ
        return LifeState.DELIVERED if self.delivered_ms else LifeState.WAITING

    @property
    def is_open(self) -> bool:
        """Whether it may still need somebody: nobody acknowledged it, and it was neither answered nor has expired."""
        return not (self.acknowledged_ms or self.answered_ms or self.expired_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notifications are looked for. Empty and None take all; `id` is how one begins, `session` a whole id, `text`
    stands in the title or the text, in capitals or not. `life` takes those whose state is one of these.

    Those that are snoozed or muted at `audible_ms` (Unix) are left out where that is not 0. Digests, which repeat what
    others tell, are found where their id, their type or a `state` is asked for.
    """

    id: str = ""
    types: frozenset[NotificationType] = frozenset()
    priority: Priority = Priority.LOW
    session: str = ""
    channel: str = ""
    state: DeliveryState | None = None
    life: frozenset[LifeState] = frozenset()
    text: str = ""
    is_open: bool = False
    """Those that may still need somebody: nobody acknowledged them, and they were neither answered nor have expired."""
    audible_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFigures:
    """How many notifications are open that are urgent or high, how many ask something of somebody that is not answered
    yet, how many nobody has read: of what is neither snoozed nor muted. How many deliveries wait, are held for later,
    were given up; how many notifications are snoozed, how many mutes there are. Reminders count with what they remind
    of, digests not at all.

    `revision` grows with whatever changes in the outbox.
    """

    unacknowledged: int = 0
    asking: int = 0
    unread: int = 0
    pending: int = 0
    held: int = 0
    dead: int = 0
    snoozed: int = 0
    mutes: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCount:
    """How many deliveries by a channel are held for the same, since and until when (Unix ms)."""

    channel: str
    held_for: Held
    count: int
    since_ms: int
    until_ms: int


class Outbox(Protocol):
    """Notifications and position change in one transaction: nothing is told twice, nothing is missed."""

    async def position(self) -> int | None:
        """The log position up to which everything was told; None where nothing was ever kept here."""
        ...

    async def add(
        self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
    ) -> bool:
        """Keep notifications with their deliveries, note what was answered or has expired, of these too, and move the
        position from `after`. False, and nothing changed, where it stood elsewhere: a caller that was cancelled may
        have added these already."""
        ...

    async def put(self, told: Sequence[Told]) -> int:
        """Keep what follows from no event, such as alerts; they stand in lists where the newest event does. One whose
        id is known is left as it is. Returns how many were new."""
        ...

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        """Deliveries whose time has come, the most urgent first and of these the oldest; none by a `busy` channel, none
        that is held."""
        ...

    async def next_due_ms(self) -> int | None:
        """When the next delivery is due; None where none waits."""
        ...

    async def tried_all(self, tries: Sequence[tuple[Delivery, Attempt]]) -> None:
        """`tried` for several, in order, in one transaction."""
        ...

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """Keep a delivery as it stands behind a try, and the try, in one transaction. What was gathered in it arrives,
        or is given up, with it."""
        ...

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX, before: Place | None = None) -> Sequence[Told]:
        """Notifications, newest first: of those behind `before` in that order the first."""
        ...

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        """The tries of these deliveries, oldest first."""
        ...

    async def mark_read(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        """Note who has read these; how many nobody had read before."""
        ...

    async def acknowledge(self, which: Collection[str] | Wanted, *, by: str, at_ms: int) -> int:
        """Note who has seen these, each with what it reminds of and what reminds of it; how many of those that are
        meant nobody had acknowledged before."""
        ...

    async def unacknowledge(self, ids: Collection[str]) -> int:
        """Have nobody acknowledged these; how many somebody had."""
        ...

    async def snooze(self, which: Collection[str] | Wanted, *, until_ms: int) -> int:
        """Let these that are open rest until then, and remind of them once that moment has come; 0 ends it at once,
        without a reminder. How many there are."""
        ...

    async def mute(self, mute: Mute) -> None:
        """Keep it in place of one of the same session and type."""
        ...

    async def unmute(self, ids: Collection[str]) -> int:
        """Drop mutes; how many there were."""
        ...

    async def mutes(self) -> Sequence[Mute]:
        """All of them, also those that hold no more, oldest first."""
        ...

    async def to_remind(self, reminders: Reminders, *, now_ms: int, limit: int) -> Sequence[Told]:
        """Open notifications of which somebody is to be reminded now, the most urgent first and of these the oldest;
        none that is muted, or snoozed beyond now."""
        ...

    async def remind(self, reminders: Sequence[Told], *, at_ms: int) -> int:
        """Keep reminders and count each with the notification that it `reminds` of, in one transaction. One of what was
        acknowledged, answered or reminded of meanwhile is left out. Returns how many were kept."""
        ...

    async def set_back(self, *, now_ms: int) -> int:
        """Count the time to the next reminder from now on where it is counted from a moment that has not come: the
        clock was set back. How many notifications that are open."""
        ...

    async def held(self, held_for: Held, *, channel: str = "", limit: int) -> Sequence[Delivery]:
        """Deliveries that are held so, the most urgent first and of these the oldest."""
        ...

    async def holding(self) -> Sequence[HeldCount]:
        """How many are held by each channel for what, and since and until when."""
        ...

    async def release(self, deliveries: Sequence[Delivery]) -> int:
        """Have these that are held wait as they now say: pending, or held for something else. How many were held."""
        ...

    async def gather(self, digest: Told, deliveries: Collection[str]) -> bool:
        """Keep a digest with its one delivery, and these that are held as gathered in it, in one transaction. False,
        and nothing changed, where one of them is held no more."""
        ...

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        """Send these again from now on, whatever became of them; how many there are. What was gathered in one of them
        goes with that."""
        ...

    async def rates(self, *, since_ms: int) -> Sequence[ChannelRate]:
        """How tries went since that moment and how deliveries stand, by channel."""
        ...

    async def figures(self) -> OutboxFigures: ...

    async def forget(self, session: SessionId) -> None:
        """Drop a deleted session's notifications and mutes."""
        ...

    async def drop_older(self, before_ms: int) -> int:
        """Drop what was told before that moment and waits for nothing, and mutes that held no more by then; how many
        notifications."""
        ...
