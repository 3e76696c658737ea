"""What stands in the one line at the top, whatever screen is shown?"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from console.presenters.people import is_awaited
from console.presenters.sessions import is_left
from console.presenters.shown import HeaderView
from core.domain.status import Status
from core.domain.summary import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.orchestrator import SystemStatus
    from core.ports.catalogue import Label

NOBODY = "nobody"
"""Who drives, where nobody does."""

QUIET = frozenset({"cpu", "waiting", "notifications"})
"""What comes and goes, or is told of elsewhere on the screen: it stands on the System screen alone."""

NO_KEYS: Mapping[str, str] = MappingProxyType({})


def header_view(
    summaries: Iterable[SessionSummary],
    status: SystemStatus | None,
    *,
    clock: str,
    trouble: str = "",
    is_driven: bool = True,
    keys: Mapping[str, str] = NO_KEYS,
    labels: Mapping[SessionId, Label] | None = None,
    unread: int = 0,
) -> HeaderView:
    """`trouble` is why what is shown may be old; `status` is None until it was asked for once, and until then
    `is_driven` says whether somebody drives. `keys` are those in force, by action. By `labels` those are known that
    were put away: of these, what has failed asks for nobody's attention any more; what moves or asks still does."""
    counts = dict.fromkeys(Status, 0)
    left, is_driven = 0, status.driver != NOBODY if status is not None else is_driven
    for summary in summaries:
        label = labels.get(summary.session) if labels is not None else None
        is_of_evaluation = summary.origin == EVALUATION
        if is_of_evaluation and (summary.status is Status.FAILED or is_left(summary, is_driven=is_driven)):
            continue  # the command that runs the evaluation counts them, and goes on with them
        if is_left(summary, is_driven=is_driven):
            left += 1
        elif is_awaited(summary):
            counts[Status.ESCALATED] += 1
        elif summary.status is not Status.FAILED or label is None or not label.is_archived:
            counts[summary.status] += 1
    notice, leads_to = (trouble, "") if trouble or status is None else _notice(status, keys)
    return HeaderView(
        left=left,
        running=counts[Status.RUNNING],
        needs_you=counts[Status.ESCALATED],
        waiting=counts[Status.WAITING] + counts[Status.CREATED],
        failed=counts[Status.FAILED],
        unread=unread,
        spent_today_microusd=status.spent_today_microusd if status else None,
        cap_microusd=status.cap_day_microusd if status else None,
        clock=clock,
        notice=notice,
        notice_action=leads_to,
    )


def _notice(status: SystemStatus, keys: Mapping[str, str]) -> tuple[str, str]:
    """What holds everywhere, the most pressing alone, and the action that leads on from there."""
    if status.is_spending_stopped:
        return _with_key("spending is stopped", "allows it", "kill_switch", keys), "kill_switch"
    for state in ("failing", "degraded"):
        for health in status.health:
            if health.state == state and health.name not in QUIET:
                return f"{health.name.replace('_', ' ')} is {state}: {health.reason}", "go_system"
    if status.driver == NOBODY:
        return _with_key("nobody drives", "takes the wheel", "take_wheel", keys), "take_wheel"
    if not status.is_driver:
        return f"joined: {status.driver.partition(',')[0]} drives", "go_system"
    return "", ""


def _with_key(said: str, does: str, action_id: str, keys: Mapping[str, str]) -> str:
    return f"{said} ({keys[action_id]} {does})" if keys.get(action_id) else said
