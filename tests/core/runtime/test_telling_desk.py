"""Is what an operator asks about notifications done once, and refused with advice where it makes no sense?"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import SessionId
from core.notifying.delivering import DeliveryState
from core.notifying.life import LifeState
from core.notifying.muting import MUTES_MAX, Mute
from core.notifying.notification import NotificationType
from core.notifying.routing import Route
from core.notifying.terms import Priority
from core.ports.outbox import Wanted
from core.runtime.requests import Asker
from core.runtime.telling_desk import AWAY_MS_MAX, TellingDesk
from core.runtime.wanted_words import wanted_from, wanted_to_plain
from tests.core.notifying.builders import SESSION, notification
from tests.core.runtime.telling_builders import HOUR_MS, NOON_MS, Desk

ANN = Asker(actor="ann")
OTHER = SessionId("cd34" * 8)
LATER_MS = NOON_MS + HOUR_MS


class Office:
    """A desk with some notifications on it."""

    def __init__(self) -> None:
        self.hands = Desk()
        self.notifier, _ = self.hands.over(routes=(Route(channels=("log",)),))
        self.desk = TellingDesk(self.hands.outbox, {}, self.notifier, self.hands.clock, on_released=self.hands.wake)

    async def filled(self) -> Office:
        await self.hands.tell(
            self.notifier,
            notification(1),
            notification(2, priority=Priority.HIGH, type=NotificationType.ERROR_NOTIFICATION, text="It failed."),
            notification(3, session=OTHER),
        )
        return self

    async def ask(self, verb: str, **body: object) -> str:
        return (await self.desk.verbs[verb](body, ANN)).text

    async def open(self) -> list[int]:
        return sorted(each.notification.seq for each in await self.hands.outbox.find(Wanted(is_open=True)))


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"ids": [f"{SESSION}-2"]}, [1, 3]),
        ({"ids": [f"{SESSION}-1", f"{SESSION}-2", f"{SESSION}-2"]}, [3]),
        ({"all": True}, []),
        ({"wanted": wanted_to_plain(Wanted(session=OTHER))}, [1, 2]),
        ({"wanted": wanted_to_plain(Wanted(text="FAILED"))}, [1, 3]),
        ({"wanted": wanted_to_plain(Wanted(priority=Priority.HIGH))}, [1, 3]),
        ({"wanted": {"types": ["debate_completed"]}}, [2]),
    ],
)
async def test_what_is_meant_is_acknowledged_and_nothing_else(body: Mapping[str, object], left: list[int]) -> None:
    office = await Office().filled()
    told = await office.ask("acknowledge", **body)

    assert told == f"acknowledged {3 - len(left)}"
    assert await office.open() == left


async def test_of_whole_ids_those_are_left_out_that_need_nobody_any_more() -> None:
    office = await Office().filled()
    every = [each.notification.id for each in await office.hands.outbox.find(Wanted())]
    await office.ask("acknowledge", ids=[f"{SESSION}-2"])

    assert await office.ask("acknowledge", ids=[*every[:2], "gone"], whole=True) == "acknowledged 1"
    assert await office.ask("snooze", ids=every, whole=True, for_ms=HOUR_MS) == "snoozed 1"


async def test_an_acknowledgement_is_taken_back() -> None:
    office = await Office().filled()
    await office.ask("acknowledge", all=True)
    ids = [each.notification.id for each in await office.hands.outbox.find(Wanted())]

    assert await office.ask("unacknowledge", ids=ids[:2]) == "took back 2"
    assert len(await office.open()) == 2


@pytest.mark.parametrize(
    ("verb", "body", "message"),
    [
        ("acknowledge", {}, "it isn't said which"),
        ("acknowledge", {"ids": ["beef"]}, "nothing that begins with 'beef' is left to acknowledge"),
        ("acknowledge", {"ids": [SESSION[:4]]}, "more than one begins with"),
        ("acknowledge", {"wanted": {"types": ["DEBAT_STARTED"]}}, "Did you mean 'DEBATE_STARTED'?"),
        ("acknowledge", {"wanted": {"life": ["red"]}}, "Did you mean 'read'?"),
        ("snooze", {"all": True}, "until when must lie ahead"),
        ("snooze", {"all": True, "until_ms": NOON_MS}, "until when must lie ahead"),
        ("snooze", {"all": True, "for_ms": AWAY_MS_MAX + 1}, "within a year"),
        ("snooze", {"all": True, "for_ms": -5}, "until when must lie ahead"),
        ("mute", {}, "it isn't said what"),
        ("mute", {"type": "DIGEST"}, "a digest repeats what others tell"),
        ("mute", {"type": "REMINDRE"}, "Did you mean 'REMINDER'?"),
        ("mute", {"session": SESSION, "until_ms": 5}, "until when must lie ahead"),
        ("unmute", {"ids": ["beef"]}, "nothing that begins with 'beef' is muted"),
        ("mark_read", {"ids": ["x"] * 10_001}, "are too many at once"),
        ("send_again", {}, "it isn't said which"),
        ("try_channel", {"channel": "lag"}, "no channel is called 'lag'"),
    ],
)
async def test_what_makes_no_sense_is_refused_whole_with_advice(
    verb: str, body: Mapping[str, object], message: str
) -> None:
    office = await Office().filled()
    before = office.hands.outbox.revision

    with pytest.raises(WrongUse) as refused:
        await office.ask(verb, **body)

    assert message in str(refused.value)
    assert office.hands.outbox.revision == before


async def test_what_rests_is_woken_by_whoever_put_it_to_rest() -> None:
    office = await Office().filled()

    assert await office.ask("snooze", ids=[f"{SESSION}-1"], for_ms=HOUR_MS) == "snoozed 1"
    (resting,) = await office.hands.outbox.find(Wanted(id=f"{SESSION}-1"))
    assert resting.snoozed_until_ms == LATER_MS
    assert await office.ask("snooze", ids=[f"{SESSION}-1"], until_ms=0) == "woke 1"
    assert await office.ask("snooze", wanted={"session": OTHER}, until_ms=LATER_MS) == "snoozed 1"


async def test_from_a_mute_on_only_the_audit_trail_hears_and_from_its_end_on_everybody() -> None:
    office = Office()
    office.notifier, _ = office.hands.over()
    office.desk = TellingDesk(office.hands.outbox, {}, office.notifier, office.hands.clock, on_released=lambda: None)
    said = await office.ask("mute", session=SESSION, for_ms=HOUR_MS)
    await office.notifier.put([notification(1)])
    assert office.hands.waiting("ops") == []

    office.hands.clock.at_ms = LATER_MS
    await office.notifier.put([notification(2)])
    assert office.hands.waiting("ops") == [2]
    assert await office.ask("unmute", ids=[said.removeprefix("muted ")[:5]]) == "unmuted 1"


async def test_a_mute_ends_at_once_where_it_is_taken_back() -> None:
    office = Office()
    office.notifier, _ = office.hands.over()
    office.desk = TellingDesk(office.hands.outbox, {}, office.notifier, office.hands.clock, on_released=lambda: None)
    await office.ask("mute", type="debate_completed")
    assert await office.ask("unmute", all=True) == "unmuted 1"
    await office.notifier.put([notification(1)])

    assert office.hands.waiting("ops") == [1]


async def test_mutes_are_bounded_and_one_that_is_there_can_still_be_changed() -> None:
    office = Office()
    for number in range(MUTES_MAX):
        await office.hands.outbox.mute(Mute(session=f"{number}"))

    with pytest.raises(CommandRefused, match="there are 200 mutes already"):
        await office.ask("mute", session=SESSION)
    assert (await office.ask("mute", session="7", for_ms=HOUR_MS)).startswith("muted ")


async def test_dead_letters_go_again_by_the_channel_that_is_named() -> None:
    office = await Office().filled()
    for sent in list(office.hands.outbox.sent.values())[:2]:
        office.hands.outbox.sent[sent.id] = type(sent)(
            id=sent.id, notification=sent.notification, channel=sent.channel, state=DeliveryState.DEAD
        )

    with pytest.raises(CommandRefused, match="nothing that was given up is meant"):
        await office.ask("send_again", all=True, channel="ops")
    assert await office.ask("send_again", all=True, channel="log") == "sending 2 again"


def test_a_search_survives_the_way_from_one_process_to_another() -> None:
    wanted = Wanted(
        id="ab",
        types=frozenset({NotificationType.REMINDER, NotificationType.DIGEST}),
        priority=Priority.HIGH,
        session=SESSION,
        channel="ops",
        state=DeliveryState.DEAD,
        life=frozenset({LifeState.READ}),
        text="über",
        is_open=True,
        audible_ms=5,
    )

    assert wanted_from(wanted_to_plain(wanted), Wanted()) == wanted
    assert wanted_from(wanted_to_plain(Wanted()), Wanted(is_open=True)) == Wanted(is_open=True)
