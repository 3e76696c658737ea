"""What does a list say of a session without folding its log?"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import SessionId, TemplateId
from core.domain.status import Status

TREND_VALUES_MAX = 24
"""How many consensus readings a row remembers: what a spark line can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One row, true up to event `seq` at global `position`. Times are Unix ms, 0 where the moment has not come.

    `spent_microusd` holds doubtful attempts at their maximum; `trend` are the newest consensus readings, oldest first.
    `attempts_open` are calls whose end is not recorded: also a session that is over may have one.
    `parent` is the session whose child it is, `control` the child that answers the same at the same spend.
    `awaited_seat` is the seat from which a person is to speak now, in `awaited_step` and until the moment
    `awaited_until_ms`; "" while nobody is waited for. `awaited_too` are the others, asked at once with them: step, seat
    and moment of each.
    A fork goes on from event `forked_at_seq` of the session `forked_from`, and what was spent up to there is in that
    one's row.
    `question` is what an escalated session asks, `reason` why it stands where it stands. `unreadable` is why its log
    can't be read to the end here, "" where it can: such a row is true up to what can't be read, and stands as failed.
    """

    session: SessionId
    seq: int
    position: int
    flow: str
    title: str
    motion: str
    template: TemplateId
    status: Status
    reason: str = ""
    question: str = ""
    is_rehearsal: bool = False
    models: tuple[str, ...] = ()
    round: int = 0
    rounds_limit: int = 0
    turns: int = 0
    consensus_ppm: int | None = None
    trend: tuple[int, ...] = ()
    outcome: str = ""
    verdict: str = ""
    spent_microusd: int = 0
    cap_microusd: int | None = None
    tokens_input: int = 0
    tokens_output: int = 0
    attempts: int = 0
    attempts_open: int = 0
    errors: int = 0
    escalations: int = 0
    rules_fired: int = 0
    opened_at_ms: int = 0
    started_at_ms: int = 0
    ended_at_ms: int = 0
    changed_at_ms: int = 0
    active_ms: int = 0
    unreadable: str = ""
    parent: str = ""
    control: str = ""
    awaited_step: str = ""
    awaited_seat: str = ""
    awaited_until_ms: int = 0
    awaited_too: tuple[tuple[str, str, int], ...] = ()
    forked_from: str = ""
    forked_at_seq: int = 0
