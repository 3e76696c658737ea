"""What is true of a session at one point of its log?

Every record is frozen; the engine makes the next one from this one and an event. The parts are small because they
change at different moments: replacing one must not copy the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.budget import Price
from core.domain.calibration import Calibration
from core.domain.changing import maker
from core.domain.children import OpenChild
from core.domain.estimates import Estimate
from core.domain.ids import (
    DEFAULT_RULE_SET,
    NO_SESSION,
    NO_TEMPLATE,
    Digest,
    RuleId,
    SeatId,
    SessionId,
    StepId,
    TemplateId,
)
from core.domain.participants import Participant, Seat
from core.domain.status import Status as Status
from core.domain.unanswered import AnswerTerms

ATTEMPTS_PER_ROUTE_MAX = 3
"""A route that failed a step this often is left for the next one. After the last the step waits for the operator (or a
rule) instead of being tried for ever."""

ROUNDS_MAX = 100
"""No rule or operator can make a session longer: a continue rule that always holds must end somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """An evidence file pinned by content; `name` is what citations call it."""

    name: str
    digest: Digest
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything that a session's decisions depend on besides its later events, fixed when it opens.

    `flow` and `measure` are `name@version`. `rule_set` names the set whose rules the session follows, `rules_digest`
    what those were. `templates` pins every template that a rule in force may apply.
    `casting` holds, by role, who takes a seat that only a later template has. `prices` are micro-dollars for a million
    tokens, by model; `windows` the tokens that fit into one, where known. Both hold every route that a seat may take.
    `cap_microusd` of None means that the session has no cap of its own. `answer` is the form in which `motion` can be
    answered. `estimate` is what was expected of it; nothing is decided by that.
    `control` is the format by which, once the verdict is there, a child answers the same at the same spend; `parent`
    the session whose child this one is. `known_answer` is the right answer where somebody knows it: results are held
    against it, and no model is ever told. `terms` are what the flow alone understands, as canonical JSON. The parent
    of one that `is_awaited` waits for its end; one that `ends_with_budget` is given no more money, and comes to an end
    without.
    `calibration` is what the measure had shown by then, where the format ends early by nothing else. `answer_terms`
    say how long the operator is waited for where the format says nothing of it; None for as long as it takes.
    """

    flow: str
    measure: str
    title: str
    motion: str
    template: TemplateId
    template_digest: Digest
    rules_digest: Digest
    templates: Mapping[TemplateId, Digest]
    seats: tuple[Seat, ...]
    casting: Mapping[str, Participant]
    prices: Mapping[str, Price]
    documents: tuple[DocumentRef, ...]
    seed: int
    rounds_limit: int
    cap_microusd: int | None
    origin: str = "operator"
    plugins: Mapping[str, str] = field(default_factory=dict)
    windows: Mapping[str, int] = field(default_factory=dict)
    rule_set: str = DEFAULT_RULE_SET
    answer: AnswerForm = MOTION_FORM
    estimate: Estimate | None = None
    control: TemplateId = NO_TEMPLATE
    parent: SessionId = NO_SESSION
    known_answer: str = ""
    terms: str = ""
    is_awaited: bool = False
    ends_with_budget: bool = False
    calibration: Calibration | None = None
    answer_terms: AnswerTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A question to the operator: why it was asked, and by which rule ("" when a person asked). `asked_seq` is the
    event that asked; `leapt_ms` is what the clock leapt past since then."""

    question: str
    reason: str
    rule: str
    asked_at_ms: int
    asked_seq: int = 0
    leapt_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a participant asks the operator before it takes its turn in `step`. Otherwise as an Escalation."""

    step: StepId
    seat: SeatId
    round: int
    question: str
    asked_at_ms: int
    asked_seq: int
    leapt_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where the session stands. `completing` holds the reason once an end was decided and only the verdict is due.

    `has_begun` says that it was admitted once; one that was not waits for a place when it is resumed. `is_unpaid` says
    that no money was left for what its end needs. `questions` are those of participants that wait for an answer of the
    operator's, oldest first.
    """

    status: Status
    has_begun: bool = False
    reason: str = ""
    completing: str | None = None
    escalation: Escalation | None = None
    escalations: int = 0
    is_unpaid: bool = False
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveTime:
    """How long the session has been active, in milliseconds: time spent paused, waiting or without a driver is not.

    `active_ms` is the sum up to `counted_at_ms`; while `is_running` the clock goes on from there.
    """

    active_ms: int = 0
    counted_at_ms: int = 0
    is_running: bool = False
    last_turn_active_ms: int = 0
    round_active_ms: int = 0

    def at(self, now_ms: int) -> int:
        """Active milliseconds at `now_ms`; a clock that jumped back never takes time away."""
        return self.active_ms + (max(0, now_ms - self.counted_at_ms) if self.is_running else 0)


made_time = maker(ActiveTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What was spent and what is held, in micro-dollars. Attempts in doubt count as spent at their maximum; what
    children have spent whose end was awaited stands apart, because it is counted where it was spent."""

    cap_microusd: int | None = None
    spent_microusd: int = 0
    tokens_input: int = 0
    tokens_output: int = 0
    children_microusd: int = 0

    @property
    def used_microusd(self) -> int:
        """What counts against the cap."""
        return self.spent_microusd + self.children_microusd


made_money = maker(Money)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """A call whose intent is recorded and whose end is not."""

    step: StepId
    attempt: int
    seat: SeatId
    route: str
    cost_microusd_max: int
    started_at_ms: int


made_attempt = maker(OpenAttempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulAttempt:
    """A call that may have been paid for, and whose answer is lost."""

    step: StepId
    attempt: int
    route: str
    cost_microusd_max: int
    why: str
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """A call that brought no answer: by which route, with which word, how long the provider asked us to stay away.

    `is_final` where the adapter says that this route can't be helped by asking again.
    """

    attempt: int
    route: str
    error: str
    retry_after_ms: int | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The calls under way, in doubt and failed. `tries` counts the attempts of steps that have not succeeded yet:
    numbers go on, so that an attempt's names it for ever. `failures` are those since the step was last retried.
    `children` are those whose end is awaited, by the step that began them. `people_due` are the steps in which a person
    is waited for, and the Unix time at which no longer: it was said when they were first asked, and whoever drives next
    asks them again with what is left of it.
    """

    open: Mapping[StepId, OpenAttempt] = field(default_factory=dict)
    doubtful: tuple[DoubtfulAttempt, ...] = ()
    tries: Mapping[StepId, int] = field(default_factory=dict)
    failures: Mapping[StepId, tuple[FailedAttempt, ...]] = field(default_factory=dict)
    exhausted: tuple[StepId, ...] = ()
    attempts: int = 0
    turns: int = 0
    errors: int = 0
    consecutive_errors: int = 0
    children: Mapping[StepId, OpenChild] = field(default_factory=dict)
    people_due: tuple[tuple[StepId, int], ...] = ()

    def due_ms(self, step: StepId) -> int | None:
        """Until when a person is waited for in `step`; None where none was asked yet."""
        return next((due_ms for each, due_ms in self.people_due if each == step), None)

    @property
    def held_microusd(self) -> int:
        """The most that may still be spent of what is under way: by calls, and by children."""
        lent = sum(child.cap_microusd or 0 for child in self.children.values()) if self.children else 0
        return sum(attempt.cost_microusd_max for attempt in self.open.values()) + lent


made_work = maker(Work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The rules in force and which of them have fired and not been re-armed since.

    `erring` counts, for each rule that can't be evaluated, the times in a row; those `switched_off` are not heard until
    the rules change. `withheld` are those of the spent ones that may not end the session for now.
    """

    digest: Digest
    templates: Mapping[TemplateId, Digest]
    spent: frozenset[RuleId] = frozenset()
    fired: int = 0
    erring: Mapping[RuleId, int] = field(default_factory=dict)
    switched_off: frozenset[RuleId] = frozenset()
    withheld: frozenset[RuleId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The fold of a session's log up to and including event number `seq`, recorded at `at_ms`.

    `flow` is the flow's own record; the engine hands it to the flow and never looks inside.
    """

    session: SessionId
    seq: int
    at_ms: int
    opening: Opening | None
    life: Life
    time: ActiveTime
    money: Money
    work: Work
    ruling: Ruling
    flow: Any

    @property
    def left_microusd(self) -> int | None:
        """What is left under its own cap once all that is under way has cost its most; None where it has no cap."""
        cap = self.money.cap_microusd
        return None if cap is None else cap - self.money.used_microusd - self.work.held_microusd


made_state = maker(SessionState)
