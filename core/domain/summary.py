"""What does a list say of a session without folding its log?"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import SessionId, TemplateId
from core.domain.status import Status

TREND_VALUES_MAX = 24
"""How many readings of consensus, or scores of drafts, a row remembers: what a spark line can show."""

EVALUATION = "evaluation"
"""The origin of sessions that put formats to the test. There are many of them, and each is of interest with all the
others alone: lists leave them out unless they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One row, true up to event `seq` at global `position`. Times are Unix ms, 0 where the moment has not come.

    `spent_microusd` holds doubtful attempts at their maximum; what children spent whose end was awaited stands in their
    rows, and in `children_microusd` because it counts against this one's cap. `trend` are the newest readings of
    consensus, or scores of drafts, oldest first. `score_ppm` is that of the best draft, `best_draft` its number,
    `threshold_ppm` the score at which one is approved; None and 0 where there are no drafts.
    `attempts_open` are calls whose end is not recorded: also a session that is over may have one.
    `origin` is who began it: the operator, another session's need, an evaluation.
    `parent` is the session whose child it is, `control` the child that answers the same at the same spend.
    `awaited_seat` is the seat from which a person is to speak now, in `awaited_step` and until the moment
    `awaited_until_ms`; "" while nobody is waited for. `awaited_too` are the others, asked at once with them: step, seat
    and moment of each.
    A fork goes on from event `forked_at_seq` of the session `forked_from`, and what was spent up to there is in that
    one's row.
    Where the right answer is known, and what came of the session tells something of its `measure`, `known_answer` is
    that answer, and `readings` are what was read at the end of each round, with the answer that led then.
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
    score_ppm: int | None = None
    best_draft: int = 0
    threshold_ppm: int = 0
    children_microusd: int = 0
    origin: str = ""
    known_answer: str = ""
    measure: str = ""
    readings: tuple[tuple[int, str], ...] = ()

    @property
    def people_awaited(self) -> tuple[tuple[str, str, int], ...]:
        """Everybody who is to speak: step, seat and until when, in the order in which they were asked first."""
        if not self.awaited_step:
            return ()
        return (self.awaited_step, self.awaited_seat, self.awaited_until_ms), *self.awaited_too

    def person_due_ms(self, step: str) -> int | None:
        """Until when a person is waited for in `step`; None where none is."""
        return next((until_ms for each, _, until_ms in self.people_awaited if each == step), None)

    @property
    def used_microusd(self) -> int:
        """What counts against its cap: what it spent, and what its children did whose end it awaited."""
        return self.spent_microusd + self.children_microusd
