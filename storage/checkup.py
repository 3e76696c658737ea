"""Is a database file in order, as far as can be seen without changing it?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.errors import StorageFailed
from core.ports.cost_book import Span
from storage.chain_check import CHAINED_SINCE_SCHEMA, SAMPLE_EVENTS, ChainsFound, check_chains
from storage.cost_book import COSTS_SINCE_SCHEMA, spans_of
from storage.database import APPLICATION_ID, SCHEMA_VERSION, refusals

NO_CHAINS = ChainsFound()

FAULTS_SHOWN_MAX = 20
"""A broken file has thousands; nobody reads more than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """`faults` is empty where everything is in order; a file that can't be read at all has its refusal there.

    `settings` are those kept in the database, by name, and `costs` what was spent from each of the moments asked for;
    none of a file that isn't in order, or that a release made before there were any.
    """

    schema: int
    sessions: int
    bytes: int
    faults: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    costs: Sequence[Span] = ()
    chains: ChainsFound = NO_CHAINS


def check_up(path: Path, *, costs_from_ms: Sequence[int] = (), chains_max: int | None = SAMPLE_EVENTS) -> Checkup:
    """Look at the database at `path`, which must exist. Reads all of it, writes nothing, raises nothing.

    Of so many events the chains are made anew, newest sessions first; of all where `chains_max` is None.
    """
    size = path.stat().st_size
    try:
        with refusals(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return _looked_at(database, size, costs_from_ms, chains_max)
    except StorageFailed as error:
        return Checkup(schema=0, sessions=0, bytes=size, faults=(f"{error.what} {error.now}".strip(),))


def _looked_at(
    database: sqlite3.Connection, size: int, costs_from_ms: Sequence[int], chains_max: int | None
) -> Checkup:
    schema = _number(database, "PRAGMA user_version")
    if _number(database, "PRAGMA application_id") != APPLICATION_ID:
        return Checkup(schema=schema, sessions=0, bytes=size, faults=("it is a database of another program.",))
    if schema > SCHEMA_VERSION:
        newer = f"a newer moot made it (schema {schema}, this one knows {SCHEMA_VERSION}). Update moot."
        return Checkup(schema=schema, sessions=0, bytes=size, faults=(newer,))
    found = tuple(str(row[0]) for row in database.execute(f"PRAGMA quick_check({FAULTS_SHOWN_MAX})"))
    sessions = _number(database, "SELECT count(*) FROM log_sessions")
    if found != ("ok",):
        return Checkup(schema=schema, sessions=sessions, bytes=size, faults=found)
    settings = dict(database.execute("SELECT name, value FROM settings"))
    costs = spans_of(database, costs_from_ms) if schema >= COSTS_SINCE_SCHEMA else []
    chains = check_chains(database, events_max=chains_max) if schema >= CHAINED_SINCE_SCHEMA else NO_CHAINS
    return Checkup(
        schema=schema,
        sessions=sessions,
        bytes=size,
        faults=chains.faults,
        settings=settings,
        costs=costs,
        chains=chains,
    )


def _number(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
