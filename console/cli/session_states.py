"""How is told where a session stands?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.people import is_awaited
from core.domain.status import Status

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary

STATE_SHOWN: dict[Status, str] = {
    Status.CREATED: "◌ created",
    Status.WAITING: "◌ waiting",
    Status.RUNNING: "● running",
    Status.PAUSED: "‖ paused",
    Status.ESCALATED: "◆ asks",
    Status.COMPLETED: "✓ done",
    Status.FAILED: "✗ failed",
    Status.CANCELLED: "– cancelled",
}

LEFT = "left"
LEFT_SHOWN = "○ left"
"""What would move on if somebody drove, and stands still because nobody does."""

AWAITED_SHOWN = "◆ speak"
"""A person is to speak there."""

MOVING = (Status.CREATED, Status.WAITING, Status.RUNNING)


def is_left(summary: SessionSummary, *, is_driven: bool) -> bool:
    return not is_driven and summary.status in MOVING


def state_shown(summary: SessionSummary, *, is_driven: bool) -> str:
    """Its glyph and word, where it waits for a person to speak before all."""
    if is_awaited(summary, is_driven=is_driven):
        return AWAITED_SHOWN
    return LEFT_SHOWN if is_left(summary, is_driven=is_driven) else STATE_SHOWN[summary.status]
