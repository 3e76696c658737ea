"""Does what is due by the time alone happen once, whatever the clock does, and after a restart as before it?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.notifying.delivering import DeliveryState, Held
from core.notifying.muting import Mute
from core.notifying.notification import Notification, NotificationType
from core.notifying.routing import Route
from core.notifying.terms import Batch, Priority, Quiet, Reminders
from core.notifying.timetable import Timetable
from core.runtime.telling_rounds import REMINDED_MAX
from tests.core.notifying.builders import SESSION
from tests.core.notifying.builders import notification as built
from tests.core.runtime.telling_builders import HOUR_MS, MINUTE_MS, NOON_MS, Desk

DAY_MS = 24 * HOUR_MS
NIGHT = Timetable(quiet=Quiet(from_minute=22 * 60, to_minute=7 * 60))
GATHERING = Timetable(batches={"ops": Batch(every_ms=30 * MINUTE_MS)}, parts_max=4)
REMINDER, DIGEST = NotificationType.REMINDER, NotificationType.DIGEST


def notification(
    number: int = 1,
    *,
    priority: Priority = Priority.NORMAL,
    at_ms: int = NOON_MS,
    type: NotificationType = NotificationType.DEBATE_COMPLETED,
) -> Notification:
    return built(number, priority=priority, at_ms=at_ms, type=type)


async def test_nobody_is_reminded_twice_by_one_round_or_by_a_day_that_is_skipped() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    await desk.tell(notifier, notification(priority=Priority.URGENT))
    desk.clock.at_ms += 3 * DAY_MS
    for _ in range(3):
        await rounds.remind()

    (again,) = await desk.of_type(REMINDER)
    assert again.notification.text == "Nobody has seen to this for 3 days: It is over."


async def test_reminders_come_again_each_more_urgent_until_there_were_enough() -> None:
    desk = Desk()
    notifier, rounds = desk.over(reminders=Reminders(after_ms={Priority.NORMAL: 10 * MINUTE_MS}))
    await desk.tell(notifier, notification())
    for _ in range(200):
        desk.clock.at_ms += MINUTE_MS
        await rounds.remind()

    found = await desk.of_type(REMINDER)
    assert [(each.notification.at_ms - NOON_MS) // MINUTE_MS for each in found] == [10, 20, 30]
    assert [each.notification.priority for each in found] == [Priority.HIGH, Priority.URGENT, Priority.URGENT]


async def test_a_restart_reminds_of_nothing_anew() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    await desk.tell(notifier, notification(priority=Priority.URGENT))
    desk.clock.at_ms += 6 * MINUTE_MS
    await rounds.remind()
    _, next_process = desk.over()
    await next_process.remind()
    assert len(await desk.of_type(REMINDER)) == 1

    desk.clock.at_ms += 5 * MINUTE_MS
    await next_process.remind()
    assert len(await desk.of_type(REMINDER)) == 2


async def test_a_reminder_goes_where_reminders_go_and_where_what_it_reminds_of_would_go_so_urgently() -> None:
    desk = Desk()
    routes = (
        Route(channels=("log",)),
        Route(channels=("pager",), types=frozenset({NotificationType.ERROR_NOTIFICATION}), priority=Priority.URGENT),
        Route(channels=("team",), types=frozenset({REMINDER})),
        Route(channels=("other",), types=frozenset({NotificationType.CONSENSUS_UPDATE})),
    )
    notifier, rounds = desk.over(routes=routes)
    type = NotificationType.ERROR_NOTIFICATION
    await desk.tell(notifier, notification(priority=Priority.HIGH, type=type))
    desk.clock.at_ms += 30 * MINUTE_MS
    await rounds.remind()

    (again,) = await desk.of_type(REMINDER)
    assert [sent.channel for sent in again.deliveries] == ["log", "pager", "team"]
    assert desk.woken == 2


@pytest.mark.parametrize("done", ["acknowledged", "muted", "snoozed", "answered"])
async def test_what_needs_nobody_now_is_not_reminded_of(done: str) -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    each = notification(priority=Priority.URGENT)
    await desk.tell(notifier, each)
    match done:
        case "acknowledged":
            await desk.outbox.acknowledge([each.id], by="ann", at_ms=NOON_MS)
        case "muted":
            await desk.outbox.mute(Mute(session=SESSION, until_ms=NOON_MS + DAY_MS))
        case "snoozed":
            await desk.outbox.snooze([each.id], until_ms=NOON_MS + DAY_MS)
        case _:
            desk.outbox.told[each.id] = replace(desk.outbox.told[each.id], answered_by="ann", answered_ms=NOON_MS)
    desk.clock.at_ms += DAY_MS - 1
    await rounds.remind()

    assert await desk.of_type(REMINDER) == []


async def test_what_rested_comes_back_once_whatever_its_priority() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    each = notification(priority=Priority.LOW)
    await desk.tell(notifier, each)
    await desk.outbox.snooze([each.id], until_ms=NOON_MS + HOUR_MS)
    for _ in range(5):
        desk.clock.at_ms += 30 * MINUTE_MS
        await rounds.remind()

    (again,) = await desk.of_type(REMINDER)
    assert again.notification.at_ms == NOON_MS + HOUR_MS


async def test_a_thousand_that_are_late_are_reminded_of_a_few_at_a_time_the_most_urgent_first() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    urgent = notification(1_000, priority=Priority.URGENT)
    await desk.tell(notifier, *(notification(number, priority=Priority.HIGH) for number in range(1, 1_000)), urgent)
    desk.clock.at_ms += HOUR_MS
    await rounds.remind()

    found = await desk.of_type(REMINDER)
    assert len(found) == REMINDED_MAX
    assert urgent.id in {each.notification.reminds for each in found}


@given(
    leaps=st.lists(st.integers(min_value=-2 * DAY_MS, max_value=2 * DAY_MS) | st.just(MINUTE_MS), max_size=40),
    priorities=st.lists(st.sampled_from(Priority), min_size=1, max_size=4),
    times_max=st.integers(min_value=0, max_value=4),
)
@settings(deadline=None)
def test_however_the_clock_leaps_one_round_reminds_of_each_once_at_most_and_all_of_them_as_often_as_was_said(
    leaps: list[int], priorities: list[Priority], times_max: int
) -> None:
    async def work() -> None:
        desk = Desk()
        after_ms = {Priority.URGENT: 5 * MINUTE_MS, Priority.HIGH: 30 * MINUTE_MS}
        notifier, rounds = desk.over(reminders=Reminders(after_ms=after_ms, times_max=times_max))
        every = [notification(number, priority=priority) for number, priority in enumerate(priorities, start=1)]
        await desk.tell(notifier, *every)
        before: dict[str, int] = {each.id: 0 for each in every}
        for leap_ms in leaps:
            desk.clock.at_ms += leap_ms
            await rounds.remind()
            now = {each.id: desk.outbox.told[each.id].reminded for each in every}
            assert all(now[id] - before[id] in (0, 1) for id in now)
            before = now
        assert all(count <= times_max for count in before.values())
        assert sum(before.values()) == len(await desk.of_type(REMINDER))
        assert all(before[each.id] == 0 for each in every if each.priority not in after_ms)

    asyncio.run(work())


async def test_a_clock_that_was_set_back_a_day_reminds_again_after_as_long_as_before() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    await desk.tell(notifier, notification(priority=Priority.URGENT))
    desk.clock.at_ms -= DAY_MS
    await rounds.remind()
    desk.clock.at_ms += 5 * MINUTE_MS - 1
    await rounds.remind()
    assert await desk.of_type(REMINDER) == []

    desk.clock.at_ms += 1
    await rounds.remind()
    assert len(await desk.of_type(REMINDER)) == 1


async def test_by_night_the_less_urgent_waits_for_the_morning_and_the_log_for_nothing() -> None:
    desk = Desk()
    desk.clock.at_ms = NOON_MS + 11 * HOUR_MS
    notifier, rounds = desk.over(table=NIGHT)
    await desk.tell(
        notifier,
        notification(1, at_ms=desk.clock.at_ms),
        notification(2, priority=Priority.URGENT, at_ms=desk.clock.at_ms),
    )
    await rounds.end_quiet()

    assert desk.waiting("ops") == [2]
    assert desk.waiting("log") == [1, 2]
    assert [sent.due_ms for sent in desk.held(Held.QUIET)] == [NOON_MS + 19 * HOUR_MS]
    desk.clock.at_ms = NOON_MS + 19 * HOUR_MS
    await rounds.end_quiet()
    assert desk.waiting("ops") == [1, 2]
    assert [sent.notification.seq for sent in await desk.deliver() if sent.channel == "ops"] == [2, 1]


async def test_what_waits_for_the_morning_goes_once_nobody_wants_quiet_any_more() -> None:
    desk = Desk()
    desk.clock.at_ms = NOON_MS + 11 * HOUR_MS
    notifier, _ = desk.over(table=NIGHT)
    await desk.tell(notifier, notification(at_ms=desk.clock.at_ms))
    _, other_settings = desk.over()
    await other_settings.end_quiet()

    assert desk.waiting("ops") == [1]


async def test_a_clock_that_leaps_over_the_morning_lets_everything_go_once() -> None:
    desk = Desk()
    desk.clock.at_ms = NOON_MS + 11 * HOUR_MS
    notifier, rounds = desk.over(table=NIGHT)
    await desk.tell(notifier, *(notification(number, at_ms=desk.clock.at_ms) for number in range(1, 4)))
    desk.clock.at_ms += 3 * DAY_MS - 11 * HOUR_MS
    for _ in range(3):
        await rounds.end_quiet()

    assert desk.waiting("ops") == [1, 2, 3]
    assert len([sent for sent in await desk.deliver() if sent.channel == "ops"]) == 3
    assert await desk.deliver() == []


async def test_several_go_as_one_message_once_the_first_has_waited_long_enough() -> None:
    desk = Desk()
    notifier, rounds = desk.over(table=GATHERING)
    await desk.tell(notifier, notification(1))
    desk.clock.at_ms += 20 * MINUTE_MS
    await desk.tell(notifier, notification(2, at_ms=desk.clock.at_ms), notification(3, priority=Priority.HIGH))
    await rounds.send_digests()
    assert desk.waiting("ops") == [3], "what is urgent goes at once"

    desk.clock.at_ms += 10 * MINUTE_MS
    await rounds.send_digests()
    await rounds.send_digests()
    (digest,) = [sent for sent in await desk.deliver() if sent.notification.type is DIGEST]
    assert [each.seq for each in digest.gathered] == [1, 2]
    (kept,) = await desk.of_type(DIGEST)
    assert kept.deliveries[0].id == digest.id
    assert {sent.state for sent in desk.outbox.sent.values()} == {DeliveryState.DELIVERED}


async def test_one_alone_is_no_digest() -> None:
    desk = Desk()
    notifier, rounds = desk.over(table=GATHERING)
    await desk.tell(notifier, notification(1))
    desk.clock.at_ms += 30 * MINUTE_MS
    await rounds.send_digests()

    assert desk.waiting("ops") == [1]
    assert await desk.of_type(DIGEST) == []


async def test_more_than_one_message_holds_go_at_once_in_several() -> None:
    desk = Desk()
    notifier, rounds = desk.over(table=GATHERING)
    await desk.tell(notifier, *(notification(number) for number in range(1, 11)))
    await rounds.send_digests()

    digests = [sent for sent in await desk.deliver() if sent.notification.type is DIGEST]
    assert [[each.seq for each in digest.gathered] for digest in digests] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


async def test_a_restart_gathers_what_the_last_process_held() -> None:
    desk = Desk()
    notifier, _ = desk.over(table=GATHERING)
    await desk.tell(notifier, notification(1), notification(2))
    desk.clock.at_ms += 2 * DAY_MS
    _, next_process = desk.over(table=GATHERING)
    await next_process.send_digests()

    assert len([sent for sent in await desk.deliver() if sent.gathered]) == 1


async def test_who_gathers_no_more_is_sent_what_was_held_one_by_one() -> None:
    desk = Desk()
    notifier, _ = desk.over(table=GATHERING)
    await desk.tell(notifier, notification(1), notification(2))
    _, other_settings = desk.over()
    await other_settings.send_digests()

    assert desk.waiting("ops") == [1, 2]


async def test_a_digest_that_a_clock_set_back_has_put_far_away_goes_now() -> None:
    desk = Desk()
    notifier, rounds = desk.over(table=GATHERING)
    await desk.tell(notifier, notification(1), notification(2))
    desk.clock.at_ms -= DAY_MS
    await rounds.send_digests()

    assert len(await desk.of_type(DIGEST)) == 1


async def test_digests_keep_the_quiet_of_the_night_and_what_the_night_held_is_one_in_the_morning() -> None:
    desk = Desk()
    table = replace(GATHERING, quiet=NIGHT.quiet)
    desk.clock.at_ms = NOON_MS + 9 * HOUR_MS + 50 * MINUTE_MS
    notifier, rounds = desk.over(table=table)
    await desk.tell(notifier, notification(1, at_ms=desk.clock.at_ms))
    desk.clock.at_ms += HOUR_MS
    await desk.tell(notifier, notification(2, at_ms=desk.clock.at_ms))
    for work in (rounds.end_quiet, rounds.send_digests):
        await work()
    assert desk.waiting("ops") == []

    desk.clock.at_ms = NOON_MS + 19 * HOUR_MS
    for work in (rounds.end_quiet, rounds.send_digests):
        await work()
    (digest,) = [sent for sent in await desk.deliver() if sent.gathered]
    assert [each.seq for each in digest.gathered] == [1, 2]


async def test_what_is_muted_reaches_the_audit_trail_alone_and_is_kept() -> None:
    desk = Desk()
    notifier, _ = desk.over(routes=(Route(channels=("log", "ops")),))
    await desk.outbox.mute(Mute(type=NotificationType.DEBATE_STARTED))
    await desk.tell(notifier, notification(1, type=NotificationType.DEBATE_STARTED), notification(2))

    assert desk.waiting("log") == [1, 2]
    assert desk.waiting("ops") == [2]


async def test_a_mute_that_is_over_is_dropped_and_what_it_hid_is_reminded_of() -> None:
    desk = Desk()
    notifier, rounds = desk.over()
    await desk.outbox.mute(Mute(session=SESSION, until_ms=NOON_MS + HOUR_MS))
    await desk.tell(notifier, notification(priority=Priority.URGENT))
    desk.clock.at_ms += HOUR_MS - 1
    await rounds.remind()
    assert len(await desk.outbox.mutes()) == 1
    assert await desk.of_type(REMINDER) == []

    desk.clock.at_ms += 1
    await rounds.remind()
    assert list(await desk.outbox.mutes()) == []
    assert len(await desk.of_type(REMINDER)) == 1


async def test_a_thousand_that_waited_for_the_morning_go_in_one_round() -> None:
    desk = Desk()
    desk.clock.at_ms = NOON_MS + 11 * HOUR_MS
    notifier, rounds = desk.over(table=NIGHT)
    await desk.tell(notifier, *(notification(number, at_ms=desk.clock.at_ms) for number in range(1, 1_101)))
    desk.clock.at_ms = NOON_MS + 19 * HOUR_MS
    await rounds.end_quiet()

    assert len(desk.waiting("ops")) == 1_100


async def test_reminders_that_are_muted_reach_the_audit_trail_alone() -> None:
    desk = Desk()
    await desk.outbox.mute(Mute(type=REMINDER))
    notifier, rounds = desk.over()
    await desk.tell(notifier, notification(priority=Priority.URGENT))
    desk.clock.at_ms += HOUR_MS
    await rounds.remind()

    (again,) = await desk.of_type(REMINDER)
    assert [sent.channel for sent in again.deliveries] == ["log"]
