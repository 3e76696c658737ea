"""How did past sessions of a format come out, beside what was expected of them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.presenters.figures import counted, duration, money, percent
from console.presenters.flips import sums_words
from core.analytics.flips import FlipCounts, FlipSums
from core.domain.status import Status
from core.domain.unasked import asks_no_model

if TYPE_CHECKING:
    from core.analytics.life import DebateLife
    from core.domain.ids import TemplateId


NO_FLIPS = FlipCounts()
NO_SUMS = FlipSums()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """Medians over `sessions` completed ones: cost (micro-dollars) and active time (ms) as they came out, and as they
    were expected where anything was. `within` came out between the low and the high end in both."""

    sessions: int = 0
    cost_microusd: int = 0
    active_ms: int = 0
    expected: int = 0
    expected_cost_microusd: int = 0
    expected_active_ms: int = 0
    within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What is known of a format's sessions, those that followed it from the beginning to the end. `asked` are the
    typical figures of those that asked models, `rehearsed` of the others; `consensus_ppm` is a median. `flips` are
    changes of mind in all that began with it and came to a verdict, apart in the same way."""

    held: int = 0
    states: Mapping[Status, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    asked: Typical = Typical()
    rehearsed: Typical = Typical()
    flips: FlipCounts = NO_FLIPS
    flips_rehearsed: FlipCounts = NO_FLIPS
    consensus_ppm: int | None = None


def results_by_template(lives: Iterable[DebateLife], flips: FlipSums = NO_SUMS) -> dict[TemplateId, Results]:
    """The results of every format that was ever followed."""
    by_template: dict[TemplateId, list[DebateLife]] = {}
    for life in lives:
        if life.template == life.template_opened:
            by_template.setdefault(life.template, []).append(life)
    return {
        template: replace(
            _results(each),
            flips=flips.templates.get(template, NO_FLIPS),
            flips_rehearsed=flips.unasked.get(template, NO_FLIPS),
        )
        for template, each in by_template.items()
    }


def _results(lives: Sequence[DebateLife]) -> Results:
    done = [life for life in lives if life.status is Status.COMPLETED]
    consensus = [life.consensus_ppm for life in done if life.consensus_ppm is not None]
    return Results(
        held=len(lives),
        states=Counter(life.status for life in lives),
        outcomes=Counter(life.outcome for life in done if life.outcome),
        asked=_typical([life for life in done if not _is_rehearsed(life)]),
        rehearsed=_typical([life for life in done if _is_rehearsed(life)]),
        consensus_ppm=median(consensus) if consensus else None,
    )


def _is_rehearsed(life: DebateLife) -> bool:
    return all(map(asks_no_model, life.models))


def _typical(lives: Sequence[DebateLife]) -> Typical:
    if not lives:
        return Typical()
    expected = [(life, life.estimate) for life in lives if life.estimate is not None]
    return Typical(
        sessions=len(lives),
        cost_microusd=median([life.cost_microusd for life in lives]),
        active_ms=median([life.active_ms for life in lives]),
        expected=len(expected),
        expected_cost_microusd=median([each.cost_microusd.expected for _, each in expected]) if expected else 0,
        expected_active_ms=median([each.active_ms.expected for _, each in expected]) if expected else 0,
        within=sum(
            each.cost_microusd.low <= life.cost_microusd <= each.cost_microusd.high
            and each.active_ms.low <= life.active_ms <= each.active_ms.high
            for life, each in expected
        ),
    )


def median(values: Sequence[int]) -> int:
    """The one in the middle, the lower of two."""
    return sorted(values)[(len(values) - 1) // 2]


def results_lines(results: Results) -> list[str]:
    """What past sessions came to, a matter a line; none where there were none."""
    if not results.held:
        return []
    over = results.states.get(Status.COMPLETED, 0)
    others = [
        f"{number} {status.value}"
        for status, number in results.states.items()
        if status is not Status.COMPLETED and number
    ]
    lines = [f"{counted(results.held, 'session')}: {', '.join([f'{over} completed', *others])}"]
    if results.outcomes:
        ranked = sorted(results.outcomes.items(), key=lambda each: (-each[1], each[0]))
        lines.append("outcomes: " + ", ".join(f"{outcome} {number}" for outcome, number in ranked))
    if results.consensus_ppm is not None:
        lines.append(f"consensus at the end: {percent(results.consensus_ppm)} in the median")
    lines += _typical_lines("with models", results.asked)
    lines += _typical_lines("rehearsed", results.rehearsed)
    minds = {"with models": results.flips, "rehearsed or simulated": results.flips_rehearsed}
    lines += [f"minds {how}: {sums_words(counts)}" for how, counts in minds.items() if counts.restated]
    return lines


def _typical_lines(how: str, typical: Typical) -> list[str]:
    if not typical.sessions:
        return []
    took = f"{how}, {typical.sessions}: {money(typical.cost_microusd)} and {duration(typical.active_ms)} in the median"
    if not typical.expected:
        return [took]
    if not typical.expected_active_ms and not typical.expected_cost_microusd:
        return [f"{took}; next to nothing was expected"]
    expected = f"{money(typical.expected_cost_microusd)} and {duration(typical.expected_active_ms)} were expected"
    return [f"{took}; {expected}, {typical.within} of {typical.expected} within the range"]
