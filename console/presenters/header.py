"""What stands in the one line at the top, whatever screen is shown?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.shown import HeaderView
from core.domain.session import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.domain.summary import SessionSummary
    from core.orchestrator import SystemStatus

OPENING_NOTICE = "opening the database …"


def header_view(
    summaries: Iterable[SessionSummary], status: SystemStatus | None, *, clock: str, trouble: str = ""
) -> HeaderView:
    """`trouble` is why what is shown may be old; `status` is None until it was asked for once."""
    counts = dict.fromkeys(Status, 0)
    for summary in summaries:
        counts[summary.status] += 1
    return HeaderView(
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
        return f"joined: {status.driver} drives" if status.driver != "nobody" else "nobody drives"
    return ""
