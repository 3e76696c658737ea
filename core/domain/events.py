"""What can have happened to any session, whatever its flow?

Events are past tense and hold what was decided, never how. Flows add their own; every kind has a stable name (its
class's) and a version in the codec, and logs of every release fold for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from core.domain.facts import FactValue
from core.domain.ids import NO_SEAT, NO_STEP, Digest, RuleId, SeatId, SessionId, StepId, TemplateId
from core.domain.session import Opening


class Event(Protocol):
    """Any frozen dataclass that the codec knows by its class name."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """A session exists; `opening` pins what its decisions depend on."""

    opening: Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """An event of another session, as it was recorded there at `at_ms` (Unix). `kind` is its stable name."""

    at_ms: int
    kind: str
    event: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """What a fork goes on from: the log of `session` up to event `seq`, whose digest there is `digest`.

    `events` are all of them but the opening, which the fork has of its own. A fork's own prefix is a part of what a
    fork of it goes on from, so that none holds another.
    """

    session: SessionId
    seq: int
    digest: Digest
    events: tuple[Inherited, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionForked:
    """What the prefix says happened; what it spent, and calls without an end, stay with the session it is of.

    `spent` and `switched_off` are the rules that stand so at first, because they did and are the same here.
    """

    prefix: Prefix
    spent: tuple[RuleId, ...] = ()
    switched_off: tuple[RuleId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionQueued:
    """It waits for a place among the sessions that may run at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAdmitted:
    """It has a place and runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """Another stretch of driving begins: the process that drove it before is gone, or `why` says what cut it off.

    Where the clock `leapt_ms` forward while the session asked something, nobody could answer meanwhile: so much later
    it is answered for them.
    """

    why: str = ""
    leapt_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPaused:
    """No new turn begins; a turn under way is still recorded."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResumed:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEscalated:
    """The session waits for the operator's answer to `question`."""

    question: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationAnswered:
    """`answer` is a word that `moot sessions answer` takes, but for `clarify`; what it brings about are events of their
    own behind it."""

    answer: str
    note: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationExpired:
    """Nobody answered in time. `then` is what happens instead, and follows; where that is not what was `wanted`, `why`
    says what was in its way."""

    wanted: str
    then: str
    waited_ms: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAsked:
    """A participant needs to know something before it can take its turn, which it is asked for again afterwards.

    `number` counts what this seat has asked, from 1, of at most `number_max`. `asked_of` is the seat that is to
    answer, NO_SEAT where it is the operator: then the session waits.
    """

    step: StepId
    attempt: int
    seat: SeatId
    round: int
    question: str
    number: int
    number_max: int
    asked_of: SeatId = NO_SEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAnswered:
    """What a participant wanted to know. `by` is who says it: the operator, or a seat, in `answer_step`. It
    `still_waits` where something else is asked besides."""

    step: StepId
    seat: SeatId
    round: int
    question: str
    text: str
    by: str
    still_waits: bool = False
    answer_step: StepId = NO_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationForgone:
    """A participant is to go on without what it wanted to know: because nobody answered in time (`expired`), somebody
    said so (`asked`), or the session could not wait for it (`not_now`)."""

    step: StepId
    seat: SeatId
    round: int
    question: str
    reason: str
    by: str
    still_waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionDecided:
    """No further turn is asked for; what is left is the verdict."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompleted:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFailed:
    """It can't go on by itself; the failed turn can be retried."""

    reason: str
    step: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled:
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChanged:
    """The session's cap in micro-dollars from now on; None lifts it."""

    cap_microusd: int | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRefused:
    """The ledger refused a reservation. `cap` names which cap: session, day or switch."""

    step: StepId
    cap: str
    wanted_microusd: int
    left_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    """The intent to call `route`, durable before anything is sent. `prompt_digest` is of the messages, in order."""

    step: StepId
    attempt: int
    seat: SeatId
    route: str
    cost_microusd_max: int
    prompt_digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSucceeded:
    """The call ended and was answered whole. `model` is the one that says it answered; `findings` are what was seen of
    the answer that is worth a second look, in words. One that `is_cached` was given to the same request before and
    nobody was asked: that saved `saved_microusd`. `tokens_cached` are those of the input that the provider had in its
    own cache."""

    step: StepId
    attempt: int
    tokens_input: int
    tokens_output: int
    cost_microusd: int
    latency_ms: int
    model: str
    stop_reason: str
    findings: tuple[str, ...] = ()
    is_cached: bool = False
    tokens_cached: int = 0
    saved_microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed:
    """The call ended without a usable answer; `cost_microusd` is what it cost all the same.

    `characters` were shown before it broke off: the next attempt begins anew, and they are part of no answer.
    `retry_after_ms` is how long the provider asked us to stay away.
    """

    step: StepId
    attempt: int
    error: str
    message: str
    cost_microusd: int
    route: str = ""
    retry_after_ms: int | None = None
    is_final: bool = False
    characters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptInDoubt:
    """The call may have been answered and paid for; nobody here knows. Charged at its maximum until settled."""

    step: StepId
    attempt: int
    route: str
    cost_microusd_max: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSettled:
    """What a doubtful call turned out to have cost; `difference_microusd` is given back of what it was charged."""

    step: StepId
    attempt: int
    cost_microusd: int
    difference_microusd: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepExhausted:
    """The step failed as often as it may."""

    step: StepId
    attempts: int
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRetried:
    """A failed step may be tried again, as often as at first; its attempts are numbered on."""

    step: StepId
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """Another version of the rules is in force from here on; `templates` pins those that its rules may apply."""

    digest: Digest
    templates: Mapping[TemplateId, Digest]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFired:
    """A rule's condition became true. `seen` are the facts that it looked at, `actions` what it asked for.

    Unless `stays_armed`, it will not fire again before a RuleRearmed.
    """

    rule: RuleId
    priority: int
    stays_armed: bool
    actions: tuple[str, ...]
    seen: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRearmed:
    """A rule that had fired no longer holds; it may fire again."""

    rule: RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleErred:
    """A rule could not be evaluated; the others went on. `in_a_row` counts the times since it last could."""

    rule: RuleId
    message: str
    in_a_row: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecovered:
    """A rule that could not be evaluated can be again, and holds; it may fire once it was false."""

    rule: RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSwitchedOff:
    """A rule could not be evaluated `errors` times in a row; it is not heard here again until the rules change."""

    rule: RuleId
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOverruled:
    """What a rule asked for did not happen, and why. One that `is_withheld` is heard again as soon as its reason is
    gone, though its condition held all the while."""

    rule: RuleId
    action: str
    reason: str
    is_withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeStopped:
    """Rules woke rules more often than the bound allows; the rest was left undone."""

    passes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReached:
    """Time has passed and nothing else: rules about time are looked at."""

    active_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStarted:
    """A session of this one is under way, whose end is awaited; what it may spend is lent to it."""

    step: StepId
    child: SessionId
    cap_microusd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEnded:
    """It is over, as `status` says; what it has spent counts against this session's cap, and stands in its own row."""

    step: StepId
    child: SessionId
    status: str
    outcome: str
    cost_microusd: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event with its place: `seq` in its session's log (from 1), `position` in the whole database (from 1).

    `at_ms` is Unix time in milliseconds, the same for all events of one append. `envelope` says what was asked; the
    first event of each append has it, the others None.
    """

    session: SessionId
    seq: int
    position: int
    at_ms: int
    event: Event
    envelope: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Stands where an event is on record that this moot can't read: one of a newer release, or a damaged one.

    It is never recorded. `why` says what is the matter, `now` what to do.
    """

    kind: str
    version: int
    why: str
    now: str


def kind_of(event: Event) -> str:
    """An event's stable name, also of one that this moot can't read."""
    return event.kind if isinstance(event, Unreadable) else type(event).__name__


ENGINE_EVENTS: tuple[type, ...] = (
    SessionOpened,
    SessionForked,
    SessionQueued,
    SessionAdmitted,
    RunResumed,
    SessionPaused,
    SessionResumed,
    SessionEscalated,
    EscalationAnswered,
    EscalationExpired,
    ClarificationAsked,
    ClarificationAnswered,
    ClarificationForgone,
    CompletionDecided,
    SessionCompleted,
    SessionFailed,
    SessionCancelled,
    BudgetChanged,
    SpendRefused,
    AttemptStarted,
    AttemptSucceeded,
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    StepExhausted,
    StepRetried,
    RulesChanged,
    RuleFired,
    RuleRearmed,
    RuleErred,
    RuleRecovered,
    RuleSwitchedOff,
    ActionOverruled,
    CascadeStopped,
    DeadlineReached,
    ChildStarted,
    ChildEnded,
)
