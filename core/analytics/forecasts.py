"""What will the next session of a format cost and how long will it be active, and how good were such forecasts so far?

A forecast is what the newest completed sessions of the same format came to: the one in the middle, and what four of
five lie between. It is held against every recorded session as if that one had been the next: what is told beside it is
how far it was off, and how often the session lay where it should.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.analytics.overview import median
from core.analytics.paces import spread_of
from core.analytics.rows import LifeRow
from core.analytics.tallies import share_ppm
from core.domain.estimates import Spread
from core.domain.ids import TemplateId
from core.domain.intervals import PPM
from core.domain.session import Status

SESSIONS_BEHIND_MIN = 5
SESSIONS_BEHIND_MAX = 50
TESTED_MAX = 100
"""A forecast rests on so many sessions at least and at most, and is tried on so many of the newest."""

FORMATS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How good forecasts were for `sessions` recorded ones: in the middle they were off by `error_ppm` of what it came
    to, and `covered_ppm` of the sessions lay within what was forecast, where four of five should. None where nothing
    could be tried."""

    sessions: int = 0
    error_ppm: int | None = None
    covered_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The next session of a format, going by `sessions` of the newest. `estimates_cost` and `estimates_active` are how
    good what was told before each session had been, which goes by participants and bounds."""

    template: TemplateId
    asks_nobody: bool
    sessions: int
    cost_microusd: Spread
    active_ms: Spread
    cost_tried: Tried
    active_tried: Tried
    estimates_cost: Tried
    estimates_active: Tried


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """A format of which too few sessions were completed to say."""

    template: TemplateId
    asks_nobody: bool
    sessions: int
    needed: int = SESSIONS_BEHIND_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """By format, the one with the most sessions first. Rehearsed and simulated ones stand apart."""

    forecasts: tuple[Forecast, ...] = ()
    too_few: tuple[TooFew, ...] = ()


def forecasts_of(rows: Sequence[LifeRow]) -> Forecasts:
    """What follows for the next ones from `rows`, which are in the order of opening."""
    groups: dict[tuple[TemplateId, bool], list[LifeRow]] = {}
    for row in rows:
        if row.status is Status.COMPLETED and row.template:
            groups.setdefault((row.template, row.asks_nobody), []).append(row)
    most = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:FORMATS_MAX]
    return Forecasts(
        forecasts=tuple(_forecast(key, of) for key, of in most if len(of) >= SESSIONS_BEHIND_MIN),
        too_few=tuple(
            TooFew(template=template, asks_nobody=asks_nobody, sessions=len(of))
            for (template, asks_nobody), of in most
            if len(of) < SESSIONS_BEHIND_MIN
        ),
    )


def _forecast(key: tuple[TemplateId, bool], rows: Sequence[LifeRow]) -> Forecast:
    template, asks_nobody = key
    costs = [row.cost_microusd for row in rows]
    actives = [row.active_ms for row in rows]
    return Forecast(
        template=template,
        asks_nobody=asks_nobody,
        sessions=len(rows[-SESSIONS_BEHIND_MAX:]),
        cost_microusd=spread_of(costs[-SESSIONS_BEHIND_MAX:]),
        active_ms=spread_of(actives[-SESSIONS_BEHIND_MAX:]),
        cost_tried=walked(costs),
        active_tried=walked(actives),
        estimates_cost=_told_before(rows, lambda row: (row.estimate_cost, row.cost_microusd)),
        estimates_active=_told_before(rows, lambda row: (row.estimate_active, row.active_ms)),
    )


def walked(values: Sequence[int]) -> Tried:
    """How good each forecast would have been that knew only what came before."""
    first = max(SESSIONS_BEHIND_MIN, len(values) - TESTED_MAX)
    return _tried(
        [(spread_of(values[max(0, at - SESSIONS_BEHIND_MAX) : at]), values[at]) for at in range(first, len(values))]
    )


def _told_before(rows: Sequence[LifeRow], pair: Callable[[LifeRow], tuple[Spread | None, int]]) -> Tried:
    asked = [row for row in rows[-TESTED_MAX:] if not row.asks_nobody]  # nothing is estimated of who takes no time
    return _tried([(spread, came_to) for spread, came_to in map(pair, asked) if spread is not None])


def _tried(pairs: Sequence[tuple[Spread, int]]) -> Tried:
    if not pairs:
        return Tried()
    off = [abs(spread.expected - came_to) * PPM // came_to for spread, came_to in pairs if came_to > 0]
    covered = sum(1 for spread, came_to in pairs if spread.low <= came_to <= spread.high)
    return Tried(sessions=len(pairs), error_ppm=median(off), covered_ppm=share_ppm(covered, len(pairs)))
