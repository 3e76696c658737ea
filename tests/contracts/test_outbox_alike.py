"""Do the outbox of the tests and the one on a disk stay alike, whatever is done to both?"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held, delivery_id
from core.notifying.gathering import digest_of
from core.notifying.life import ALL_ASKED, CASE, Ending, LifeState, doubt_of
from core.notifying.muting import Mute
from core.notifying.notification import Notification, NotificationType
from core.notifying.reminding import reminder
from core.notifying.terms import Priority, Reminders
from core.ports.outbox import Attempt, Outbox, Told, Wanted
from storage.opened import open_storage
from tests.core.notifying.builders import AT_MS
from tests.core.notifying.builders import notification as built
from tests.memory_outbox import MemoryOutbox
from tests.storage.builders import codec

SESSIONS = (SessionId("ab12" * 8), SessionId("cd34" * 8))
TYPES = (NotificationType.DEBATE_COMPLETED, NotificationType.ESCALATION_NOTICE, NotificationType.ERROR_NOTIFICATION)
ASKS = ("", CASE, "turn:a", doubt_of("a", 1))
CHANNELS = ("log", "ops")
MINUTE_MS = 60_000
REMINDERS = Reminders(after_ms={Priority.URGENT: 5 * MINUTE_MS, Priority.HIGH: 30 * MINUTE_MS}, times_max=2)
STEPS_MAX = 80


@dataclass
class Life:
    """What happens to an outbox, drawn from a seed: the same to each."""

    outbox: Outbox
    chance: random.Random
    now_ms: int = AT_MS
    position: int | None = None
    number: int = 0
    seen: list[object] = field(default_factory=list)

    async def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now_ms += self.chance.choice((0, 1, MINUTE_MS, 10 * MINUTE_MS, 10 * MINUTE_MS, -3 * MINUTE_MS))
            step = self.chance.choice(self._steps())
            self.seen.append((step.__name__, await step()))
            self.seen.append(await self._look())

    def _steps(self) -> Sequence[Callable[[], Awaitable[object]]]:
        return (
            *(self._add,) * 4,
            self._put,
            self._read,
            *(self._acknowledge,) * 2,
            self._unacknowledge,
            self._snooze,
            self._mute,
            self._unmute,
            *(self._remind,) * 4,
            self._set_back,
            *(self._try,) * 2,
            self._release,
            *(self._gather,) * 2,
            self._revive,
            self._forget,
            self._drop_older,
        )

    async def _look(self) -> object:
        found = await self.outbox.find(Wanted())
        wanted = Wanted(
            types=frozenset(self.chance.sample(TYPES, self.chance.randint(0, 2))),
            priority=self.chance.choice(tuple(Priority)),
            session=self.chance.choice(("", *SESSIONS)),
            channel=self.chance.choice(("", *CHANNELS)),
            state=self.chance.choice((None, *DeliveryState)),
            life=frozenset(self.chance.sample(tuple(LifeState), self.chance.randint(0, 3))),
            is_open=self.chance.random() < 0.3,
            audible_ms=self.chance.choice((0, self.now_ms)),
        )
        due = await self.outbox.due(
            now_ms=self.now_ms, limit=1_000, busy=("ops",) if self.chance.random() < 0.3 else ()
        )
        figures = replace(await self.outbox.figures(), revision=0)
        return (
            found,
            await self.outbox.find(wanted),
            # Those of one moment come in the order in which they were kept, which isn't said of those held meanwhile.
            sorted((each.notification.priority.rank, each.due_ms, each.id, each.gathered) for each in due),
            await self.outbox.next_due_ms(),
            figures,
            await self.outbox.holding(),
            await self.outbox.mutes(),
            await self.outbox.rates(since_ms=self.now_ms - 10 * MINUTE_MS),
            sorted((each.delivery, each.number, each.error) for each in await self._attempts(found)),
        )

    async def _attempts(self, found: Sequence[Told]) -> Sequence[Attempt]:
        return await self.outbox.attempts([sent.id for each in found for sent in each.deliveries])

    async def _add(self) -> object:
        before = self.position or 0
        told = [self._told(before + 1 + at) for at in range(self.chance.randint(0, 3))]
        endings = [self._ending(before + 2 + at) for at in range(self.chance.randint(0, 2))]
        after, self.position = self.position, before + 5
        return await self.outbox.add(told, after=after, position=self.position, endings=endings)

    async def _put(self) -> object:
        return await self.outbox.put([self._told(0), self._told(0)])

    async def _read(self) -> object:
        return await self.outbox.mark_read(await self._some(), by="ann", at_ms=self.now_ms)

    async def _acknowledge(self) -> object:
        some = await self._some()
        which = Wanted(session=self.chance.choice(SESSIONS), is_open=True) if self.chance.random() < 0.3 else some
        return await self.outbox.acknowledge(which, by="ben", at_ms=self.now_ms)

    async def _unacknowledge(self) -> object:
        return await self.outbox.unacknowledge(await self._some())

    async def _snooze(self) -> object:
        until_ms = self.chance.choice((0, self.now_ms + 15 * MINUTE_MS))
        return await self.outbox.snooze(await self._some(), until_ms=until_ms)

    async def _mute(self) -> object:
        session, type = self.chance.choice(("", *SESSIONS)), self.chance.choice((None, *TYPES))
        if session or type:
            until_ms = self.chance.choice((0, self.now_ms + MINUTE_MS))
            await self.outbox.mute(Mute(session=session, type=type, until_ms=until_ms, at_ms=self.now_ms))
        return None

    async def _unmute(self) -> object:
        return await self.outbox.unmute([mute.id for mute in await self.outbox.mutes()])

    async def _remind(self) -> object:
        late = await self.outbox.to_remind(REMINDERS, now_ms=self.now_ms, limit=100)
        found = sorted(late, key=lambda each: each.notification.id)
        told = [
            self._sent(
                reminder(each.notification, reminded=each.reminded, position=self.position or 0, now_ms=self.now_ms)
            )
            for each in found
        ]
        return [each.notification.id for each in found], await self.outbox.remind(told, at_ms=self.now_ms)

    async def _set_back(self) -> object:
        return await self.outbox.set_back(now_ms=self.now_ms)

    async def _try(self) -> object:
        due = sorted(await self.outbox.due(now_ms=self.now_ms, limit=1_000, busy=()), key=lambda each: each.id)
        for sent in self.chance.sample(due, min(2, len(due))):
            state = self.chance.choice((DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.PENDING))
            error = "" if state is DeliveryState.DELIVERED else "busy"
            tried = replace(
                sent,
                state=state,
                tries=sent.tries + 1,
                due_ms=self.now_ms + (state is DeliveryState.PENDING) * MINUTE_MS,
                ended_ms=0 if state is DeliveryState.PENDING else self.now_ms,
                last_error=error,
            )
            took_ms = self.chance.randint(0, 9)
            attempt = Attempt(delivery=sent.id, number=1, at_ms=self.now_ms, took_ms=took_ms, error=error)
            await self.outbox.tried(tried, attempt)
        return len(due)

    async def _release(self) -> object:
        held = await self.outbox.held(Held.QUIET, limit=100)
        back = [
            replace(each, state=DeliveryState.PENDING, held_for=Held.NOTHING, due_ms=self.now_ms) for each in held[:2]
        ]
        return [each.id for each in held], await self.outbox.release(back)

    async def _gather(self) -> object:
        parts = await self.outbox.held(Held.DIGEST, channel="ops", limit=3)
        if not parts:
            return None
        digest = digest_of(parts, position=self.position or 0, now_ms=self.now_ms)
        told = Told(notification=digest.notification, deliveries=(digest,))
        return digest.id, await self.outbox.gather(told, [each.id for each in parts])

    async def _revive(self) -> object:
        dead = await self.outbox.find(Wanted(state=DeliveryState.DEAD))
        ids = sorted(sent.id for each in dead for sent in each.deliveries if sent.state is DeliveryState.DEAD)
        return await self.outbox.revive(self.chance.sample(ids, min(3, len(ids))), at_ms=self.now_ms)

    async def _forget(self) -> object:
        if self.chance.random() < 0.3:
            await self.outbox.forget(self.chance.choice(SESSIONS))
        return None

    async def _drop_older(self) -> object:
        return await self.outbox.drop_older(self.now_ms - 20 * MINUTE_MS)

    async def _some(self) -> list[str]:
        ids = sorted(each.notification.id for each in await self.outbox.find(Wanted()))
        return self.chance.sample(ids, min(2, len(ids)))

    def _told(self, position: int) -> Told:
        self.number += 1
        each = built(
            self.number,
            type=self.chance.choice(TYPES),
            priority=self.chance.choice(tuple(Priority)),
            session=self.chance.choice(SESSIONS),
            at_ms=self.now_ms,
            asks=self.chance.choice(ASKS),
        )
        return self._sent(replace(each, position=position))

    def _sent(self, each: Notification) -> Told:
        return Told(notification=each, deliveries=tuple(self._delivery(each, channel) for channel in CHANNELS))

    def _delivery(self, each: Notification, channel: str) -> Delivery:
        held = self.chance.choice((Held.NOTHING, Held.QUIET, Held.DIGEST))
        state = DeliveryState.HELD if held else DeliveryState.PENDING
        id = delivery_id(each.id, channel)
        return Delivery(id=id, notification=each, channel=channel, state=state, held_for=held, due_ms=self.now_ms)

    def _ending(self, position: int) -> Ending:
        by = self.chance.choice(("", "cleo"))
        return Ending(
            session=self.chance.choice(SESSIONS),
            position=position,
            at_ms=self.now_ms,
            asks=self.chance.choice((ALL_ASKED, "turn:", *ASKS[1:])),
            by=by,
            why="" if by else "it is over",
        )


async def lived(seed: int, steps: int) -> tuple[list[object], list[object]]:
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(Path(folder) / "moot.db", codec=codec())
        try:
            lives = [Life(outbox, random.Random(seed)) for outbox in (MemoryOutbox(), storage.outbox)]
            for life in lives:
                await life.live(steps)
        finally:
            await storage.close()
    return lives[0].seen, lives[1].seen


@given(seed=st.integers(min_value=0, max_value=10**6), steps=st.integers(min_value=STEPS_MAX // 2, max_value=STEPS_MAX))
@settings(max_examples=12, derandomize=True)
def test_whatever_is_done_both_say_the_same_at_each_step(seed: int, steps: int) -> None:
    in_memory, on_disk = asyncio.run(lived(seed, steps))

    for step, (one, other) in enumerate(zip(in_memory, on_disk, strict=True)):
        assert one == other, f"seed {seed}, step {step}: {in_memory[step - 1]}"
