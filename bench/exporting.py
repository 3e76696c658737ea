"""How fast do events leave as files, beside a loop that reads them from SQLite and writes JSON, and in how much memory?

`python -m bench.exporting DATABASE FORM` exports by itself and prints by how many bytes the process grew. Only one of
its own can say that: memory that was used once is not given back.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from bench.measuring import Figure, interleaved
from bench.recorded import a_codec, of_session, turns_of
from console.machine import SystemClock, local_midnight_ms
from core.analytics.book import Book
from core.domain.ids import SessionId
from core.exporting.kinds import Form, Kind
from core.ports.event_log import READ_EVENTS_MAX
from core.runtime.analytics import Analytics
from core.runtime.exporting.exporter import Exporter
from core.runtime.exporting.sources import ListedRows, Sources
from core.runtime.exporting.wanted import Exported, Wanted
from core.runtime.flips import FormatSights
from core.runtime.library import Library
from storage.opened import Storage, open_storage

EVENTS = 20_000
TIMES = 10
TURNS = 100
NS_PER_US = 1_000
KILOBYTE = 1_024
MEGABYTE = 1_048_576
GROWTH_RATIO_MAX = 1.5
"""Ten times the events may take that much more memory: a page and a group of rows differ, and nothing else."""

PROCESS_SECONDS_MAX = 1_800


def exports(folder: Path, *, rounds: int, events: int = EVENTS, times: int = TIMES) -> list[Figure]:
    """Every form by the time that an event takes; those that are read back by their memory with `times` the events."""
    small, large = folder / "small.db", folder / "large.db"
    count = asyncio.run(_filled(small, events=events))
    many = asyncio.run(_filled(large, events=events * times))
    out = folder / "out"
    took = interleaved(
        {
            "bare": lambda: _bare_us(small, folder / "bare.json"),
            **{form.value: (lambda form=form: _export_us(small, out, form)) for form in Form},  # type: ignore[misc]
        },
        rounds=rounds,
    )
    bare = took.pop("bare")
    figures = [
        Figure(
            case="export",
            name=f"an event of {count:,} as {form}",
            value=us,
            unit="µs",
            baseline=bare,
            note=f"{1_000_000 / us:,.0f} events/s; the loop {1_000_000 / bare:,.0f}",
        )
        for form, us in took.items()
    ]
    for form in (each for each in Form if each.is_read_back):
        grown, grown_many = _grown_bytes(small, form), _grown_bytes(large, form)
        figures.append(
            Figure(
                case="export",
                name=f"memory for {many:,} events as {form.value}",
                value=grown_many / MEGABYTE,
                unit="MiB",
                baseline=grown / MEGABYTE,
                ratio_max=GROWTH_RATIO_MAX,
                note=f"baseline: {count:,} events",
            )
        )
    return figures


async def _filled(path: Path, *, events: int) -> int:
    """A database of at least so many events, in sessions of a hundred turns."""
    one = turns_of(min(TURNS, max(4, events // 10)))
    storage = open_storage(path, codec=a_codec())
    try:
        number, written = 0, 0
        while written < events:
            number += 1
            session, seq, appends = SessionId(f"{number:032x}"), 0, []
            for append in one:
                appends.append(of_session(append, session, expected_seq=seq))
                seq += len(append.events)
            await storage.log.append(*appends)
            written += seq
        return written
    finally:
        await storage.close()


def _export_us(path: Path, out: Path, form: Form) -> float:
    began_ns = time.perf_counter_ns()
    done = asyncio.run(_export(path, out, form))
    took = (time.perf_counter_ns() - began_ns) / done.rows / NS_PER_US
    for each in (done.file, done.summary):
        each.unlink()
    return took


async def _export(path: Path, out: Path, form: Form) -> Exported:
    storage = open_storage(path, codec=a_codec())
    try:
        exporter = Exporter(_sources(storage), SystemClock(), version="bench")
        return await exporter.export(Wanted(kind=Kind.EVENTS, form=form), out)
    finally:
        await storage.close()


def _sources(storage: Storage) -> Sources:
    async def rows() -> ListedRows:
        return storage.index

    async def book() -> Book:
        return Book()

    clock = SystemClock()
    analytics = Analytics(
        storage.lives,
        log=storage.log,
        catalogue=storage.catalogue,
        formats=FormatSights(Library(storage.catalogue, ())),
        clock=clock,
        local_midnight_ms=local_midnight_ms,
    )
    return Sources(storage.log, storage.catalogue, rows=rows, book=book, analysed=analytics)


def _bare_us(path: Path, out: Path) -> float:
    """The same rows with the same values, by the standard library alone: what anybody would write in ten lines."""
    began_ns = time.perf_counter_ns()
    count = 0
    query = (
        "SELECT e.position, s.id, e.seq, e.at_ms, e.kind, e.body, e.envelope FROM events e"
        " JOIN log_sessions s ON s.key = e.session_key ORDER BY e.position"
    )
    with closing(sqlite3.connect(path)) as connection, out.open("w", encoding="utf-8") as file:
        rows = connection.execute(query)
        while page := rows.fetchmany(READ_EVENTS_MAX):
            for position, session, seq, at_ms, kind, body, envelope in page:
                row = {"position": position, "session": session, "seq": seq, "at_ms": at_ms, "kind": kind}
                row |= {"fields": json.loads(body), "envelope": json.loads(envelope) if envelope else None}
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += len(page)
        file.flush()
        os.fsync(file.fileno())
    return (time.perf_counter_ns() - began_ns) / count / NS_PER_US


def _grown_bytes(path: Path, form: Form) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "bench.exporting", str(path), form.value],
        capture_output=True,
        text=True,
        check=True,
        timeout=PROCESS_SECONDS_MAX,
    )
    return int(done.stdout)


def _grown_by_itself(path: Path, form: Form) -> int:
    # What is loaded once, and the first page, are no part of what more rows take.
    if form is Form.PARQUET:
        import pyarrow.parquet  # noqa: F401
    before = _status("VmRSS")
    asyncio.run(_export(path, path.parent / "alone", form))
    return _status("VmHWM") - before


def _status(name: str) -> int:
    """What the system says of this process. Its `ru_maxrss` would begin with what the parent had."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * KILOBYTE


if __name__ == "__main__":
    print(_grown_by_itself(Path(sys.argv[1]), Form(sys.argv[2])))
