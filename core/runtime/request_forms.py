"""Does each field of a request hold what it takes?

A script is held to no types. What it gives amiss is refused by the name of the field, before it is planned with or
sent to whoever drives, where it would break what has nothing to do with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from core.domain.answers import AnswerForm
from core.domain.errors import WrongUse
from core.domain.steps import Document
from core.judging.criteria import Criteria

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    words: str
    holds: Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _each(kind: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and all(map(kind, value))


def _by_name(kind: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, Mapping) and all(map(_text, value)) and all(map(kind, value.values()))


FORMS: Mapping[str, _Form] = {
    "str": _Form(words="a text", holds=_text),
    "int": _Form(words="a whole number", holds=_whole),
    "int | None": _Form(words="a whole number or None", holds=lambda value: value is None or _whole(value)),
    "bool": _Form(words="True or False", holds=lambda value: isinstance(value, bool)),
    "tuple[str, ...]": _Form(words='texts, such as ("rehearsal",)', holds=_each(_text)),
    "tuple[Document, ...]": _Form(
        words="documents, such as console.evidence_files.read_evidence returns",
        holds=_each(lambda value: isinstance(value, Document)),
    ),
    "Mapping[str, str]": _Form(words='texts by name, such as {"judge": "rehearsal"}', holds=_by_name(_text)),
    "Mapping[str, int]": _Form(words='whole numbers by name, such as {"level": 3}', holds=_by_name(_whole)),
    "AnswerForm": _Form(
        words='a form of answer, such as core.domain.answers.read_answer_form("number") returns',
        holds=lambda value: isinstance(value, AnswerForm),
    ),
    "Criteria": _Form(
        words="criteria, such as console.criteria_files.read_criteria_file returns",
        holds=lambda value: isinstance(value, Criteria),
    ),
}
"""By how a field is declared. What is declared otherwise is made by moot alone."""


def require_forms(request: DataclassInstance) -> None:
    """Raises WrongUse for the first field that holds something else than it takes."""
    for each in fields(request):
        form, value = FORMS.get(str(each.type)), getattr(request, each.name)
        if form is not None and not form.holds(value):
            raise WrongUse(f"{value!r:.80} can't be meant.", where=each.name, now=f"Give {form.words}.")
