"""When is somebody told that something is odd, and when is it over?

What is looked at again and again wanders about its bound. So an alert is raised only once what it is about was beyond
its bound at several looks in a row, and cleared once it was well within, at a bound of its own, at several looks in a
row. In between, it goes on with what was seen last as its evidence. However often it is looked at, there are so many
looks at least between two changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.analytics.finding import Finding, FindingKind, Severity
from core.domain.ids import SessionId

RAISING_LOOKS = 2
CLEARING_LOOKS = 3


class Bearing(StrEnum):
    """Where something stands: `beyond` its bound, well `within`, or `between`, where nobody changes their mind."""

    BEYOND = "beyond"
    BETWEEN = "between"
    WITHIN = "within"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something odd that somebody was told, with what was last seen of it. `cleared_at_ms` (Unix) is 0 while it goes
    on. Its `id` follows from its kind and the moment of its raising, and its `severity` is the worst that it had."""

    id: str
    kind: FindingKind
    severity: Severity
    title: str
    text: str
    suggestion: str
    sessions: tuple[SessionId, ...]
    count: int
    of: int
    raised_at_ms: int
    cleared_at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How often in a row one kind was seen beyond, or within; `alert` is the one that is raised, None where none is."""

    kind: FindingKind
    beyond: int = 0
    within: int = 0
    alert: Alert | None = None


def looked(watch: Watch, bearing: Bearing, finding: Finding | None, *, at_ms: int) -> tuple[Watch, Alert | None]:
    """The watch after one look, and the alert that was raised or cleared by it. `finding` is what was found, where
    something was."""
    beyond = watch.beyond + 1 if bearing is Bearing.BEYOND else 0
    within = watch.within + 1 if bearing is Bearing.WITHIN else 0
    if watch.alert is None and finding is not None and beyond >= RAISING_LOOKS:
        raised = _raised(finding, at_ms=at_ms)
        return Watch(kind=watch.kind, alert=raised), raised
    if watch.alert is not None and within >= CLEARING_LOOKS:
        cleared = replace(watch.alert, cleared_at_ms=max(at_ms, watch.alert.raised_at_ms))
        return Watch(kind=watch.kind), cleared
    alert = _going_on(watch.alert, finding) if watch.alert is not None and finding is not None else watch.alert
    return replace(watch, beyond=min(beyond, RAISING_LOOKS), within=min(within, CLEARING_LOOKS), alert=alert), None


def _going_on(alert: Alert, finding: Finding) -> Alert:
    """The same alert with what is seen now: whoever looks at it tomorrow must not be shown the sessions of today."""
    return replace(
        alert,
        severity=max(alert.severity, finding.severity, key=lambda severity: severity.rank),
        title=finding.title,
        text=finding.text,
        suggestion=finding.suggestion,
        sessions=finding.sessions,
        count=finding.count,
        of=finding.of,
    )


def looked_at_all(
    watches: Mapping[FindingKind, Watch],
    findings: Iterable[Finding],
    near: Iterable[FindingKind],
    *,
    at_ms: int,
) -> tuple[dict[FindingKind, Watch], tuple[Alert, ...]]:
    """Every watch after one look at all there is, and the alerts that were raised or cleared by it. `near` are the
    kinds that are not beyond their bound, and not well within it either."""
    found = {each.kind: each for each in findings}
    between = frozenset(near)
    after: dict[FindingKind, Watch] = {}
    told: list[Alert] = []
    for kind in FindingKind:
        finding = found.get(kind)
        bearing = Bearing.BETWEEN if kind in between else bearing_of(finding)
        after[kind], alert = looked(watches.get(kind, Watch(kind=kind)), bearing, finding, at_ms=at_ms)
        if alert is not None:
            told.append(alert)
    return after, tuple(told)


def bearing_of(finding: Finding | None) -> Bearing:
    """Where a kind stands by what was found of it. A share that may be beyond its bound by chance alone raises nothing;
    nor does what is merely worth knowing."""
    if finding is None:
        return Bearing.WITHIN
    least = Severity.SERIOUS if finding.threshold_ppm else Severity.WARNING
    return Bearing.BEYOND if finding.severity.rank >= least.rank else Bearing.BETWEEN


def _raised(finding: Finding, *, at_ms: int) -> Alert:
    return Alert(
        id=f"{finding.kind}@{at_ms}",
        kind=finding.kind,
        severity=finding.severity,
        title=finding.title,
        text=finding.text,
        suggestion=finding.suggestion,
        sessions=finding.sessions,
        count=finding.count,
        of=finding.of,
        raised_at_ms=at_ms,
    )
