"""How does what happens become notifications, and when are these to go?

The notifier is handed what the projector folds and keeps in the outbox what is worth telling; a session never waits for
it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from core.domain.errors import StorageFailed
from core.domain.events import Recorded
from core.domain.flow import Flow
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.domain.unanswered import AnswerTerms
from core.notifying.answering import ended_by
from core.notifying.delivering import Delivery, delivery_id
from core.notifying.hurrying import asks_the_operator
from core.notifying.muting import Mute, muted_by
from core.notifying.noticing import is_answered_by_itself, may_tell, noticed
from core.notifying.notification import Notification
from core.notifying.routing import LOG, Route, channels_for
from core.notifying.terms import Priority
from core.notifying.timetable import LocalMinute, Timetable, planned, retried_ms
from core.ports.clock import Clock
from core.ports.outbox import Outbox, Told

ADD_TRIES_MAX = 3
"""So often is what was folded held against where the outbox stands. Nobody else adds to it: twice is enough."""

Taken = Callable[[], Awaitable[Mapping[SessionId, int]]]
Terms = Callable[[SessionId], Awaitable[AnswerTerms | None]]

Fresh = Callable[[Sequence[Delivery]], bool]
"""Is handed what was just put on record; True where it takes all of it."""

Folded = Sequence[tuple[Recorded, SessionSummary]]
"""Records in the order of the log, each with its session's row behind it."""


class Times:
    """When deliveries are to go, by the operator's timetable and clock."""

    def __init__(self, clock: Clock, table: Timetable, local_minute: LocalMinute) -> None:
        self._clock = clock
        self.table = table
        self.local_minute = local_minute

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def planned(self, sent: Delivery) -> Delivery:
        """As it is to wait from now on."""
        return planned(sent, self.table, now_ms=self._clock.now_ms(), local_minute=self.local_minute)

    def retried_ms(self, sent: Delivery, due_ms: int) -> int:
        """When it is to be tried again, which without quiet hours would be at `due_ms`."""
        priority = sent.notification.priority
        return retried_ms(self.table, priority, sent.channel, due_ms=due_ms, local_minute=self.local_minute)


def leave_all(fresh: Sequence[Delivery]) -> bool:
    """`Fresh` where all is looked for in the outbox."""
    return False


async def nothing_taken() -> Mapping[SessionId, int]:
    """`Taken` where every session is of this place."""
    return {}


async def nobody_hurried(session: SessionId) -> AnswerTerms | None:
    """`Terms` where every session waits for as long as it takes."""
    return None


class Notifier:
    """`start` once, then `add` what was folded. `on_added` is called where something is to be delivered."""

    def __init__(
        self,
        outbox: Outbox,
        routes: Sequence[Route],
        flows: Mapping[str, Flow],
        times: Times,
        *,
        on_added: Callable[[], None],
        expecting: Callable[[], Fresh] = lambda: leave_all,
        taken: Taken = nothing_taken,
        terms: Terms = nobody_hurried,
    ) -> None:
        """`expecting` is asked before something is added for who may take it as it is; where it is left, `on_added` is
        called. `taken` says of sessions that were recorded elsewhere up to which position they are: of what happened
        there nobody is told here, where it can't be answered. `terms` say how long a session waits for answers."""
        self._outbox = outbox
        self._routes = tuple(routes)
        self._times = times
        self._mutes: Sequence[Mute] = ()
        self._least = max(
            (route.priority for route in self._routes), key=lambda each: each.rank, default=Priority.URGENT
        )
        self._flows = flows
        self._on_added = on_added
        self._expecting = expecting
        self._taken = taken
        self._terms = terms
        self._position = 0

    async def start(self, position: int) -> None:
        """Go on where the outbox stands. One that was never kept begins at `position`: of what happened before anybody
        could be told, nobody is told."""
        stands = await self._outbox.position()
        if stands is None:
            await self._outbox.add((), after=None, position=position)
            stands = position
        self._position = stands
        await self.follow_mutes()

    async def follow_mutes(self) -> None:
        """Heed what is muted from now on."""
        self._mutes = await self._outbox.mutes()

    async def add(self, folded: Folded) -> None:
        """Keep what these tell. What was added already is passed by. Raises StorageFailed, also where the outbox moves
        on under us again and again: then they are told of with what comes next."""
        for _ in range(ADD_TRIES_MAX):
            new = [(record, row) for record, row in folded if record.position > self._position]
            if not new or await self._add(new):
                return
            # Who added last was broken off before hearing that it was done. What lies behind that is still to be told.
            self._position = await self._outbox.position() or 0
            self._on_added()
        raise StorageFailed("notifications were not kept: the outbox moved on meanwhile.", where="the outbox")

    async def _add(self, new: Folded) -> bool:
        """Keep what these tell; False, and nothing is kept, where the outbox does not stand where we do."""
        terms = {
            record.position: await self._terms(record.session) for record, _ in new if asks_the_operator(record.event)
        }
        found = [
            (notification, row)
            for record, row in new
            for notification in noticed(
                record, row, self._flows.get(row.flow), least=self._least, terms=terms.get(record.position)
            )
        ]
        quiet = frozenset(each.id for each, row in found if is_answered_by_itself(each, row))
        told = await self._happened_here(self._kept((each for each, _ in found), quiet=quiet))
        endings = [ending for record, row in new for ending in ended_by(record, row, self._flows.get(row.flow))]
        position = new[-1][0].position
        take = self._expecting()
        if not await self._outbox.add(told, after=self._position, position=position, endings=endings):
            return False
        self._position = position
        if told and not take([sent for each in told for sent in each.deliveries]):
            self._on_added()
        return True

    async def _happened_here(self, told: list[Told]) -> list[Told]:
        """Those that don't come from a record of another place."""
        taken = await self._taken() if told else {}
        return [each for each in told if each.notification.position > taken.get(each.notification.session, 0)]

    def may_tell(self, records: Iterable[Recorded]) -> bool:
        """Whether somebody may have to be told because of these."""
        return bool(self._routes) and any(may_tell(record.event, least=self._least) for record in records)

    async def forget(self, session: SessionId) -> None:
        await self._outbox.forget(session)
        self._on_added()  # what was to be delivered of it is no longer

    async def put(self, notifications: Sequence[Notification]) -> int:
        """Keep what follows from no event, once by each id; how many were new. What no route takes is not kept."""
        new = await self._outbox.put(self._kept(notifications))
        if new:
            self._on_added()
        return new

    def reminding(self, reminder: Notification, of: Notification) -> Told:
        """A reminder with its deliveries: it goes where reminders go, and where what it reminds of would go if it were
        as urgent."""
        as_urgent = replace(of, priority=reminder.priority)
        channels = (*channels_for(reminder, self._routes), *channels_for(as_urgent, self._routes))
        return self._told(reminder, self._heard(reminder, tuple(dict.fromkeys(channels))))

    def _kept(self, notifications: Iterable[Notification], *, quiet: frozenset[str] = frozenset()) -> list[Told]:
        """Those that some route takes. What is muted, or whose id is `quiet`, goes into the audit trail alone, and is
        kept all the same."""
        kept: list[Told] = []
        for each in notifications:
            channels = channels_for(each, self._routes)
            if not channels:
                continue
            heard = self._heard(each, channels) if each.id not in quiet else _in_the_trail_alone(channels)
            kept.append(self._told(each, heard))
        return kept

    def _heard(self, notification: Notification, channels: tuple[str, ...]) -> tuple[str, ...]:
        """Of these channels those by which it goes, muted or not."""
        if muted_by(notification, self._mutes, now_ms=self._times.now_ms()) is None:
            return channels
        return _in_the_trail_alone(channels)

    def _told(self, notification: Notification, channels: Iterable[str]) -> Told:
        return Told(
            notification=notification,
            deliveries=tuple(
                self._times.planned(
                    Delivery(
                        id=delivery_id(notification.id, channel),
                        notification=notification,
                        channel=channel,
                        due_ms=notification.at_ms,
                    )
                )
                for channel in channels
            ),
        )


def _in_the_trail_alone(channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(channel for channel in channels if channel == LOG)
