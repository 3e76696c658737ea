"""What does an append to the log cost beside a bare commit of the same rows: alone, and a hundred at once?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.measuring import NS_PER_US, Figure
from bench.recorded import a_codec, of_session, settle_of, turns_of
from core.domain.chain import LINK_BYTES
from core.domain.commands import AddStatement, Envelope
from core.domain.ids import SessionId
from core.flows.debate_events import StatementAdded
from core.ports.event_log import Append, EventLog
from storage.codec import Codec
from storage.database import SCHEMA_SQL
from storage.opened import open_storage

AT_ONCE = 100
"""Sessions that append within one turn of the event loop."""

SINGLES = 200
GROUPS = 10
ALONE_RATIO_MAX = 4.0
TOGETHER_RATIO_MAX = 2.0
EVENT_US_MAX = 10.0
"""A hundred thousand events a second."""

TURNS_BEFORE = 40
"""By then a settle is of the usual size."""


class Took(NamedTuple):
    """Wall and processor time of all threads for one event, in microseconds."""

    wall_us: float
    cpu_us: float


class Sessions:
    """Sessions that all append the same events, and of which each knows where it ended."""

    def __init__(self, log: EventLog, model: Append, count: int) -> None:
        self._log = log
        self._model = model
        self._seq = {SessionId(f"{number:032x}"): 0 for number in range(count)}

    async def append(self, session: SessionId) -> None:
        seq = self._seq[session]
        await self._log.append(of_session(self._model, session, expected_seq=seq))
        self._seq[session] = seq + len(self._model.events)

    async def singles(self, count: int) -> None:
        session = next(iter(self._seq))
        for _ in range(count):
            await self.append(session)

    async def groups(self, count: int) -> None:
        for _ in range(count):
            await asyncio.gather(*map(self.append, self._seq))


class BareRows:
    """The rows that an append amounts to, in a table and under an index like ours, with nothing of ours around them."""

    def __init__(self, connection: sqlite3.Connection, model: Append, codec: Codec) -> None:
        self._connection = connection
        envelope: bytes | None = codec.encode_envelope(model.envelope, model.events)
        self._rows: list[tuple[object, ...]] = []
        for event in model.events:
            kind, version, body = codec.encode_event(event)
            self._rows.append((kind, version, model.envelope.at_ms, envelope, body, os.urandom(LINK_BYTES)))
            envelope = None
        self._position = 0

    def commits(self, count: int, *, appends: int) -> None:
        """So many commits of so many appends, each of another session."""
        rows = [row for _ in range(appends) for row in self._rows]
        for _ in range(count):
            values: list[tuple[object, ...]] = []
            for row in rows:
                self._position += 1
                values.append((self._position, self._position % AT_ONCE, self._position, *row))
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            self._connection.execute("COMMIT")


@contextmanager
def bare_rows(path: Path, model: Append, codec: Codec, *, synchronous: str) -> Iterator[BareRows]:
    """A database with the log's table and index alone."""
    wanted = ("CREATE TABLE events ", "CREATE UNIQUE INDEX events_of_session ")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        for statement in SCHEMA_SQL.read_text(encoding="utf-8").split(";\n"):
            if statement.startswith(wanted):
                connection.execute(statement)
        yield BareRows(connection, model, codec)


def statement() -> Append:
    """One command and the one event that it brought about, of about 600 bytes."""
    text = "The rota is short, and nobody is left for it. " * 11
    return Append(
        session=SessionId("0" * 32),
        envelope=Envelope(command=AddStatement(text=text, by="bench"), actor="bench", at_ms=1, correlation="bench"),
        events=(StatementAdded(text=text, by="bench", round=1),),
        expected_seq=0,
    )


async def appends(folder: Path, *, rounds: int, synchronous: str, at_once: int = AT_ONCE) -> list[Figure]:
    """A statement's append, and a finished turn's with the next intent; ours and the bare ones in turns."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    figures: list[Figure] = []
    for name, model in (("a statement", statement()), ("a finished turn", settle_of(turns_of(TURNS_BEFORE)))):
        place = folder / name.replace(" ", "-")
        place.mkdir()
        figures += await _of(name, model, place, rounds=rounds, synchronous=synchronous, at_once=at_once)
    return figures


async def _of(name: str, model: Append, folder: Path, *, rounds: int, synchronous: str, at_once: int) -> list[Figure]:
    codec, level = a_codec(), "FULL" if synchronous == "full" else "NORMAL"
    storage = open_storage(folder / "moot.db", codec=codec, synchronous="FULL" if synchronous == "full" else "NORMAL")
    sessions = Sessions(storage.log, model, at_once)
    await sessions.groups(2)
    events = len(model.events)
    took: dict[str, list[Took]] = {"alone": [], "bare alone": [], "together": [], "bare together": []}
    try:
        with bare_rows(folder / "bare.db", model, codec, synchronous=level) as bare:
            for _ in range(rounds):
                took["alone"].append(await _timed(lambda: sessions.singles(SINGLES), SINGLES))
                took["bare alone"].append(_timed_bare(lambda: bare.commits(SINGLES, appends=1), SINGLES))
                each = GROUPS * at_once * events
                took["together"].append(await _timed(lambda: sessions.groups(GROUPS), each))
                took["bare together"].append(_timed_bare(lambda: bare.commits(GROUPS, appends=at_once), each))
    finally:
        await storage.close()
    has_target = events > 1 and synchronous != "full"
    return [
        _figure(
            f"{name} alone, {synchronous}",
            took["alone"],
            took["bare alone"],
            ratio_max=ALONE_RATIO_MAX if has_target else None,
        ),
        _figure(
            f"{name} in each of {at_once} sessions at once, an event, {synchronous}",
            took["together"],
            took["bare together"],
            ratio_max=TOGETHER_RATIO_MAX if has_target else None,
            value_max=EVENT_US_MAX if has_target else None,
        ),
    ]


async def _timed(work: Callable[[], Awaitable[object]], count: int) -> Took:
    wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
    await work()
    return _since(wall_ns, cpu_ns, count)


def _timed_bare(work: Callable[[], object], count: int) -> Took:
    wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
    work()
    return _since(wall_ns, cpu_ns, count)


def _since(wall_ns: int, cpu_ns: int, count: int) -> Took:
    return Took(
        (time.perf_counter_ns() - wall_ns) / count / NS_PER_US, (time.process_time_ns() - cpu_ns) / count / NS_PER_US
    )


def _figure(
    name: str, ours: list[Took], bare: list[Took], *, ratio_max: float | None, value_max: float | None = None
) -> Figure:
    cpu, bare_cpu = median(each.cpu_us for each in ours), median(each.cpu_us for each in bare)
    return Figure(
        case="append",
        name=name,
        value=median(each.wall_us for each in ours),
        unit="µs",
        baseline=median(each.wall_us for each in bare),
        ratio_max=ratio_max,
        value_max=value_max,
        note=f"processor {cpu:.1f} µs, bare {bare_cpu:.1f}; encoded, chained and checked",
    )
