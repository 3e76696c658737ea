"""Does every event log keep what it acknowledged, and nothing else, whatever its files suffer?

The faults are brought about in the file layer: by the operating system's own limits, by what a crash or a loss of power
leaves of a file, and by calls to the system that fail.
"""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.domain.errors import StorageFailed
from core.domain.events import Recorded
from core.ports.event_log import Append, EventLog
from storage import jsonl_log
from storage.jsonl_log import ORDER_FILE, JsonLinesEventLog
from storage.opened import open_storage
from tests.contracts.test_chain import chain_of
from tests.contracts.test_event_log import everything
from tests.storage.builders import codec, pause, session, turn

SESSIONS = 3
TEXT = "Whoever cycles to work arrives awake, and whoever drives arrives late. " * 8
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Kind:
    """An implementation, and the files of it that grow with an append."""

    name: str
    open: Callable[[Path], EventLog]
    growing: Callable[[Path], list[Path]]


KINDS = (
    Kind("sqlite", lambda at: open_storage(at / "moot.db", codec=codec()).log, lambda at: [at / "moot.db-wal"]),
    Kind(
        "sqlite, full",
        lambda at: open_storage(at / "moot.db", codec=codec(), synchronous="FULL").log,
        lambda at: [at / "moot.db-wal"],
    ),
    Kind("jsonl", lambda at: JsonLinesEventLog(at, codec=codec()), lambda at: sorted(at.glob("*.jsonl"))),
    Kind(
        "jsonl, synced",
        lambda at: JsonLinesEventLog(at, codec=codec(), is_synced=True),
        lambda at: sorted(at.glob("*.jsonl")),
    ),
)
every_log = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def appends_of(lengths: dict[int, int], number: int) -> tuple[Append, ...]:
    """What is appended the `number`-th time: a turn, and now and then one of another session with it."""
    one, other = number % SESSIONS, (number + 1) % SESSIONS
    made = [turn(session(one), f"{number} {TEXT}", after=lengths.get(one, 0))]
    lengths[one] = lengths.get(one, 0) + 2
    if number % 3 == 0:
        made.append(pause(session(other), after=lengths.get(other, 0), reason=str(number)))
        lengths[other] = lengths.get(other, 0) + 1
    return tuple(made)


async def grown(log: EventLog, count: int, *, lengths: dict[int, int] | None = None) -> list[list[Recorded]]:
    """So many appends, each as it was acknowledged."""
    known = lengths if lengths is not None else {}
    return [list(await log.append(*appends_of(known, number))) for number in range(count)]


async def read_again(kind: Kind, at: Path) -> list[Recorded]:
    """All that a log holds which is opened anew; its chains hold."""
    log = kind.open(at)
    try:
        found = await everything(log)
        for of in await log.session_ids():
            await chain_of(log, of)
        return found
    finally:
        await log.close()


@contextmanager
def limited(what: int, value: int) -> Iterator[None]:
    """The system's own limit, lifted again at the end."""
    soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))


@every_log
@slow
@given(room=st.integers(0, 14_000), before=st.integers(0, 4))
@example(room=0, before=0)
def test_where_a_file_can_grow_no_further_each_append_is_written_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, room: int, before: int
) -> None:
    """The system lets a write through up to the limit and then refuses, in the middle of whatever is being written."""

    async def scenario() -> None:
        at = tmp_path_factory.mktemp("log")
        log = kind.open(at)
        lengths: dict[int, int] = {}
        written = [record for each in await grown(log, before, lengths=lengths) for record in each]
        longest = max((path.stat().st_size for path in kind.growing(at) if path.exists()), default=0)
        with limited(resource.RLIMIT_FSIZE, longest + room):
            for number in range(before, before + 12):
                tried = dict(lengths)
                appends = appends_of(tried, number)
                try:
                    written += await log.append(*appends)
                except StorageFailed:
                    continue
                lengths.update(tried)
            assert await everything(log) == written
        for number in range(20, 23):
            written += await log.append(*appends_of(lengths, number))
        assert await everything(log) == written
        await log.close()
        assert await read_again(kind, at) == written

    asyncio.run(scenario())


@every_log
async def test_without_a_file_to_spare_it_refuses_and_goes_on_once_there_are_some(tmp_path: Path, kind: Kind) -> None:
    log = kind.open(tmp_path)
    lengths: dict[int, int] = {}
    written = [record for each in await grown(log, 2, lengths=lengths) for record in each]
    taken = {int(name) for name in os.listdir("/proc/self/fd")}  # numbers, not files
    refused = 0
    with limited(resource.RLIMIT_NOFILE, max(taken) + 1):
        spare = []
        with suppress(OSError):
            while True:
                spare.append(os.open(os.devnull, os.O_RDONLY))
        for number in range(2, 5):
            tried = dict(lengths)
            try:
                written += await log.append(*appends_of(tried, number))
            except StorageFailed:
                refused += 1
                continue
            lengths.update(tried)
        for file in spare:
            os.close(file)
    assert await everything(log) == written
    for number in range(5, 8):
        written += await log.append(*appends_of(lengths, number))
    await log.close()
    assert await read_again(kind, tmp_path) == written
    assert refused == (3 if kind.name.startswith("jsonl") else 0), "a database has its files open"


def crashed(kind: Kind, folder: Path, count: int) -> tuple[Path, list[list[Recorded]]]:
    """The files as a process leaves them that dies behind its last append, and what each append was acknowledged as."""
    living, dead = folder / "living", folder / "dead"
    living.mkdir()

    async def scenario() -> list[list[Recorded]]:
        log = kind.open(living)
        acknowledged = await grown(log, count)
        shutil.copytree(living, dead, ignore=shutil.ignore_patterns("*-shm"))
        await log.close()
        return acknowledged

    return dead, asyncio.run(scenario())


def is_some_of_the_first(found: list[Recorded], acknowledged: list[list[Recorded]]) -> bool:
    """Whether it is the first so many appends, each whole."""
    whole: list[Recorded] = []
    for append in acknowledged:
        if whole == found:
            return True
        whole = [*whole, *append]
    return whole == found


@pytest.fixture(scope="module")
def dead_database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Recorded]]]:
    return crashed(KINDS[0], tmp_path_factory.mktemp("dead"), 8)


def torn(dead: Path, folder: Path, tear: Callable[[bytearray], bytearray]) -> Path:
    """A copy of a dead process's database, of whose log something is gone or changed."""
    shutil.copy(dead / "moot.db", folder / "moot.db")
    log = tear(bytearray((dead / "moot.db-wal").read_bytes()))
    (folder / "moot.db-wal").write_bytes(log)
    return folder


WAL_HEADER, FRAME = 32, 24 + 4_096


@slow
@given(data=st.data())
def test_a_write_ahead_log_that_is_torn_anywhere_leaves_the_first_appends_whole_and_goes_on(
    tmp_path_factory: pytest.TempPathFactory, dead_database: tuple[Path, list[list[Recorded]]], data: st.DataObject
) -> None:
    dead, acknowledged = dead_database
    size = (dead / "moot.db-wal").stat().st_size
    frames = range(WAL_HEADER, size + 1, FRAME)
    at = data.draw(
        st.one_of(st.integers(0, size), st.sampled_from(frames).flatmap(lambda end: st.integers(end - 1, end + 1)))
    )

    async def scenario() -> None:
        folder = torn(dead, tmp_path_factory.mktemp("torn"), lambda log: log[: min(at, size)])
        found = await read_again(KINDS[0], folder)
        assert is_some_of_the_first(found, acknowledged)
        assert (found == [record for each in acknowledged for record in each]) or at < size
        log = KINDS[0].open(folder)
        length = sum(record.session == session(0) for record in found)
        added = await log.append(pause(session(0), after=length))
        await log.close()
        assert await read_again(KINDS[0], folder) == [*found, *added]

    asyncio.run(scenario())


@slow
@given(data=st.data())
def test_a_write_ahead_log_in_which_bytes_are_wrong_leaves_the_first_appends_whole(
    tmp_path_factory: pytest.TempPathFactory, dead_database: tuple[Path, list[list[Recorded]]], data: st.DataObject
) -> None:
    """As where the power went while pages were written in an order of the disk's own."""
    dead, acknowledged = dead_database
    size = (dead / "moot.db-wal").stat().st_size
    at = data.draw(st.integers(0, size - 1))
    length = data.draw(st.sampled_from([1, 4, 512, 4_096]))
    value = data.draw(st.sampled_from([0x00, 0xFF, 0x5A]))

    def spoil(log: bytearray) -> bytearray:
        log[at : at + length] = bytes([value]) * len(log[at : at + length])
        return log

    folder = torn(dead, tmp_path_factory.mktemp("torn"), spoil)

    assert is_some_of_the_first(asyncio.run(read_again(KINDS[0], folder)), acknowledged)


@pytest.mark.torture
def test_a_write_ahead_log_that_is_torn_at_every_single_byte_leaves_the_first_appends_whole(tmp_path: Path) -> None:
    dead, acknowledged = crashed(KINDS[0], tmp_path, 2)
    log = (dead / "moot.db-wal").read_bytes()
    firsts = [[]]
    for append in acknowledged:
        firsts.append([*firsts[-1], *((record.session, record.seq) for record in append)])
    before = 0
    for at in range(len(log) + 1):
        (dead / "moot.db-wal").write_bytes(log[:at])
        (dead / "moot.db-shm").unlink(missing_ok=True)
        shutil.copy(dead / "moot.db", tmp_path / "kept.db")
        with closing(sqlite3.connect(f"{(dead / 'moot.db').as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT s.id, e.seq FROM events e JOIN log_sessions s ON s.key = e.session_key ORDER BY position"
            ).fetchall()
        number = firsts.index(rows)
        assert number >= before, at
        before = number
    assert before == len(acknowledged)


@pytest.mark.parametrize("is_synced", [False, True])
@slow
@given(data=st.data())
def test_files_of_lines_that_are_torn_anywhere_leave_the_first_appends_whole_or_are_refused_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, is_synced: bool, data: st.DataObject
) -> None:
    kind = KINDS[3] if is_synced else KINDS[2]
    dead, acknowledged = crashed(kind, tmp_path_factory.mktemp("dead"), 6)
    path = data.draw(st.sampled_from(sorted(dead.glob("*.jsonl"))))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:at])
    before = {each.name: each.read_bytes() for each in dead.iterdir()}

    try:
        found = asyncio.run(read_again(kind, dead))
    except StorageFailed:
        assert path.name != ORDER_FILE, "what a crash can tear is taken up again"
        assert {each.name: each.read_bytes() for each in dead.iterdir()} == before
    else:
        assert is_some_of_the_first(found, acknowledged)


@pytest.mark.parametrize("kind", KINDS[2:], ids=lambda kind: kind.name)
@slow
@given(steps=st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_writes_that_the_system_takes_in_pieces_of_any_size_are_whole_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, steps: list[int]
) -> None:
    write, calls = os.pwrite, 0

    def in_pieces(file: int, chunk: memoryview, at: int) -> int:
        nonlocal calls
        calls += 1
        return write(file, chunk[: steps[calls % len(steps)]], at)

    async def scenario() -> None:
        at = tmp_path_factory.mktemp("log")
        log = kind.open(at)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jsonl_log.os, "pwrite", in_pieces)
            written = [record for each in await grown(log, 4) for record in each]
        assert await everything(log) == written
        await log.close()
        assert await read_again(kind, at) == written

    asyncio.run(scenario())


@pytest.mark.parametrize("call", ["pwrite", "fsync", "open", "truncate"])
@slow
@given(failing=st.sets(st.integers(1, 14), min_size=1))
def test_a_call_to_the_system_that_fails_at_any_time_fails_its_append_whole(
    tmp_path_factory: pytest.TempPathFactory, call: str, failing: set[int]
) -> None:
    """Each of these calls fails where its number is drawn, also while what a former failure left is cleared away."""
    kind, real, calls = KINDS[3], getattr(os, call), 0

    def fails_now_and_then(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls in failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(*arguments)

    async def scenario() -> None:
        at = tmp_path_factory.mktemp("log")
        log = kind.open(at)
        lengths: dict[int, int] = {}
        written = [record for each in await grown(log, 2, lengths=lengths) for record in each]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jsonl_log.os, call, fails_now_and_then)
            for number in range(2, 9):
                tried = dict(lengths)
                try:
                    written += await log.append(*appends_of(tried, number))
                except StorageFailed:
                    continue
                lengths.update(tried)
        assert await everything(log) == written
        for number in range(20, 23):
            written += await log.append(*appends_of(lengths, number))
        await log.close()
        assert await read_again(kind, at) == written

    asyncio.run(scenario())
