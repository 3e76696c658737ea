"""What kind of answer does a session look for?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import WrongUse, nearest

CHOICES_MIN, CHOICES_MAX = 2, 26
CHOICE_CHARACTERS_MAX = 60


class AnswerKind(StrEnum):
    """A motion is carried or not; a question is answered by one of some choices, by a number or in a few words."""

    MOTION = "motion"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """`choices` are what a CHOICE is one of, at least two; empty for every other kind."""

    kind: AnswerKind = AnswerKind.MOTION
    choices: tuple[str, ...] = ()


MOTION_FORM = AnswerForm()
OUTCOMES = ("for", "against", "undecided")
"""How a motion can be answered."""
UNDECIDED = "undecided"


def read_answer_form(words: str) -> AnswerForm:
    """The form that `motion`, `number`, `text` or choices such as `A, B, C` stand for. Raises WrongUse for others."""
    said = words.strip()
    if "," in said:
        return checked_form(
            AnswerForm(kind=AnswerKind.CHOICE, choices=tuple(" ".join(each.split()) for each in said.split(",")))
        )
    plain = {kind.value: kind for kind in AnswerKind if kind is not AnswerKind.CHOICE}
    if said.casefold() not in plain:
        now = nearest(said, plain) or f"Say {', '.join(plain)}, or choices with commas between them: yes, no."
        raise WrongUse(f"{said[:CHOICE_CHARACTERS_MAX]!r} is no form of answer.", where="answers", now=now)
    return AnswerForm(kind=plain[said.casefold()])


def checked_form(form: AnswerForm) -> AnswerForm:
    """`form` where answers of it can be told apart. Raises WrongUse otherwise."""
    choices = form.choices
    if form.kind is not AnswerKind.CHOICE:
        if choices:
            raise WrongUse(f"{form.kind} leaves nothing to choose from.", where="answers", now="Leave the choices out.")
        return form
    if not CHOICES_MIN <= len(choices) <= CHOICES_MAX:
        now = f"Name from {CHOICES_MIN} to {CHOICES_MAX}."
        raise WrongUse(f"{len(choices)} choices can't be chosen among.", where="answers", now=now)
    for choice in choices:
        if not choice.strip() or len(choice) > CHOICE_CHARACTERS_MAX or not choice.isprintable():
            now = f"Write each in one line of at most {CHOICE_CHARACTERS_MAX} characters."
            raise WrongUse(f"{choice[:CHOICE_CHARACTERS_MAX]!r} can't be a choice.", where="answers", now=now)
    if len({choice.casefold() for choice in choices}) < len(choices):
        raise WrongUse("two choices are the same.", where="answers", now="Name each once.")
    return form


def form_in_words(form: AnswerForm) -> str:
    """The inverse of `read_answer_form`."""
    return ", ".join(form.choices) if form.kind is AnswerKind.CHOICE else form.kind.value
