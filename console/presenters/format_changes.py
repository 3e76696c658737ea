"""What would change if a session followed another format, in a few lines?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.templates.changing import FormatChange
    from core.templates.template import SeatSpec, StepSpec


def change_rows(change: FormatChange) -> list[tuple[str, str]]:
    """A label and what it says, for each matter that would be different."""
    rows = [
        ("format", f"{change.before} → {change.after}, from round {change.from_round} on"),
        ("rounds", f"{change.rounds_before} → {change.rounds_after}"),
        ("sits down", _seats(change.joining)),
        ("falls silent", _seats(change.leaving)),
        (f"round {change.from_round}", f"{_steps(change.steps_before)} → {_steps(change.steps_after)}"),
    ]
    if change.rounds_before == change.rounds_after:
        rows[1] = ("rounds", f"{change.rounds_before}, as before")
    if change.is_decided_otherwise:
        rows.append(("verdict", "is reached in another way"))
    if not change.steps_after:
        rows.append(("then", "no round of it is left: the verdict comes next"))
    return [row for row in rows if row[1]]


def _seats(seats: Sequence[SeatSpec]) -> str:
    return ", ".join(seat.id if seat.id == seat.role.value else f"{seat.id} ({seat.role})" for seat in seats)


def _steps(steps: Sequence[StepSpec]) -> str:
    return ", ".join(dict.fromkeys(step.task for step in steps)) or "nothing"
