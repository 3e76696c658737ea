"""What is to be exported, and what came of it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.errors import WrongUse
from core.domain.ids import NO_SESSION, SessionId
from core.exporting.kinds import Form, Kind

ASKED = "asked"
SCHEDULED = "schedule"

BY_TIME = (Kind.EVENTS, Kind.SESSIONS, Kind.ANALYTICS)
"""What has a moment: events that of their record, the others that of a session's opening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Rows of one kind, written as `form`: those from `since_ms` on and before `until_ms` (Unix), and of one session
    where one is named. Raises WrongUse for what can't be had of this kind."""

    kind: Kind
    form: Form = Form.JSON
    since_ms: int | None = None
    until_ms: int | None = None
    session: SessionId = NO_SESSION

    def __post_init__(self) -> None:
        if self.kind in BY_TIME:
            return
        if self.session or self.since_ms is not None or self.until_ms is not None:
            raise WrongUse(
                f"{self.kind.value} are counted over all sessions and all time.",
                where=f"export {self.kind.value}",
                now="Leave out --since, --until and --session, or export events.",
            )

    def holds(self, at_ms: int) -> bool:
        """True for a moment within the time that is meant."""
        return (self.since_ms is None or at_ms >= self.since_ms) and (self.until_ms is None or at_ms < self.until_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far an export has come: rows written, and `done` of `whole`, in positions of the log where it reads that."""

    rows: int
    done: int
    whole: int


Tell = Callable[[Told], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that is whole and durable, with its summary beside it. `counts` are the rows by what they tell of;
    `note` is a word for the operator where there is something to say."""

    file: Path
    summary: Path
    rows: int
    bytes: int
    position: int
    unreadable: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """What is exported by itself every so many seconds into `folder`; of each kind the newest `files_max` stay, and of
    these none that is older than `age_ms_max`, None for any age."""

    every_seconds: int
    kinds: tuple[Kind, ...]
    form: Form
    folder: Path
    files_max: int
    age_ms_max: int | None = None
