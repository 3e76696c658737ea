"""Does every notification arrive, once where nothing breaks, and more often only where something did?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from core.domain.commands import AnswerEscalation, Cancel, Escalate
from core.domain.errors import StorageFailed
from core.domain.events import Recorded
from core.domain.summary import EVALUATION, SessionSummary
from core.engine.summarise import listed
from core.notifying.delivering import FIRST_PAUSE_MS, PAUSE_MS_MAX, TRIES_MAX, Delivery, DeliveryState
from core.notifying.life import LifeState
from core.notifying.notification import NotificationType
from core.notifying.routing import SENSIBLE_ROUTES, Route
from core.notifying.terms import Priority
from core.notifying.timetable import Timetable, minute_of_utc
from core.ports.channel import NotDelivered
from core.ports.clock import Clock
from core.ports.outbox import Attempt, Told, Wanted
from core.runtime.dispatcher import Dispatcher
from core.runtime.notifier import Notifier, Times
from tests.builders import Move, after, opened
from tests.core.notifying.builders import notification, told
from tests.memory_outbox import MemoryOutbox
from tests.virtual_time import START_MS, VirtualClock, in_virtual_time

HOUR_MS = 3_600_000
ANY_TIME = Timetable()
ALL = (Route(channels=("log",)),)


@dataclass
class Ears:
    """A channel of the tests. `faults` are raised in turn, then it takes all; `takes_ms` is how long that takes."""

    name: str = "log"
    at_once_max: int = 4
    faults: list[Exception] = field(default_factory=list)
    takes_ms: int = 0
    heard: list[Delivery] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def deliver(self, delivery: Delivery) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes_ms / 1_000)
            if self.faults:
                raise self.faults.pop(0)
            self.heard.append(delivery)
        finally:
            self.at_once -= 1

    async def close(self) -> None:
        pass


def folded(*moves: Move) -> list[tuple[Recorded, SessionSummary]]:
    played = after(*moves)
    row: SessionSummary | None = None
    found: list[tuple[Recorded, SessionSummary]] = []
    for record in played.log:
        row = listed(row, record, played.engine.flows)
        found.append((record, row))
    return found


WHOLE = (*opened(), lambda played: played.play_on())


class At:
    """A clock that stands."""

    def __init__(self, now_ms: int) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, milliseconds: int) -> None:
        raise AssertionError("nobody waits here")


def times(clock: Clock, table: Timetable = ANY_TIME) -> Times:
    return Times(clock, table, minute_of_utc)


def notifier(outbox: MemoryOutbox, routes: tuple[Route, ...] = ALL) -> Notifier:
    flows = after(*opened()).engine.flows
    return Notifier(outbox, routes, flows, times(At(START_MS)), on_added=lambda: None)


def delivering(
    outbox: MemoryOutbox, *channels: Ears, until: Callable[[], bool], then: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Deliver in virtual time until something holds."""

    async def work() -> None:
        clock = VirtualClock(START_MS)
        dispatcher = Dispatcher(outbox, {channel.name: channel for channel in channels}, clock, times(clock))
        running = asyncio.create_task(dispatcher.run())
        if then is not None:
            await then()
            dispatcher.wake()
        while not until():
            await clock.sleep(10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(0)

    in_virtual_time(work)


def kept(*each: Told) -> MemoryOutbox:
    return MemoryOutbox(
        stands=1,
        told={told.notification.id: told for told in each},
        sent={sent.id: sent for told in each for sent in told.deliveries},
    )


def states(outbox: MemoryOutbox) -> list[DeliveryState]:
    return [sent.state for sent in outbox.sent.values()]


def settled(outbox: MemoryOutbox) -> bool:
    return DeliveryState.PENDING not in states(outbox)


async def test_of_what_happened_before_anybody_could_be_told_nobody_is_told() -> None:
    outbox, past = MemoryOutbox(), folded(*WHOLE)
    ears = notifier(outbox)
    await ears.start(past[-1][0].position)
    await ears.add(past)

    assert outbox.told == {}
    assert await outbox.position() == past[-1][0].position


async def test_what_was_added_is_not_added_again_by_whoever_folds_it_again() -> None:
    outbox, news = MemoryOutbox(), folded(*WHOLE)
    first = notifier(outbox)
    await first.start(0)
    await first.add(news)
    count = len(outbox.told)
    again = notifier(outbox)
    await again.start(0)
    await again.add(news)

    assert count > 0
    assert len(outbox.told) == count


async def test_folding_in_other_batches_tells_the_same() -> None:
    news = folded(*WHOLE)
    whole, pieces = MemoryOutbox(), MemoryOutbox()
    for outbox, size in ((whole, len(news)), (pieces, 1)):
        ears = notifier(outbox)
        await ears.start(0)
        for at in range(0, len(news), size):
            await ears.add(news[at : at + size])

    assert list(whole.told) == list(pieces.told)


async def test_folding_in_other_batches_ends_the_same() -> None:
    asks = Escalate(question="Shall it go on?")
    answers = AnswerEscalation(answer="continue", note="", by="ann")
    news = folded(*opened(), asks, answers, asks, answers, asks, Cancel())
    found: list[list[Told]] = []
    for size in (len(news), 1, 3):
        outbox = MemoryOutbox()
        ears = notifier(outbox)
        await ears.start(0)
        for at in range(0, len(news), size):
            await ears.add(news[at : at + size])
        found.append(list(await outbox.find(Wanted(types=frozenset({NotificationType.ESCALATION_NOTICE})))))

    assert found[0] == found[1] == found[2]
    states = [each.state for each in reversed(found[0])]
    assert states == [LifeState.ANSWERED, LifeState.ANSWERED, LifeState.EXPIRED]


async def test_what_no_route_takes_is_not_kept_and_still_passed() -> None:
    outbox, news = MemoryOutbox(), folded(*WHOLE)
    ears = notifier(outbox, SENSIBLE_ROUTES)
    await ears.start(0)
    await ears.add(news)

    assert {each.notification.type for each in outbox.told.values()} == {
        NotificationType.DEBATE_STARTED,
        NotificationType.DEBATE_COMPLETED,
    }
    assert await outbox.position() == news[-1][0].position


async def test_what_an_evaluation_asks_and_answers_itself_goes_into_the_audit_trail_alone() -> None:
    routes = (Route(channels=("log", "mail")),)
    asking = (*opened(), Escalate(question="Go on?"), AnswerEscalation(answer="continue"))
    of_people, of_an_evaluation = MemoryOutbox(), MemoryOutbox()
    evaluated = [(record, replace(row, origin=EVALUATION)) for record, row in folded(*asking)]
    for outbox, pages in ((of_people, folded(*asking)), (of_an_evaluation, evaluated)):
        telling = notifier(outbox, routes)
        await telling.start(0)
        await telling.add(pages)

    def channels(outbox: MemoryOutbox) -> list[list[str]]:
        return [
            [sent.channel for sent in told.deliveries]
            for told in outbox.told.values()
            if told.notification.type is NotificationType.ESCALATION_NOTICE
        ]

    assert channels(of_people) == [["log", "mail"]]
    assert channels(of_an_evaluation) == [["log"]]


def test_everything_arrives_and_each_try_is_on_record() -> None:
    outbox, ears = kept(*[told(notification(number)) for number in range(1, 30)]), Ears()
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert len(ears.heard) == 29
    assert states(outbox) == [DeliveryState.DELIVERED] * 29
    assert all(len(tries) == 1 and not tries[0].error for tries in outbox.tries.values())


def test_the_urgent_come_first_and_of_these_the_oldest() -> None:
    low = [told(notification(number, priority=Priority.LOW)) for number in (1, 2)]
    urgent = [told(notification(number, priority=Priority.URGENT)) for number in (3, 4)]
    outbox, ears = kept(*low, *urgent), Ears(at_once_max=1)
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert [each.notification.seq for each in ears.heard] == [3, 4, 1, 2]


def test_no_channel_is_given_more_at_once_than_it_takes() -> None:
    outbox = kept(*[told(notification(number)) for number in range(1, 50)])
    ears = Ears(at_once_max=3, takes_ms=5)
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert ears.most_at_once == 3


def test_a_channel_that_hangs_does_not_keep_another_waiting() -> None:
    outbox = kept(*[told(notification(number), "log", "ops") for number in range(1, 20)])
    slow, quick = Ears("ops", takes_ms=60_000), Ears("log")
    delivering(outbox, slow, quick, until=lambda: len(quick.heard) == 19)

    assert slow.heard == []


def test_what_fails_is_tried_again_later_and_later_under_the_same_id() -> None:
    outbox = kept(told(notification()))
    ears = Ears(faults=[NotDelivered("it answered 500."), NotDelivered("it answered 500.")])
    delivering(outbox, ears, until=lambda: settled(outbox))

    (tries,) = outbox.tries.values()
    pauses = [later.at_ms - earlier.at_ms for earlier, later in pairwise(tries)]
    assert [attempt.error for attempt in tries] == ["it answered 500.", "it answered 500.", ""]
    assert pauses[0] >= FIRST_PAUSE_MS // 2
    assert pauses[1] >= FIRST_PAUSE_MS
    assert len({attempt.delivery for attempt in tries}) == 1


def test_who_never_takes_it_is_given_up_after_a_named_number_of_tries() -> None:
    outbox = kept(told(notification()))
    ears = Ears(faults=[NotDelivered("it answered 500.") for _ in range(100)])
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert states(outbox) == [DeliveryState.DEAD]
    assert len(next(iter(outbox.tries.values()))) == TRIES_MAX


@pytest.mark.parametrize(
    ("channel", "error"),
    [("ops", "gone."), ("elsewhere", "no channel is called 'elsewhere' here any more")],
)
def test_what_can_not_arrive_is_a_dead_letter_at_once(channel: str, error: str) -> None:
    outbox = kept(told(notification(), channel))
    delivering(outbox, Ears("ops", faults=[NotDelivered("gone.", is_final=True)]), until=lambda: settled(outbox))

    (sent,) = outbox.sent.values()
    assert (sent.state, sent.tries, sent.last_error) == (DeliveryState.DEAD, 1, error)


def test_a_dead_letter_that_is_sent_again_arrives() -> None:
    outbox = kept(told(notification()))
    ears = Ears(faults=[NotDelivered("gone.", is_final=True)])
    delivering(outbox, ears, until=lambda: settled(outbox))
    (id,) = outbox.sent

    async def revive() -> None:
        assert await outbox.revive([id], at_ms=START_MS) == 1

    delivering(outbox, ears, until=lambda: bool(ears.heard), then=revive)

    assert ears.heard[0].id == id


def test_a_receiver_that_asks_for_time_is_not_asked_before() -> None:
    outbox = kept(told(notification()))
    ears = Ears(faults=[NotDelivered("busy.", retry_after_ms=PAUSE_MS_MAX)])
    delivering(outbox, ears, until=lambda: settled(outbox))

    (tries,) = outbox.tries.values()
    assert tries[1].at_ms - tries[0].at_ms >= PAUSE_MS_MAX


def test_a_channel_that_breaks_is_no_end_of_telling() -> None:
    outbox = kept(told(notification(1)), told(notification(2)))
    ears = Ears(faults=[RuntimeError("a fault of ours")])
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert len(ears.heard) == 2


def test_what_a_killed_process_had_under_way_is_sent_again_under_its_id() -> None:
    outbox = kept(told(notification()))
    slow = Ears(takes_ms=HOUR_MS)
    delivering(outbox, slow, until=lambda: slow.at_once == 1)
    assert states(outbox) == [DeliveryState.PENDING]

    ears = Ears()
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert [each.id for each in ears.heard] == list(outbox.sent)


def test_what_is_under_way_when_driving_ends_arrives_once() -> None:
    outbox, ears = kept(told(notification())), Ears(takes_ms=100)

    async def work() -> None:
        clock = VirtualClock(START_MS)
        dispatcher = Dispatcher(outbox, {ears.name: ears}, clock, times(clock))
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(1_000)

    in_virtual_time(work)
    assert len(ears.heard) == 1
    assert states(outbox) == [DeliveryState.DELIVERED]


def test_thousands_that_wait_at_the_start_are_taken_a_few_at_a_time() -> None:
    outbox, ears = kept(*[told(notification(number)) for number in range(1, 2_001)]), Ears(at_once_max=4)
    delivering(outbox, ears, until=lambda: len(ears.heard) >= 100)

    assert ears.most_at_once == 4


async def test_the_list_says_what_became_of_each() -> None:
    outbox = kept(told(notification(1)), told(notification(2, priority=Priority.URGENT)))
    await outbox.acknowledge([next(iter(outbox.told))], by="operator", at_ms=START_MS)

    (open_one,) = await outbox.find(Wanted(is_open=True))
    assert open_one.notification.seq == 2
    assert (await outbox.figures()).unacknowledged == 1


def test_what_waits_behind_a_channel_that_was_busy_goes_once_it_has_room() -> None:
    outbox = kept(*[told(notification(number), "log", "ops") for number in range(1, 30)])
    slow, quick = Ears("ops", at_once_max=1, takes_ms=20), Ears("log", at_once_max=3, takes_ms=1)
    delivering(outbox, slow, quick, until=lambda: settled(outbox))

    assert [len(slow.heard), len(quick.heard)] == [29, 29]
    assert len({each.id for each in (*slow.heard, *quick.heard)}) == 58


def test_a_try_that_can_not_be_kept_is_made_again_under_the_same_id() -> None:
    class Refusing(MemoryOutbox):
        refusals = 1

        async def tried_all(self, tries: Sequence[tuple[Delivery, Attempt]]) -> None:
            if self.refusals:
                self.refusals -= 1
                raise StorageFailed("the disk is full.")
            await super().tried_all(tries)

    each = told(notification())
    outbox, ears = Refusing(stands=1, told={each.notification.id: each}), Ears()
    outbox.sent = {sent.id: sent for sent in each.deliveries}
    delivering(outbox, ears, until=lambda: settled(outbox))

    assert len({heard.id for heard in ears.heard}) == 1
    assert len(ears.heard) == 2


def test_what_was_seen_to_meanwhile_is_not_sent_from_an_old_page() -> None:
    outbox = kept(*[told(notification(number)) for number in range(1, 20)])
    ears = Ears(at_once_max=1, takes_ms=10)

    async def work() -> None:
        clock = VirtualClock(START_MS)
        dispatcher = Dispatcher(outbox, {ears.name: ears}, clock, times(clock))
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.025)
        await outbox.forget(notification().session)
        dispatcher.wake()
        await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    in_virtual_time(work)
    assert len(ears.heard) <= 3


def test_what_has_just_been_kept_goes_without_being_looked_for_unless_others_wait() -> None:
    class Looking(MemoryOutbox):
        looks = 0

        async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
            self.looks += 1
            return await super().due(now_ms=now_ms, limit=limit, busy=busy)

    outbox, ears = Looking(stands=0), Ears(takes_ms=1)
    news = folded(*WHOLE)

    async def work() -> None:
        clock = VirtualClock(START_MS + HOUR_MS)
        dispatcher = Dispatcher(outbox, {ears.name: ears}, clock, times(clock))
        flows = after(*opened()).engine.flows
        teller = Notifier(outbox, ALL, flows, times(clock), on_added=dispatcher.wake, expecting=dispatcher.expecting)
        await teller.start(0)
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.01)
        for record in news:
            await teller.add([record])
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await dispatcher.finish(1_000)

    in_virtual_time(work)
    assert len(ears.heard) == len(outbox.sent) > 10
    assert len({each.id for each in ears.heard}) == len(ears.heard)
    assert settled(outbox)
    assert outbox.looks < len(ears.heard)


def test_what_is_kept_while_the_outbox_is_read_is_not_forgotten() -> None:
    class Slow(MemoryOutbox):
        async def due(self, *, now_ms: int, limit: int, busy: Collection[str]) -> Sequence[Delivery]:
            found = await super().due(now_ms=now_ms, limit=limit, busy=busy)
            await asyncio.sleep(0.05)
            return found

    outbox, ears = Slow(stands=0), Ears()
    each = told(notification())

    async def work() -> None:
        clock = VirtualClock(START_MS + HOUR_MS)
        dispatcher = Dispatcher(outbox, {ears.name: ears}, clock, times(clock))
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.02)
        take = dispatcher.expecting()
        await outbox.add([each], after=0, position=1)
        if not take(each.deliveries):
            dispatcher.wake()
        await asyncio.sleep(0.3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    in_virtual_time(work)
    assert len(ears.heard) == 1
