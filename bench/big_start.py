"""How long does it take to begin to drive a million events in ten thousand sessions, of which a hundred are open?"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.house import furnish, script
from bench.measuring import Figure
from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.domain.chain import ROOT, Stored, link_of
from core.domain.commands import Cancel
from core.domain.events import AttemptSucceeded
from core.domain.ids import SessionId
from core.orchestrator import Orchestrator
from storage.database import connect

SESSIONS = 10_000
OPEN = 100
EVENTS = 100
START_MS_MAX = 1_000
NS_PER_MS = 1_000_000
TURN_EVENTS = 5
ROUNDS_LIMIT = 60
THINKS_MS = 20
"""So slowly that who follows can stop it at the right event."""

ROWS_AT_ONCE = 50_000
NOBODY_SPEAKS_MS = 3_600_000
"""What is under way when the clock stops is no part of a start."""


async def big_start(
    folder: Path, *, rounds: int, sessions: int = SESSIONS, are_open: int = OPEN, events: int = EVENTS
) -> list[Figure]:
    """One session is held, and then written again and again under other ids; the rows of the list are stored by a
    driver that has been there before."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    settings = Settings(
        database=folder / "moot.db",
        max_concurrent_debates=2 * are_open,
        cap_day_microusd=None,
        metrics_export_path=folder / "metrics",
        enable_metrics_export=False,
        in_doubt_policy="retry",
    )
    await furnish(settings.database)
    open_one, over_one = await _held(settings, folder, events=events)
    _written_again(settings.database, open_one, over_one, sessions=sessions, are_open=are_open)
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(must_drive=True, recover=False)
    await orchestrator.stop(drain=False)
    wall_ms: list[float] = []
    cpu_ms: list[float] = []
    for number in range(rounds):
        # A copy each: one that is taken up and left again is no longer what it was.
        copy = replace(settings, database=folder / f"copy-{number}.db")
        shutil.copyfile(settings.database, copy.database)
        wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
        orchestrator = open_orchestrator(copy)
        await orchestrator.start(must_drive=True)
        wall_ms.append((time.perf_counter_ns() - wall_ns) / NS_PER_MS)
        cpu_ms.append((time.process_time_ns() - cpu_ns) / NS_PER_MS)
        recovered = len(orchestrator.recovered)
        await orchestrator.stop(drain=False)
        assert recovered == are_open, f"{recovered} of {are_open} were taken up"
        copy.database.unlink()  # the next one is measured after it
    with closing(sqlite3.connect(settings.database)) as connection:
        (total,) = connection.execute("SELECT count(*) FROM events").fetchone()
    return [
        Figure(
            case="big_start",
            name=f"to drive {total:,} events, {are_open} sessions of {sessions:,} open",
            value=median(wall_ms),
            unit="ms",
            value_max=START_MS_MAX,
            note=f"processor {median(cpu_ms):.0f} ms; {median(cpu_ms) / are_open:.2f} ms an open session",
        )
    ]


async def _held(settings: Settings, folder: Path, *, events: int) -> tuple[list[Stored], list[Stored]]:
    """A session of about so many events that is under way, and one that is over."""
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(must_drive=True)
    held = []
    for is_over in (False, True):
        model = f"scripted:{script(folder, THINKS_MS)}"
        session = await orchestrator.start_debate("Is it?", casting={"": model}, rounds=ROUNDS_LIMIT, seed=1)
        seen = 0
        async for record in orchestrator.watch(session):
            seen = record.seq
            if seen >= events - TURN_EVENTS and isinstance(record.event, AttemptSucceeded):
                break
        if is_over:
            await orchestrator.command(session, Cancel())
        held.append(await _stored(orchestrator, session))
        if not is_over:
            await orchestrator.command(session, Cancel())
    await orchestrator.stop(drain=False)
    slow = script(folder, NOBODY_SPEAKS_MS)
    slow.replace(script(folder, THINKS_MS))
    return held[0], held[1]


async def _stored(orchestrator: Orchestrator, session: SessionId) -> list[Stored]:
    found: list[Stored] = []
    while page := await orchestrator._ports.log.stored(session, after_seq=len(found)):
        found += page
    return found


def _written_again(
    database: Path, open_one: Sequence[Stored], over_one: Sequence[Stored], *, sessions: int, are_open: int
) -> None:
    with closing(connect(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        (position,) = connection.execute("SELECT max(position) FROM events").fetchone()
        rows: list[tuple[object, ...]] = []
        for number in range(sessions):
            session = SessionId(f"{number:032x}")
            key = connection.execute("INSERT INTO log_sessions (id) VALUES (?)", (session,)).lastrowid
            link = ROOT
            for event in over_one if number >= are_open else open_one:
                position += 1
                link = link_of(link, session, replace(event, link=b""))
                values = (event.seq, event.kind, event.version, event.at_ms, event.envelope, event.body, link)
                rows.append((position, key, *values))
            if len(rows) > ROWS_AT_ONCE or number == sessions - 1:
                connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
                rows.clear()
        connection.execute("COMMIT")
