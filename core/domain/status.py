"""Where does a session stand, in one word?

Apart from what else is true of a session: a list of sessions is on the screen before all of that is loaded.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    CREATED = "created"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    ESCALATED = "escalated"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """True where nothing more can happen. A failed session is not over: its failed turn can be tried again."""
        return self in (Status.COMPLETED, Status.CANCELLED)
