"""Who asks for something, what is asked for when a debate is to be held, and what would it be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.answers import MOTION_FORM, AnswerForm, AnswerKind
from core.domain.estimates import Estimate
from core.domain.ids import DEFAULT_RULE_SET, NO_TEMPLATE, SessionId, TemplateId
from core.domain.participants import Seat
from core.domain.steps import Document
from core.ports.inbox import InboxAnswer, Receipt
from core.rules.rule import Rule, rule_from_plain, rule_to_plain
from core.runtime.request_forms import require_forms
from core.templates.template import Template

MOTION_BYTES_MAX = 20_000
"""A longer motion is evidence, and belongs into a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who has the driver do something. `message` is the inbox's number of the request, 0 where this process asks.

    `has_waited` says that it lay in the inbox when this driver began: one before may have carried it out and not come
    to answer.
    """

    actor: str
    message: int = 0
    has_waited: bool = False

    @property
    def correlation(self) -> str:
        """What logs say of the events that the request brought about; nothing where this process asks."""
        return f"inbox {self.message}" if self.message else ""

    def receipt(self, answer: InboxAnswer) -> Receipt | None:
        """What is to be kept together with what is changed; None where nobody has to be answered."""
        return Receipt(message=self.message, answer=answer) if self.message else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateRequest:
    """`casting` names a model for a role or a seat, `""` for all others; `rules` the set of rules to follow, `nothing`
    for none at all; `control` the format by which a child answers the same at the same spend; `answers` how
    the question can be answered, and `known_answer` the right one where somebody knows it; `dials` what the format is
    set to, and `calls` how often a format that counts answers is asked in all. None or "" leaves a choice to the
    defaults."""

    question: str
    template_id: str = ""
    complexity: str = ""
    casting: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    rounds: int | None = None
    cap_microusd: int | None = None
    seed: int | None = None
    title: str = ""
    origin: str = "operator"
    rules: str = ""
    control: str = ""
    answers: AnswerForm = MOTION_FORM
    dials: Mapping[str, int] = field(default_factory=dict)
    known_answer: str = ""
    calls: int | None = None

    def __post_init__(self) -> None:
        require_forms(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkRequest:
    """A session that goes on from event `at_seq` of `session`, by default from the last at which it wasn't over.

    `rules` names a set; `rules_given` are laid over the rules that were in force there, under the name `rules_name`.
    `template_id` is followed from the next round on. `casting` names who sits in a role or seat from there on, `""` for
    all others. None or "" leaves what holds there.
    """

    session: SessionId
    at_seq: int | None = None
    rules: str = ""
    rules_given: tuple[Rule, ...] = ()
    rules_name: str = ""
    template_id: str = ""
    casting: Mapping[str, str] = field(default_factory=dict)
    rounds: int | None = None
    cap_microusd: int | None = None
    title: str = ""
    origin: str = "operator"

    def __post_init__(self) -> None:
        require_forms(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebatePlan:
    """What a request would start, and what it may take with those who are cast: a rehearsed turn costs nothing.
    `dearest_microusd` is what it would cost if everybody said all that they may."""

    template: Template
    seats: tuple[Seat, ...]
    rounds: int
    estimate: Estimate
    cap_microusd: int | None
    is_rehearsal: bool
    notes: tuple[str, ...]
    rule_set: str = DEFAULT_RULE_SET
    control: TemplateId = NO_TEMPLATE
    dearest_microusd: int = 0


def request_as_body(request: DebateRequest, *, session: SessionId) -> Mapping[str, object]:
    """The request in plain JSON values, as it travels to the driver; `request_from_body` reads it back."""
    return {
        "session": session,
        "question": request.question,
        "template_id": request.template_id,
        "complexity": request.complexity,
        "casting": dict(request.casting),
        "documents": [{"name": each.name, "digest": each.digest} for each in request.documents],
        "rounds": request.rounds,
        "cap_microusd": request.cap_microusd,
        "seed": request.seed,
        "title": request.title,
        "rules": request.rules,
        "control": request.control,
        "answers": {"kind": request.answers.kind.value, "choices": list(request.answers.choices)},
        "dials": dict(request.dials),
        "known_answer": request.known_answer,
        "calls": request.calls,
    }


def request_from_body(body: Mapping[str, Any], *, documents: Sequence[Document], origin: str) -> DebateRequest:
    """What a body asks for, with the documents that it names."""
    return DebateRequest(
        question=str(body["question"]),
        template_id=str(body.get("template_id", "")),
        complexity=str(body.get("complexity", "")),
        casting=dict(body.get("casting", {})),
        documents=tuple(documents),
        rounds=body.get("rounds"),
        cap_microusd=body.get("cap_microusd"),
        seed=body.get("seed"),
        title=str(body.get("title", "")),
        origin=origin,
        rules=str(body.get("rules", "")),
        control=str(body.get("control", "")),
        answers=_form(body.get("answers")),
        dials={str(name): int(value) for name, value in (body.get("dials") or {}).items()},
        known_answer=str(body.get("known_answer", "")),
        calls=body.get("calls"),
    )


def _form(plain: Mapping[str, Any] | None) -> AnswerForm:
    """A driver may be asked by an older process, which knows motions alone."""
    if not plain:
        return MOTION_FORM
    return AnswerForm(kind=AnswerKind(plain["kind"]), choices=tuple(str(each) for each in plain["choices"]))


def fork_as_body(request: ForkRequest, *, session: SessionId) -> Mapping[str, object]:
    """The request in plain JSON values, as it travels to the driver."""
    return {
        "session": session,
        "origin": request.session,
        "at_seq": request.at_seq,
        "rules": request.rules,
        "rules_given": [rule_to_plain(rule) for rule in request.rules_given],
        "rules_name": request.rules_name,
        "template_id": request.template_id,
        "casting": dict(request.casting),
        "rounds": request.rounds,
        "cap_microusd": request.cap_microusd,
        "title": request.title,
    }


def fork_from_body(body: Mapping[str, Any], *, title: str, origin: str) -> ForkRequest:
    """What a body asks for."""
    return ForkRequest(
        session=SessionId(str(body["origin"])),
        at_seq=body.get("at_seq"),
        rules=str(body.get("rules", "")),
        rules_given=tuple(rule_from_plain(plain) for plain in body.get("rules_given", ())),
        rules_name=str(body.get("rules_name", "")),
        template_id=str(body.get("template_id", "")),
        casting=dict(body.get("casting", {})),
        rounds=body.get("rounds"),
        cap_microusd=body.get("cap_microusd"),
        title=title,
        origin=origin,
    )
