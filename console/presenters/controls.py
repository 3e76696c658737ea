"""How did a debate fare beside its control, in a line?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, money
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary


def beside(debate: SessionSummary, control: SessionSummary) -> str:
    """`debate: for, 7 turns, $0.042 · self_consistency: against, 9 turns, $0.040 · they differ`."""
    return f"debate: {_came_to(debate)} · {control.template}: {_came_to(control)} · {_compared(debate, control)}"


def _came_to(row: SessionSummary) -> str:
    outcome = row.outcome or row.status.value
    return f"{outcome}, {counted(row.turns, 'turn')}, {money(row.spent_microusd)}"


def _compared(debate: SessionSummary, control: SessionSummary) -> str:
    if control.status is not Status.COMPLETED:
        return "the control has not answered"
    return "they agree" if debate.outcome == control.outcome else "they differ"
