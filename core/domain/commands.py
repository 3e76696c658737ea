"""What can be asked of a session?

Commands are imperative and may be refused. People, rules and the runtime use the same ones; `by` says who asked.
A command is recorded in the envelope of the events it brought about, so each is a frozen dataclass that the codec
knows by its class name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from core.domain.events import Prefix
from core.domain.ids import (
    NO_DIGEST,
    NO_SESSION,
    NO_STEP,
    NO_TEMPLATE,
    Digest,
    RuleId,
    SeatId,
    SessionId,
    StepId,
    TemplateId,
)
from core.domain.participants import Seat
from core.domain.session import Opening

OPERATOR = "operator"
RUNTIME = "runtime"
CLARIFY = "clarify"
ANSWERS = ("continue", "new_round", "complete", "apply_template", "amend", "say", CLARIFY, "cancel")
"""What an escalation can be answered with, and a participant that asks for a clarification."""


class Command(Protocol):
    """Any frozen dataclass that the codec knows by its class name."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What brought an append about: the command, who sent it, when (Unix ms), and an id to follow it by."""

    command: Command
    actor: str
    at_ms: int
    correlation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    opening: Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Open a session that goes on from another's prefix. The fields are those of `SessionOpened` and `SessionForked`.

    `seats` are those in which somebody else sits from here on; `template`, pinned by `template_digest`, is followed
    from the next round on, and `rounds_limit` holds; "" and None leave what the prefix says.
    """

    opening: Opening
    prefix: Prefix
    spent: tuple[RuleId, ...] = ()
    switched_off: tuple[RuleId, ...] = ()
    seats: tuple[Seat, ...] = ()
    template: TemplateId = NO_TEMPLATE
    template_digest: Digest = NO_DIGEST
    rounds_limit: int | None = None
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRun:
    """Sent by a driver that finds a session another process was driving, or whose clock was set meanwhile: then `why`
    says so. The time before it doesn't count as active. By `leapt_ms` its operator may answer later."""

    why: str = ""
    leapt_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    reason: str = "asked"
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    question: str
    reason: str = ""
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEscalation:
    """`answer` is one of ANSWERS; `verdict` (for `complete`) is the operator's own, asked of the judge when empty.

    `template` goes with `apply_template`, its `digest` empty where the newest is meant; `motion` with `amend`;
    `statement` with `say`, and with `clarify`, where it is what the participant wanted to know. `case` is the event
    that asked; 0 means whatever is asked now.
    """

    answer: str
    verdict: str = ""
    outcome: str = ""
    note: str = ""
    by: str = OPERATOR
    template: TemplateId = NO_TEMPLATE
    digest: Digest = NO_DIGEST
    motion: str = ""
    statement: str = ""
    case: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """End the session with a verdict: the judge's, or `verdict` where the operator gives one. `relied_on` are the facts
    that a rule's condition names, none for a person."""

    reason: str
    verdict: str = ""
    outcome: str = ""
    by: str = OPERATOR
    relied_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    reason: str = "asked"
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueOn:
    """Go on as planned; where the last planned round is over, one more is played."""

    reason: str
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class StartNewRound:
    """Close the round under way and open the next, raising the limit where it was the last."""

    reason: str
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate:
    """Go on by another template from the next round. `digest` is empty where the pinned version is meant."""

    template: TemplateId
    digest: Digest = NO_DIGEST
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeats:
    """Somebody else sits in these seats from the next turn on."""

    seats: tuple[Seat, ...]
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBudget:
    cap_microusd: int | None
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRounds:
    rounds_limit: int
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStatement:
    """The operator speaks: every prompt from the next turn on holds it."""

    text: str
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class TellParticipant:
    """Tell one seat alone: its prompts hold it from its next turn on. Of one `delivery`, where it is named, a seat is
    told once."""

    seat: SeatId
    text: str
    by: str = OPERATOR
    delivery: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendMotion:
    motion: str
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStep:
    """Try a failed step again; an empty `step` means every failed one."""

    step: StepId = NO_STEP
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAttempt:
    """The ledger granted `cost_microusd_max`: record the intent to call."""

    step: StepId
    attempt: int
    seat: SeatId
    route: str
    cost_microusd_max: int
    prompt_digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseSpend:
    """The ledger refused. `cap` is `session`, `day` or `switch`."""

    step: StepId
    cap: str
    wanted_microusd: int
    left_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """A call was answered whole, or needn't be made. The fields are those of `AttemptSucceeded`."""

    step: StepId
    attempt: int
    text: str
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
class RecordFailure:
    """A call ended without a usable answer. `is_final` says that trying again by this route can't help."""

    step: StepId
    attempt: int
    error: str
    message: str
    cost_microusd: int
    is_final: bool = False
    retry_after_ms: int | None = None
    characters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkInDoubt:
    """Nobody will learn how this call ended. `policy` is `retry`, `ask` or `fail`."""

    step: StepId
    attempt: int
    why: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAttempt:
    """What a doubtful call cost, as the provider's own records say."""

    step: StepId
    attempt: int
    cost_microusd: int
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Leave a session failed that waits because of calls in doubt; retrying asks for them again."""

    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChild:
    """The session that a step wanted begun is open; `child` is empty where it can't be held, for the reason `why`. It
    may spend `cap_microusd`, which its parent lends it where its end `is_awaited`."""

    step: StepId
    child: SessionId = NO_SESSION
    why: str = ""
    cap_microusd: int | None = None
    is_awaited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChildEnd:
    """A child whose end was awaited is over, as `status` says, and has spent `cost_microusd`. `outcome` and `text` are
    what it came to; where they are empty, `why` says the reason."""

    step: StepId
    child: SessionId
    status: str
    outcome: str
    text: str
    cost_microusd: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCheck:
    """A program has looked at a text. `detail` is how it ended, and the end of what it said."""

    step: StepId
    has_passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRules:
    digest: Digest
    templates: Mapping[TemplateId, Digest]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachDeadline:
    pass


COMMANDS: tuple[type, ...] = (
    Open,
    Fork,
    Queue,
    Admit,
    ResumeRun,
    Pause,
    Resume,
    Escalate,
    AnswerEscalation,
    Complete,
    Cancel,
    ContinueOn,
    StartNewRound,
    ApplyTemplate,
    ChangeSeats,
    ChangeBudget,
    ChangeRounds,
    AddStatement,
    TellParticipant,
    AmendMotion,
    RetryStep,
    BeginAttempt,
    RefuseSpend,
    RecordAnswer,
    RecordFailure,
    MarkInDoubt,
    SettleAttempt,
    RecordChild,
    RecordChildEnd,
    RecordCheck,
    GiveUp,
    ChangeRules,
    ReachDeadline,
)
