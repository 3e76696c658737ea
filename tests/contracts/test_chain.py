"""Does every event log keep its sessions as chains, whoever appends beside them and whatever befalls the file?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.chain import Stored, first_break, head_of
from core.domain.errors import LogConflict, WrongUse
from core.domain.ids import SessionId
from core.ports.event_log import EventLog
from tests.contracts.test_event_log import A, B, C, Place, jsonl_place, log, place, sqlite_place
from tests.storage.builders import pause, session, turn

__all__ = ["log", "place"]

LONG = "a text so long that the command's own copy is left out of the log " * 3


async def chain_of(log: EventLog, of: SessionId) -> list[Stored]:
    """A session's events as they are kept; raises where they are not one chain."""
    found: list[Stored] = []
    while page := await log.stored(of, after_seq=len(found), limit=3):
        found += page
    assert first_break(of, found) is None
    head = await log.head(of)
    assert head == (head_of(found[-1]) if found else None)
    return found


async def filled(log: EventLog) -> None:
    await log.append(turn(A, LONG), turn(B), pause(A, after=2))
    await log.append(turn(A, 'Straße, \x1b, 日本語 " \\ e\u0301', after=3))


async def test_a_session_is_one_chain_and_its_head_the_last_link(log: EventLog) -> None:
    await filled(log)

    of_a = await chain_of(log, A)

    assert len(of_a) == 5
    assert [each.envelope is not None for each in of_a] == [True, False, True, True, False]
    assert len(await chain_of(log, B)) == 2


async def test_every_event_has_a_head_of_its_own_and_none_is_none(log: EventLog) -> None:
    await filled(log)

    heads = [await log.head(A, at_seq=seq) for seq in range(1, 6)]

    assert heads == [head_of(each) for each in await chain_of(log, A)]
    assert [await log.head(A, at_seq=seq) for seq in (0, -1, 6)] == [None] * 3
    assert await log.head(C) is None


async def test_every_log_gives_the_same_events_the_same_head(tmp_path: Path) -> None:
    logs = [sqlite_place(tmp_path).open(), jsonl_place(tmp_path).open()]
    for each in logs:
        await filled(each)

    first, second = [await chain_of(each, A) for each in logs]
    for each in logs:
        await each.close()

    assert first == second


async def test_sessions_that_share_a_commit_are_chains_each_for_itself(log: EventLog) -> None:
    async def talk(number: int) -> None:
        for said in range(6):
            await log.append(turn(session(number), f"{said} of {number}", after=2 * said))

    await asyncio.gather(*(talk(number) for number in range(1, 31)))
    chains = [await chain_of(log, session(number)) for number in range(1, 31)]

    assert [len(each) for each in chains] == [12] * 30
    assert len({each[-1].link for each in chains}) == 30


async def test_a_conflict_breaks_nobodys_chain(log: EventLog) -> None:
    await filled(log)
    calls = [
        log.append(turn(B, after=2)),
        log.append(turn(A, after=5), turn(B, after=99)),
        log.append(pause(A, after=5), pause(A, after=6, reason="twice")),
        log.append(turn(A, after=5)),
        log.append(turn(C)),
    ]

    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [isinstance(each, LogConflict) for each in outcomes] == [False, True, False, True, False]
    assert [len(await chain_of(log, of)) for of in (A, B, C)] == [7, 4, 2]


async def test_a_disk_that_refused_leaves_no_link_behind(log: EventLog, place: Place) -> None:
    await filled(log)
    with place.with_a_broken_disk(log):
        outcomes = await asyncio.gather(log.append(turn(A, "y" * 100_000, after=5)), return_exceptions=True)
    assert isinstance(outcomes[0], Exception)

    await log.append(turn(A, "short", after=5))

    assert len(await chain_of(log, A)) == 7


async def test_a_log_opened_again_goes_on_with_its_chains(log: EventLog, place: Place) -> None:
    await filled(log)
    await log.close()
    again = place.open()
    await again.append(turn(A, after=5), turn(B, after=2))

    of_a, of_b = await chain_of(again, A), await chain_of(again, B)
    await again.close()

    assert (len(of_a), len(of_b)) == (7, 4)


async def test_a_session_deleted_and_begun_anew_is_a_chain_from_its_root(log: EventLog) -> None:
    await filled(log)
    first = (await chain_of(log, A))[0]
    await log.delete(A)
    assert await log.head(A) is None
    await log.append(turn(A, LONG))

    assert (await chain_of(log, A))[0] == first


async def test_what_another_log_holds_is_taken_byte_for_byte_and_read_the_same(log: EventLog, tmp_path: Path) -> None:
    await filled(log)
    events = await chain_of(log, A)
    others = [sqlite_place(tmp_path / "elsewhere").open, jsonl_place(tmp_path / "elsewhere").open]
    (tmp_path / "elsewhere").mkdir()
    for open_other in others:
        other = open_other()
        before = await other.append(turn(C))
        position = await other.take(A, events)

        assert await chain_of(other, A) == events
        read = await other.read(A)
        assert [replace(each, position=0) for each in read] == [replace(each, position=0) for each in await log.read(A)]
        assert [each.position for each in read] == [3, 4, 5, 6, 7]
        assert position == await other.last_position() == 7
        assert await other.taken() == {A: 7}
        added = await other.append(turn(A, after=5), turn(B))
        assert [each.position for each in added] == [8, 9, 10, 11]
        assert len(await chain_of(other, A)) == 7
        assert list(await other.read(C)) == list(before)
        await other.close()
        again = open_other()
        assert await again.taken() == {A: 7}
        await again.delete(A)
        assert await again.taken() == {}
        await again.close()


async def test_a_session_that_is_there_is_not_taken_again_and_one_that_is_no_chain_never(log: EventLog) -> None:
    await filled(log)
    events = await chain_of(log, A)
    with pytest.raises(LogConflict, match="5 events of it are on record already"):
        await log.take(A, events)

    for whole in ([], events[1:], [*events[:2], *events[3:]], [replace(events[0], at_ms=1), *events[1:]]):
        with pytest.raises(WrongUse, match="Nothing was written"):
            await log.take(C, whole)
    with pytest.raises(WrongUse):
        await log.take(C, events)  # another session's

    assert await log.head(C) is None
    assert len(await log.append(turn(C))) == 2
    assert len(await chain_of(log, A)) == 5
