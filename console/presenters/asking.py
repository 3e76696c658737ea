"""What does a session want of the operator now, since when, and what happens where nobody says anything?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.people import to_speak_as
from console.presenters.reasons import in_words
from core.domain.cases import CaseKind

if TYPE_CHECKING:
    from core.domain.cases import Case
    from core.domain.summary import SessionSummary

THEN_SPEAKS = "Then whoever stands in speaks."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question, or a turn that a person is to speak. Moments are Unix ms; `due_ms` is 0 where nobody is hurried, and
    `then_does` what happens at that moment, in a sentence.

    `asked_seq` names a question within its session, 0 for a turn. `seat` is who is to speak, or who needs to know.
    """

    session: str
    title: str
    question: str
    why: str = ""
    asked_seq: int = 0
    asked_at_ms: int = 0
    due_ms: int = 0
    then_does: str = ""
    seat: str = ""
    is_clarification: bool = False

    @property
    def is_turn(self) -> bool:
        """Is the operator to speak, instead of to answer?"""
        return not self.asked_seq

    @property
    def name(self) -> str:
        """What it is called among all that is asked."""
        return f"{self.session}:{self.asked_seq or self.seat}"


def asking_of_case(case: Case, *, title: str) -> Asking:
    """`title` is what the operator calls the session."""
    return Asking(
        session=case.session,
        title=title or case.title,
        question=case.question,
        why=in_words(case.reason),
        asked_seq=case.asked_seq,
        asked_at_ms=case.asked_at_ms,
        due_ms=case.due_ms or 0,
        then_does=case.then_does,
        seat=case.seat,
        is_clarification=case.kind is CaseKind.CLARIFICATION,
    )


def asking_of_turns(summary: SessionSummary, *, title: str) -> tuple[Asking, ...]:
    """The turns that persons are to speak now, as the session's row has them."""
    return tuple(
        Asking(
            session=summary.session,
            title=title,
            question=to_speak_as(seat),
            asked_at_ms=summary.changed_at_ms,
            due_ms=until_ms,
            then_does=THEN_SPEAKS if until_ms else "",
            seat=seat,
        )
        for _, seat, until_ms in summary.people_awaited
    )
