"""Does every outbox keep the promises of its port?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.ids import SessionId
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import ATTEMPTS_KEPT_MAX, Outbox, Wanted
from tests.contracts.outboxes import PLACES, filled, found, the_due, try_
from tests.core.notifying.builders import AT_MS, notification, told

OTHER = SessionId("cd34" * 8)


@pytest.fixture(params=PLACES)
async def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    opened = PLACES[request.param](tmp_path)
    yield opened.outbox
    await opened.close()


async def test_an_outbox_that_was_never_kept_says_so(outbox: Outbox) -> None:
    assert await outbox.position() is None
    assert await outbox.next_due_ms() is None
    assert await outbox.find(Wanted()) == []


async def test_what_is_added_is_found_again_as_it_was(outbox: Outbox) -> None:
    each = told(notification(1, text="“over”\nand done"), "log", "ops")
    await filled(outbox, each)

    (again,) = await outbox.find(Wanted())
    assert again == replace(each, deliveries=tuple(sorted(each.deliveries, key=lambda sent: sent.channel)))
    assert await outbox.position() == 100


async def test_what_is_added_from_a_position_that_has_passed_changes_nothing(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)))

    assert not await outbox.add([told(notification(2))], after=None, position=200)
    assert not await outbox.add([told(notification(2))], after=99, position=200)
    assert await found(outbox, Wanted()) == [1]
    assert await outbox.position() == 100


async def test_the_urgent_are_due_first_and_of_these_the_oldest(outbox: Outbox) -> None:
    await filled(
        outbox,
        told(notification(1, priority=Priority.LOW)),
        told(notification(2, priority=Priority.URGENT, at_ms=AT_MS - 5)),
        told(notification(3, priority=Priority.URGENT, at_ms=AT_MS - 9)),
        told(notification(4, priority=Priority.HIGH, at_ms=AT_MS + 1)),
    )

    assert await the_due(outbox) == [3, 2, 1]
    assert await the_due(outbox, limit=1) == [3]
    assert await the_due(outbox, now_ms=AT_MS + 1) == [3, 2, 4, 1]
    assert await outbox.next_due_ms() == AT_MS - 9


async def test_nothing_is_due_by_a_busy_channel(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1), "ops"), told(notification(2), "log"))

    assert await the_due(outbox, busy=("ops",)) == [2]


async def test_what_was_tried_stands_as_it_came_out_with_each_try(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)))
    (sent,) = await outbox.due(now_ms=AT_MS, limit=1, busy=())
    await try_(outbox, replace(sent, tries=1, due_ms=AT_MS + 1_000, last_error="busy"), error="busy")
    assert await the_due(outbox) == []
    later = AT_MS + 1_000
    await try_(outbox, replace(sent, tries=2, state=DeliveryState.DELIVERED, ended_ms=later), at_ms=later)

    assert await the_due(outbox, now_ms=later) == []
    assert [(each.number, each.error) for each in await outbox.attempts([sent.id])] == [(1, "busy"), (2, "")]
    (again,) = await outbox.find(Wanted(state=DeliveryState.DELIVERED))
    assert again.deliveries[0].ended_ms == later


async def test_only_the_newest_tries_are_kept(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)))
    (sent,) = await outbox.due(now_ms=AT_MS, limit=1, busy=())
    for number in range(ATTEMPTS_KEPT_MAX + 3):
        await try_(outbox, sent, at_ms=AT_MS + number)

    assert [each.number for each in await outbox.attempts([sent.id])] == list(range(4, ATTEMPTS_KEPT_MAX + 4))


async def test_what_is_acknowledged_keeps_who_was_first(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1, priority=Priority.HIGH)), told(notification(2)))
    (id,) = [each.notification.id for each in await outbox.find(Wanted(priority=Priority.HIGH))]

    assert (await outbox.figures()).unacknowledged == 1
    assert await outbox.acknowledge([id, "unknown"], by="ann", at_ms=AT_MS + 1) == 1
    assert await outbox.acknowledge([id], by="ben", at_ms=AT_MS + 2) == 0
    assert await found(outbox, Wanted(is_open=True)) == [2]
    assert [(each.acknowledged_by, each.acknowledged_ms) for each in await outbox.find(Wanted())] == [
        ("", 0),
        ("ann", AT_MS + 1),
    ]
    assert (await outbox.figures()).unacknowledged == 0


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [3, 2, 1]),
        (Wanted(types=frozenset({NotificationType.ESCALATION_NOTICE})), [2]),
        (Wanted(priority=Priority.HIGH), [2]),
        (Wanted(session=OTHER), [3]),
        (Wanted(channel="ops"), [3, 2]),
        (Wanted(channel="ops", state=DeliveryState.DEAD), []),
        (Wanted(channel="ops", state=DeliveryState.PENDING, is_open=True), [3, 2]),
    ],
)
async def test_notifications_are_found_by_what_they_are(outbox: Outbox, wanted: Wanted, numbers: list[int]) -> None:
    await filled(
        outbox,
        told(notification(1)),
        told(notification(2, type=NotificationType.ESCALATION_NOTICE, priority=Priority.URGENT), "ops"),
        told(notification(3, session=OTHER), "log", "ops"),
    )

    assert await found(outbox, wanted) == numbers


async def test_a_dead_letter_is_due_again_once_it_is_revived(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)))
    (sent,) = await outbox.due(now_ms=AT_MS, limit=1, busy=())
    await try_(outbox, replace(sent, tries=8, state=DeliveryState.DEAD, ended_ms=AT_MS), error="gone")
    assert (await outbox.figures()).dead == 1

    assert await outbox.revive([sent.id, "unknown"], at_ms=AT_MS + 7) == 1
    assert await the_due(outbox, now_ms=AT_MS + 7) == [1]
    figures = await outbox.figures()
    assert (figures.dead, figures.pending) == (0, 1)


async def test_a_deleted_session_is_told_of_no_more(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)), told(notification(2, session=OTHER)))
    await outbox.forget(OTHER)

    assert await found(outbox, Wanted()) == [1]
    assert await the_due(outbox) == [1]


async def test_what_is_old_is_dropped_unless_it_still_waits(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)), told(notification(2)), told(notification(3, at_ms=AT_MS + 9)))
    sent = (await outbox.due(now_ms=AT_MS, limit=1, busy=()))[0]
    await try_(outbox, replace(sent, tries=1, state=DeliveryState.DELIVERED, ended_ms=AT_MS))

    assert await outbox.drop_older(AT_MS + 5) == 1
    assert await found(outbox, Wanted()) == [3, 2]
    assert await outbox.attempts([sent.id]) == []
