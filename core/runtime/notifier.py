"""How does what happens become notifications, and how do these reach whom they are for?

The notifier is handed what the projector folds and keeps in the outbox what is worth telling; a session never waits for
it. The dispatcher takes from the outbox what is due and hands it to the channels, the most urgent first, so many at
once by each; what a killed process had under way is still in the outbox, and is sent again under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from core.domain.errors import MootError, StorageFailed
from core.domain.events import Recorded
from core.domain.flow import Flow
from core.domain.ids import SessionId
from core.domain.summary import SessionSummary
from core.notifying.answering import ended_by
from core.notifying.delivering import Delivery, DeliveryState, delivery_id, is_given_up, jitter_of, pause_ms
from core.notifying.muting import Mute, muted_by
from core.notifying.noticing import noticed
from core.notifying.notification import Notification, Priority
from core.notifying.routing import LOG, Route, channels_for
from core.notifying.timetable import LocalMinute, Timetable, planned, retried_ms
from core.ports.channel import Channel, NotDelivered
from core.ports.clock import Clock
from core.ports.outbox import Attempt, Outbox, Told

BATCH_MAX = 200
"""So many deliveries are taken out of the outbox at a time."""

IDLE_MILLISECONDS = 5_000
"""How long the dispatcher sleeps at most: another process may have put something back into the outbox."""

BUSY_MILLISECONDS = 1_000
RETRY_MILLISECONDS = 1_000
ERROR_CHARACTERS_MAX = 300
DELIVERED, FAILED = "delivered", "failed"
"""How a try ended, as it is counted by channel."""

Folded = Sequence[tuple[Recorded, SessionSummary]]
"""Records in the order of the log, each with its session's row behind it."""

_log = logging.getLogger(__name__)


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
    ) -> None:
        self._outbox = outbox
        self._routes = tuple(routes)
        self._times = times
        self._mutes: Sequence[Mute] = ()
        self._least = max(
            (route.priority for route in self._routes), key=lambda each: each.rank, default=Priority.URGENT
        )
        self._flows = flows
        self._on_added = on_added
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
        """Keep what these tell. What was added already is passed by."""
        if not folded or folded[-1][0].position <= self._position:
            return
        new = [(record, row) for record, row in folded if record.position > self._position]
        told = self._kept(
            notification
            for record, row in new
            for notification in noticed(record, row, self._flows.get(row.flow), least=self._least)
        )
        endings = [ending for record, _ in new for ending in ended_by(record)]
        position = folded[-1][0].position
        if not await self._outbox.add(told, after=self._position, position=position, endings=endings):
            self._position = await self._outbox.position() or 0
            return
        self._position = position
        if told:
            self._on_added()

    async def forget(self, session: SessionId) -> None:
        await self._outbox.forget(session)

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
        return self._told(reminder, tuple(dict.fromkeys(channels)))

    def _kept(self, notifications: Iterable[Notification]) -> list[Told]:
        """Those that some route takes. What is muted goes into the audit trail alone, and is kept all the same."""
        kept: list[Told] = []
        for each in notifications:
            channels = channels_for(each, self._routes)
            if not channels:
                continue
            if muted_by(each, self._mutes, now_ms=self._times.now_ms()) is not None:
                channels = tuple(channel for channel in channels if channel == LOG)
            kept.append(self._told(each, channels))
        return kept

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


class Dispatcher:
    """`run` delivers until cancelled; `wake` says that something may be due. Whoever cancels it calls `finish`: what is
    under way would be told twice if it were broken off a moment before its answer came."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], clock: Clock, times: Times) -> None:
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._times = times
        self.tries: Counter[tuple[str, str]] = Counter()
        self._awake = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._by_channel: Counter[str] = Counter()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Deliver what is due, for ever. What is under way when it is cancelled goes on."""
        while True:
            self._awake.clear()
            try:
                await self._send_due()
                await self._rest()
            except StorageFailed as failed:
                _log.warning("notifications wait for the disk: %s", failed)
                await self._clock.sleep(RETRY_MILLISECONDS)

    async def finish(self, milliseconds_max: int) -> None:
        """Deliver what is due and wait for what is under way, for at most so long, while nobody calls `run`: what has
        just happened is told before the process ends. What fails or takes longer is left to whoever drives next."""
        try:
            async with asyncio.timeout(milliseconds_max / 1_000):
                while True:
                    await self._send_due()
                    if not self._under_way:
                        return
                    await asyncio.wait(tuple(self._under_way.values()), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            _log.info("%d notifications are left to whoever drives next", len(self._under_way))
        finally:
            await self._break_off()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()

    async def _break_off(self) -> None:
        under_way = tuple(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _send_due(self) -> None:
        """Begin as many as there is room for."""
        busy = [name for name, channel in self._channels.items() if self._by_channel[name] >= channel.at_once_max]
        room = sum(channel.at_once_max - self._by_channel[name] for name, channel in self._channels.items())
        limit = max(1, min(BATCH_MAX, room)) + len(self._under_way)  # those under way are still due on record
        for delivery in await self._outbox.due(now_ms=self._clock.now_ms(), limit=limit, busy=busy):
            channel = self._channels.get(delivery.channel)
            if delivery.id in self._under_way:
                continue
            if channel is not None and self._by_channel[delivery.channel] >= channel.at_once_max:
                self._awake.set()  # others may wait behind these, whose channel is busy from now on
                continue
            self._begin(delivery, channel)

    def _begin(self, delivery: Delivery, channel: Channel | None) -> None:
        self._by_channel[delivery.channel] += 1
        task = asyncio.create_task(self._deliver(delivery, channel), name=f"delivery {delivery.id}")
        self._under_way[delivery.id] = task
        task.add_done_callback(lambda _: self._ended(delivery))

    def _ended(self, delivery: Delivery) -> None:
        del self._under_way[delivery.id]
        self._by_channel[delivery.channel] -= 1
        self._awake.set()

    async def _deliver(self, delivery: Delivery, channel: Channel | None) -> None:
        began_ms = self._clock.now_ms()
        error, note, is_final, asked_ms = "", "", False, None
        if channel is None:
            error, is_final = f"no channel is called {delivery.channel!r} here any more", True
        else:
            try:
                note = await channel.deliver(delivery) or ""
            except NotDelivered as failed:
                error, is_final, asked_ms = str(failed), failed.is_final, failed.retry_after_ms
            except Exception:
                # A fault of ours, or of a channel's library. The others must go on.
                _log.exception("the channel %s broke", delivery.channel)
                error = "the channel broke; the log file says how"
        self.tries[delivery.channel, FAILED if error else DELIVERED] += 1
        now_ms = self._clock.now_ms()
        tried = self._behind(delivery, error[:ERROR_CHARACTERS_MAX], is_final, asked_ms, now_ms)
        attempt = Attempt(
            delivery=delivery.id,
            number=tried.tries,
            at_ms=began_ms,
            took_ms=max(0, now_ms - began_ms),
            error=tried.last_error if error else "",
            note=note[:ERROR_CHARACTERS_MAX],
        )
        try:
            await self._outbox.tried(tried, attempt)
        except MootError as failed:
            # It stays due and is sent again under its id: a receiver can tell.
            _log.warning("what became of delivery %s could not be kept: %s", delivery.id, failed)
            await self._clock.sleep(RETRY_MILLISECONDS)

    def _behind(self, delivery: Delivery, error: str, is_final: bool, asked_ms: int | None, now_ms: int) -> Delivery:
        tries = delivery.tries + 1
        if not error:
            return replace(delivery, state=DeliveryState.DELIVERED, tries=tries, ended_ms=now_ms, last_error="")
        if is_given_up(tries, is_final=is_final):
            return replace(delivery, state=DeliveryState.DEAD, tries=tries, ended_ms=now_ms, last_error=error)
        due_ms = now_ms + pause_ms(tries, jitter_ppm=jitter_of(delivery.id, tries), asked_ms=asked_ms)
        return replace(delivery, tries=tries, due_ms=self._times.retried_ms(delivery, due_ms), last_error=error)

    async def _rest(self) -> None:
        """Sleep until something ends, is added or is due."""
        if self._awake.is_set():
            return
        due_ms = await self._outbox.next_due_ms()
        if self._awake.is_set():
            return
        now_ms = self._clock.now_ms()
        wait_ms = IDLE_MILLISECONDS if due_ms is None else min(IDLE_MILLISECONDS, due_ms - now_ms)
        if wait_ms <= 0:  # all that is due is under way, or its channel is busy: their end wakes us
            wait_ms = BUSY_MILLISECONDS
        sleeping = asyncio.ensure_future(self._clock.sleep(wait_ms))
        waking = asyncio.ensure_future(self._awake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
