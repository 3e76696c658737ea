"""Does every message reach the driver once, and every answer whoever asked?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.domain.errors import CommandRefused, WrongUse
from core.ports.catalogue import Label
from core.ports.inbox import INBOX_MESSAGES_MAX, InboxAnswer, InboxMessage, Receipt
from core.rules.layers import RuleBook
from core.rules.standard import STANDARD_RULES
from core.rules.versions import VersionKind
from storage import inbox
from storage.opened import Storage
from tests.storage.builders import session, turn

DONE = InboxAnswer(is_done=True, text="Paused.", body={"status": "paused", "seq": 4})


async def put(storage: Storage, verb: str = "pause", **body: object) -> int:
    return await storage.inbox.put(verb=verb, body=body, actor="operator", at_ms=5)


async def test_messages_wait_in_the_order_in_which_they_were_left(storage: Storage) -> None:
    first = await put(storage, "pause", session=session(), depth={"a": [1, None, True, "é"]})
    second = await put(storage, "resume")

    assert list(await storage.inbox.waiting()) == [
        InboxMessage(
            id=first,
            verb="pause",
            body={"session": session(), "depth": {"a": [1, None, True, "é"]}},
            actor="operator",
            at_ms=5,
        ),
        InboxMessage(id=second, verb="resume", body={}, actor="operator", at_ms=5),
    ]


async def test_an_answered_message_waits_no_longer_and_its_answer_can_be_read(storage: Storage) -> None:
    first, second = await put(storage), await put(storage)

    assert await storage.inbox.answer_to(first) is None
    await storage.inbox.answer(first, DONE, at_ms=6)

    assert await storage.inbox.answer_to(first) == DONE
    assert [message.id for message in await storage.inbox.waiting()] == [second]


async def test_a_message_is_answered_once(storage: Storage) -> None:
    id = await put(storage)
    await storage.inbox.answer(id, DONE, at_ms=6)

    for wrong in (id, id + 1):
        with pytest.raises(WrongUse, match=f"message {wrong}"):
            await storage.inbox.answer(wrong, InboxAnswer(is_done=False, text="No.", body={}), at_ms=7)

    assert await storage.inbox.answer_to(id) == DONE


async def test_a_full_inbox_refuses_instead_of_forgetting(storage: Storage) -> None:
    for _ in range(INBOX_MESSAGES_MAX):
        await put(storage)

    with pytest.raises(WrongUse, match="moot drive"):
        await put(storage)

    first = (await storage.inbox.waiting())[0].id
    await storage.inbox.answer(first, DONE, at_ms=6)
    await put(storage)
    assert len(await storage.inbox.waiting()) == INBOX_MESSAGES_MAX


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, float("nan"), "half a pair: \ud83d"])
async def test_what_is_no_plain_value_is_refused(storage: Storage, value: object) -> None:
    with pytest.raises(WrongUse):
        await put(storage, value=value)

    assert list(await storage.inbox.waiting()) == []


async def test_old_answers_are_dropped_and_their_numbers_never_given_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "ANSWERS_KEPT_MAX", 3)
    unanswered = await put(storage)
    ids = []
    for _ in range(6):
        ids.append(await put(storage))
        await storage.inbox.answer(ids[-1], DONE, at_ms=6)
    last = await put(storage)

    assert [await storage.inbox.answer_to(id) for id in ids] == [None] * 4 + [DONE] * 2
    assert [message.id for message in await storage.inbox.waiting()] == [unanswered, last]
    assert len({unanswered, *ids, last}) == 8


async def test_another_process_asks_while_we_append_and_reads_our_answer(
    storage: Storage, other_process: Callable[[str], str]
) -> None:
    asked = asyncio.create_task(
        asyncio.to_thread(
            other_process,
            "id = await storage.inbox.put(verb='pause', body={'session': session()}, actor='other', at_ms=1)\n"
            "    while (answer := await storage.inbox.answer_to(id)) is None: await asyncio.sleep(0.005)\n"
            "    print(answer.text, answer.body['seq'])",
        )
    )
    after = 0
    answered = False
    while not asked.done():
        await storage.log.append(turn(session(), after=after))
        after += 2
        for message in await storage.inbox.waiting():
            assert message.body == {"session": session()}
            await storage.inbox.answer(message.id, DONE, at_ms=2)
            answered = True

    assert await asked == "Paused. 4\n"
    assert answered
    assert len(await storage.log.read(session(), after_seq=after - 2)) == 2


Save = Callable[[Storage, Receipt], Awaitable[object]]


async def save_rules(storage: Storage, receipt: Receipt, *, after: int = 0) -> None:
    await storage.catalogue.save_rule_book(
        RuleBook(rules=STANDARD_RULES),
        after=after,
        kind=VersionKind.CHANGE,
        actor="operator",
        at_ms=6,
        change="shipped",
        receipt=receipt,
    )


@pytest.mark.parametrize(
    "save",
    [
        save_rules,
        lambda storage, receipt: storage.catalogue.save_setting("a", "b", receipt=receipt),
        lambda storage, receipt: storage.catalogue.save_label(session(), Label(title="a"), receipt=receipt),
        lambda storage, receipt: storage.catalogue.save_label(session(), Label(), receipt=receipt),
    ],
)
async def test_what_is_saved_keeps_the_answer_to_who_asked_for_it(storage: Storage, save: Save) -> None:
    first, second = await put(storage), await put(storage)

    await save(storage, Receipt(message=first, answer=DONE))

    assert [message.kept for message in await storage.inbox.waiting()] == [DONE, None]
    assert await storage.inbox.answer_to(first) is None, "it is seen once the driver has answered"
    refused = InboxAnswer(is_done=False, text="No.", body={})
    for id in (first, second):
        await storage.inbox.answer(id, refused, at_ms=7)
    assert await storage.inbox.answer_to(first) == DONE, "what was done can't be answered as refused"
    assert await storage.inbox.answer_to(second) == refused


async def test_what_is_refused_keeps_no_answer(storage: Storage) -> None:
    id = await put(storage)

    with pytest.raises(CommandRefused):
        await save_rules(storage, Receipt(message=id, answer=DONE), after=7)

    assert [message.kept for message in await storage.inbox.waiting()] == [None]
