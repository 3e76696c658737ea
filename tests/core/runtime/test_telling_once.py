"""Is everything told exactly once where the outbox is read, or an adding broken off, before it is heard to be done?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from core.domain.errors import StorageFailed
from core.notifying.delivering import DeliveryState
from core.notifying.life import Ending
from core.ports.outbox import Told
from core.runtime.dispatcher import Dispatcher
from core.runtime.notifier import Notifier
from tests.builders import after, opened
from tests.core.runtime.test_notifier import ALL, HOUR_MS, WHOLE, Ears, folded, times
from tests.memory_outbox import MemoryOutbox
from tests.virtual_time import START_MS, VirtualClock, in_virtual_time

HEARD_LATE_MS = 200


class HeardLate(MemoryOutbox):
    """Who adds hears a moment later that it is done, as where many works share a batch of the writer."""

    async def add(
        self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
    ) -> bool:
        done = await super().add(told, after=after, position=position, endings=endings)
        await asyncio.sleep(HEARD_LATE_MS / 1_000)
        return done


def telling(outbox: MemoryOutbox, ears: Ears, clock: VirtualClock) -> tuple[Notifier, Dispatcher]:
    dispatcher = Dispatcher(outbox, {ears.name: ears}, clock, times(clock))
    flows = after(*opened()).engine.flows
    ways: dict[str, Any] = {"on_added": dispatcher.wake, "expecting": dispatcher.expecting}
    return Notifier(outbox, ALL, flows, times(clock), **ways), dispatcher


@pytest.mark.parametrize("takes_ms", [2 * HEARD_LATE_MS, HEARD_LATE_MS // 20], ids=["under way", "over"])
def test_what_was_found_in_the_outbox_before_it_is_handed_over_is_delivered_once(takes_ms: int) -> None:
    outbox, ears = HeardLate(stands=0), Ears(at_once_max=100, takes_ms=takes_ms)
    faults: list[dict[str, Any]] = []

    async def work() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        teller, dispatcher = telling(outbox, ears, VirtualClock(START_MS + HOUR_MS))
        await teller.start(0)
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.01)
        adding = asyncio.create_task(teller.add(folded(*WHOLE)))
        await asyncio.sleep(0.01)
        dispatcher.wake()
        await adding
        await asyncio.sleep(2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(1_000)

    in_virtual_time(work)

    assert len(ears.heard) == len(outbox.sent) > 10
    assert {each.state for each in outbox.sent.values()} == {DeliveryState.DELIVERED}
    assert {len(tries) for tries in outbox.tries.values()} == {1}
    assert faults == []


def test_what_follows_on_an_adding_that_was_broken_off_is_told_and_so_is_what_it_kept() -> None:
    outbox, ears, news = HeardLate(stands=0), Ears(at_once_max=100), folded(*WHOLE)

    async def work() -> None:
        teller, dispatcher = telling(outbox, ears, VirtualClock(START_MS + HOUR_MS))
        await teller.start(0)
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.01)
        adding = asyncio.create_task(teller.add(news[:5]))
        await asyncio.sleep(0.01)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
        await teller.add(news)
        await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(1_000)

    in_virtual_time(work)

    whole = MemoryOutbox(stands=0)

    async def at_once() -> None:
        teller, _ = telling(whole, Ears(), VirtualClock(START_MS))
        await teller.add(news)

    in_virtual_time(at_once)
    assert list(outbox.told) == list(whole.told)
    assert sorted(each.id for each in ears.heard) == sorted(whole.sent)


async def test_an_outbox_that_never_stands_where_we_do_is_left_for_later_and_not_passed_by() -> None:
    class Restless(MemoryOutbox):
        is_restless = True

        async def add(
            self, told: Sequence[Told], *, after: int | None, position: int, endings: Sequence[Ending] = ()
        ) -> bool:
            if self.is_restless:
                return False
            return await super().add(told, after=after, position=position, endings=endings)

    outbox, news = Restless(stands=0), folded(*WHOLE)
    teller, _ = telling(outbox, Ears(), VirtualClock(START_MS))
    with pytest.raises(StorageFailed):
        await teller.add(news)
    assert outbox.told == {}

    outbox.is_restless = False
    await teller.add(news)
    assert outbox.stands == news[-1][0].position
