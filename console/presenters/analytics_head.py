"""What stands above the charts: which view it is, of which sessions, and what to do where there are none?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.analytics_views import VIEW_NAMES
from console.presenters.figures import counted
from console.presenters.shown import Line, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.presenters.analytics_filter import Span
    from core.analytics.analysis import AnalyticsReport

CHOSEN = "▸"


def tabs_line(current: str, *, width: int) -> Line:
    """The views, the one that is shown marked; where not all have room, those around it."""
    titles = [each.title for each in VIEW_NAMES]
    at = next(number for number, each in enumerate(VIEW_NAMES) if each.key == current)
    first, last = 0, len(titles)
    while sum(map(len, titles[first:last])) + 3 * (last - first) > width and last - first > 1:
        first, last = (first + 1, last) if at - first > last - 1 - at else (first, last - 1)
    parts: list[Part] = [("… ", "muted")] if first else []
    for number in range(first, last):
        is_current = number == at
        parts.append((f"{CHOSEN if is_current else ' '}{titles[number]}  ", "accent strong" if is_current else "muted"))
    if last < len(titles):
        parts.append(("…", "muted"))
    return Line(parts=tuple(parts))


def chosen_line(report: AnalyticsReport, span: Span, text: str, *, title: str) -> Line:
    """Which sessions these are of, and what is charted."""
    behind = f" · {counted(report.behind, 'event')} not counted: the disk takes nothing" if report.behind else ""
    words = f" · {text.strip()}" if text.strip() else ""
    of = f" · {counted(report.sessions, 'session')}{words}{behind} · "
    return Line(parts=((span.title, "text strong"), (of, "muted"), (title, "text")))


def empty_lines(report: AnalyticsReport | None, span: Span, text: str, keys: Mapping[str, str]) -> str:
    """What would be here, and the keys that bring it."""
    if report is None:
        return "The figures are being read …"
    if report.position == 0:
        return (
            "How sessions go stands here: how many, how they end, what is odd.\n"
            f"There is none yet. {_key(keys, 'go_sessions')} leads to the sessions, and {_key(keys, 'new_debate')}"
            " there starts one."
        )
    if report.sessions == 0:
        ways = [f"{_key(keys, 'time_range')} takes a longer time"] if span.ms else []
        ways += [f"{_key(keys, 'back')} leaves the filter"] if text.strip() else []
        return "\n".join(("No session is meant by this.", f"{'; '.join(ways)}." if ways else "")).strip()
    return "Nothing of this has happened in these sessions yet."


def _key(keys: Mapping[str, str], action_id: str) -> str:
    return keys.get(action_id) or action_id
