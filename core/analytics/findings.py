"""What is odd among these sessions?

Shares are judged by their interval (`core.domain.intervals`): three of four that failed are no three quarters of all.
What is seen in single sessions is told with those sessions. Of the signs in `core.analytics.signs` each finding says
what was measured; they are heuristics, and point to what to read rather than to what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.analytics.finding import EVIDENCE_MAX, Finding, FindingKind, Severity, Unjudged
from core.analytics.rows import LifeRow
from core.analytics.seen_signs import SIGNS_LOOKED_FOR, shows_any
from core.analytics.thresholds import STANDARD, Thresholds
from core.analytics.told import between, counted, duration, percent
from core.domain.ids import SeatId, SessionId
from core.domain.intervals import PPM, wilson_ppm
from core.domain.session import Status

OFTEN_PPM = 100_000
OFTEN_SESSIONS = 3
"""What is seen in so large a part of the sessions, and in so many of them, is a warning; in fewer it is worth
knowing."""

ENDED_BY_A_PERSON = frozenset({"asked", "escalation_answered"})
"""Why a session completed that somebody ended by a command or an answer: no rule has to be looked for."""

WELL_WITHIN_FIFTHS = 5
REASON_CHARACTERS_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found, what matters most first, and the shares of too few sessions to say. `near` are shares that are
    within their bounds, but not well within: from where an alert is neither raised nor cleared."""

    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    near: frozenset[FindingKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """A share to be judged. What is too many above `bound_ppm`, or too few below it where it `is_floor`."""

    kind: FindingKind
    title: str
    what: str
    measured: str
    suggestion: str
    bound_ppm: int
    is_floor: bool
    of: Sequence[LifeRow]
    concerned: Sequence[LifeRow]


def findings_of(rows: Sequence[LifeRow], thresholds: Thresholds = STANDARD) -> Findings:
    """What is odd among `rows`."""
    found: list[Finding] = []
    unjudged: list[Unjudged] = []
    near: set[FindingKind] = set()
    for share in _shares(rows, thresholds):
        judged = _judged(share, sample_min=thresholds.sample_min)
        if isinstance(judged, Unjudged):
            unjudged.append(judged)
        elif judged is not None:
            found.append(judged)
        elif not _is_well_within(share):
            near.add(share.kind)
    found += _of_single_ones(rows, thresholds)
    found.sort(key=lambda each: (-each.severity.rank, list(FindingKind).index(each.kind)))
    return Findings(findings=tuple(found), unjudged=tuple(unjudged), near=frozenset(near))


def _shares(rows: Sequence[LifeRow], thresholds: Thresholds) -> Iterable[_Share]:
    ended = [row for row in rows if row.status in (Status.COMPLETED, Status.CANCELLED, Status.FAILED)]
    measured = [row for row in rows if row.status is Status.COMPLETED and row.consensus_ppm is not None]
    started = [row for row in rows if row.started_at_ms]
    failed = [row for row in ended if row.status is Status.FAILED]
    yield _Share(
        kind=FindingKind.ERROR_RATE,
        title="Many sessions fail",
        what="of the sessions that ended failed",
        measured="Sessions that stand failed, of those that are over or stand failed.",
        suggestion=f"{_commonest(failed)}Retry or cancel them, and look at the providers with `moot doctor`.",
        bound_ppm=thresholds.error_ppm_max,
        is_floor=False,
        of=ended,
        concerned=failed,
    )
    yield _Share(
        kind=FindingKind.CONSENSUS_RATE,
        title="Few sessions reach consensus",
        what="of the completed sessions reached consensus",
        measured="Completed sessions that reached the level of agreement which their format asks for, of those in "
        "which agreement was measured.",
        suggestion="Read how some of them ended; more rounds, other seats or a judge may suit the question better.",
        bound_ppm=thresholds.consensus_ppm_min,
        is_floor=True,
        of=measured,
        concerned=[row for row in measured if not row.is_consensus_reached],
    )
    yield _Share(
        kind=FindingKind.ESCALATION_RATE,
        title="Many sessions ask a person",
        what="of the sessions that began asked a person",
        measured="Sessions that were escalated at least once, of those that began.",
        suggestion="See which rule asks most with `moot rules list`, and whether its condition is too easily met.",
        bound_ppm=thresholds.escalation_ppm_max,
        is_floor=False,
        of=started,
        concerned=[row for row in started if row.escalations],
    )


def _judged(share: _Share, *, sample_min: int) -> Finding | Unjudged | None:
    of = len(share.of)
    seen = of - len(share.concerned) if share.is_floor else len(share.concerned)
    if of < sample_min:
        return Unjudged(kind=share.kind, title=share.title, count=seen, of=of, needed=sample_min) if of else None
    ppm = seen * PPM // of
    low_ppm, high_ppm = wilson_ppm(seen, of)
    is_beyond = ppm < share.bound_ppm if share.is_floor else ppm > share.bound_ppm
    if not is_beyond:
        return None
    is_sure = high_ppm < share.bound_ppm if share.is_floor else low_ppm > share.bound_ppm
    bound = f"{'at least' if share.is_floor else 'at most'} {percent(share.bound_ppm)} are wanted"
    sure = "" if is_sure else "; so few sessions may also be chance"
    return Finding(
        kind=share.kind,
        severity=Severity.SERIOUS if is_sure else Severity.WARNING,
        title=share.title,
        text=f"{seen:,} {share.what.replace('of the', f'of {of:,}', 1)}: {percent(ppm)}, between"
        f" {between(low_ppm, high_ppm).replace(' to ', ' and ')}; {bound}{sure}.",
        measured=share.measured,
        suggestion=share.suggestion,
        sessions=_newest(share.concerned),
        count=len(share.concerned),
        of=of,
        since_ms=_since_ms(share.concerned),
        value_ppm=ppm,
        threshold_ppm=share.bound_ppm,
    )


def _is_well_within(share: _Share) -> bool:
    """True where a share is a fifth better than it has to be."""
    of = len(share.of)
    seen = of - len(share.concerned) if share.is_floor else len(share.concerned)
    if share.is_floor:
        return seen * PPM * WELL_WITHIN_FIFTHS >= (WELL_WITHIN_FIFTHS + 1) * share.bound_ppm * of
    return seen * PPM * WELL_WITHIN_FIFTHS <= (WELL_WITHIN_FIFTHS - 1) * share.bound_ppm * of


def _of_single_ones(rows: Sequence[LifeRow], thresholds: Thresholds) -> Iterable[Finding]:
    over_ms = thresholds.duration_ms_max
    completed = [row for row in rows if row.status is Status.COMPLETED]
    yield from _seen(
        rows,
        lambda row: row.active_ms > over_ms,
        kind=FindingKind.OVER_TIME,
        title="Sessions take too long",
        seen=f"were active for more than {duration(over_ms)}",
        measured="The time that a session was running; pauses and queues don't count.",
        suggestion="Fewer rounds, or a rule on elapsed_ms that ends it; debate_timeout_minutes is where this begins.",
        least=Severity.WARNING,
    )
    yield from _seen(
        [row for row in completed if row.reason not in ENDED_BY_A_PERSON],
        lambda row: row.arguments < thresholds.arguments_min,
        kind=FindingKind.FEW_ARGUMENTS,
        title="Sessions end with hardly an argument",
        seen=f"completed with fewer than {counted(thresholds.arguments_min, 'argument')}",
        measured="Arguments or drafts on record when the session completed; what a person ended is left out.",
        suggestion="See which rule ended them: a condition that holds from the start ends everything.",
        least=Severity.WARNING,
    )
    yield from _seen(
        rows,
        lambda row: row.arguments > thresholds.arguments_max,
        kind=FindingKind.MANY_ARGUMENTS,
        title="Sessions go on and on",
        seen=f"have more than {counted(thresholds.arguments_max, 'argument')}",
        measured="Arguments or drafts on record.",
        suggestion="Let a rule end them by round_count, or by agreement that no longer changes.",
        least=Severity.WARNING,
    )
    asked = [row for row in rows if not row.asks_nobody]  # of what was drawn or rehearsed no model can be blamed
    showing = [row for row in asked if shows_any(row)]  # few, so that most are looked at once
    for sign in SIGNS_LOOKED_FOR:
        yield from _told(
            [row for row in showing if sign.is_seen(row)],
            of=len(asked),
            kind=sign.kind,
            title=sign.title,
            seen=sign.seen,
            measured=sign.measured,
            suggestion=sign.suggestion,
            is_heuristic=True,
            seats_of=sign.seats_of,
        )
    yield from _seen(
        rows,
        lambda row: bool(row.unreadable),
        kind=FindingKind.UNREADABLE_LOG,
        title="Logs can't be read to their end",
        seen="have events that this moot can't read, and count as far as it can",
        measured="Events of a newer release, or damaged ones.",
        suggestion="Update moot, or let `moot doctor` look at the database.",
        least=Severity.WARNING,
    )
    yield from _seen(
        rows,
        lambda row: 0 < row.ended_at_ms < row.opened_at_ms or 0 < row.changed_at_ms < row.opened_at_ms,
        kind=FindingKind.CLOCK_WENT_BACK,
        title="The clock went back",
        seen="have a last moment that lies before their first",
        measured="Moments on record; active time never counts backwards.",
        suggestion="Set the machine's clock by the network; figures by day may be a day off for these.",
    )


def _seen(
    rows: Sequence[LifeRow],
    is_concerned: Callable[[LifeRow], bool],
    *,
    kind: FindingKind,
    title: str,
    seen: str,
    measured: str,
    suggestion: str,
    least: Severity = Severity.WORTH_KNOWING,
) -> Iterable[Finding]:
    concerned = [row for row in rows if is_concerned(row)]
    return _told(
        concerned,
        of=len(rows),
        kind=kind,
        title=title,
        seen=seen,
        measured=measured,
        suggestion=suggestion,
        least=least,
    )


def _told(
    concerned: Sequence[LifeRow],
    *,
    of: int,
    kind: FindingKind,
    title: str,
    seen: str,
    measured: str,
    suggestion: str,
    least: Severity = Severity.WORTH_KNOWING,
    is_heuristic: bool = False,
    seats_of: Callable[[LifeRow], tuple[SeatId, ...]] = lambda row: (),
) -> Iterable[Finding]:
    if not concerned:
        return
    share_ppm = len(concerned) * PPM // of
    is_often = len(concerned) >= OFTEN_SESSIONS and share_ppm >= OFTEN_PPM
    yield Finding(
        kind=kind,
        severity=Severity.WARNING if is_often else least,
        title=title,
        text=f"{len(concerned):,} of {counted(of, 'session')} {seen}.",
        measured=measured,
        suggestion=suggestion,
        is_heuristic=is_heuristic,
        sessions=(newest := _newest(concerned)),
        seats={row.session: seats for row in concerned if row.session in newest and (seats := seats_of(row))},
        count=len(concerned),
        of=of,
        since_ms=_since_ms(concerned),
        value_ppm=share_ppm,
    )


def _newest(concerned: Sequence[LifeRow]) -> tuple[SessionId, ...]:
    newest = sorted(concerned, key=lambda row: (row.opened_at_ms, row.session), reverse=True)
    return tuple(row.session for row in newest[:EVIDENCE_MAX])


def _since_ms(concerned: Sequence[LifeRow]) -> int:
    return min((row.opened_at_ms for row in concerned), default=0)


def _commonest(failed: Sequence[LifeRow]) -> str:
    """What most of them failed for, as a sentence; nothing where none did."""
    reasons = [row.reason or "no reason on record" for row in failed]
    most = max(sorted(set(reasons)), key=reasons.count, default="").replace("_", " ").rstrip(".")
    return f"Most often: {most[:REASON_CHARACTERS_MAX]}. " if most else ""
