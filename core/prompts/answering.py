"""In which words is a seat told how its turn has to end?

What is read from a turn is read from its last line, so that every prompt that expects something says exactly which line
that is.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.answers import OUTCOMES, AnswerForm, AnswerKind


def answer_line(form: AnswerForm, *, label: str = "ANSWER") -> str:
    """How a turn that answers in `form` has to end."""
    match form.kind:
        case AnswerKind.MOTION:
            return _one_of(OUTCOMES, label)
        case AnswerKind.CHOICE:
            return _one_of(form.choices, label)
        case AnswerKind.NUMBER:
            return (
                f"Write the reasons first; the last line must be '{label}: ' and one number without a unit, such as "
                f"'{label}: 42', and nothing else."
            )
        case AnswerKind.TEXT:
            return (
                f"Write the reasons first; the last line must be '{label}: ' and your answer in a few words, and "
                "nothing else."
            )


def ranking_line(letters: Iterable[str]) -> str:
    """How a turn that ranks the others has to end."""
    order = " > ".join(letters)
    return (
        "Write the reasons first; the last line must be 'RANKING: ' and every letter once, best first, such as "
        f"'RANKING: {order}', and nothing else."
    )


def break_line(form: AnswerForm) -> str:
    """How a judge's turn has to end who is asked in between whether the debate may end."""
    ends = ("for", "against") if form.kind is AnswerKind.MOTION else ("enough",)
    return _one_of((*ends, "go on"), "VERDICT")


def _one_of(answers: Iterable[str], label: str) -> str:
    lines = "\n".join(f"{label}: {answer}" for answer in answers)
    return f"Write the reasons first; the last line must be exactly one of these and nothing else:\n{lines}"
