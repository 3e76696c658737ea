"""In which words is a seat told how its turn has to end?

What is read from a turn is read from its last line, so that every prompt that expects something says exactly which line
that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.domain.answers import OUTCOMES, AnswerForm, AnswerKind


def answer_line(form: AnswerForm, *, label: str = "ANSWER", is_reversed: bool = False) -> str:
    """How a turn that answers in `form` has to end. Where it `is_reversed`, what can be answered is listed from
    behind: some choose what they read first."""
    match form.kind:
        case AnswerKind.MOTION:
            return _one_of(OUTCOMES[::-1] if is_reversed else OUTCOMES, label)
        case AnswerKind.CHOICE:
            return _one_of(form.choices[::-1] if is_reversed else form.choices, label)
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


def stance_line(form: AnswerForm) -> str:
    """How a turn that declares a stance has to end."""
    sure = "a whole number from 0 to 100 in place of N, for how likely you are to be right"
    match form.kind:
        case AnswerKind.MOTION | AnswerKind.CHOICE:
            choices = OUTCOMES if form.kind is AnswerKind.MOTION else form.choices
            lines = "\n".join(f"STANCE: {choice} (confidence N%)" for choice in choices)
            return (
                f"Write the reasons first; the last line must be one of these, with {sure}, and nothing else:\n{lines}"
            )
        case AnswerKind.NUMBER:
            stance = "your number, without a unit,"
        case AnswerKind.TEXT:
            stance = "your answer in a few words"
    return (
        f"Write the reasons first; the last line must be this and nothing else, with {stance} in place of the dots and "
        f"{sure}:\nSTANCE: ... (confidence N%)"
    )


def ballot_line(options: Sequence[str]) -> str:
    """How a turn that votes has to end."""
    if not options:
        return "Nobody has given an answer that can be voted on: say in a sentence what is missing."
    order = " > ".join(options)
    return (
        f"What can be voted on: {', '.join(options)}. Write the reasons first; the last line must be 'BALLOT: ' and "
        "these in your order, best first, with '>' between them, and nothing else. You may leave out those that you "
        f"would put last. In the order in which they stand here, which says nothing, it would read 'BALLOT: {order}'."
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
