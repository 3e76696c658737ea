"""Do the rows of the list say what the log says?"""

from __future__ import annotations

import pytest

from core.domain.session import Status
from core.domain.summary import EVALUATION, SessionSummary
from core.ports.catalogue import Label
from storage import session_index
from storage.opened import Storage
from tests.memory import MemoryIndex
from tests.storage.builders import AT_MS, row, session, turn

A, B, C = session(1), session(2), session(3)


async def test_an_empty_index_knows_nothing(storage: Storage) -> None:
    assert await storage.index.position() == 0
    assert list(await storage.index.summaries()) == []
    assert await storage.index.summary(A) is None


async def test_a_row_comes_back_equal_and_a_later_one_replaces_it(storage: Storage) -> None:
    first = row(A, models=("x", "y"), trend=(1, 2), consensus_ppm=None, cap_microusd=5, motion="Räder 🚲")
    second = row(A, position=9, seq=4, status=Status.COMPLETED, consensus_ppm=810_000)

    await storage.index.advance([first], position=3)
    assert await storage.index.summary(A) == first
    assert await storage.index.position() == 3

    await storage.index.advance([second], position=9)
    assert list(await storage.index.summaries()) == [second]
    assert await storage.index.position() == 9


async def test_rows_are_listed_newest_opened_first_and_only_the_changed_ones_where_asked(storage: Storage) -> None:
    rows = [row(A, position=1), row(B, position=7, opened_at_ms=AT_MS + 5), row(C, position=4)]
    await storage.index.advance(rows, position=7)

    assert [found.session for found in await storage.index.summaries()] == [B, C, A]
    assert [found.session for found in await storage.index.summaries(changed_after=3)] == [B, C]
    assert [found.session for found in await storage.index.summaries(limit=1)] == [B]
    assert list(await storage.index.summaries(changed_after=7)) == []


@pytest.mark.parametrize("make", [None, MemoryIndex])
async def test_where_there_are_more_rows_than_a_list_holds_those_of_evaluations_give_way(
    storage: Storage, make: type[MemoryIndex] | None
) -> None:
    index = make() if make is not None else storage.index
    spoken_of = row(A, position=1, motion='Say "origin":"evaluation" aloud', opened_at_ms=AT_MS)
    tried = [row(session(n), position=n, origin=EVALUATION, opened_at_ms=AT_MS + n) for n in range(2, 6)]
    own = row(session(6), position=6, opened_at_ms=AT_MS + 1)
    await index.advance([spoken_of, *tried, own], position=6)

    async def listed(limit: int, changed_after: int = 0) -> list[SessionSummary]:
        return list(await index.summaries(limit=limit, changed_after=changed_after))

    assert await listed(6) == [*reversed(tried), own, spoken_of]
    assert await listed(3) == [tried[3], own, spoken_of]
    assert await listed(2) == [own, spoken_of]
    assert await listed(2, changed_after=1) == [tried[3], own]


async def test_sessions_that_are_not_over_are_named_in_the_order_in_which_they_were_opened(storage: Storage) -> None:
    statuses = list(Status)
    rows = [
        row(session(number), status=status, opened_at_ms=AT_MS - number, position=number + 1)
        for number, status in enumerate(statuses)
    ]
    await storage.index.advance(rows, position=9)

    expected = [session(number) for number, status in enumerate(statuses) if not status.is_over]
    assert list(await storage.index.unfinished()) == expected[::-1]


async def test_rows_of_sessions_with_a_known_answer_are_found_by_their_measure(storage: Storage) -> None:
    known = {"known_answer": "42", "measure": "answers@1", "readings": ((666_666, "41"), (1_000_000, "42"))}
    rows = [
        row(A, position=1, **known),
        row(B, position=2, **{**known, "measure": "stance@1"}),
        row(C, position=3),
        row(session(4), position=4, opened_at_ms=AT_MS + 5, **known),
    ]
    await storage.index.advance(rows, position=4)

    assert list(await storage.index.answered("answers@1")) == [rows[3], rows[0]]
    assert list(await storage.index.answered("answers@1", limit=1)) == [rows[3]]
    assert list(await storage.index.answered("keywords@1")) == []


async def test_rows_and_position_move_together_or_not_at_all(storage: Storage) -> None:
    await storage.index.advance([row(A)], position=1)

    with pytest.raises(OverflowError):
        await storage.index.advance([row(A, position=2, title="new"), row(B, position=2**70)], position=2)

    assert await storage.index.position() == 1
    assert [found.title for found in await storage.index.summaries()] == ["Bicycles"]


async def test_sessions_whose_logs_could_not_be_read_are_named(storage: Storage) -> None:
    said = 'It holds a "MotionSung". Update moot.'
    rows = [
        row(A, status=Status.FAILED, unreadable=said),
        row(B, status=Status.FAILED, motion=f'"unreadable":"{said}"'),
    ]
    await storage.index.advance([*rows, row(C)], position=3)

    assert list(await storage.index.unreadable()) == [A]


async def test_a_session_that_is_over_but_has_a_call_without_an_end_is_not_finished(storage: Storage) -> None:
    await storage.index.advance([row(A, status=Status.CANCELLED, attempts_open=1), row(B)], position=1)
    assert set(await storage.index.unfinished()) == {A, B}

    await storage.index.advance([row(A, status=Status.CANCELLED, position=2)], position=2)

    assert list(await storage.index.unfinished()) == [B]


async def test_a_deleted_session_has_no_row(storage: Storage) -> None:
    await storage.index.advance([row(A), row(B)], position=1)

    await storage.index.forget(A)

    assert await storage.index.summary(A) is None
    assert await storage.index.summary(B) is not None


async def test_a_rebuilt_index_is_equal(storage: Storage) -> None:
    history = [row(A, position=1), row(A, position=2, title="new"), row(B, position=3)]
    for one in history:
        await storage.index.advance([one], position=one.position)
    before = list(await storage.index.summaries())

    await storage.index.clear()
    assert await storage.index.position() == 0
    assert list(await storage.index.summaries()) == []
    await storage.index.advance([history[0]], position=1)
    await storage.index.advance([history[1], history[2]], position=3)

    assert list(await storage.index.summaries()) == before
    assert await storage.index.position() == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BICYCLES", [C, B, A]),
        ("räder", [A]),
        ("STRASSE", [B]),
        ("ampel", [C]),
        ("NAÏVE", [B]),
        ('said "no"', [A]),
        ("back\\slash", [B]),
        ("line\nbreak", [B]),
        ("proposer", []),
        ("text", []),
        ("%", []),
        ("nowhere", []),
    ],
)
async def test_a_search_finds_titles_motions_labels_and_spoken_words_in_any_case(
    storage: Storage, text: str, found: list[str]
) -> None:
    await storage.log.append(turn(A, 'She said "no" to it.'), turn(B, "Die naïve Straße. back\\slash line\nbreak"))
    await storage.log.append(turn(C, "nothing"))
    await storage.index.advance(
        [row(A, motion="Über RÄDER"), row(B, opened_at_ms=AT_MS + 1), row(C, opened_at_ms=AT_MS + 2)], position=6
    )
    await storage.catalogue.save_label(C, Label(title="Ampeln"))

    assert [one.session for one in await storage.index.search(text)] == found


async def test_a_search_is_bounded(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        await storage.log.append(turn(session(number), "needle"))
    await storage.index.advance([row(session(number), position=number + 1) for number in range(6)], position=12)

    assert len(await storage.index.search("needle", limit=4)) == 4
    monkeypatch.setattr(session_index, "EVENTS_SEARCHED_MAX", 2)
    assert {one.session for one in await storage.index.search("needle")} == {session(4), session(5)}
