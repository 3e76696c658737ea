"""Do the figures come whole into files, and stay true from one export to the next?"""

from __future__ import annotations

import asyncio
import json
import os
import resource
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.book import Book, advanced
from core.analytics.measures import Timer
from core.domain.commands import COMMANDS
from core.domain.errors import StorageFailed
from core.domain.events import ENGINE_EVENTS, Recorded
from core.domain.summary import SessionSummary
from core.engine.summarise import summarise
from core.flows.debate_events import DEBATE_EVENTS
from core.ports.event_log import READ_EVENTS_MAX, Append
from core.runtime.file_pairs import FilePairs, refusal
from core.runtime.metrics_files import ASKED, COMPLETED, SCHEDULED, MetricsFiles, read_book
from storage.codec import Codec
from storage.opened import Storage, open_storage
from tests.core.analytics.histories import a_log, as_one_log, number, played, to_its_end
from tests.core.analytics.test_flips import a_vote

AT_MS = 1_790_000_000_123


class SetClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.at_ms = AT_MS

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, milliseconds: int) -> None:
        self.at_ms += milliseconds


class CountingLog:
    """The real log, with a note of what was read of it."""

    def __init__(self, storage: Storage) -> None:
        self._log = storage.log
        self.events_read = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        found = await self._log.read_all(after_position=after_position, limit=limit, with_envelopes=with_envelopes)
        self.events_read += len(found)
        return found


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(tmp_path / "moot.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "metrics"


def files(storage: Storage, folder: Path, *, clock: SetClock | None = None) -> MetricsFiles:
    return MetricsFiles(
        folder,
        log=storage.log,
        index=storage.index,
        clock=clock or SetClock(),
    )


async def record(storage: Storage, log: Sequence[Recorded]) -> None:
    """Append what was played as it was settled, and bring the list up to it."""
    appends: list[Append] = []
    rows: dict[str, SessionSummary] = {}
    flows = played(()).engine.flows
    for each in log:
        if each.envelope is not None:
            appends.append(
                Append(session=each.session, envelope=each.envelope, events=(each.event,), expected_seq=each.seq - 1)
            )
        else:
            appends[-1] = replace(appends[-1], events=(*appends[-1].events, each.event))
        before = rows.get(each.session) or await storage.index.summary(each.session)
        rows[each.session] = summarise(before, each, flows)
    recorded = await storage.log.append(*appends)
    end = recorded[-1].position
    await storage.index.advance([replace(row, position=end) for row in rows.values()], position=end)


def plain(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def log_of(*debates: Sequence[Recorded], first: int = 1) -> list[Recorded]:
    """These debates one after the other, numbered from `first`."""
    return [replace(each, session=number(int(each.session, 16) + first - 1)) for each in as_one_log(debates)]


def a_minute_later(log: Sequence[Recorded]) -> list[Recorded]:
    """The same, as if it had been held then."""
    later = [replace(each, at_ms=each.at_ms + 60_000) for each in log]
    return [
        replace(each, envelope=replace(each.envelope, at_ms=each.at_ms)) if each.envelope is not None else each
        for each in later
    ]


async def test_an_export_holds_every_debates_life_and_what_they_amount_to(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log, played(()).log))

    metrics, summary = await files(storage, folder).export(
        reason=ASKED, gauges={"sessions_running": 9}, timers={"settle": Timer(count=2, total_ns=90, p95_ns=50)}
    )
    told, amounts = plain(metrics), plain(summary)

    assert (metrics.name, summary.name) == (
        "metrics_20260921T141320.123Z.json",
        "summary_20260921T141320.123Z.json",
    )
    assert [life["status"] for life in told["debates"]] == ["completed", "running"]  # type: ignore[attr-defined]
    assert told["counters"]["debates_completed"] == amounts["totals"]["debates_completed"] == 1  # type: ignore[index]
    assert told["gauges"]["sessions_running"] == 9  # type: ignore[index]
    assert amounts["timers"] == {"settle": {"count": 2, "mean_ns": 45, "p95_ns": 50, "errors": 0}}
    assert amounts["rates_ppm"]["completed"] == 1_000_000  # type: ignore[index]
    assert {told["schema"], amounts["schema"]} == {3}
    assert (told["reason"], told["position"]) == ("asked", await storage.log.last_position())


@settings(max_examples=15)
@given(a_log.filter(bool), st.integers(0, 100))
async def test_what_is_exported_is_read_back_equal_and_gone_on_from(
    tmp_path_factory: pytest.TempPathFactory, log: list[Recorded], cut: int
) -> None:
    place = tmp_path_factory.mktemp("metrics")
    whole = advanced(Book(), log)
    pairs = FilePairs(folder=place, first="metrics", second="summary")
    first, second = _Log(log[:cut]), _Log(log)
    path, _ = await MetricsFiles(place, log=first, index=_Index(first), clock=SetClock()).export(reason=ASKED)
    read = read_book(path)
    gone_on = await MetricsFiles(place, log=second, index=_Index(second), clock=SetClock()).book()

    assert read == advanced(Book(), log[:cut])
    assert gone_on == whole
    assert len(pairs.moments()) == 1


async def test_changes_of_mind_are_gone_on_from_in_the_midst_of_a_debate(tmp_path: Path) -> None:
    log = as_one_log([a_vote(("for", "against", "for"), ("against", "for", "for"), ("for", "for", "for")).log])
    whole = advanced(Book(), log).measures.flips
    assert whole.models

    for cut in range(1, len(log)):
        place, first, second = tmp_path / f"{cut}", _Log(log[:cut]), _Log(log)
        await MetricsFiles(place, log=first, index=_Index(first), clock=SetClock()).export(reason=ASKED)
        gone_on = await MetricsFiles(place, log=second, index=_Index(second), clock=SetClock()).book()
        assert gone_on.measures.flips == whole


class _Log:
    """A log that holds what it was given; the real one would take a second for each example."""

    def __init__(self, records: Sequence[Recorded]) -> None:
        self.records = list(records)

    async def read_all(
        self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> Sequence[Recorded]:
        return [each for each in self.records if each.position > after_position][:limit]

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"an export has no need of {name}")


class _Index:
    def __init__(self, log: _Log) -> None:
        self._log = log

    async def position(self) -> int:
        return 0

    async def summaries(self, *, changed_after: int = 0, limit: int = 0) -> Sequence[SessionSummary]:
        return []

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"an export has no need of {name}")


async def test_the_next_export_reads_only_what_was_recorded_since(storage: Storage, folder: Path) -> None:
    log, clock = CountingLog(storage), SetClock()
    await record(storage, log_of(to_its_end().log, to_its_end().log))
    kept = MetricsFiles(folder, log=log, index=storage.index, clock=clock)  # type: ignore[arg-type]
    await kept.export(reason=ASKED)
    more = log_of(to_its_end().log, first=3)
    await record(storage, more)
    log.events_read = 0

    metrics, _ = await kept.export(reason=ASKED)

    assert log.events_read <= len(more) + 1
    assert read_book(metrics).measures.counters.debates_completed == 3


async def test_another_process_goes_on_where_the_newest_file_ends(storage: Storage, folder: Path) -> None:
    log = CountingLog(storage)
    await record(storage, log_of(to_its_end().log, to_its_end().log))
    await files(storage, folder).export(reason=ASKED)
    more = log_of(to_its_end().log, first=3)
    await record(storage, more)

    book = await MetricsFiles(folder, log=log, index=storage.index, clock=SetClock()).book()  # type: ignore[arg-type]

    assert log.events_read <= len(more) + 1
    assert book == await files(storage, folder / "none").book()


async def test_counted_again_from_the_beginning_everything_comes_out_equal(storage: Storage, folder: Path) -> None:
    kept = files(storage, folder)
    for at in range(3):
        await record(storage, log_of(to_its_end().log, played(()).log, first=2 * at + 1))
        await kept.export(reason=COMPLETED)

    assert await kept.book() == await files(storage, folder / "none").book()


async def test_a_deleted_debate_is_counted_no_longer(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log, to_its_end().log, played(()).log))
    kept = files(storage, folder)
    await kept.export(reason=ASKED)
    await storage.log.delete(number(1))
    await storage.index.forget(number(1))

    for book in (await kept.book(), await files(storage, folder).book()):
        assert set(book.lives) == {number(2), number(3)}
        assert book.measures.counters.debates_completed == 1


async def test_files_of_another_database_are_not_gone_on_from(storage: Storage, folder: Path, tmp_path: Path) -> None:
    await record(storage, log_of(to_its_end().log, to_its_end().log))
    await files(storage, folder).export(reason=ASKED)
    other = open_storage(tmp_path / "other.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    try:
        await record(other, log_of(to_its_end().log, to_its_end().log, to_its_end().log, first=7))
        book = await files(other, folder).book()
    finally:
        await other.close()

    assert set(book.lives) == {number(7), number(8), number(9)}


async def test_what_was_counted_before_a_back_up_was_put_back_is_counted_no_longer(
    storage: Storage, folder: Path, tmp_path: Path
) -> None:
    await record(storage, log_of(to_its_end().log))
    kept = files(storage, folder)
    await kept.export(reason=ASKED)
    restored = open_storage(tmp_path / "restored.db", codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    try:
        await record(restored, a_minute_later(log_of(to_its_end().log)))  # it went on to as many events

        assert await files(restored, folder).book() == await files(restored, folder / "none").book()
    finally:
        await restored.close()


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "no json",
        "[]",
        '{"schema": 99}',
        '{"schema": 2, "position": 3}',
        '{"schema": 1, "position": 3}',
        '{"schema": 1, "debates": [{}]}',
    ],
)
async def test_a_damaged_file_costs_a_recount_and_no_figure(
    storage: Storage, folder: Path, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    await record(storage, log_of(to_its_end().log))
    metrics, _ = await files(storage, folder).export(reason=ASKED)
    metrics.write_text(damaged, encoding="utf-8")

    assert (await files(storage, folder).book()).measures.counters.debates_completed == 1
    assert "counted again" in caplog.text


async def test_two_exports_in_one_millisecond_have_two_names_in_order(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log))
    first, other = files(storage, folder), files(storage, folder)
    exported = await asyncio.gather(*(each.export(reason=ASKED) for each in (first, other) * 4))

    assert len({path for pair in exported for path in pair}) == 16
    assert len(FilePairs(folder=folder, first="metrics", second="summary").moments()) == 8


async def test_a_clock_that_was_set_back_leaves_the_newest_file_last(storage: Storage, folder: Path) -> None:
    clock = SetClock()
    kept = files(storage, folder, clock=clock)
    before, _ = await kept.export(reason=ASKED)
    clock.at_ms -= 3_600_000

    later, _ = await kept.export(reason=ASKED)

    assert later.name > before.name
    assert plain(later)["written_at_ms"] == clock.at_ms


async def test_debates_that_complete_together_share_an_export(storage: Storage, folder: Path) -> None:
    await record(storage, log_of(to_its_end().log))
    kept = files(storage, folder)

    exported = await asyncio.gather(*(kept.export(reason=COMPLETED) for _ in range(50)))

    assert len(set(exported)) <= 2
    assert all(path.exists() for pair in exported for path in pair)


async def test_a_scheduled_export_without_news_writes_nothing(storage: Storage, folder: Path) -> None:
    clock = SetClock()
    kept = files(storage, folder, clock=clock)
    await record(storage, log_of(to_its_end().log))
    first = await kept.export(reason=COMPLETED)
    clock.at_ms += 300_000
    again = await kept.export(reason=SCHEDULED)
    first[1].unlink()
    after_a_loss = await kept.export(reason=SCHEDULED)

    assert again == first
    assert after_a_loss != first


def test_the_newest_pairs_are_kept_and_other_files_left_alone(tmp_path: Path) -> None:
    pairs = FilePairs(folder=tmp_path, first="metrics", second="summary", pairs_max=3)
    others = [tmp_path / name for name in ("metrics_mine.json", "notes.txt", "metrics_99999999T000000.000Z.json")]
    for other in others:
        other.write_text("mine", encoding="utf-8")
    written = [pairs.write(AT_MS + at, [b"{}"], [b"{}"]) for at in range(5)]

    left = {path for path in tmp_path.iterdir() if path.is_file()}

    assert left == {*others, *(path for pair in written[-3:] for path in pair)}


def test_fewer_pairs_are_kept_where_they_take_much_room(tmp_path: Path) -> None:
    pairs = FilePairs(folder=tmp_path, first="metrics", second="summary", bytes_max=1_000)
    for at in range(5):
        pairs.write(AT_MS + at, [b"x" * 400], [b""])
    two = len(pairs.moments())
    pairs.write(AT_MS + 9, [b"x" * 9_000], [b""])

    assert two == 2
    assert len(pairs.moments()) == 1


def test_what_a_killed_export_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    pairs = FilePairs(folder=tmp_path, first="metrics", second="summary")
    old = tmp_path / ".metrics_20260921T120000.000Z.json.unfinished"
    young = tmp_path / ".summary_20260921T141320.000Z.json.unfinished"
    old.touch()
    young.touch()
    pairs.write(AT_MS, [b"{}"], [b"{}"])

    assert (old.exists(), young.exists()) == (False, True)


@contextmanager
def room_for(bytes_max: int) -> Iterator[None]:
    """Let no file of this process grow beyond that, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_older_files_and_says_what_to_do(tmp_path: Path) -> None:
    pairs = FilePairs(folder=tmp_path, first="metrics", second="summary")
    pairs.write(AT_MS, [b"{}"], [b"{}"])
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    with room_for(10_000), pytest.raises(StorageFailed) as failed:
        pairs.write(AT_MS + 1, [b"{}"], [b"x" * 6_000, b"x" * 6_000])

    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert "the disk is full" in failed.value.what
    assert "Free some space" in failed.value.now
    assert failed.value.where.startswith(str(tmp_path))


def test_half_a_pair_is_no_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = FilePairs(folder=tmp_path, first="metrics", second="summary")
    rename = Path.rename

    def renamed(path: Path, target: Path) -> Path:
        if "summary" in path.name:
            raise OSError(5, "Input/output error", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", renamed)
    with pytest.raises(StorageFailed, match="the disk failed"):
        pairs.write(AT_MS, [b"{}"], [b"{}"])

    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


async def test_after_a_failed_export_the_next_one_says_everything(storage: Storage, tmp_path: Path) -> None:
    await record(storage, log_of(to_its_end().log))
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    kept = files(storage, blocked / "metrics")

    with pytest.raises(StorageFailed, match="metrics_export_path"):
        await kept.export(reason=COMPLETED)
    blocked.unlink()
    metrics, _ = await kept.export(reason=SCHEDULED)

    assert read_book(metrics).measures.counters.debates_completed == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "the disk is full"),
        (OSError(122, "Disk quota exceeded"), "the disk is full"),
        (OSError(30, "Read-only file system"), "can't be written to"),
        (OSError(13, "Permission denied"), "can't be written to"),
        (OSError(5, "Input/output error"), "the disk failed"),
    ],
)
def test_the_systems_errors_are_said_in_the_operators_words(error: OSError, words: str, tmp_path: Path) -> None:
    failed = refusal(error, tmp_path)

    assert words in failed.what
    assert os.strerror(error.errno or 0) in failed.what
    assert failed.where == str(tmp_path)
    assert failed.now


def test_a_life_a_line_keeps_the_file_searchable(tmp_path: Path) -> None:
    log = _Log(log_of(to_its_end().log, played(()).log))

    metrics, _ = asyncio.run(MetricsFiles(tmp_path, log=log, index=_Index(log), clock=SetClock()).export(reason=ASKED))
    lines = [line for line in metrics.read_text(encoding="utf-8").splitlines() if '"id":' in line]

    assert [json.loads(line.rstrip(","))["id"] for line in lines] == [number(1), number(2)]
