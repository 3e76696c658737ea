"""Do sessions stand still with a stated reason while a real disk refuses, and go on without a loss once it doesn't?

The faults are those of the operating system: a file system of its own that is full or turned read-only, a limit on the
size of files that makes writes fail in the middle, another process that holds the database.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from console.bootstrap import open_backups, open_orchestrator
from console.exit_codes import ExitCode
from console.headless import StopRequest, follow
from console.settings import Settings
from core.domain.commands import AddStatement
from core.domain.errors import StorageFailed
from core.domain.events import AttemptInDoubt, AttemptSucceeded, Recorded
from core.domain.ids import SessionId
from core.domain.session import Status
from core.exporting.kinds import Form, Kind
from core.orchestrator import Orchestrator
from core.runtime.exporting.checking import Found
from core.runtime.exporting.wanted import Wanted
from storage import writer
from tests.golden.logs import unpacked

DEBATES = 3
MEGABYTES = 32
ROUNDS = 8
TEXT = "Whoever is on the rota tonight is on it tomorrow, and nobody is left for the weekend. " * 12
LOOKS_MAX = 4_000
LOOK_SECONDS = 0.01


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few megabytes. Where none can be mounted these faults can't be had for real."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder))
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("file systems can't be mounted here")
    yield folder
    run("umount", "-l", str(folder))


def settings_of(folder: Path, elsewhere: Path) -> Settings:
    return Settings(
        database=folder / "moot.db",
        metrics_export_path=elsewhere / "metrics",
        enable_metrics_export=False,
        enable_health_checks=False,
        in_doubt_policy="retry",
        drain_seconds_max=1,
    )


@asynccontextmanager
async def driven(settings: Settings) -> AsyncIterator[Orchestrator]:
    moot = open_orchestrator(settings)
    await moot.start(must_drive=True)
    try:
        yield moot
    finally:
        await moot.stop(drain=False)


def moot_script(elsewhere: Path) -> str:
    """Participants who say about a kilobyte after fifteen milliseconds."""
    script = elsewhere / "script.yaml"
    said = {"text": TEXT, "delay_ms": 15}
    judged = {"text": "It stands.\nVERDICT: for", "delay_ms": 15}
    script.write_text(json.dumps({"answers": {"default": said, "judge": judged}}), encoding="utf-8")
    return f"scripted:{script}"


async def started(moot: Orchestrator, elsewhere: Path) -> list[SessionId]:
    model = moot_script(elsewhere)
    return [
        await moot.start_debate(
            f"Motion {number}?",
            template_id="standard_debate",
            casting={"": model},
            seed=number,
            rounds=8,
        )
        for number in range(DEBATES)
    ]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(LOOKS_MAX):
        if await holds():
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("what was waited for never came")


async def everything_stands(moot: Orchestrator, sessions: list[SessionId]) -> None:
    """All but those that were over before the disk refused."""

    async def stand() -> bool:
        over = {session for session in sessions if (await moot.state(session)).life.status.is_over}
        return bool(moot.standing_still()) and set(moot.standing_still()) == set(sessions) - over

    await until(stand)


async def all_finished(moot: Orchestrator, sessions: list[SessionId]) -> None:
    async def finished() -> bool:
        return all([(await moot.summary(session)).status is Status.COMPLETED for session in sessions])

    await until(finished)
    assert moot.standing_still() == {}


async def records_of(moot: Orchestrator, session: SessionId) -> list[Recorded]:
    found: list[Recorded] = []
    while news := await moot.events(session, after_seq=len(found)):
        found += news
    return found


async def check(settings: Settings, sessions: list[SessionId], *, doubts_max: int = 0) -> None:
    """Nothing lost, nothing asked twice, every decision the same, and the file in order."""
    async with driven(settings) as moot:
        for session in sessions:
            records = await records_of(moot, session)
            answered = [each.event.step for each in records if isinstance(each.event, AttemptSucceeded)]
            assert len(answered) == len(set(answered))
            assert sum(isinstance(each.event, AttemptInDoubt) for each in records) <= doubts_max
    report = await open_backups(settings).create(settings.database.parent.parent / "copy.db")
    assert report.is_sound, report.faults
    assert not report.differing
    assert report.sessions == len(sessions)


def fill(folder: Path) -> Path:
    """Take what room is left, to the last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1_048_576, 4_096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    continue
    return ballast


def run(*words: str) -> None:
    subprocess.run(words, check=True, timeout=30)


async def test_on_a_full_disk_sessions_stand_still_with_the_reason_and_go_on_once_there_is_room(
    disk: Path, tmp_path: Path
) -> None:
    settings = settings_of(disk, tmp_path)
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        ballast = fill(disk)
        await everything_stands(moot, sessions)
        why = next(iter(moot.standing_still().values()))
        (health, *_) = [each for each in await moot.health() if each.name == "database"]
        position = (await moot.system_status()).position
        with pytest.raises(StorageFailed, match="full"):
            await moot.command(sessions[0], AddStatement(text="Mind the weekend. " * 100))
        with pytest.raises(StorageFailed, match="full"):
            await moot.start_debate("One more?", template_id="simple_debate", casting={"": moot_script(tmp_path)})
        assert "the disk is full" in why
        assert "Free some space" in why
        assert "the disk is full" in health.reason
        assert (await moot.system_status()).position == position
        ballast.unlink()
        await all_finished(moot, sessions)
    await check(settings, sessions)


async def test_a_process_that_ends_on_a_full_disk_leaves_its_last_turns_in_doubt_and_no_other(
    disk: Path, tmp_path: Path
) -> None:
    settings = settings_of(disk, tmp_path)
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        ballast = fill(disk)
        await everything_stands(moot, sessions)
    ballast.unlink()

    async with driven(settings) as moot:
        await all_finished(moot, sessions)
    await check(settings, sessions, doubts_max=1)


async def test_a_disk_that_turns_read_only_and_back_costs_nothing(disk: Path, tmp_path: Path) -> None:
    """As one does at an error. The files are kept open for writing, so that only a mount that is gone lets it turn."""
    settings = settings_of(disk, tmp_path)
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        await moot.pause_all()
    run("mount", "-o", "remount,ro", str(disk))
    try:
        with pytest.raises(StorageFailed, match=r"can't be written to|can't be made|Read-only|can't be opened"):
            open_orchestrator(settings)
        report = await open_backups(settings).create(tmp_path / "from-read-only.db")
        assert report.is_sound
        assert report.sessions == DEBATES
        with pytest.raises(StorageFailed, match="Read-only file system"):
            await open_backups(settings).create()
    finally:
        run("mount", "-o", "remount,rw", str(disk))
    async with driven(settings) as moot:
        await moot.resume_all()
        await all_finished(moot, sessions)
    await check(settings, sessions, doubts_max=1)  # of the turn that was under way when the first process ended


async def test_a_back_up_that_finds_no_room_leaves_nothing_behind_and_says_so(disk: Path, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here", tmp_path)
    settings.database.parent.mkdir()
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        await all_finished(moot, sessions)
        ballast = fill(disk)
        with pytest.raises(StorageFailed, match="the disk is full"):
            await moot.backups.create(disk / "copy.db")
        assert os.listdir(disk) == [ballast.name]
        ballast.unlink()
        assert (await moot.backups.create(disk / "copy.db")).is_sound


def test_a_migration_that_finds_no_room_changes_nothing(disk: Path, tmp_path: Path) -> None:
    path = unpacked("schema-1", disk)
    before = path.read_bytes()
    ballast = fill(disk)

    with pytest.raises(StorageFailed, match=r"full|No space"):
        open_orchestrator(settings_of(disk, tmp_path))

    assert path.read_bytes() == before
    assert not list(disk.glob("*copy*")), "a copy that is not whole is none"
    ballast.unlink()
    assert "schema 1" in open_orchestrator(settings_of(disk, tmp_path)).notices[0]


@contextmanager
def files_no_longer_than(length: int) -> Iterator[None]:
    """Writes beyond that fail in the middle, as on a failing disk: the system cuts them off and says EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("beyond", [0, 1, 24, 56, 4_095, 4_152, 9_000])
async def test_where_writes_fail_in_the_middle_nothing_recorded_is_lost_and_sessions_go_on(
    tmp_path: Path, beyond: int
) -> None:
    settings = settings_of(tmp_path / "here", tmp_path)
    settings.database.parent.mkdir()
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        log = settings.database.with_name("moot.db-wal")
        with files_no_longer_than(log.stat().st_size + beyond):
            await everything_stands(moot, sessions)
            why = next(iter(moot.standing_still().values()))
        await all_finished(moot, sessions)
    assert "the disk failed while reading or writing" in why
    await check(settings, sessions)


async def test_while_another_program_holds_the_database_sessions_stand_still_and_then_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUSY_PAUSES_MAX", 4)
    settings = settings_of(tmp_path / "here", tmp_path)
    settings.database.parent.mkdir()
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        with closing(sqlite3.connect(settings.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await everything_stands(moot, sessions)
            assert "another program holds the database" in next(iter(moot.standing_still().values()))
            other.execute("ROLLBACK")
        await all_finished(moot, sessions)
    await check(settings, sessions)


async def test_whoever_follows_a_session_is_told_that_it_stands_still_why_and_that_it_goes_on(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here", tmp_path)
    settings.database.parent.mkdir()
    told: list[str] = []
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        with files_no_longer_than(settings.database.with_name("moot.db-wal").stat().st_size):
            following = asyncio.ensure_future(
                follow(
                    moot,
                    sessions[0],
                    show=lambda record: None,
                    stop=StopRequest(),
                    on_stop=lambda: None,
                    on_standing=told.append,
                )
            )

            async def is_told() -> bool:
                return bool(told)

            await until(is_told)
        assert (await following).code is ExitCode.COMPLETED
        await all_finished(moot, sessions)

    assert "the disk failed" in told[0]
    assert told[1:] in ([""], []), "what has ended needn't be told to go on"


@pytest.mark.parametrize("form", Form)
async def test_an_export_that_finds_no_room_in_the_middle_leaves_the_older_one_and_nothing_else(
    disk: Path, tmp_path: Path, form: Form
) -> None:
    settings = settings_of(tmp_path / "here", tmp_path)
    settings.database.parent.mkdir()
    async with driven(settings) as moot:
        sessions = await started(moot, tmp_path)
        await all_finished(moot, sessions)
        folder = disk / "out"
        older = await moot.exports.export(Wanted(kind=Kind.EVENTS, form=form), folder)
        lies, held = sorted(os.listdir(folder)), older.file.read_bytes()
        ballast = fill(disk)

        with pytest.raises(StorageFailed, match="the disk is full") as refused:
            await moot.exports.export(Wanted(kind=Kind.EVENTS, form=form), folder)

        assert (refused.value.where, refused.value.now[:15]) == (str(folder), "Free some space")
        assert sorted(os.listdir(folder)) == lies
        assert older.file.read_bytes() == held
        ballast.unlink()
        newer = await moot.exports.export(Wanted(kind=Kind.EVENTS, form=form), folder)
        assert {each.found for each in await moot.exports.check(newer.file)} <= {Found.EQUAL, Found.WHOLE}
