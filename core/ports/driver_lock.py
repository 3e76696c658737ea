"""Who drives a database?"""

from __future__ import annotations

from typing import Protocol


class DriverLock(Protocol):
    """Held by at most one process; a process that dies lets go of it."""

    def acquire(self, *, at_ms: int) -> None:
        """Take the lock at once; `at_ms` (Unix) is noted. Raises DriverBusy, naming who holds it."""
        ...

    def release(self) -> None: ...

    def holder(self) -> str:
        """Who holds the lock, in words for the operator; "" where nobody does."""
        ...
