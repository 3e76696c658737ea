"""What does SQLite take by itself: two rows in one commit, with nothing of ours around it?"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

ROW_BYTES = 600
COMMITS_PER_READING = 200


class BareLog:
    """Commits of rows of about the size of an event."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._body = b"x" * ROW_BYTES
        self._next = 0

    def commit(self, rows: int) -> None:
        """That many rows in one commit."""
        values: list[object] = []
        for _ in range(rows):
            self._next += 1
            values += (self._next, "kind", self._body)
        self._connection.execute("INSERT INTO events VALUES " + ",".join(["(?, ?, ?)"] * rows), values)

    def median_us(self, count: int, *, rows: int = 2) -> float:
        """Microseconds that one of `count` commits takes."""
        took_ns: list[int] = []
        for _ in range(count):
            began_ns = time.perf_counter_ns()
            self.commit(rows)
            took_ns.append(time.perf_counter_ns() - began_ns)
        return median(took_ns) / 1_000

    def commits(self, count: int, *, rows: int = 2) -> None:
        """That many commits, one after the other."""
        for _ in range(count):
            self.commit(rows)


@contextmanager
def bare_log(path: Path, *, synchronous: str = "NORMAL") -> Iterator[BareLog]:
    """A database in WAL at `path`, with one table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, kind TEXT, body BLOB)")
        yield BareLog(connection)
