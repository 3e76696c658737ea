"""How does it read what was spent, by day, provider and model?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.presenters.figures import count, counted, money
from core.domain.costs import COUNTS, NO_COSTS, Costs, provider_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.domain.summary import SessionSummary
    from core.runtime.costs import CostsOfDay

NOTHING = "–"
UNKNOWN = "unknown"
TOTAL = "in all"
MILLISECONDS_PER_SECOND = 1_000

CostCells = tuple[str, ...]


def day_of(midnight_ms: int) -> str:
    """The date that began at that moment where this machine stands, `2026-11-20`."""
    moment = datetime.fromtimestamp(midnight_ms // MILLISECONDS_PER_SECOND, tz=UTC).astimezone()
    return moment.date().isoformat()


def by_provider(routes: Mapping[str, Costs]) -> dict[str, Costs]:
    """The sums of each provider, in alphabetical order."""
    return _grouped(routes, lambda route: provider_of(route) or UNKNOWN)


def by_model(routes: Mapping[str, Costs]) -> dict[str, Costs]:
    return _grouped(routes, lambda route: route or UNKNOWN)


def total(days: Sequence[CostsOfDay]) -> Costs:
    return sum((day.total for day in days), start=NO_COSTS)


def provider_over(days: Sequence[CostsOfDay], provider: str) -> Costs:
    """What one provider's calls came to over all of the days."""
    found = (costs for day in days for route, costs in day.routes.items() if provider_of(route) == provider)
    return sum(found, start=NO_COSTS)


def route_over(days: Sequence[CostsOfDay], route: str) -> Costs:
    """What one model's calls came to over all of the days."""
    return sum((day.routes.get(route, NO_COSTS) for day in days), start=NO_COSTS)


def cost_rows(days: Sequence[CostsOfDay], *, are_models_told: bool) -> list[CostCells]:
    """Day, who was asked, answers, calls that brought none, tokens in, out and from the provider's cache, dollars
    spent, lost and saved. Newest day first; a day without calls has no row. The last row is the sum of several."""
    rows: list[CostCells] = []
    group = by_model if are_models_told else by_provider
    for day in reversed(days):
        for number, (name, costs) in enumerate(group(day.routes).items()):
            rows.append((day_of(day.midnight_ms) if number == 0 else "", name, *_cells(costs)))
    if len(rows) > 1:
        rows.append((TOTAL, "", *_cells(total(days))))
    return rows


def remarks(costs: Costs) -> list[str]:
    """What the sums alone don't say, one sentence each."""
    said = []
    if costs.lost_microusd:
        billed = counted(costs.failures_billed, "failed call") + (" was" if costs.failures_billed == 1 else " were")
        doubts = f"; {_in_doubt(costs.doubts)}" if costs.doubts else ""
        said.append(f"{money(costs.lost_microusd)} of it brought no answer: {billed} billed all the same{doubts}.")
    if costs.cached:
        said.append(f"{counted(costs.cached, 'answer')} had been kept and cost nothing; asking anew would have cost "
                    f"{money(costs.saved_microusd)}.")  # fmt: skip
    return said


def costs_as_plain(days: Sequence[CostsOfDay]) -> list[dict[str, object]]:
    """For scripts: one object for each day and model, oldest day first; money in micro-dollars."""
    return [
        {
            "day": day_of(day.midnight_ms),
            "midnight_ms": day.midnight_ms,
            "provider": provider_of(route) or UNKNOWN,
            "model": route or UNKNOWN,
            **{name: getattr(costs, name) for name in COUNTS},
        }
        for day in days
        for route, costs in sorted(day.routes.items())
    ]


def cost_in_words(row: SessionSummary) -> str:
    """`$0.001, and $0.012 by the sessions that it waited for`"""
    if not row.children_microusd:
        return money(row.spent_microusd)
    return f"{money(row.spent_microusd)}, and {money(row.children_microusd)} by the sessions that it waited for"


def of_routes(routes: Mapping[str, Costs]) -> list[str]:
    """What a session's calls came to, one line for each model: `groq:swift  4 answers, $0.021`."""
    width = max((len(route) for route in routes), default=0)
    return [f"{route or UNKNOWN:<{width}}  {in_short(costs)}" for route, costs in sorted(routes.items())]


def in_short(costs: Costs) -> str:
    """`4 answers, 1 failed, $0.021 of which $0.003 for nothing`."""
    parts = [counted(costs.answers, "answer")] if costs.answers or not (costs.cached or without_answer(costs)) else []
    if costs.cached:
        parts.append(f"{count(costs.cached)} kept ones given again")
    if without_answer(costs):
        parts.append(f"{count(without_answer(costs))} failed")
    lost = f" of which {money(costs.lost_microusd)} for nothing" if costs.lost_microusd else ""
    parts.append(f"{money(costs.cost_microusd)}{lost}")
    if costs.saved_microusd:
        parts.append(f"{money(costs.saved_microusd)} saved")
    return ", ".join(parts)


def _cells(costs: Costs) -> CostCells:
    failed = without_answer(costs)
    return (
        count(costs.answers),
        count(failed) if failed else NOTHING,
        count(costs.tokens_input),
        count(costs.tokens_output),
        count(costs.tokens_cached) if costs.tokens_cached else NOTHING,
        money(costs.cost_microusd),
        money(costs.lost_microusd) if costs.lost_microusd else NOTHING,
        money(costs.saved_microusd) if costs.saved_microusd else NOTHING,
    )


def without_answer(costs: Costs) -> int:
    """Calls that failed, those in doubt among them."""
    return costs.failures + costs.doubts


def _in_doubt(doubts: int) -> str:
    number = counted(doubts, "call")
    return f"{number} in doubt {'is' if doubts == 1 else 'are'} charged at the most that it can have cost"


def _grouped(routes: Mapping[str, Costs], name_of: Callable[[str], str]) -> dict[str, Costs]:
    sums: dict[str, Costs] = {}
    for route in sorted(routes):
        name = name_of(route)
        sums[name] = sums.get(name, NO_COSTS) + routes[route]
    return dict(sorted(sums.items()))
