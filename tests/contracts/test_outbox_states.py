"""Does every outbox keep who has seen, answered and put off what, and what is held for later?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.ids import SessionId
from core.notifying.delivering import Delivery, DeliveryState, Held
from core.notifying.gathering import digest_of
from core.notifying.life import ALL_ASKED, CASE, Ending, LifeState, doubt_of
from core.notifying.muting import Mute
from core.notifying.notification import NotificationType
from core.notifying.rates import ChannelRate
from core.notifying.reminding import reminder
from core.notifying.terms import Priority, Reminders
from core.ports.outbox import Attempt, HeldCount, Outbox, Told, Wanted
from tests.contracts.outboxes import PLACES, arrived, filled, found, held, the_due, try_
from tests.core.notifying.builders import AT_MS, SESSION, notification, told

OTHER = SessionId("cd34" * 8)
MINUTE_MS = 60_000
REMINDERS = Reminders(after_ms={Priority.URGENT: 5 * MINUTE_MS, Priority.HIGH: 30 * MINUTE_MS}, times_max=2)
URGENT = Priority.URGENT
EVER = AT_MS + 10_000_000


@pytest.fixture(params=PLACES)
async def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    opened = PLACES[request.param](tmp_path)
    yield opened.outbox
    await opened.close()


def asking(number: int, asks: str = CASE, *, session: SessionId = SESSION) -> Told:
    type = NotificationType.ESCALATION_NOTICE
    return told(notification(number, type=type, priority=URGENT, asks=asks, session=session))


def over(asks: str = CASE, *, position: int = 50, by: str = "", why: str = "") -> Ending:
    return Ending(session=SESSION, position=position, at_ms=AT_MS + 1, asks=asks, by=by, why=why)


def reminding(each: Told, *, reminded: int = 0, at_ms: int = AT_MS) -> Told:
    again = reminder(each.notification, reminded=reminded, position=100, now_ms=at_ms)
    return told(replace(again, seq=-each.notification.seq))


async def to_remind(outbox: Outbox, *, now_ms: int, limit: int = 10) -> list[int]:
    found = await outbox.to_remind(REMINDERS, now_ms=now_ms, limit=limit)
    return [each.notification.seq for each in found]


async def the_one(outbox: Outbox, id: str) -> Told:
    (one,) = await outbox.find(Wanted(id=id))
    return one


async def test_each_state_is_found_with_who_brought_it_about_and_when(outbox: Outbox) -> None:
    every = [told(notification(number)) for number in range(1, 5)]
    await filled(outbox, *every, asking(5), asking(6, "turn:a"))
    ids = [each.notification.id for each in every]
    for number, sent in enumerate(await outbox.due(now_ms=AT_MS, limit=10, busy=())):
        await arrived(outbox, sent, at_ms=AT_MS + number) if sent.notification.seq != 1 else None
    assert await outbox.mark_read([ids[2], "unknown"], by="ann", at_ms=AT_MS + 20) == 1
    assert await outbox.mark_read([ids[2]], by="ben", at_ms=AT_MS + 30) == 0
    assert await outbox.acknowledge([ids[3]], by="ann", at_ms=AT_MS + 21) == 1
    endings = [over(by="cleo"), over("turn:a", why="nobody spoke in time")]
    assert await outbox.add((), after=100, position=101, endings=endings)

    assert {each.notification.seq: each.state for each in await outbox.find(Wanted())} == {
        1: LifeState.WAITING,
        2: LifeState.DELIVERED,
        3: LifeState.READ,
        4: LifeState.ACKNOWLEDGED,
        5: LifeState.ANSWERED,
        6: LifeState.EXPIRED,
    }
    for number, state in enumerate(LifeState, start=1):
        wanted = Wanted(life=frozenset({state}))
        assert [each.state for each in await outbox.find(wanted)] == [state], number
    read, answered, expired = [
        (await outbox.find(Wanted(life=frozenset({state}))))[0]
        for state in (LifeState.READ, LifeState.ANSWERED, LifeState.EXPIRED)
    ]
    assert (read.read_by, read.read_ms) == ("ann", AT_MS + 20)
    assert (answered.answered_by, answered.answered_ms) == ("cleo", AT_MS + 1)
    assert (expired.expired_why, expired.expired_ms) == ("nobody spoke in time", AT_MS + 1)
    assert await found(outbox, Wanted(is_open=True)) == [3, 2, 1]


async def test_an_answer_ends_what_was_asked_before_it_and_nothing_that_is_asked_afterwards(outbox: Outbox) -> None:
    await filled(outbox, asking(1), asking(2, session=OTHER), asking(60))
    await outbox.add((), after=100, position=101, endings=[over(by="ann", position=50)])

    assert await found(outbox, Wanted(life=frozenset({LifeState.ANSWERED}))) == [1]
    assert (await outbox.figures()).asking == 2


async def test_an_end_in_the_same_batch_ends_what_was_told_in_it(outbox: Outbox) -> None:
    assert await outbox.add([asking(1)], after=None, position=60, endings=[over(by="ann")])

    assert await found(outbox, Wanted(is_open=True)) == []


async def test_the_end_of_a_session_ends_all_that_it_asks_but_what_is_still_in_doubt(outbox: Outbox) -> None:
    await filled(outbox, asking(1), asking(2, "turn:a"), asking(3, doubt_of("r1.a", 1)), told(notification(4)))
    await outbox.add((), after=100, position=101, endings=[over(ALL_ASKED, why="the session is over")])

    assert await found(outbox, Wanted(is_open=True)) == [4, 3]


async def test_what_was_answered_stays_so(outbox: Outbox) -> None:
    await filled(outbox, asking(1))
    await outbox.add((), after=100, position=101, endings=[over(by="ann")])
    await outbox.add((), after=101, position=102, endings=[over(ALL_ASKED, why="the session is over")])

    (one,) = await outbox.find(Wanted())
    assert (one.answered_by, one.expired_ms) == ("ann", 0)


async def test_what_follows_from_no_event_is_kept_once_by_its_id(outbox: Outbox) -> None:
    await filled(outbox, told(notification(3)))
    alert = told(replace(notification(7, text="Too many errors."), position=0, seq=0))

    assert await outbox.put([alert]) == 1
    again = replace(alert, notification=replace(alert.notification, text="Other words."))
    assert await outbox.put([again]) == 0
    newest, _ = await outbox.find(Wanted())
    assert (newest.notification.text, newest.notification.position) == ("Too many errors.", 100)
    assert await the_due(outbox) == [3, 0]
    assert await outbox.position() == 100


async def test_whatever_is_acknowledged_is_so_with_its_reminders_and_the_other_way_round(outbox: Outbox) -> None:
    first, second = asking(1), asking(2)
    await filled(outbox, first, second)
    assert await outbox.remind([reminding(first), reminding(second)], at_ms=AT_MS) == 2

    assert await outbox.acknowledge([first.notification.id], by="ann", at_ms=AT_MS) == 1
    assert sorted(await found(outbox, Wanted(is_open=True))) == [-2, 2]
    (again,) = [each for each in await outbox.find(Wanted(is_open=True)) if each.notification.reminds]
    assert await outbox.acknowledge([again.notification.id], by="ann", at_ms=AT_MS) == 1
    assert await found(outbox, Wanted(is_open=True)) == []


async def test_all_that_is_looked_for_is_acknowledged_at_once_and_can_be_taken_back(outbox: Outbox) -> None:
    await filled(outbox, *(told(notification(number)) for number in range(1, 8)), asking(9))
    wanted = Wanted(types=frozenset({NotificationType.DEBATE_COMPLETED}), is_open=True)

    assert await outbox.acknowledge(wanted, by="ann", at_ms=AT_MS) == 7
    assert await found(outbox, Wanted(is_open=True)) == [9]
    ids = [each.notification.id for each in await outbox.find(Wanted())]
    assert await outbox.unacknowledge(ids) == 7
    assert len(await found(outbox, Wanted(is_open=True))) == 8


async def test_a_list_is_read_page_by_page(outbox: Outbox) -> None:
    await filled(outbox, *(told(notification(number)) for number in range(1, 8)))
    pages: list[list[int]] = []
    before: tuple[int, str] | None = None
    while page := await outbox.find(Wanted(), limit=3, before=before):
        pages.append([each.notification.seq for each in page])
        before = page[-1].notification.position, page[-1].notification.id

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(text="ÜBER"), [2]),
        (Wanted(text="release TRAIN"), [3, 2, 1]),
        (Wanted(text="100%_'"), [3]),
        (Wanted(id=f"{SESSION}-2"), [2]),
        (Wanted(id="nothing"), []),
        (Wanted(text="über", id=f"{SESSION}-1"), []),
    ],
)
async def test_notifications_are_found_by_their_words_and_ids(
    outbox: Outbox, wanted: Wanted, numbers: list[int]
) -> None:
    texts = {1: "It is over.", 2: "Über alles", 3: "100%_' sure"}
    await filled(outbox, *(told(notification(number, text=text)) for number, text in texts.items()))

    assert await found(outbox, wanted) == numbers


async def test_somebody_is_reminded_of_what_is_open_for_long_enough_the_most_urgent_first(outbox: Outbox) -> None:
    high = told(notification(1, priority=Priority.HIGH))
    urgent = told(notification(2, priority=URGENT))
    await filled(outbox, high, urgent, told(notification(3)), told(notification(4, priority=URGENT, at_ms=AT_MS - 1)))

    assert await to_remind(outbox, now_ms=AT_MS + 5 * MINUTE_MS - 2) == []
    assert await to_remind(outbox, now_ms=AT_MS + 5 * MINUTE_MS) == [4, 2]
    assert await to_remind(outbox, now_ms=AT_MS + 30 * MINUTE_MS) == [4, 2, 1]
    assert await to_remind(outbox, now_ms=AT_MS + 30 * MINUTE_MS, limit=1) == [4]
    await outbox.acknowledge([urgent.notification.id], by="ann", at_ms=AT_MS)
    assert await to_remind(outbox, now_ms=AT_MS + 30 * MINUTE_MS) == [4, 1]


async def test_a_reminder_counts_and_time_begins_anew_until_there_were_enough(outbox: Outbox) -> None:
    each = asking(1)
    await filled(outbox, each)
    for number in range(REMINDERS.times_max):
        at_ms = AT_MS + (number + 1) * 5 * MINUTE_MS
        assert await to_remind(outbox, now_ms=at_ms) == [1]
        again = reminding(each, reminded=number, at_ms=at_ms)
        assert await outbox.remind([again], at_ms=at_ms) == 1
        assert await outbox.remind([again], at_ms=at_ms) == 0, "it is there already"
        assert await to_remind(outbox, now_ms=at_ms) == []

    assert await to_remind(outbox, now_ms=EVER) == []
    assert (await the_one(outbox, each.notification.id)).reminded == 2
    assert len(await the_due(outbox, now_ms=EVER)) == 3


async def test_of_what_was_seen_meanwhile_nobody_is_reminded(outbox: Outbox) -> None:
    each = asking(1)
    await filled(outbox, each)
    await outbox.acknowledge([each.notification.id], by="ann", at_ms=AT_MS)

    assert await outbox.remind([reminding(each)], at_ms=AT_MS) == 0
    assert await found(outbox, Wanted()) == [1]


async def test_a_clock_that_was_set_back_makes_nobody_wait_for_it(outbox: Outbox) -> None:
    await filled(outbox, asking(1), asking(2, session=OTHER))
    before_ms = AT_MS - 1_000 * MINUTE_MS
    assert await outbox.set_back(now_ms=AT_MS) == 0
    assert await outbox.set_back(now_ms=before_ms) == 2

    assert await to_remind(outbox, now_ms=before_ms + 4 * MINUTE_MS) == []
    assert len(await to_remind(outbox, now_ms=before_ms + 5 * MINUTE_MS)) == 2


async def test_what_rests_is_not_heard_of_until_its_moment_and_then_once(outbox: Outbox) -> None:
    each, until_ms = told(notification(1)), AT_MS + 60 * MINUTE_MS
    await filled(outbox, each, asking(2))
    assert await outbox.snooze([each.notification.id], until_ms=until_ms) == 1
    assert await outbox.snooze([each.notification.id], until_ms=until_ms) == 0

    assert await found(outbox, Wanted(audible_ms=until_ms - 1)) == [2]
    assert (await outbox.figures()).snoozed == 1
    assert await to_remind(outbox, now_ms=until_ms) == [1, 2]
    await outbox.remind([reminding(each)], at_ms=until_ms)
    assert await to_remind(outbox, now_ms=until_ms) == [2]
    assert (await outbox.figures()).snoozed == 0
    assert await found(outbox, Wanted(audible_ms=EVER, types=frozenset({each.notification.type}))) == [1]


async def test_what_is_woken_comes_without_a_reminder(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)), told(notification(2)))
    assert await outbox.snooze(Wanted(is_open=True), until_ms=AT_MS + 9) == 2
    assert await outbox.snooze(Wanted(is_open=True), until_ms=0) == 2

    assert await to_remind(outbox, now_ms=EVER) == []


async def test_what_was_seen_can_not_rest(outbox: Outbox) -> None:
    each = told(notification(1))
    await filled(outbox, each)
    await outbox.acknowledge([each.notification.id], by="ann", at_ms=AT_MS)

    assert await outbox.snooze([each.notification.id], until_ms=EVER) == 0


@pytest.mark.parametrize(
    ("mute", "heard"),
    [
        (Mute(session=SESSION), [3]),
        (Mute(type=NotificationType.ESCALATION_NOTICE), [2]),
        (Mute(session=SESSION, type=NotificationType.ESCALATION_NOTICE), [3, 2]),
        (Mute(session=SESSION, until_ms=AT_MS + 10), [3]),
        (Mute(session=SESSION, until_ms=AT_MS + 9), [3, 2, 1]),
    ],
)
async def test_nobody_hears_or_is_reminded_of_what_is_muted(outbox: Outbox, mute: Mute, heard: list[int]) -> None:
    await filled(
        outbox,
        asking(1),
        told(notification(2, priority=URGENT)),
        told(notification(3, type=NotificationType.ESCALATION_NOTICE, session=OTHER, priority=URGENT)),
    )
    await outbox.mute(mute)
    now_ms = AT_MS + 9

    assert await found(outbox, Wanted(audible_ms=now_ms)) == heard
    urgent_now = Reminders(after_ms={URGENT: 0})
    reminded = await outbox.to_remind(urgent_now, now_ms=now_ms, limit=10)
    assert sorted(each.notification.seq for each in reminded) == sorted(heard)


async def test_a_mute_is_replaced_by_one_of_the_same_and_gone_once_it_is_dropped(outbox: Outbox) -> None:
    first = Mute(session=SESSION, by="ann", at_ms=1)
    longer, other = replace(first, until_ms=5_000, at_ms=2), Mute(type=NotificationType.REMINDER, at_ms=3)
    for mute in (first, longer, other):
        await outbox.mute(mute)

    assert list(await outbox.mutes()) == [longer, other]
    assert (await outbox.figures()).mutes == 2
    assert await outbox.drop_older(5_001) == 0
    assert list(await outbox.mutes()) == [other]
    assert await outbox.unmute([other.id, "unknown"]) == 1
    assert list(await outbox.mutes()) == []


async def test_what_is_held_is_not_due_until_it_is_released(outbox: Outbox) -> None:
    night = held(told(notification(1), "ops"), Held.QUIET, due_ms=AT_MS)
    await filled(outbox, night, held(told(notification(2), "ops", "chat"), Held.DIGEST, due_ms=AT_MS + 5))

    assert await the_due(outbox) == []
    assert await outbox.next_due_ms() is None
    assert list(await outbox.holding()) == [
        HeldCount(channel="chat", held_for=Held.DIGEST, count=1, since_ms=AT_MS, until_ms=AT_MS + 5),
        HeldCount(channel="ops", held_for=Held.DIGEST, count=1, since_ms=AT_MS, until_ms=AT_MS + 5),
        HeldCount(channel="ops", held_for=Held.QUIET, count=1, since_ms=AT_MS, until_ms=AT_MS),
    ]
    (waits,) = await outbox.held(Held.QUIET, channel="ops", limit=9)
    assert await outbox.held(Held.QUIET, channel="chat", limit=9) == []
    released = replace(waits, state=DeliveryState.PENDING, held_for=Held.NOTHING, due_ms=AT_MS + 1)
    assert await outbox.release([released]) == 1
    assert await outbox.release([released]) == 0
    assert await the_due(outbox, now_ms=AT_MS + 1) == [1]
    assert (await outbox.figures()).held == 2


async def gathered(outbox: Outbox) -> Delivery:
    """Two of three that are held, gathered in one."""
    every = [held(told(notification(number), "ops"), Held.DIGEST, due_ms=AT_MS) for number in (1, 2, 3)]
    await filled(outbox, *every)
    parts = await outbox.held(Held.DIGEST, channel="ops", limit=2)
    digest = digest_of(parts, position=100, now_ms=AT_MS)
    assert await outbox.gather(Told(notification=digest.notification, deliveries=(digest,)), [p.id for p in parts])
    return digest


async def states(outbox: Outbox) -> dict[int, str]:
    return {each.notification.seq: each.deliveries[0].state.value for each in await outbox.find(Wanted())}


async def test_what_is_gathered_goes_as_one_and_shares_its_fate(outbox: Outbox) -> None:
    digest = await gathered(outbox)

    (due,) = await outbox.due(now_ms=AT_MS, limit=9, busy=())
    assert (due.id, [each.seq for each in due.gathered]) == (digest.id, [1, 2])
    assert [each.notification.seq for each in await outbox.held(Held.DIGEST, limit=9)] == [3]
    assert [count.count for count in await outbox.holding()] == [1]
    await try_(outbox, replace(due, tries=1, due_ms=AT_MS + 5, last_error="busy"), error="busy")
    assert await states(outbox) == {1: "held", 2: "held", 3: "held"}
    await arrived(outbox, due)
    assert await states(outbox) == {1: "delivered", 2: "delivered", 3: "held"}


async def test_what_was_gathered_is_not_gathered_again(outbox: Outbox) -> None:
    digest = await gathered(outbox)
    ids = [sent.id for each in await outbox.find(Wanted()) for sent in each.deliveries if sent.digest]

    other = replace(digest, id="other", notification=replace(digest.notification, id="other"))
    assert len(ids) == 2
    assert not await outbox.gather(Told(notification=other.notification, deliveries=(other,)), ids)
    assert len(await the_due(outbox)) == 1


async def test_a_digest_is_no_news_of_its_own_and_stands_among_the_dead_letters(outbox: Outbox) -> None:
    digest = await gathered(outbox)
    await try_(outbox, replace(digest, tries=8, state=DeliveryState.DEAD, ended_ms=AT_MS), error="gone")

    assert await found(outbox, Wanted()) == [3, 2, 1]
    assert await found(outbox, Wanted(is_open=True)) == [3, 2, 1]
    assert (await outbox.figures()).unread == 3
    assert sorted(await found(outbox, Wanted(state=DeliveryState.DEAD))) == [0, 1, 2]
    (one,) = await outbox.find(Wanted(types=frozenset({NotificationType.DIGEST})))
    assert one.notification == digest.notification
    assert one.deliveries[0].gathered == digest.gathered


async def test_a_digest_that_is_sent_again_takes_its_parts_along_and_a_part_can_go_alone(outbox: Outbox) -> None:
    digest = await gathered(outbox)
    await try_(outbox, replace(digest, tries=8, state=DeliveryState.DEAD, ended_ms=AT_MS), error="gone")
    dead = await outbox.find(Wanted(state=DeliveryState.DEAD))
    every = [sent.id for each in dead for sent in each.deliveries]
    part = next(each.deliveries[0].id for each in dead if each.notification.seq == 1)

    assert await outbox.revive(every, at_ms=AT_MS) == 1
    (due,) = await outbox.due(now_ms=AT_MS, limit=9, busy=())
    assert [each.seq for each in due.gathered] == [1, 2]
    assert await outbox.revive([part], at_ms=AT_MS) == 1
    whole, alone = sorted(await outbox.due(now_ms=AT_MS, limit=9, busy=()), key=lambda sent: sent.notification.seq)
    assert ([each.seq for each in whole.gathered], alone.notification.seq) == ([2], 1)


async def test_a_deleted_session_is_in_no_digest_and_the_others_go_by_themselves(outbox: Outbox) -> None:
    here, there = (
        held(told(notification(number, session=session), "ops"), Held.DIGEST, due_ms=AT_MS)
        for number, session in ((1, SESSION), (2, OTHER))
    )
    await filled(outbox, here, there)
    parts = await outbox.held(Held.DIGEST, limit=9)
    digest = digest_of(parts, position=100, now_ms=AT_MS)
    await outbox.gather(Told(notification=digest.notification, deliveries=(digest,)), [each.id for each in parts])
    await outbox.mute(Mute(session=OTHER))
    await outbox.forget(OTHER)

    assert await the_due(outbox) == [1]
    assert await outbox.find(Wanted(types=frozenset({NotificationType.DIGEST}))) == []
    assert list(await outbox.mutes()) == []


async def test_how_well_a_channel_delivers_is_counted_within_a_window(outbox: Outbox) -> None:
    every = [told(notification(number), "log", "ops") for number in range(1, 22)]
    await filled(outbox, *every)
    for number, sent in enumerate(each for one in every for each in one.deliveries if each.channel == "log"):
        done = replace(sent, tries=1, state=DeliveryState.DELIVERED, ended_ms=AT_MS)
        await try_(outbox, done, at_ms=AT_MS + number, took_ms=number)
    dead = every[0].deliveries[1]
    await try_(outbox, replace(dead, tries=1, state=DeliveryState.DEAD), at_ms=AT_MS + 3, took_ms=900, error="gone")

    assert list(await outbox.rates(since_ms=AT_MS + 1)) == [
        ChannelRate(channel="log", attempts=20, delivered=20, median_ms=10, p95_ms=19),
        ChannelRate(channel="ops", attempts=1, failed=1, pending=20, dead=1),
    ]


async def test_a_note_on_a_try_is_kept(outbox: Outbox) -> None:
    await filled(outbox, told(notification(1)))
    (sent,) = await outbox.due(now_ms=AT_MS, limit=1, busy=())
    done = replace(sent, tries=1, state=DeliveryState.DELIVERED, ended_ms=AT_MS)
    await outbox.tried(done, Attempt(delivery=sent.id, number=1, at_ms=AT_MS, took_ms=1, note="in other words"))

    assert [each.note for each in await outbox.attempts([sent.id])] == ["in other words"]


async def test_whoever_looks_again_sees_by_a_number_whether_anything_changed(outbox: Outbox) -> None:
    each = asking(1)
    seen: list[int] = []

    async def look() -> None:
        seen.append((await outbox.figures()).revision)

    await filled(outbox, each)
    await look()
    await outbox.mark_read([each.notification.id], by="ann", at_ms=AT_MS)
    await look()
    await outbox.snooze([each.notification.id], until_ms=EVER)
    await look()
    await outbox.mute(Mute(session=SESSION))
    await look()
    await arrived(outbox, each.deliveries[0])
    await look()
    await outbox.acknowledge([each.notification.id], by="ann", at_ms=AT_MS)
    await look()
    assert len(set(seen)) == len(seen)
    await outbox.acknowledge([each.notification.id], by="ann", at_ms=AT_MS)
    await outbox.unmute(["unknown"])
    await outbox.add((), after=100, position=101)
    await look()
    assert seen[-1] == seen[-2], "nothing has changed"


async def test_figures_count_what_needs_somebody_once_with_its_reminders(outbox: Outbox) -> None:
    each = asking(1)
    await filled(outbox, each, told(notification(2)), told(notification(3, priority=Priority.HIGH)))
    await outbox.remind([reminding(each)], at_ms=AT_MS)
    figures = await outbox.figures()

    assert (figures.unacknowledged, figures.asking, figures.unread) == (2, 1, 3)


async def test_figures_leave_out_what_rests_and_what_is_muted(outbox: Outbox) -> None:
    resting = told(notification(3, priority=Priority.HIGH))
    await filled(outbox, asking(1), asking(2, session=OTHER), resting)
    await outbox.snooze([resting.notification.id], until_ms=EVER)
    await outbox.mute(Mute(session=OTHER))
    figures = await outbox.figures()

    assert (figures.unacknowledged, figures.asking, figures.unread, figures.snoozed) == (1, 1, 1, 1)
