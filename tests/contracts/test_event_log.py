"""Does every event log keep the promises of its port?"""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import Envelope, Pause, RecordAnswer
from core.domain.errors import LogConflict, StorageFailed, WrongUse
from core.domain.events import Recorded, Unreadable
from core.ports.event_log import Append, EventLog, Sought
from storage import jsonl_log
from storage.event_log import SqliteEventLog
from storage.jsonl_log import JsonLinesEventLog
from storage.opened import open_storage
from tests.architecture.tree import ROOT
from tests.storage.builders import AT_MS, WordsSpoken, codec, pause, session, turn

A, B, C = session(0xA1), session(0xA2), session(0xB1)
TEXTS = [
    "",
    "Straße, naïve, 日本語, 🚲, e\u0301",
    'quotes " and \\ and {"held":{}}',
    "a\x00b\x1b[31m\r\n\u2028c",
    "x" * 1_048_576,
]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a log lives, so that it can be closed and opened again, and how its disk breaks."""

    open: Callable[..., EventLog]
    """Takes the kinds that whoever opens it doesn't know."""
    with_a_broken_disk: Callable[[EventLog], AbstractContextManager[None]]
    as_code: str


@contextmanager
def full_database(log: EventLog) -> Iterator[None]:
    """Let the file not grow by a page."""
    assert isinstance(log, SqliteEventLog)
    connection = log._writer._connection
    (most,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute("PRAGMA max_page_count = 1")  # as many as there are
    yield
    connection.execute(f"PRAGMA max_page_count = {most}")


@contextmanager
def full_disk(log: EventLog) -> Iterator[None]:
    """Let half of what is written arrive before the disk is full."""
    write = os.pwrite

    def half(file: int, chunk: memoryview, at: int) -> int:
        if len(chunk) < 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, chunk[: len(chunk) // 2], at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl_log.os, "pwrite", half)
        yield


def sqlite_place(folder: Path) -> Place:
    path = folder / "moot.db"
    return Place(
        open=lambda *unknown: open_storage(path, codec=codec(*unknown)).log,
        with_a_broken_disk=full_database,
        as_code=f"open_storage(Path({str(path)!r}), codec=codec()).log",
    )


def jsonl_place(folder: Path) -> Place:
    place = folder / "log"
    return Place(
        open=lambda *unknown: JsonLinesEventLog(place, codec=codec(*unknown)),
        with_a_broken_disk=full_disk,
        as_code=f"JsonLinesEventLog(Path({str(place)!r}), codec=codec())",
    )


@pytest.fixture(params=[sqlite_place, jsonl_place], ids=["sqlite", "jsonl"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made: Place = request.param(tmp_path)
    return made


@pytest.fixture
async def log(place: Place) -> AsyncIterator[EventLog]:
    opened = place.open()
    yield opened
    await opened.close()


async def everything(log: EventLog, page: int = 1_000) -> list[Recorded]:
    found: list[Recorded] = []
    while news := await log.read_all(after_position=found[-1].position if found else 0, limit=page):
        found += news
    return found


async def test_an_empty_log_has_nothing_to_say(log: EventLog) -> None:
    assert await log.last_position() == 0
    assert list(await log.read(A)) == []
    assert list(await log.read_all()) == []
    assert list(await log.session_ids()) == []


async def test_what_is_appended_is_read_back_equal_and_whole(log: EventLog) -> None:
    written = [*await log.append(turn(A)), *await log.append(pause(A, after=2)), *await log.append(turn(B))]

    assert await everything(log) == written
    assert list(await log.read(A)) == written[:3]
    assert [record.envelope is None for record in written] == [False, True, False, False, True]


async def test_seqs_count_each_session_and_positions_count_all(log: EventLog) -> None:
    await log.append(turn(A))
    await log.append(turn(B))
    await log.append(pause(A, after=2))

    found = await everything(log)

    assert [(record.session, record.seq) for record in found] == [(A, 1), (A, 2), (B, 1), (B, 2), (A, 3)]
    assert [record.position for record in found] == [1, 2, 3, 4, 5]
    assert await log.last_position() == 5


@pytest.mark.parametrize("text", TEXTS, ids=["empty", "unicode", "quotes", "control", "a megabyte"])
async def test_every_text_comes_back_as_it_was(log: EventLog, place: Place, text: str) -> None:
    written = await log.append(turn(A, text))
    await log.close()
    again = place.open()

    (read_first, read_second) = await again.read(A)
    await again.close()

    assert (read_first, read_second) == written
    assert isinstance(read_second.event, WordsSpoken)
    assert read_second.event.text == read_first.envelope.command.text == text


@pytest.mark.parametrize("unknown", [WordsSpoken, RecordAnswer])
async def test_what_a_newer_release_recorded_stands_in_its_place_and_hides_nothing_else(
    log: EventLog, place: Place, unknown: type
) -> None:
    written = [*await log.append(pause(B)), *await log.append(turn(A)), *await log.append(pause(A, after=2))]
    await log.close()
    older = place.open(unknown)

    found = await everything(older)
    of_session = await older.read(A)
    await older.close()

    seen = {each.seq: each.event for each in found if isinstance(each.event, Unreadable)}
    (seq,) = seen
    assert seq == (2 if unknown is WordsSpoken else 1)
    assert f"holds a {unknown.__name__}, which this moot doesn't know" in seen[seq].why
    assert seen[seq].now == "Update moot."
    assert [each for each in found if each.event not in seen.values()] == [
        each for each in written if (each.session, each.seq) != (A, seq)
    ]
    assert [(each.session, each.seq, each.position) for each in found] == [
        (each.session, each.seq, each.position) for each in written
    ]
    assert list(of_session) == found[1:]


@pytest.mark.parametrize("expected", [0, 1, 3, 99])
async def test_an_append_that_expects_another_length_conflicts_and_writes_nothing(log: EventLog, expected: int) -> None:
    written = await log.append(turn(A))

    with pytest.raises(LogConflict, match=f"holds 2 events, not {expected}"):
        await log.append(turn(A, after=expected))

    assert await everything(log) == list(written)


async def test_a_conflict_fails_alone_among_appends_that_share_its_commit(log: EventLog) -> None:
    await log.append(turn(A))
    others = [turn(session(number)) for number in range(1, 30)]
    calls = [log.append(other) for other in others]
    calls[11:11] = [log.append(turn(A, after=7))]

    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(LogConflict) == 1
    assert isinstance(outcomes[11], LogConflict)
    assert len(await everything(log)) == 2 + 2 * len(others)


async def test_a_call_in_conflict_leaves_no_session_behind_that_it_would_have_opened(log: EventLog) -> None:
    await log.append(turn(A))

    outcomes = await asyncio.gather(log.append(turn(B), turn(A, after=7)), log.append(turn(C)), return_exceptions=True)

    assert [type(outcome) is LogConflict for outcome in outcomes] == [True, False]
    assert sorted(await log.session_ids()) == [A, C]


async def test_of_two_that_expect_the_same_length_one_is_written(log: EventLog) -> None:
    outcomes = await asyncio.gather(log.append(pause(A, reason="x")), log.append(pause(A)), return_exceptions=True)

    assert sorted(type(outcome) is LogConflict for outcome in outcomes) == [False, True]
    assert len(await log.read(A)) == 1


async def test_several_appends_are_written_together_or_not_at_all(log: EventLog) -> None:
    with pytest.raises(LogConflict):
        await log.append(turn(A), turn(B), pause(A, after=5))

    assert await everything(log) == []

    written = await log.append(turn(A), turn(B), pause(A, after=2))

    assert await everything(log) == list(written)
    assert [(record.session, record.seq) for record in written] == [(A, 1), (A, 2), (B, 1), (B, 2), (A, 3)]


async def test_appending_nothing_writes_nothing_and_an_append_without_events_is_refused(log: EventLog) -> None:
    assert await log.append() == ()
    with pytest.raises(WrongUse, match="without events"):
        await log.append(turn(B), replace(turn(A), events=()))

    assert await everything(log) == []


async def test_an_event_that_could_not_be_read_back_is_refused_before_anything_is_written(log: EventLog) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Unheard:
        """Named nowhere."""

    with pytest.raises(StorageFailed, match="Unheard"):
        await log.append(turn(B), replace(turn(A), events=(Unheard(),)))
    with pytest.raises(StorageFailed, match="can't be recorded"):
        await log.append(turn(B), turn(A, "half a pair: \ud83d"))

    assert await everything(log) == []


async def test_many_tasks_append_at_once_and_each_session_stays_gapless(log: EventLog) -> None:
    async def talk(number: int) -> None:
        for said in range(8):
            await log.append(turn(session(number), f"turn {said} of {number}", after=2 * said))

    await asyncio.gather(*(talk(number) for number in range(40)))
    found = await everything(log)

    assert [record.position for record in found] == list(range(1, 641))
    for number in range(40):
        own = [record for record in found if record.session == session(number)]
        assert [record.seq for record in own] == list(range(1, 17))
        assert own == list(await log.read(session(number)))


async def test_a_reader_who_follows_positions_misses_nothing_while_others_append(log: EventLog) -> None:
    seen: list[Recorded] = []

    async def follow() -> None:
        while len(seen) < 400:
            seen.extend(await log.read_all(after_position=seen[-1].position if seen else 0, limit=7))
            await asyncio.sleep(0)

    async def talk(number: int) -> None:
        for said in range(10):
            await log.append(turn(session(number), after=2 * said))

    await asyncio.gather(follow(), *(talk(number) for number in range(20)))

    assert [record.position for record in seen] == list(range(1, 401))


@pytest.mark.parametrize("page", [1, 2, 3, 5])
async def test_pages_of_any_size_hold_the_same_also_where_they_cut_an_append(log: EventLog, page: int) -> None:
    long = "a text so long that the command's own copy is left out of the log " * 3
    for at in range(4):
        await log.append(turn(A, f"{long}{at}", after=2 * at), turn(B, f"{at}{long}", after=2 * at))

    whole = await everything(log)
    own: list[Recorded] = []
    while news := await log.read(A, after_seq=len(own), limit=page):
        assert len(news) <= page
        own += news

    assert await everything(log, page) == whole
    assert own == [record for record in whole if record.session == A]
    assert {record.envelope.command.text for record in own if record.envelope} == {f"{long}{at}" for at in range(4)}


async def test_who_only_folds_reads_the_same_events_without_envelopes(log: EventLog) -> None:
    await log.append(turn(A), pause(A, after=2))
    await log.append(turn(A, "a text so long that the command's own copy is left out of the log " * 3, after=3))

    await log.append(turn(B))
    bare = [record for seq in (0, 2) for record in await log.read(A, after_seq=seq, limit=3, with_envelopes=False)]

    whole = await log.read(A)
    assert bare == [replace(record, envelope=None) for record in (*whole[:3], *whole[2:5])]
    bare_of_all = [
        each for at in (0, 4) for each in await log.read_all(after_position=at, with_envelopes=False, limit=4)
    ]
    assert bare_of_all == [replace(record, envelope=None) for record in await log.read_all()]
    assert any(record.envelope for record in await log.read_all())


@pytest.mark.parametrize("page", [1, 2, 3, 50])
async def test_reading_back_gives_what_reading_on_gives_the_other_way_round(log: EventLog, page: int) -> None:
    long = "a text so long that the command's own copy is left out of the log " * 3
    for at in range(4):
        await log.append(turn(A, f"{long}{at}", after=2 * at), turn(B, f"{at}{long}", after=2 * at))
    await log.append(turn(C))
    await log.delete(C)

    found: list[Recorded] = []
    while news := await log.read_back(before_position=found[-1].position if found else None, limit=page):
        assert len(news) <= page
        found += news

    assert found[::-1] == await everything(log)


SOUGHT = [
    Sought(),
    Sought(kinds=frozenset({"SessionPaused"})),
    Sought(kinds=frozenset({"SessionPaused", "WordsSpoken", "NobodyKnows"})),
    Sought(kinds=frozenset()),
    Sought(without=frozenset({"WordsSpoken", "NobodyKnows"})),
    Sought(session=A[:31]),
    Sought(session=B),
    Sought(session="%"),
    Sought(from_ms=AT_MS + 4),
    Sought(kinds=frozenset({"WordsSpoken"}), session=A, from_ms=AT_MS + 2),
]


@pytest.mark.parametrize("sought", SOUGHT)
async def test_what_is_sought_is_found_between_two_positions(log: EventLog, sought: Sought) -> None:
    for at in range(3):
        await log.append(turn(A, after=2 * at), turn(B, after=2 * at))
    await log.append(pause(A, after=6), pause(B, after=6))
    whole = await everything(log)

    for after in range(0, 15, 3):
        for before in range(1, 16, 2):
            found = await log.read_back(before_position=before, after_position=after, sought=sought)
            assert list(found) == [
                each for each in whole[::-1] if after < each.position < before and sought.holds(each)
            ]


async def test_what_this_release_can_not_read_is_sought_by_the_name_that_it_was_recorded_with(place: Place) -> None:
    log = place.open()
    await log.append(turn(A), pause(A, after=2))
    await log.close()
    former = place.open(WordsSpoken)

    (found,) = await former.read_back(sought=Sought(kinds=frozenset({"WordsSpoken"})))

    assert isinstance(found.event, Unreadable)
    await former.close()


async def test_reading_nothing_or_beyond_the_end_gives_nothing(log: EventLog) -> None:
    await log.append(turn(A))

    assert list(await log.read(A, after_seq=2)) == []
    assert list(await log.read(A, limit=0)) == []
    assert list(await log.read_all(limit=-1)) == []
    assert list(await log.read_back(limit=-1)) == []
    assert list(await log.read_all(after_position=99)) == []


async def test_sessions_are_listed_newest_opened_first_and_by_the_beginning_of_their_ids(log: EventLog) -> None:
    ids = [session(0xA1 << 120), session(0xB1 << 120), session(0xA2 << 120)]
    for number, id in enumerate(ids):
        await log.append(turn(id, str(number)))
    await log.append(pause(ids[0], after=2))

    assert list(await log.session_ids()) == ids[::-1]
    assert list(await log.session_ids("a")) == [ids[2], ids[0]]
    assert list(await log.session_ids("a1")) == [ids[0]]
    assert list(await log.session_ids("%")) == []
    assert list(await log.session_ids(limit=1)) == [ids[2]]


async def test_a_log_opened_again_goes_on_where_it_was(log: EventLog, place: Place) -> None:
    before = [*await log.append(turn(A)), *await log.append(turn(B))]
    await log.close()
    again = place.open()

    with pytest.raises(LogConflict):
        await again.append(turn(A))
    after = await again.append(pause(A, after=2))
    found = await everything(again)
    await again.close()

    assert found == [*before, *after]
    assert after[0].position == 5


@pytest.mark.parametrize("is_reopened", [False, True])
async def test_a_deleted_session_is_gone_and_its_positions_are_never_given_out_again(
    place: Place, is_reopened: bool
) -> None:
    log = place.open()
    kept = await log.append(turn(A))
    await log.append(turn(B))
    await log.delete(B)
    await log.delete(C)
    if is_reopened:
        await log.close()
        log = place.open()

    assert list(await log.read(B)) == []
    assert list(await log.session_ids()) == [A]
    assert await log.last_position() == 2

    added = await log.append(turn(C))
    anew = await log.append(pause(B))
    found = await everything(log)
    await log.close()

    assert [record.position for record in (*added, *anew)] == [5, 6, 7]
    assert found == [*kept, *added, *anew]


async def test_a_closed_log_refuses_and_says_so(log: EventLog) -> None:
    await log.append(turn(A))
    await log.close()
    await log.close()

    for attempt in (
        lambda: log.append(turn(B)),
        lambda: log.read(A),
        lambda: log.read_all(),
        lambda: log.read_back(),
        lambda: log.last_position(),
        lambda: log.delete(A),
    ):
        with pytest.raises(StorageFailed, match="closed"):
            await attempt()


async def test_closing_writes_what_is_queued(log: EventLog, place: Place) -> None:
    queued = [asyncio.ensure_future(log.append(turn(session(number)))) for number in range(50)]
    await asyncio.sleep(0)
    await log.close()
    written = [record for records in await asyncio.gather(*queued) for record in records]
    again = place.open()
    found = await everything(again)
    await again.close()

    assert sorted(found, key=lambda record: record.position) == sorted(written, key=lambda record: record.position)


async def test_a_caller_who_gives_up_harms_no_other(log: EventLog) -> None:
    tasks = [asyncio.ensure_future(log.append(turn(session(number)))) for number in range(30)]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) == 10
    for number in range(30):
        assert len(await log.read(session(number))) in ((0, 2) if number % 3 == 0 else (2,))
    assert len(await log.append(turn(A))) == 2


async def test_a_disk_that_refuses_fails_the_append_whole_and_the_log_goes_on_after_it(
    log: EventLog, place: Place
) -> None:
    before = await log.append(turn(A))

    with place.with_a_broken_disk(log):
        for _ in range(2):
            with pytest.raises(StorageFailed, match=r"full|No space"):
                await log.append(turn(B, "z" * 100_000), turn(A, "y" * 100_000, after=2))
        assert await everything(log) == list(before)
        assert list(await log.session_ids()) == [A]

    after = await log.append(turn(A, "short", after=2), turn(B, "short"))
    assert await everything(log) == [*before, *after]
    await log.close()
    again = place.open()
    found = await everything(again)
    await again.close()

    assert found == [*before, *after]
    assert [record.position for record in found] == [1, 2, 3, 4, 5, 6]


def test_what_was_acknowledged_survives_a_killed_process(place: Place) -> None:
    code = (
        "import asyncio, os\nfrom pathlib import Path\n"
        "from storage.jsonl_log import JsonLinesEventLog\nfrom storage.opened import open_storage\n"
        "from tests.storage.builders import codec, session, turn\n"
        "async def main():\n"
        f"    log = {place.as_code}\n"
        "    for at in range(25):\n"
        "        await log.append(turn(session(1), f'said {at}', after=2 * at))\n"
        "    asyncio.ensure_future(log.append(turn(session(1), 'never said', after=50)))\n"
        "    os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    async def found() -> list[Recorded]:
        log = place.open()
        try:
            return await everything(log)
        finally:
            await log.close()

    assert done.returncode == 9, done.stderr
    assert [record.seq for record in asyncio.run(found())] == list(range(1, 51))


@given(
    calls=st.lists(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6), st.text(max_size=80)), min_size=1, max_size=3),
        max_size=8,
    ),
    is_sqlite=st.booleans(),
)
def test_any_calls_are_kept_as_a_plain_list_would_keep_them(
    tmp_path_factory: pytest.TempPathFactory, calls: list[list[tuple[int, int, str]]], is_sqlite: bool
) -> None:
    async def scenario() -> None:
        folder = tmp_path_factory.mktemp("log")
        log = (sqlite_place if is_sqlite else jsonl_place)(folder).open()
        model: list[tuple[str, int, str]] = []
        for call in calls:
            trial = list(model)
            fits = True
            for number, expected, reason in call:
                fits = fits and sum(of == session(number) for of, _, _ in trial) == expected
                trial.append((session(number), expected + 1, reason))
            appends = [spoken(*part) for part in call]
            if fits:
                await log.append(*appends)
                model = trial
            else:
                with pytest.raises(LogConflict):
                    await log.append(*appends)
        found = await everything(log)
        await log.close()
        assert [(record.session, record.seq, record.envelope.command.reason) for record in found] == model

    asyncio.run(scenario())


def spoken(number: int, expected: int, reason: str) -> Append:
    append = pause(session(number), after=expected, reason=reason)
    return replace(append, envelope=Envelope(command=Pause(reason=reason), actor="x", at_ms=1, correlation=""))
