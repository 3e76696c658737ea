"""How is a database copied whole while it is in use, looked at, and put back?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.ports.catalogue import Catalogue
from core.ports.event_log import EventLog


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFound:
    """A database file as it lies there. `faults` are what is wrong with its pages; `made_by` is the moot that made its
    schema, "" where it doesn't say."""

    path: Path
    bytes: int
    schema: int
    made_by: str
    faults: tuple[str, ...]


class DatabaseFiles(Protocol):
    """Copies of one database. Everything here waits for the disk: not for an event loop.

    Errors: StorageFailed where the disk or a database refuses, WrongUse where a name can't be taken.
    """

    @property
    def path(self) -> Path:
        """The database in use; it needn't be there."""
        ...

    def copy(self, to: Path, *, is_given_up: Callable[[], bool]) -> None:
        """Write what is committed at this moment to the new file `to`, which stands there once it is whole and on the
        disk, or not at all. Whoever drives goes on meanwhile. `is_given_up` is asked again and again.
        """
        ...

    def look(self, at: Path) -> FileFound:
        """What the file is. Raises for one that is no database of moot's, of a newer moot, or in use."""
        ...

    def reading(self, at: Path) -> AbstractAsyncContextManager[tuple[EventLog, Catalogue]]:
        """What the file holds, which stays as it is, to one event loop that nobody else waits for. One of an older
        release is brought up to date in a place of its own first."""
        ...

    def lengths(self, at: Path) -> dict[str, int]:
        """How many events each session has, in a file that `look` found in order or in the database in use."""
        ...

    def same_until(self, at: Path) -> dict[str, int]:
        """Of each session that both the database in use and such a file hold: the last event up to which both hold the
        same."""
        ...

    def put_in_place(self, file: Path) -> Path | None:
        """Have the database be what `file` is, which stays where it is. Returns where what was there before is kept;
        None where there was nothing.

        Whoever calls holds the driver's lock. Raises StorageFailed, and then nothing was changed, where another process
        has the database open.
        """
        ...
