"""Does SQLite keep what the analytics know, as the port promises?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.analytics.alerting import Alert, Watch
from core.analytics.finding import FindingKind, Severity
from core.analytics.rows import Kept, fold_kept, row_of
from core.domain.ids import SessionId
from core.ports.life_book import ALERTS_LISTED_MAX, Ahead
from storage.opened import Storage, open_storage
from tests.core.analytics.histories import number, to_its_end
from tests.storage.debates import record, whole_codec


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=whole_codec())
    yield opened
    await opened.close()


async def recorded(storage: Storage, session: SessionId) -> Kept:
    """A debate in the log, and what is kept of it."""
    await record(storage.log, to_its_end().log, session)
    kept: Kept | None = None
    for each in await storage.log.read(session):
        kept = fold_kept(kept, each)
    assert kept is not None
    return kept


async def test_an_empty_book_knows_nothing(storage: Storage) -> None:
    book = storage.lives

    assert await book.position() == 0
    assert (await book.lives()).rows == []
    assert await book.kept([number(1)]) == {}
    assert await book.unreadable() == []
    assert await book.watches() == {}
    assert await book.alerts() == []


async def test_rows_and_position_come_back_as_they_were(storage: Storage) -> None:
    one, two = await recorded(storage, number(1)), await recorded(storage, number(2))

    assert await storage.lives.advance([one], after=0, position=one.position) == one.position
    assert await storage.lives.advance([two], after=one.position, position=two.position) == two.position

    found = await storage.lives.lives()
    assert (found.position, found.count) == (two.position, 2)
    assert list(found.rows) == [row_of(one), row_of(two)]
    assert await storage.lives.kept([number(1), number(2), number(3)]) == {number(1): one, number(2): two}


async def test_only_what_was_stored_since_is_read(storage: Storage) -> None:
    one, two = await recorded(storage, number(1)), await recorded(storage, number(2))
    await storage.lives.advance([one], after=0, position=one.position)
    await storage.lives.advance([two], after=one.position, position=two.position)

    newer = await storage.lives.lives(changed_from=one.position + 1)

    assert ([row.session for row in newer.rows], newer.count) == ([number(2)], 2)


async def test_of_two_that_advance_at_once_one_is_told_where_the_other_stands(storage: Storage) -> None:
    one, two = await recorded(storage, number(1)), await recorded(storage, number(2))
    await storage.lives.advance([one], after=0, position=one.position)

    assert await storage.lives.advance([two], after=0, position=two.position) == one.position
    assert (await storage.lives.lives()).count == 1


async def test_a_row_that_is_put_may_be_ahead_of_the_position_and_never_goes_back(storage: Storage) -> None:
    one = await recorded(storage, number(1))
    (opened,) = [fold_kept(None, each) for each in (await storage.log.read(number(1)))[:1]]
    assert opened is not None

    await storage.lives.put([one])
    await storage.lives.put([opened])
    await storage.lives.advance([opened], after=0, position=opened.position)

    assert await storage.lives.position() == opened.position
    assert await storage.lives.kept([number(1)]) == {number(1): one}
    assert list((await storage.lives.lives(changed_from=opened.position)).rows) == [row_of(one)]


async def test_what_is_ahead_is_told_by_session_up_to_a_bound(storage: Storage) -> None:
    one, two = await recorded(storage, number(1)), await recorded(storage, number(2))
    ahead = storage.lives.ahead

    assert await ahead(after=0) == Ahead(position=two.position, sessions={number(1): 0, number(2): 0}, is_more=False)
    assert await ahead(after=2, events_max=one.position) == Ahead(
        position=one.position + 2, sessions={number(1): 2, number(2): 0}, is_more=True
    )
    assert await ahead(after=two.position) is None


async def test_rows_of_another_release_are_dropped_once(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await recorded(storage, number(1))
    await storage.lives.advance([one], after=0, position=one.position)
    assert await storage.lives.begin() == one.position

    monkeypatch.setattr("storage.life_book.POSITION", "analytics@of_another_release")

    assert await storage.lives.begin() == 0
    assert (await storage.lives.lives()).count == 0
    await storage.lives.put([one])
    assert await storage.lives.begin() == 0
    assert (await storage.lives.lives()).count == 1


async def test_the_release_whose_rows_were_dropped_begins_anew_where_it_comes_back(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its position would say of rows that are gone that they are true."""
    one = await recorded(storage, number(1))
    await storage.lives.advance([one], after=0, position=one.position)
    with monkeypatch.context() as newer:
        newer.setattr("storage.life_book.POSITION", "analytics@of_another_release")
        await storage.lives.begin()

    assert await storage.lives.begin() == 0


async def test_a_row_that_was_read_anew_replaces_none_of_which_more_is_known(storage: Storage) -> None:
    one = await recorded(storage, number(1))
    (opened,) = [fold_kept(None, each) for each in (await storage.log.read(number(1)))[:1]]
    assert opened is not None
    await storage.lives.advance([one], after=0, position=one.position)

    await storage.lives.replace(opened)
    assert await storage.lives.kept([number(1)]) == {number(1): one}

    read_anew = replace(one, unreadable="not yet")
    await storage.lives.replace(read_anew)
    assert list((await storage.lives.lives(changed_from=one.position)).rows) == [row_of(read_anew)]


async def test_a_row_goes_with_its_log_and_does_not_come_back(storage: Storage) -> None:
    one, two = await recorded(storage, number(1)), await recorded(storage, number(2))
    await storage.lives.advance([one, two], after=0, position=two.position)

    await storage.log.delete(number(1))

    assert [row.session for row in (await storage.lives.lives()).rows] == [number(2)]
    assert await storage.lives.kept([number(1)]) == {}
    await storage.lives.advance([one], after=two.position, position=two.position + 5)
    await storage.lives.replace(one)
    assert (await storage.lives.lives()).count == 1


async def test_what_is_dropped_leaves_the_alerts(storage: Storage) -> None:
    one = await recorded(storage, number(1))
    await storage.lives.advance([one], after=0, position=one.position)
    await storage.lives.keep_look({}, [alert(1)])

    await storage.lives.clear()

    assert await storage.lives.position() == 0
    assert (await storage.lives.lives()).count == 0
    assert len(await storage.lives.alerts()) == 1


def alert(at_ms: int, *, cleared_at_ms: int = 0) -> Alert:
    return Alert(
        id=f"error_rate@{at_ms}",
        kind=FindingKind.ERROR_RATE,
        severity=Severity.SERIOUS,
        title="Many sessions fail",
        text="9 of 12.",
        suggestion="Look.",
        sessions=(number(1),),
        count=9,
        of=12,
        raised_at_ms=at_ms,
        cleared_at_ms=cleared_at_ms,
    )


async def test_alerts_that_go_on_come_first_and_then_the_newest(storage: Storage) -> None:
    watch = Watch(kind=FindingKind.ERROR_RATE, within=1, alert=alert(5))
    await storage.lives.keep_look({watch.kind: watch}, [alert(5), alert(9), alert(7)])
    await storage.lives.keep_look({}, [alert(9, cleared_at_ms=10), alert(7, cleared_at_ms=8)])

    assert [each.raised_at_ms for each in await storage.lives.alerts()] == [5, 9, 7]
    assert [each.raised_at_ms for each in await storage.lives.alerts(limit=1)] == [5]
    assert await storage.lives.watches() == {FindingKind.ERROR_RATE: watch}
    assert ALERTS_LISTED_MAX >= 3
