"""Which outboxes are there, and how do tests fill one?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.notifying.delivering import Delivery, DeliveryState, Held
from core.ports.outbox import Attempt, Outbox, Told, Wanted
from storage.opened import open_storage
from tests.core.notifying.builders import AT_MS
from tests.memory_outbox import MemoryOutbox
from tests.storage.builders import codec


@dataclass(kw_only=True)
class Place:
    outbox: Outbox
    close: Callable[[], Awaitable[None]]


async def nothing() -> None:
    pass


def sqlite_place(folder: Path) -> Place:
    storage = open_storage(folder / "moot.db", codec=codec())
    return Place(outbox=storage.outbox, close=storage.close)


PLACES: dict[str, Callable[[Path], Place]] = {
    "memory": lambda _: Place(outbox=MemoryOutbox(), close=nothing),
    "sqlite": sqlite_place,
}


async def filled(outbox: Outbox, *each: Told) -> None:
    assert await outbox.add(each, after=None, position=100)


async def the_due(outbox: Outbox, *, now_ms: int = AT_MS, limit: int = 100, busy: tuple[str, ...] = ()) -> list[int]:
    return [each.notification.seq for each in await outbox.due(now_ms=now_ms, limit=limit, busy=busy)]


async def found(outbox: Outbox, wanted: Wanted) -> list[int]:
    return [each.notification.seq for each in await outbox.find(wanted)]


async def try_(outbox: Outbox, sent: Delivery, *, at_ms: int = AT_MS, took_ms: int = 3, error: str = "") -> None:
    await outbox.tried(sent, Attempt(delivery=sent.id, number=sent.tries, at_ms=at_ms, took_ms=took_ms, error=error))


async def arrived(outbox: Outbox, sent: Delivery, *, at_ms: int = AT_MS) -> None:
    await try_(outbox, replace(sent, tries=1, state=DeliveryState.DELIVERED, ended_ms=at_ms), at_ms=at_ms)


def held(told: Told, held_for: Held, *, due_ms: int) -> Told:
    """The same with its deliveries held."""
    waiting = (replace(sent, state=DeliveryState.HELD, held_for=held_for, due_ms=due_ms) for sent in told.deliveries)
    return replace(told, deliveries=tuple(waiting))
