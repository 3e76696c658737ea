"""What is a template as plain JSON values, and a template again from these?

What stands at its default is left out: a format that a later release only knew how to say more about keeps its digest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from core.domain.errors import WrongUse
from core.domain.ids import ParticipantId, SeatId, TemplateId
from core.domain.participants import Role
from core.domain.unanswered import AnswerTerms, Then
from core.rules.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Not,
    condition_from_plain,
    condition_to_plain,
)
from core.templates.template import (
    Block,
    Complexity,
    DecidedBy,
    Dial,
    EarlyStop,
    Expects,
    Judging,
    Occurs,
    SeatSpec,
    Sees,
    StepSpec,
    Template,
)

Record = TypeVar("Record")
Plain = Mapping[str, Any]


def template_to_plain(template: Template) -> dict[str, object]:
    """The template's parts by name."""
    return plain_parts(template)


def template_from_plain(plain: object) -> Template:
    """The inverse of `template_to_plain`. Raises WrongUse for anything that it did not write."""
    return read_record(Template, plain, _OF_A_TEMPLATE)


def plain_parts(record: object) -> dict[str, object]:
    """A record as plain JSON values by the names of its parts, without those that stand at their defaults."""
    found: dict[str, object] = {}
    for name, default in _defaults(cast("Hashable", type(record))):
        value = getattr(record, name)
        if default is MISSING or value != default:
            found[name] = _plain(value)
    return found


@cache
def _defaults(kind: Hashable) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field)) for field in fields(cast("type[Any]", kind)))


def _default(field: Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _plain(value: object) -> object:
    match value:
        case Compare() | AllOf() | AnyOf() | Not():
            return condition_to_plain(value)
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case Sequence():
            return [_plain(item) for item in value]
        case _:
            return plain_parts(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongUse(f"{value!r:.60} is no text.")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongUse(f"{value!r:.60} is no whole number.")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongUse(f"{value!r:.60} is neither true nor false.")
    return value


def _condition(value: object) -> Condition | None:
    return None if value is None else condition_from_plain(value)


def _list(item: Callable[[object], Any]) -> Callable[[object], tuple[Any, ...]]:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongUse(f"{value!r:.60} is no list.")
        return tuple(item(each) for each in value)

    return read


def _links(value: object) -> Mapping[SeatId, tuple[SeatId, ...]]:
    if not isinstance(value, dict):
        raise WrongUse(f"{value!r:.60} says of no seat whom it sees.")
    return {SeatId(seat): tuple(SeatId(_text(each)) for each in seen) for seat, seen in value.items()}


def _word(kind: Callable[[str], Any]) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        try:
            return kind(_text(value))
        except ValueError as error:
            raise WrongUse(f"{value!r:.60} is none of the words that are known here.") from error

    return read


def read_record(kind: type[Record], plain: object, readers: Mapping[str, Callable[[object], Any]]) -> Record:
    """The inverse of `plain_parts`, each part read by its reader. Raises WrongUse for anything else."""
    if not isinstance(plain, dict):
        raise WrongUse(f"{plain!r:.60} is no {kind.__name__}.")
    unknown = sorted(set(plain) - set(readers))
    if unknown:
        raise WrongUse(f"a {kind.__name__} has no {unknown[0]!r}.")
    for name, default in _defaults(cast("Hashable", kind)):
        if default is MISSING and name not in plain:
            raise WrongUse(f"a {kind.__name__} needs {name!r}.")
    return kind(**{name: readers[name](value) for name, value in plain.items()})


def _seat(value: object) -> SeatSpec:
    return read_record(SeatSpec, value, _OF_A_SEAT)


def _step(value: object) -> StepSpec:
    return read_record(StepSpec, value, _OF_A_STEP)


def _verdict(value: object) -> StepSpec | None:
    return None if value is None else _step(value)


def _block(value: object) -> Block:
    return read_record(Block, value, _OF_A_BLOCK)


def _dial(value: object) -> Dial:
    return read_record(Dial, value, _OF_A_DIAL)


def _answer_terms(value: object) -> AnswerTerms | None:
    return None if value is None else read_record(AnswerTerms, value, _OF_ANSWER_TERMS)


_OF_A_SEAT: Mapping[str, Callable[[object], Any]] = {
    "id": _word(SeatId),
    "role": _word(Role),
    "participant": _word(ParticipantId),
    "may_ask": _number,
}
_OF_A_STEP: Mapping[str, Callable[[object], Any]] = {
    "name": _text,
    "seat": _word(SeatId),
    "task": _text,
    "instruction": _text,
    "occurs": _word(Occurs),
    "expects": _word(Expects),
    "sees": _word(Sees),
    "rounds_seen": _number,
    "is_blind": _flag,
    "when": _condition,
    "block": _text,
}
_OF_A_BLOCK: Mapping[str, Callable[[object], Any]] = {
    "id": _text,
    "times": _number,
    "until": _condition,
    "is_at_once": _flag,
}
_OF_A_DIAL: Mapping[str, Callable[[object], Any]] = {
    "name": _text,
    "about": _text,
    "words": _list(_text),
    "value": _number,
}
_OF_ANSWER_TERMS: Mapping[str, Callable[[object], Any]] = {
    "answer_within_ms": _number,
    "then": _word(Then),
}
_OF_A_TEMPLATE: Mapping[str, Callable[[object], Any]] = {
    "id": _word(TemplateId),
    "version": _number,
    "name": _text,
    "description": _text,
    "complexity": _word(Complexity),
    "rounds": _number,
    "seats": _list(_seat),
    "steps": _list(_step),
    "verdict": _verdict,
    "consensus_ppm": _number,
    "minutes_expected": _number,
    "cost_microusd_expected": _number,
    "rule_set": _text,
    "decided_by": _word(DecidedBy),
    "measure": _text,
    "blocks": _list(_block),
    "links": _links,
    "dials": _list(_dial),
    "tags": _list(_text),
    "source": _text,
    "judging": _word(Judging),
    "judges": _list(_word(SeatId)),
    "early_stop": _word(EarlyStop),
    "escalation": _answer_terms,
    "clarified_by": _word(SeatId),
}
