"""Is a back-up made beside running sessions worth what is promised of it: can they be taken up from it and finished?"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest

from console.bootstrap import open_backups, open_orchestrator
from console.settings import Settings
from core.domain.chain import Head
from core.domain.commands import AddStatement, Cancel, Pause
from core.domain.errors import DriverBusy, StorageFailed, WrongUse
from core.domain.events import AttemptInDoubt, AttemptSucceeded, Recorded
from core.domain.ids import Digest, SessionId
from core.domain.session import Status
from core.orchestrator import Orchestrator
from core.runtime.backups import digest_of_heads
from storage.codec import Codec
from storage.files import SqliteFiles
from tests.golden.logs import unpacked

SAID = [
    {"text": f"Point {number}: the rota is short, and nobody is left for it.", "delay_ms": 3} for number in range(9)
]
DEBATES = 4


def settings_of(folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(
        database=folder / "moot.db", metrics_export_path=folder / "metrics", rehearsal_pace=0, in_doubt_policy="retry"
    )


@asynccontextmanager
async def driven(settings: Settings) -> AsyncIterator[Orchestrator]:
    moot = open_orchestrator(settings)
    await moot.start(must_drive=True)
    try:
        yield moot
    finally:
        await moot.stop(drain=False)


async def started(moot: Orchestrator, folder: Path, number: int) -> SessionId:
    script = folder / "script.yaml"
    judged = {"text": "It stands.\nVERDICT: for", "delay_ms": 3}
    script.write_text(json.dumps({"answers": {"default": SAID, "judge": judged}}), encoding="utf-8")
    return await moot.start_debate(
        f"Motion {number}?", template_id="standard_debate", casting={"": f"scripted:{script}"}, seed=number
    )


async def ended(moot: Orchestrator, session: SessionId) -> list[Recorded]:
    async for _ in moot.watch(session):
        if (await moot.summary(session)).status.is_over:
            break
    found: list[Recorded] = []
    while news := await moot.events(session, after_seq=len(found)):
        found += news
    return found


async def spoken(moot: Orchestrator, sessions: list[SessionId], turns: int) -> None:
    """Wait until so many turns are on record in each."""
    for session in sessions:
        seen = 0
        async for record in moot.watch(session):
            seen += isinstance(record.event, AttemptSucceeded)
            if seen == turns:
                break


async def test_debates_backed_up_in_the_middle_are_taken_up_elsewhere_and_finished(tmp_path: Path) -> None:
    here, there = settings_of(tmp_path / "here"), settings_of(tmp_path / "there")
    async with driven(here) as moot:
        sessions = [await started(moot, tmp_path, number) for number in range(DEBATES)]
        await spoken(moot, sessions, 2)
        report = await moot.backups.create(tmp_path / "middle.db")
        finished = {session: await ended(moot, session) for session in sessions}
    assert report.is_sound
    assert (report.sessions, report.differing, report.unverifiable) == (DEBATES, (), ())

    elsewhere = open_backups(there)
    plan = await elsewhere.plan(tmp_path / "middle.db")
    assert (plan.is_there, plan.report.digest) == (False, report.digest)
    assert await elsewhere.restore(tmp_path / "middle.db") is None
    assert (await elsewhere.verify(there.database)).digest == report.digest
    lengths = SqliteFiles(there.database, codec=Codec(())).lengths(tmp_path / "middle.db")

    async with driven(there) as moot:
        for session in sessions:
            records = await ended(moot, session)
            assert (await moot.summary(session)).status is Status.COMPLETED
            kept = lengths[session]
            assert records[:kept] == finished[session][:kept], "what was recorded before the back-up is there again"
            asked = [each.event.step for each in records if isinstance(each.event, AttemptSucceeded)]
            assert len(asked) == len(set(asked)), "a turn that was recorded was asked for again"
            doubts = [each.event.step for each in records if isinstance(each.event, AttemptInDoubt)]
            assert len(doubts) <= 1 or doubts == ["verdict.first.judge", "verdict.reversed.judge"]
    again = await elsewhere.create(tmp_path / "end.db")
    assert again.is_sound
    assert (again.sessions, again.differing) == (DEBATES, ())
    assert again.digest != report.digest


async def test_a_back_up_holds_whole_commits_whatever_is_recorded_meanwhile(tmp_path: Path) -> None:
    async with driven(settings_of(tmp_path / "here")) as moot:
        sessions = [await started(moot, tmp_path, number) for number in range(DEBATES)]
        reports = []
        for number in range(6):
            reports.append(await moot.backups.create(tmp_path / f"{number}.db"))
        await asyncio.gather(*(ended(moot, session) for session in sessions))

    assert all(report.is_sound and not report.differing for report in reports)
    assert [report.events for report in reports] == sorted(report.events for report in reports)


async def test_the_same_logs_have_the_same_digest_wherever_they_are_and_others_another(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        first = await moot.backups.create(tmp_path / "1.db")
        await moot.set_label((await moot.summaries())[0].session, title="Only a name")
        second = await moot.backups.create(tmp_path / "2.db")
        await ended(moot, await started(moot, tmp_path, 2))
        third = await moot.backups.create(tmp_path / "3.db")

    assert first.digest == second.digest != third.digest
    assert (await open_backups(settings).verify(tmp_path / "3.db")).digest == third.digest


def test_the_digest_speaks_for_each_session_its_length_and_its_head() -> None:
    head = Head(seq=3, digest=Digest("ab"))
    digests = {
        digest_of_heads(heads)
        for heads in (
            [],
            [(SessionId("a"), head)],
            [(SessionId("b"), head)],
            [(SessionId("a"), replace(head, seq=4))],
            [(SessionId("a"), replace(head, digest=Digest("cd")))],
        )
    }

    assert len(digests) == 5
    both = [(SessionId("a"), head), (SessionId("b"), head)]
    assert digest_of_heads(both) == digest_of_heads(both[::-1])


REPLACED = "replace(CAST(body AS TEXT), 'rota', 'ROTA')"
ROTA = "instr(CAST(body AS TEXT), 'rota')"


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute(statement).rowcount
        database.commit()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE events SET body = CAST({REPLACED} AS BLOB) WHERE {ROTA}", "not what its link"),
        (f"UPDATE events SET body = {REPLACED} WHERE {ROTA}", "not what its link"),
        ("DELETE FROM events WHERE seq = 5", "event 5 is missing"),
        ("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 7", "event 7"),
        ("DELETE FROM templates WHERE template = 'standard_debate'", "template"),
    ],
)
async def test_what_was_tampered_with_is_found_and_not_restored(tmp_path: Path, statement: str, said: str) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        await moot.backups.create(tmp_path / "copy.db")
    changed(tmp_path / "copy.db", statement)
    backups = open_backups(settings)

    report = await backups.verify(tmp_path / "copy.db")

    assert not report.is_sound
    assert said in " ".join(report.faults)
    with pytest.raises(StorageFailed, match="damaged"):
        await backups.plan(tmp_path / "copy.db")


async def test_damaged_pages_are_found(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        await moot.backups.create(tmp_path / "copy.db")
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[20_000:28_000] = b"\x5a" * 8_000
    (tmp_path / "copy.db").write_bytes(content)

    assert not (await open_backups(settings).verify(tmp_path / "copy.db")).is_sound


async def test_one_of_an_older_release_is_restored_and_says_what_would_be_decided_otherwise_today(
    tmp_path: Path,
) -> None:
    old = unpacked("schema-1", tmp_path).rename(tmp_path / "old.db")
    settings = settings_of(tmp_path / "here")
    backups = open_backups(settings)

    plan = await backups.plan(old)
    await backups.restore(old)

    assert len(plan.report.differing) == 5
    async with driven(settings) as moot:
        assert "kept at" in moot.notices[0]
        assert len(await moot.summaries()) == 6


async def test_nothing_is_restored_beneath_a_driver_nor_beneath_its_own_database(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        session = await started(moot, tmp_path, 1)
        await moot.backups.create(tmp_path / "copy.db")
        for backups in (open_backups(settings), moot.backups):
            with pytest.raises(DriverBusy, match="End it and close every console"):
                await backups.plan(tmp_path / "copy.db")
            with pytest.raises(DriverBusy, match="Nothing was changed"):
                await backups.restore(tmp_path / "copy.db")
        await ended(moot, session)


async def test_a_plan_says_what_the_back_up_lacks(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        await moot.backups.create(tmp_path / "copy.db")
        later = await ended(moot, await started(moot, tmp_path, 2))
    backups = open_backups(settings)

    plan = await backups.plan(tmp_path / "copy.db")
    kept = await backups.restore(tmp_path / "copy.db")

    assert (plan.sessions_there, plan.sessions_lost, plan.events_lost) == (2, 1, len(later))
    assert kept is not None
    assert (await backups.verify(kept)).sessions == 2
    assert (await backups.plan(tmp_path / "copy.db")).events_lost == 0


async def test_a_plan_counts_what_a_session_that_went_on_otherwise_would_lose(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        session = await started(moot, tmp_path, 1)
        await spoken(moot, [session], 2)
        await moot.command(session, Pause())
        await moot.backups.create(tmp_path / "copy.db")
        await moot.command(session, AddStatement(text="One way.", by="operator"))
        await moot.command(session, Cancel())
        first = await moot.events(session)
    backups = open_backups(settings)
    kept = await backups.restore(tmp_path / "copy.db")
    assert kept is not None
    async with driven(settings) as moot:
        await moot.command(session, AddStatement(text="Another way.", by="operator"))
        second = await moot.events(session)
    same = sum(one == other for one, other in zip(first, second, strict=False))

    plan = await backups.plan(kept)

    assert same < len(second) < len(first)
    assert (plan.sessions_lost, plan.events_lost) == (0, len(second) - same)


async def test_a_database_that_can_t_be_read_may_be_replaced(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        await moot.backups.create(tmp_path / "copy.db")
    settings.database.write_bytes(b"\xff" * 50_000)
    backups = open_backups(settings)

    plan = await backups.plan(tmp_path / "copy.db")
    kept = await backups.restore(tmp_path / "copy.db")

    assert (plan.is_there, plan.sessions_there) == (True, None)
    assert kept is not None
    assert kept.read_bytes() == b"\xff" * 50_000
    async with driven(settings) as moot:
        assert len(await moot.summaries()) == 1


async def test_back_ups_without_a_name_lie_together_and_the_newest_is_found(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        assert await moot.backups.newest() is None
        with pytest.raises(WrongUse, match="no back-up yet"):
            await moot.backups.verify_newest()
        made = [(await moot.backups.create()).path for _ in range(2)]
        newest = await moot.backups.newest()

        assert (await moot.backups.verify_newest()).path == made[-1] != made[0]
        assert newest is not None
        assert newest.path == made[-1]
    assert {each.parent for each in made} == {tmp_path / "here" / "backups"}


async def test_a_back_up_of_another_database_is_none_of_this_one(tmp_path: Path) -> None:
    """Both lie in one folder, and the name of one begins as the other's does."""
    settings = settings_of(tmp_path / "here")
    other = replace(settings, database=tmp_path / "here" / "moot-trial.db")
    for each in (settings, other):
        async with driven(each) as moot:
            await moot.backups.create()

    found = [await open_backups(each).newest() for each in (settings, other)]

    assert [made.path.name.rpartition("-")[0] for made in found if made is not None] == ["moot", "moot-trial"]


async def test_whoever_no_longer_waits_for_a_back_up_finds_none(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "here")
    async with driven(settings) as moot:
        await ended(moot, await started(moot, tmp_path, 1))
        making = asyncio.create_task(moot.backups.create())
        await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    async with driven(settings) as moot:  # closing waited for what was under way
        await moot.backups.create()
    assert len(list(moot.backups.folder.iterdir())) in (1, 2)
