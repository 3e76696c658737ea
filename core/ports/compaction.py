"""How does a database give back the room of what was deleted?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The bytes of a database file, and how many of them hold nothing."""

    bytes: int
    free_bytes: int


class Compaction(Protocol):
    """Of one database. Errors: StorageFailed where the disk or the database refuses; nothing is lost then."""

    async def room(self) -> Room:
        """How much of the file is in use. Costs next to nothing."""
        ...

    async def compact(self) -> Room:
        """Write the file anew without what holds nothing. Whoever writes meanwhile waits, so that it is for an hour in
        which nothing runs; who reads does not."""
        ...
