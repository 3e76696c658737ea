"""What stands in for the outbox where a test needs time under its control?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState
from core.notifying.notification import Priority
from core.ports.outbox import ATTEMPTS_KEPT_MAX, LISTED_MAX, Attempt, OutboxFigures, Told, Wanted


@dataclass
class MemoryOutbox:
    """The Outbox port. What is kept here survives whoever delivers from it."""

    stands: int | None = None
    told: dict[str, Told] = field(default_factory=dict)
    sent: dict[str, Delivery] = field(default_factory=dict)
    tries: dict[str, list[Attempt]] = field(default_factory=dict)

    async def position(self) -> int | None:
        return self.stands

    async def add(self, told: Sequence[Told], *, after: int | None, position: int) -> bool:
        if self.stands != after:
            return False
        self.stands = position
        for each in told:
            if each.notification.id not in self.told:
                self.told[each.notification.id] = each
                self.sent |= {sent.id: sent for sent in each.deliveries if sent.id not in self.sent}
        return True

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        found = [
            sent
            for sent in self.sent.values()
            if sent.state is DeliveryState.PENDING and sent.due_ms <= now_ms and sent.channel not in busy
        ]
        found.sort(key=lambda sent: (sent.notification.priority.rank, sent.due_ms, sent.notification.position))
        return found[:limit]

    async def next_due_ms(self) -> int | None:
        return min((sent.due_ms for sent in self.sent.values() if sent.state is DeliveryState.PENDING), default=None)

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        self.sent[delivery.id] = delivery
        tries = self.tries.setdefault(attempt.delivery, [])
        number = tries[-1].number + 1 if tries else 1
        self.tries[attempt.delivery] = [*tries, replace(attempt, number=number)][-ATTEMPTS_KEPT_MAX:]

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX) -> Sequence[Told]:
        found = [self._now(told) for told in self.told.values() if self._is_wanted(told, wanted)]
        found.sort(key=lambda told: (-told.notification.position, told.notification.id))
        return found[:limit]

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        found = [attempt for delivery in deliveries for attempt in self.tries.get(delivery, ())]
        return sorted(found, key=lambda attempt: (attempt.at_ms, attempt.number))

    async def acknowledge(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        new = [id for id in ids if id in self.told and not self.told[id].acknowledged_ms]
        for id in new:
            self.told[id] = replace(self.told[id], acknowledged_by=by, acknowledged_ms=at_ms)
        return len(new)

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        known = [id for id in deliveries if id in self.sent]
        for id in known:
            self.sent[id] = replace(self.sent[id], state=DeliveryState.PENDING, tries=0, due_ms=at_ms, ended_ms=0)
        return len(known)

    async def figures(self) -> OutboxFigures:
        states = [sent.state for sent in self.sent.values()]
        return OutboxFigures(
            unacknowledged=sum(
                not told.acknowledged_ms and told.notification.priority.rank <= Priority.HIGH.rank
                for told in self.told.values()
            ),
            pending=states.count(DeliveryState.PENDING),
            dead=states.count(DeliveryState.DEAD),
        )

    async def forget(self, session: SessionId) -> None:
        self._drop([id for id, told in self.told.items() if told.notification.session == session])

    async def drop_older(self, before_ms: int) -> int:
        waiting = {sent.notification.id for sent in self.sent.values() if sent.state is DeliveryState.PENDING}
        old = [id for id, told in self.told.items() if told.notification.at_ms < before_ms and id not in waiting]
        self._drop(old)
        return len(old)

    def _drop(self, ids: Collection[str]) -> None:
        for id in ids:
            for sent in self.told.pop(id).deliveries:
                self.sent.pop(sent.id, None)
                self.tries.pop(sent.id, None)

    def _now(self, told: Told) -> Told:
        return replace(told, deliveries=tuple(self.sent[sent.id] for sent in self._by_channel(told)))

    def _by_channel(self, told: Told) -> list[Delivery]:
        return sorted(told.deliveries, key=lambda sent: sent.channel)

    def _is_wanted(self, told: Told, wanted: Wanted) -> bool:
        each = told.notification
        return (
            (not wanted.types or each.type in wanted.types)
            and each.priority.rank <= wanted.priority.rank
            and wanted.session in ("", each.session)
            and not (wanted.is_open and told.acknowledged_ms)
            and (
                not (wanted.channel or wanted.state)
                or any(
                    wanted.channel in ("", sent.channel) and wanted.state in (None, self.sent[sent.id].state)
                    for sent in told.deliveries
                )
            )
        )
