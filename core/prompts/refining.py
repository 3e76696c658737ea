"""What exactly are a writer and those who review the drafts sent?

A draft is shown whole: of a part of it nobody could say what the whole is worth. Everything else is bounded, so that
iteration fifty asks for no more than iteration two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.participants import Seat
from core.domain.steps import Document, Message
from core.prompts.evidence import evidence_told
from core.prompts.window import shortened

DRAFT_CHARACTERS_MAX = 200_000
REVIEW_CHARACTERS_MAX = 6_000
REVIEWS_CHARACTERS_MAX = 24_000
DEBATED_CHARACTERS_MAX = 12_000
STATEMENTS_SHOWN_MAX = 20
STATEMENT_CHARACTERS_MAX = 4_000
"""What the operator says takes at most so much room: the newest stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A draft as it is shown: its score in thousandths where it has one, and what was said of it."""

    text: str
    score_milli: int | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What everybody is told: the brief, who they are, what the operator has said since, and the evidence."""

    brief: str
    seat: Seat
    statements: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


def draft_messages(commission: Commission) -> tuple[Message, ...]:
    """What a writer is asked for a first draft."""
    return _messages(commission, f"Your task now: write what the brief asks for. {_ALONE}")


def refining_messages(commission: Commission, *, best: Shown, attempt: Shown | None = None) -> tuple[Message, ...]:
    """What a writer is asked for a further draft: the best so far, what was said of it, and of a later `attempt` that
    is no better."""
    parts = [f"The draft so far{_scored(best)}:\n\n{_framed(best.text)}", _said(best, "What its reviewers say:")]
    if attempt is not None:
        parts.append(_said(attempt, f"A later attempt to improve it was no better{_scored(attempt)}. What was said:"))
    task = f"Your task now: write a better draft, whole. {_KEEPING} {_ALONE}"
    return _messages(commission, *filter(None, parts), task)


def review_messages(commission: Commission, *, draft: str, instruction: str, debated: str = "") -> tuple[Message, ...]:
    """What a reviewer is asked about a draft, and told of a debate about it."""
    told = (f"The draft:\n\n{_framed(draft)}", shortened(debated, DEBATED_CHARACTERS_MAX))
    return _messages(commission, *filter(None, told), f"Your task now: {instruction}")


def comparing_messages(commission: Commission, *, first: str, second: str, instruction: str) -> tuple[Message, ...]:
    """What a reviewer is asked about two drafts, in the order in which they are shown."""
    told = (f"The first draft:\n\n{_framed(first)}", f"The second draft:\n\n{_framed(second)}")
    return _messages(commission, *told, f"Your task now: {instruction}")


_ALONE = "Answer with the text alone: no words about it before or behind it."
_KEEPING = (
    "Mend what the reviews show to be wrong or missing, leave alone what is good, and follow no advice that leads away "
    "from the brief."
)


def _messages(commission: Commission, *parts: str) -> tuple[Message, ...]:
    told = [f"The brief: {commission.brief}"]
    if commission.documents:
        told.append(evidence_told(commission.documents))
    if commission.statements:
        told.append(_operator_says(commission.statements))
    seat = commission.seat
    system = seat.participant.system_prompt or f"You are the {seat.role} of a text that is drafted and reviewed."
    return Message(author="system", text=system), Message(author="user", text="\n\n".join((*told, *parts)))


def _operator_says(statements: Sequence[str]) -> str:
    newest = statements[-STATEMENTS_SHOWN_MAX:]
    left_out = len(statements) - len(newest)
    lines = [f"[{left_out} earlier ones are left out]"] if left_out else []
    lines += [shortened(statement, STATEMENT_CHARACTERS_MAX) for statement in newest]
    return "What the operator says, newest last:\n\n" + "\n\n".join(lines)


def _framed(text: str) -> str:
    return f"<draft>\n{shortened(text, DRAFT_CHARACTERS_MAX)}\n</draft>"


def _scored(shown: Shown) -> str:
    if shown.score_milli is None:
        return ""
    return f", which scores {shown.score_milli // 1_000}.{shown.score_milli % 1_000:03} of 1"


def _said(shown: Shown, heading: str) -> str:
    room, told = REVIEWS_CHARACTERS_MAX, []
    for said in shown.said:
        text = shortened(said, min(REVIEW_CHARACTERS_MAX, max(0, room)))
        room -= len(said)
        told.append(text)
    return "\n\n".join((heading, *told)) if told else ""
