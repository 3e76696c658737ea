"""What does the Analytics screen show while a test looks at it? Two hundred and forty debates of six weeks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.analytics.rows import Charge, LifeRow
from core.analytics.signs import Signs
from core.domain.costs import quarter_of
from core.domain.estimates import Spread
from core.domain.ids import RuleId, SeatId, SessionId, TemplateId
from core.domain.session import Status
from tests.console.hall import NOW_MS

if TYPE_CHECKING:
    import pytest

    from core.orchestrator import Orchestrator

DEBATES = 240
DAYS = 42
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60_000
TEMPLATES = ("standard_debate", "simple_debate", "jury_debate")
ROUTES = ("anthropic:claude", "openai:gpt", "gemini:flash", "groq:llama")
ADA = SeatId("proposer")


def debate(number: int) -> LifeRow:
    """One of them. Nothing is drawn: each follows from its number."""
    opened_ms = NOW_MS - DAYS * DAY_MS + number * DAYS * DAY_MS // (DEBATES + 1)
    state = Status.FAILED if number % 7 == 3 else Status.CANCELLED if number % 29 == 5 else Status.COMPLETED
    active_ms = (4 + number * 7 % 23) * MINUTE_MS + (40 * MINUTE_MS if number % 61 == 11 else 0)
    template = TemplateId(TEMPLATES[number % 5 % 3])
    is_agreed = number % 3 != 0 if template == "jury_debate" else number % 4 == 0
    routes = (ROUTES[number % 4], ROUTES[(number + 1 + number % 3) % 4])
    cost = (12 + number * 13 % 40) * 2_500
    signs = Signs(
        words={ADA: 300 + number % 90, SeatId("opponent"): 290},
        repeated={ADA: 2} if number % 37 == 4 else {},
        unheard={ADA: 1} if number % 53 == 8 else {},
    )
    return LifeRow(
        session=SessionId(f"{number:08x}" * 4),
        position=number * 90,
        flow="debate",
        title=f"Question {number}: should the release train leave on Fridays?",
        template=template,
        origin="operator",
        models=tuple(sorted(routes)),
        asks_nobody=False,
        status=state,
        reason="rate_limited" if state is Status.FAILED else "",
        opened_at_ms=opened_ms,
        started_at_ms=opened_ms,
        ended_at_ms=opened_ms + active_ms,
        changed_at_ms=opened_ms + active_ms,
        active_ms=active_ms,
        seats=2,
        rounds=3,
        arguments=6 + number % 5,
        consensus_ppm=700_000,
        is_consensus_reached=is_agreed,
        escalations=1 if number % 6 == 1 else 0,
        rules_fired={
            RuleId("complete_on_consensus" if is_agreed else "complete_at_max_rounds"): 1,
            **({RuleId("escalate_on_low_consensus"): 1} if number % 6 == 1 else {}),
        },
        attempts=8,
        tokens_output=4_000,
        cost_microusd=cost,
        estimate_cost=Spread(low=30_000, expected=70_000, high=140_000),
        estimate_active=Spread(low=5 * MINUTE_MS, expected=14 * MINUTE_MS, high=25 * MINUTE_MS),
        charges=tuple(
            Charge(
                quarter_ms=quarter_of(opened_ms),
                route=route,
                answers=4,
                answers_timed=4,
                latency_ms=4 * (900 + 700 * ROUTES.index(route)),
                cost_microusd=cost // 2,
            )
            for route in routes
        ),
        signs=signs,
    )


def debates() -> list[LifeRow]:
    return [debate(number) for number in range(1, DEBATES + 1)]


def show_debates(core: Orchestrator, monkeypatch: pytest.MonkeyPatch, rows: list[LifeRow]) -> None:
    """Have the analytics find these, whatever is on record."""
    analytics = core.analytics

    async def refresh() -> None:
        analytics._rows = {row.session: replace(row) for row in rows}
        analytics._rows_position = max((row.position for row in rows), default=0)

    monkeypatch.setattr(analytics, "_refresh", refresh)
