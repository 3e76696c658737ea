"""How does what lies in the outbox reach whom it is for?

The dispatcher takes what is due and hands it to the channels, the most urgent first, so many at once by each; what a
killed process had under way is still in the outbox, and is sent again under the same id.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.domain.errors import MootError, StorageFailed
from core.notifying.delivering import Delivery, DeliveryState, is_given_up, jitter_of, pause_ms
from core.ports.channel import Channel, NotDelivered
from core.ports.clock import Clock
from core.ports.outbox import Attempt, Outbox
from core.runtime.notifier import Times

BATCH_MAX = 200
"""So many deliveries are taken out of the outbox at a time."""

UNDER_WAY_MAX = 500
"""So many are under way, or ended and not yet kept: a slow disk must not let them grow without end."""

KEPT_TOGETHER_MILLISECONDS = 20
"""So long it is waited for others that end: a transaction for each would take longer than all the rest."""

PAGE_MILLISECONDS = 1_000
"""What was taken out of the outbox is looked at again after so long: it may have been muted, or deleted, meanwhile."""

IDLE_MILLISECONDS = 5_000
"""How long the dispatcher sleeps at most: another process may have put something back into the outbox."""

BUSY_MILLISECONDS = 1_000
RETRY_MILLISECONDS = 1_000
ERROR_CHARACTERS_MAX = 300
DELIVERED, FAILED = "delivered", "failed"
"""How a try ended, as it is counted by channel."""

_log = logging.getLogger(__name__)


class Dispatcher:
    """`run` delivers until cancelled; `wake` says that something may be due, or is no longer. Whoever cancels it calls
    `finish`: what is under way would be told twice if it were broken off a moment before its answer came.

    What is due is taken a page at a time and handed out as channels have room; what came of it is kept for all that
    ended meanwhile at once.
    """

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], clock: Clock, times: Times) -> None:
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._times = times
        self.tries: Counter[tuple[str, str]] = Counter()
        self._awake = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._by_channel: Counter[str] = Counter()
        self._ready: dict[str, deque[Delivery]] = {}
        self._read_ms = 0
        self._pages = 0
        self._is_stale = True
        self._is_reading = False
        self._unread: set[str] = set()
        self._ended_meanwhile: set[str] = set()
        self._tried: list[tuple[Delivery, Attempt]] = []
        self._keeping = asyncio.Lock()

    def wake(self) -> None:
        self._is_stale = True
        self._awake.set()

    def expecting(self) -> Callable[[Sequence[Delivery]], bool]:
        """Ask before deliveries are put on record; the answer takes them once they are, and delivers them without
        asking for them. It is False, and nothing is lost by it, where others wait that may be more urgent, or where
        a page was read meanwhile: these may have been on it, and be under way or over by the time that they are
        handed over."""
        pages = self._pages
        return lambda fresh: pages == self._pages and self._take(fresh)

    def _take(self, fresh: Sequence[Delivery]) -> bool:
        if self._is_stale or self._is_reading or self._unread or any(self._ready.values()):
            return False
        now_ms = self._clock.now_ms()
        due = [each for each in fresh if each.state is DeliveryState.PENDING and each.due_ms <= now_ms]
        for delivery in sorted(due, key=lambda each: each.notification.priority.rank):
            self._ready.setdefault(delivery.channel, deque()).append(delivery)
        self._awake.set()
        return len(due) == len(fresh)

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
                    self._is_stale = True
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
        if not self._is_stale and self._clock.now_ms() - self._read_ms not in range(PAGE_MILLISECONDS):
            self._is_stale = True
        if not self._is_stale:
            self._begin_ready()
        while self._is_stale or self._may_have_more():
            await self._read_page()
            if not self._begin_ready():
                return

    async def _read_page(self) -> None:
        """Take what is due, the most urgent first, for the channels that have room."""
        self._is_stale, self._is_reading, now_ms = False, True, self._clock.now_ms()
        self._ended_meanwhile.clear()
        busy = [name for name in self._channels if not self._room(name)]
        room = min(BATCH_MAX, max(1, 2 * sum(map(self._room, self._channels))))
        limit = room + len(self._under_way)  # those under way are still due on record
        try:
            found = await self._outbox.due(now_ms=now_ms, limit=limit, busy=busy)
        except BaseException:
            self._is_stale = True
            raise
        finally:
            self._is_reading = False
        self._read_ms = now_ms
        self._pages += 1
        self._unread = set(self._channels) if len(found) >= limit else set(busy)
        self._ready = {}
        for delivery in found:
            if delivery.id not in self._under_way and delivery.id not in self._ended_meanwhile:
                self._ready.setdefault(delivery.channel, deque()).append(delivery)

    def _begin_ready(self) -> int:
        """Hand out what there is room for; how many."""
        before = len(self._under_way)
        for name, waiting in self._ready.items():
            while waiting and self._room(name) and len(self._under_way) < UNDER_WAY_MAX:
                self._begin(waiting.popleft(), self._channels.get(name))
        return len(self._under_way) - before

    def _room(self, name: str) -> int:
        channel = self._channels.get(name)
        return (channel.at_once_max if channel is not None else BATCH_MAX) - self._by_channel[name]

    def _may_have_more(self) -> bool:
        """Whether something may be due by a channel that could take it, and that the page has nothing for."""
        return any(self._room(name) and not self._ready.get(name) for name in self._unread)

    def _begin(self, delivery: Delivery, channel: Channel | None) -> None:
        self._by_channel[delivery.channel] += 1
        task = asyncio.create_task(self._deliver(delivery, channel), name=f"delivery {delivery.id}")
        self._under_way[delivery.id] = task
        task.add_done_callback(lambda _: self._ended(delivery))

    def _ended(self, delivery: Delivery) -> None:
        del self._under_way[delivery.id]
        self._ended_meanwhile.add(delivery.id)
        self._awake.set()

    async def _deliver(self, delivery: Delivery, channel: Channel | None) -> None:
        try:
            tried, attempt = await self._tried_once(delivery, channel)
        finally:
            self._by_channel[delivery.channel] -= 1
            self._awake.set()
        await self._keep(tried, attempt)

    async def _tried_once(self, delivery: Delivery, channel: Channel | None) -> tuple[Delivery, Attempt]:
        """The delivery as it stands behind one try, and the try."""
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
        return tried, attempt

    async def _keep(self, tried: Delivery, attempt: Attempt) -> None:
        """Keep what came of it, together with whatever else has ended by the time that it is our turn."""
        ours = (tried, attempt)
        self._tried.append(ours)
        async with self._keeping:
            if not any(each is ours for each in self._tried):
                return  # somebody before us has kept it
            await self._clock.sleep(KEPT_TOGETHER_MILLISECONDS)
            together, self._tried = self._tried, []
            try:
                await self._outbox.tried_all(together)
            except MootError as failed:
                # They stay due and are sent again under their ids: a receiver can tell.
                _log.warning("what became of %d deliveries could not be kept: %s", len(together), failed)
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
            self._is_stale = self._is_stale or not self._awake.is_set()  # something has come due
        finally:
            sleeping.cancel()
            waking.cancel()
