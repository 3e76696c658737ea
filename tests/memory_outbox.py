"""What stands in for the outbox where a test needs time under its control?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.life import Ending, is_ended
from core.notifying.muting import Mute, muted_by
from core.notifying.notification import NotificationType
from core.notifying.rates import ChannelRate, percentile
from core.notifying.reminding import is_due
from core.notifying.terms import Priority, Reminders
from core.ports.outbox import (
    ATTEMPTS_KEPT_MAX,
    LISTED_MAX,
    Attempt,
    HeldCount,
    OutboxFigures,
    Place,
    Told,
    Wanted,
)

REPEATING = (NotificationType.REMINDER, NotificationType.DIGEST)


@dataclass
class MemoryOutbox:
    """The Outbox port. What is kept here survives whoever delivers from it."""

    stands: int | None = None
    told: dict[str, Told] = field(default_factory=dict)
    sent: dict[str, Delivery] = field(default_factory=dict)
    tries: dict[str, list[Attempt]] = field(default_factory=dict)
    muted: dict[str, Mute] = field(default_factory=dict)
    since_ms: dict[str, int] = field(default_factory=dict)
    revision: int = 0

    async def position(self) -> int | None:
        return self.stands

    async def add(
        self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
    ) -> bool:
        if self.stands != after:
            return False
        self.stands = position
        self._keep(told)
        for ending in endings:
            self._end(ending)
        self.revision += bool(told or endings)
        return True

    async def put(self, told: Sequence[Told]) -> int:
        stands = self.stands or 0
        return self._counted(self._keep([_placed(each, each.notification.position or stands) for each in told]))

    async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
        found = [
            sent
            for sent in self.sent.values()
            if sent.state is DeliveryState.PENDING and sent.due_ms <= now_ms and sent.channel not in busy
        ]
        found.sort(
            key=lambda sent: (sent.notification.priority.rank, sent.due_ms, sent.channel, sent.notification.position)
        )
        return [self._whole(sent) for sent in found[:limit]]

    async def next_due_ms(self) -> int | None:
        return min((sent.due_ms for sent in self.sent.values() if sent.state is DeliveryState.PENDING), default=None)

    async def tried_all(self, tries: Sequence[tuple[Delivery, Attempt]]) -> None:
        for delivery, attempt in tries:
            await self.tried(delivery, attempt)

    async def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        self.sent[delivery.id] = replace(delivery, gathered=())
        if delivery.state is not DeliveryState.PENDING:
            for sent in [each for each in self.sent.values() if each.digest == delivery.id]:
                self.sent[sent.id] = replace(
                    sent, state=delivery.state, ended_ms=delivery.ended_ms, last_error=delivery.last_error
                )
        tries = self.tries.setdefault(attempt.delivery, [])
        number = tries[-1].number + 1 if tries else 1
        self.tries[attempt.delivery] = [*tries, replace(attempt, number=number)][-ATTEMPTS_KEPT_MAX:]
        self.revision += 1

    async def find(self, wanted: Wanted, *, limit: int = LISTED_MAX, before: Place | None = None) -> Sequence[Told]:
        found = [now for told in self.told.values() if self._is_wanted(now := self._now(told), wanted)]
        found.sort(key=_place, reverse=True)
        return [each for each in found if before is None or _place(each) < before][:limit]

    async def attempts(self, deliveries: Collection[str]) -> Sequence[Attempt]:
        found = [attempt for delivery in deliveries for attempt in self.tries.get(delivery, ())]
        return sorted(found, key=lambda attempt: (attempt.at_ms, attempt.number))

    async def mark_read(self, ids: Collection[str], *, by: str, at_ms: int) -> int:
        return self._each(ids, lambda told: None if told.read_ms else replace(told, read_by=by, read_ms=at_ms))

    async def acknowledge(self, which: Collection[str] | Wanted, *, by: str, at_ms: int) -> int:
        meant = [id for id in self._meant(which) if not self.told[id].acknowledged_ms]
        whole = set(meant) | {self.told[id].notification.reminds for id in meant} - {""}
        for id, told in self.told.items():
            if (id in whole or told.notification.reminds in whole) and not told.acknowledged_ms:
                self.told[id] = replace(told, acknowledged_by=by, acknowledged_ms=at_ms)
        return self._counted(len(meant))

    async def unacknowledge(self, ids: Collection[str]) -> int:
        return self._each(
            ids, lambda told: replace(told, acknowledged_by="", acknowledged_ms=0) if told.acknowledged_ms else None
        )

    async def snooze(self, which: Collection[str] | Wanted, *, until_ms: int) -> int:
        return self._each(
            self._meant(which),
            lambda told: (
                replace(told, snoozed_until_ms=until_ms)
                if _may_be_reminded_of(told) and told.snoozed_until_ms != until_ms
                else None
            ),
        )

    async def mute(self, mute: Mute) -> None:
        self.muted[mute.id] = mute
        self.revision += 1

    async def unmute(self, ids: Collection[str]) -> int:
        return self._counted(sum(self.muted.pop(id, None) is not None for id in ids))

    async def mutes(self) -> Sequence[Mute]:
        return sorted(self.muted.values(), key=lambda mute: (mute.at_ms, mute.id))

    async def to_remind(self, reminders: Reminders, *, now_ms: int, limit: int) -> Sequence[Told]:
        found = [
            told
            for told in self.told.values()
            if _may_be_reminded_of(told)
            and muted_by(told.notification, self.muted.values(), now_ms=now_ms) is None
            and is_due(
                reminders,
                told.notification.priority,
                reminded=told.reminded,
                since_ms=self._since_ms(told),
                snoozed_until_ms=told.snoozed_until_ms,
                now_ms=now_ms,
            )
        ]
        found.sort(
            key=lambda told: (
                not told.snoozed_until_ms,
                told.notification.priority.rank,
                self._since_ms(told),
                told.notification.id,
            )
        )
        return [self._now(told) for told in found[:limit]]

    async def remind(self, reminders: Sequence[Told], *, at_ms: int) -> int:
        count = 0
        for each in reminders:
            of = self.told.get(each.notification.reminds)
            if each.notification.id in self.told or of is None or not _may_be_reminded_of(of):
                continue
            count += 1
            self.told[of.notification.id] = replace(of, reminded=of.reminded + 1, snoozed_until_ms=0)
            self.since_ms[of.notification.id] = at_ms
            if each.deliveries:
                self._keep([each])
        return self._counted(count)

    async def set_back(self, *, now_ms: int) -> int:
        late = [told for told in self.told.values() if _may_be_reminded_of(told) and self._since_ms(told) > now_ms]
        for told in late:
            self.since_ms[told.notification.id] = now_ms
        return len(late)

    async def held(self, held_for: Held, *, channel: str = "", limit: int) -> Sequence[Delivery]:
        found = [
            sent
            for sent in self.sent.values()
            if sent.state is DeliveryState.HELD and sent.held_for is held_for and channel in ("", sent.channel)
        ]
        found.sort(key=lambda sent: (sent.notification.priority.rank, sent.notification.position, sent.id))
        return found[:limit]

    async def holding(self) -> Sequence[HeldCount]:
        found: dict[tuple[str, Held], list[Delivery]] = {}
        for sent in self.sent.values():
            if sent.state is DeliveryState.HELD and not sent.digest:
                found.setdefault((sent.channel, sent.held_for), []).append(sent)
        return [
            HeldCount(
                channel=channel,
                held_for=held_for,
                count=len(every),
                since_ms=min(sent.notification.at_ms for sent in every),
                until_ms=min(sent.due_ms for sent in every),
            )
            for (channel, held_for), every in sorted(found.items())
        ]

    async def release(self, deliveries: Sequence[Delivery]) -> int:
        held = [each for each in deliveries if self.sent[each.id].state is DeliveryState.HELD]
        for each in held:
            self.sent[each.id] = replace(
                self.sent[each.id], state=each.state, held_for=each.held_for, due_ms=each.due_ms
            )
        return self._counted(len(held))

    async def gather(self, digest: Told, deliveries: Collection[str]) -> bool:
        parts = [self.sent[id] for id in deliveries]
        if any(sent.state is not DeliveryState.HELD or sent.digest for sent in parts):
            return False
        self._keep([digest])
        for sent in parts:
            self.sent[sent.id] = replace(sent, digest=digest.deliveries[0].id, held_for=Held.NOTHING)
        self.revision += 1
        return True

    async def revive(self, deliveries: Collection[str], *, at_ms: int) -> int:
        known = [id for id in deliveries if id in self.sent and self.sent[id].digest not in deliveries]
        for id in known:
            self.sent[id] = replace(
                self.sent[id],
                state=DeliveryState.PENDING,
                tries=0,
                due_ms=at_ms,
                ended_ms=0,
                held_for=Held.NOTHING,
                digest="",
            )
        return self._counted(len(known))

    async def rates(self, *, since_ms: int) -> Sequence[ChannelRate]:
        found: list[ChannelRate] = []
        for channel in sorted({sent.channel for sent in self.sent.values()}):
            every = [sent for sent in self.sent.values() if sent.channel == channel]
            tries = [each for sent in every for each in self.tries.get(sent.id, ()) if each.at_ms >= since_ms]
            took = [(each.took_ms, 1) for each in tries if not each.error]
            states = [sent.state for sent in every]
            found.append(
                ChannelRate(
                    channel=channel,
                    attempts=len(tries),
                    delivered=len(took),
                    failed=len(tries) - len(took),
                    median_ms=percentile(took, 50),
                    p95_ms=percentile(took, 95),
                    pending=states.count(DeliveryState.PENDING) + states.count(DeliveryState.HELD),
                    dead=states.count(DeliveryState.DEAD),
                )
            )
        return found

    async def figures(self) -> OutboxFigures:
        states = [sent.state for sent in self.sent.values()]
        every = [
            told
            for told in self.told.values()
            if _may_be_reminded_of(told)
            and not told.snoozed_until_ms
            and not any(mute.is_of(told.notification) for mute in self.muted.values())
        ]
        return OutboxFigures(
            unacknowledged=sum(told.notification.priority.rank <= Priority.HIGH.rank for told in every),
            asking=sum(bool(told.notification.asks) for told in every),
            unread=sum(not told.read_ms for told in every),
            pending=states.count(DeliveryState.PENDING),
            held=states.count(DeliveryState.HELD),
            dead=states.count(DeliveryState.DEAD),
            snoozed=sum(told.snoozed_until_ms > 0 and _may_be_reminded_of(told) for told in self.told.values()),
            mutes=len(self.muted),
            revision=self.revision,
        )

    async def forget(self, session: SessionId) -> None:
        self.muted = {id: mute for id, mute in self.muted.items() if mute.session != session}
        digests = {sent.digest for sent in self.sent.values() if sent.notification.session == session}
        for digest in digests & self.sent.keys():
            for part in [each for each in self.sent.values() if each.digest == digest]:
                waits = part.state is DeliveryState.HELD
                self.sent[part.id] = replace(part, digest="", state=DeliveryState.PENDING if waits else part.state)
            self._drop([self.sent[digest].notification.id])
        self._drop([id for id, told in self.told.items() if told.notification.session == session])
        self.revision += 1

    async def drop_older(self, before_ms: int) -> int:
        self.muted = {id: mute for id, mute in self.muted.items() if not mute.until_ms or mute.until_ms >= before_ms}
        waits = (DeliveryState.PENDING, DeliveryState.HELD)
        waiting = {sent.notification.id for sent in self.sent.values() if sent.state in waits}
        old = [id for id, told in self.told.items() if told.notification.at_ms < before_ms and id not in waiting]
        self._drop(old)
        return self._counted(len(old))

    def _keep(self, told: Sequence[Told]) -> int:
        new = [each for each in told if each.notification.id not in self.told]
        for each in new:
            self.told[each.notification.id] = each
            self.sent |= {sent.id: replace(sent, gathered=()) for sent in each.deliveries if sent.id not in self.sent}
        return len(new)

    def _end(self, ending: Ending) -> None:
        for id, told in self.told.items():
            each = told.notification
            is_meant = is_ended(each.asks, ending.asks)
            is_over = told.answered_ms or told.expired_ms
            if each.session != ending.session or each.position >= ending.position:
                continue
            if each.asks and is_meant and not is_over and ending.by:
                self.told[id] = replace(told, answered_by=ending.by, answered_ms=ending.at_ms)
            elif each.asks and is_meant and not is_over:
                self.told[id] = replace(told, expired_why=ending.why, expired_ms=ending.at_ms)

    def _meant(self, which: Collection[str] | Wanted) -> list[str]:
        if isinstance(which, Wanted):
            return [id for id, told in self.told.items() if self._is_wanted(self._now(told), which)]
        return [id for id in which if id in self.told]

    def _each(self, ids: Collection[str], change: Callable[[Told], Told | None]) -> int:
        changed = {id: new for id in ids if id in self.told and (new := change(self.told[id])) is not None}
        self.told |= changed
        return self._counted(len(changed))

    def _counted(self, count: int) -> int:
        self.revision += bool(count)
        return count

    def _drop(self, ids: Collection[str]) -> None:
        for id in ids:
            for sent in self.told.pop(id).deliveries:
                self.sent.pop(sent.id, None)
                self.tries.pop(sent.id, None)

    def _since_ms(self, told: Told) -> int:
        return self.since_ms.get(told.notification.id, told.notification.at_ms)

    def _whole(self, sent: Delivery) -> Delivery:
        held = sorted(
            (each for each in self.sent.values() if each.digest == sent.id),
            key=lambda each: (each.notification.priority.rank, each.notification.position, each.id),
        )
        return replace(sent, gathered=tuple(each.notification for each in held))

    def _now(self, told: Told) -> Told:
        sent = sorted(told.deliveries, key=lambda sent: sent.channel)
        return replace(told, deliveries=tuple(self._whole(self.sent[each.id]) for each in sent))

    def _is_wanted(self, told: Told, wanted: Wanted) -> bool:
        each = told.notification
        is_digest = each.type is NotificationType.DIGEST
        return (
            each.id.startswith(wanted.id)
            and (each.type in wanted.types if wanted.types else not is_digest or bool(wanted.state or wanted.id))
            and each.priority.rank <= wanted.priority.rank
            and wanted.session in ("", each.session)
            and not (wanted.is_open and (is_digest or not told.is_open))
            and (not wanted.life or told.state in wanted.life)
            and wanted.text.casefold() in f"{each.title}\n{each.text}".casefold()
            and not (wanted.audible_ms and not self._is_audible(told, wanted.audible_ms))
            and (
                not (wanted.channel or wanted.state)
                or any(
                    wanted.channel in ("", sent.channel) and wanted.state in (None, sent.state)
                    for sent in told.deliveries
                )
            )
        )

    def _is_audible(self, told: Told, now_ms: int) -> bool:
        is_muted = muted_by(told.notification, self.muted.values(), now_ms=now_ms) is not None
        return told.snoozed_until_ms <= now_ms and not is_muted


def _placed(told: Told, position: int) -> Told:
    notification = replace(told.notification, position=position)
    return replace(
        told,
        notification=notification,
        deliveries=tuple(replace(sent, notification=notification) for sent in told.deliveries),
    )


def _place(told: Told) -> Place:
    return told.notification.position, told.notification.id


def _may_be_reminded_of(told: Told) -> bool:
    return told.is_open and told.notification.type not in REPEATING
