"""What stands in the one line at the top, whatever screen is shown?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.sessions import is_left
from console.presenters.shown import HeaderView
from core.domain.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.domain.summary import SessionSummary
    from core.orchestrator import SystemStatus

NOBODY = "nobody"
"""Who drives, where nobody does."""


def header_view(
    summaries: Iterable[SessionSummary],
    status: SystemStatus | None,
    *,
    clock: str,
    trouble: str = "",
    is_driven: bool = True,
) -> HeaderView:
    """`trouble` is why what is shown may be old; `status` is None until it was asked for once, and until then
    `is_driven` says whether somebody drives."""
    counts = dict.fromkeys(Status, 0)
    left, is_driven = 0, status.driver != NOBODY if status is not None else is_driven
    for summary in summaries:
        if is_left(summary, is_driven=is_driven):
            left += 1
        else:
            counts[summary.status] += 1
    return HeaderView(
        left=left,
        running=counts[Status.RUNNING],
        needs_you=counts[Status.ESCALATED],
        waiting=counts[Status.WAITING] + counts[Status.CREATED],
        failed=counts[Status.FAILED],
        spent_today_microusd=status.spent_today_microusd if status else 0,
        cap_microusd=status.cap_day_microusd if status else None,
        clock=clock,
        notice=trouble or (_notice(status) if status else ""),
    )


def _notice(status: SystemStatus) -> str:
    """What holds everywhere; the most pressing alone."""
    if status.is_spending_stopped:
        return "spending is stopped (ctrl+k allows it)"
    for health in status.health:
        if health.state != "ok":
            return f"{health.name} is {health.state}: {health.reason}"
    if not status.is_driver:
        return f"joined: {status.driver} drives" if status.driver != NOBODY else "nobody drives"
    return ""
