"""How long is there to answer a session, and what happens then?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.domain.cases import Case


def first_due(cases: Sequence[Case]) -> Case | None:
    """The case whose time is up first; None where nobody is hurried."""
    hurried = [(case.due_ms, case.asked_seq) for case in cases if case.due_ms is not None]
    return next((case for case in cases if hurried and (case.due_ms, case.asked_seq) == min(hurried)), None)


def due_in_words(cases: Sequence[Case], *, now_ms: int) -> str:
    """`due in 12 min. If nobody answers in time, it goes on where it stopped.`; "" where nobody is hurried. Where a
    session asks several things, it is the one that is due first."""
    case = first_due(cases)
    if case is None or case.due_ms is None:
        return ""
    left = f"due in {duration(case.due_ms - now_ms)}" if case.due_ms > now_ms else "the time is up"
    return f"{left}. {case.then_does}"


def asked_besides(cases: Sequence[Case]) -> str:
    """`and 2 further questions`; "" where a session asks one thing alone."""
    return f"and {counted(len(cases) - 1, 'further question')}" if len(cases) > 1 else ""
