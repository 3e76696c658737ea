"""What about notifications is due by the time alone: reminders, the end of quiet hours, digests?

Each round looks at what the outbox holds and at the clock; nothing else is remembered. A process that begins anew goes
on where the last one stood, and one whose clock leapt finds what is due now, once, and not what would have been due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.gathering import digest_of
from core.notifying.reminding import reminder
from core.notifying.terms import Reminders
from core.notifying.timetable import is_quiet
from core.ports.outbox import HeldCount, Outbox, Told
from core.runtime.notifier import Notifier, Times

ROUND_SECONDS = 30
REMINDED_MAX = 100
"""So many reminders in one round; the others follow in the next."""

RELEASED_MAX, PAGES_MAX = 500, 20
"""So many deliveries of a channel are looked at at a time once quiet hours are over, and so often in one round."""

DIGESTS_MAX = 20
"""So many digests by one channel in one round."""


class Rounds:
    """Each method is one round; `on_released` is called where something is to be delivered now."""

    def __init__(
        self,
        outbox: Outbox,
        notifier: Notifier,
        times: Times,
        reminders: Reminders,
        *,
        on_released: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._notifier = notifier
        self._times = times
        self._reminders = reminders
        self._on_released = on_released

    async def remind(self) -> None:
        """Remind of what nobody has seen to for long enough, of each at most once; mutes that are over are dropped."""
        now_ms = self._times.now_ms()
        over = [mute.id for mute in await self._outbox.mutes() if not mute.holds_at(now_ms)]
        if over:
            await self._outbox.unmute(over)
            await self._notifier.follow_mutes()
        await self._outbox.set_back(now_ms=now_ms)
        found = await self._outbox.to_remind(self._reminders, now_ms=now_ms, limit=REMINDED_MAX)
        if not found:
            return
        position = await self._outbox.position() or 0
        reminders = [
            self._notifier.reminding(
                reminder(each.notification, reminded=each.reminded, position=position, now_ms=now_ms),
                each.notification,
            )
            for each in found
        ]
        if await self._outbox.remind(reminders, at_ms=now_ms):
            self._on_released()

    async def end_quiet(self) -> None:
        """Let go what waits for the end of quiet hours where these are over, or hold no more for it."""
        for count in await self._outbox.holding():
            if count.held_for is Held.QUIET:
                await self._end_quiet(count.channel)

    async def send_digests(self) -> None:
        """Gather what waits on each channel whose time has come."""
        for count in await self._outbox.holding():
            if count.held_for is Held.DIGEST and self._is_time_for(count):
                await self._send_digests(count.channel)

    async def _end_quiet(self, channel: str) -> None:
        for _ in range(PAGES_MAX):
            now_ms = self._times.now_ms()
            held = await self._outbox.held(Held.QUIET, channel=channel, limit=RELEASED_MAX)
            planned = [self._times.planned(sent) for sent in held]
            let_go = [
                # What was held all night has been gathered for long enough.
                replace(each, due_ms=now_ms)
                for each in planned
                if each.held_for is not Held.QUIET
            ]
            if let_go and await self._outbox.release(let_go):
                self._on_released()
            if len(let_go) < RELEASED_MAX:
                return

    def _is_time_for(self, count: HeldCount) -> bool:
        """Whether a channel's digest is due. A moment further away than one interval was set by another clock."""
        now_ms, table = self._times.now_ms(), self._times.table
        if is_quiet(table, count.channel, self._times.local_minute(now_ms)):
            return False
        batch = table.batches.get(count.channel)
        if batch is None or count.count >= table.parts_max:
            return True
        return not now_ms < count.until_ms <= now_ms + batch.every_ms

    async def _send_digests(self, channel: str) -> None:
        is_gathered = channel in self._times.table.batches
        for _ in range(DIGESTS_MAX):
            parts = await self._outbox.held(Held.DIGEST, channel=channel, limit=self._times.table.parts_max)
            if not parts:
                return
            if is_gathered and len(parts) > 1:
                await self._gather(parts)
            else:
                now_ms = self._times.now_ms()
                alone = [
                    replace(each, state=DeliveryState.PENDING, held_for=Held.NOTHING, due_ms=now_ms) for each in parts
                ]
                await self._outbox.release(alone)
            self._on_released()

    async def _gather(self, parts: Sequence[Delivery]) -> None:
        position = await self._outbox.position() or 0
        digest = digest_of(parts, position=position, now_ms=self._times.now_ms())
        told = Told(notification=digest.notification, deliveries=(digest,))
        await self._outbox.gather(told, [each.id for each in parts])
