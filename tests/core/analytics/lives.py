"""Which sessions do the tests of figures over many look at?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.analytics.rows import Charge, LifeRow
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status

DAY_MS = 86_400_000
BEGAN_MS = 20_000 * DAY_MS
MINUTE_MS = 60_000


def life(number: int = 1, **parts: object) -> LifeRow:
    """A debate that completed in ten minutes with six arguments and no consensus, on day `number` divided by ten."""
    at_ms = BEGAN_MS + number * DAY_MS // 10
    made = LifeRow(
        session=SessionId(f"{number:032x}"),
        position=number * 100,
        flow="debate",
        title="Is it?",
        template=TemplateId("standard_debate"),
        origin="operator",
        models=("shed:local",),
        asks_nobody=False,
        status=Status.COMPLETED,
        opened_at_ms=at_ms,
        started_at_ms=at_ms,
        ended_at_ms=at_ms + 10 * MINUTE_MS,
        changed_at_ms=at_ms + 10 * MINUTE_MS,
        active_ms=10 * MINUTE_MS,
        seats=2,
        rounds=3,
        arguments=6,
        consensus_ppm=500_000,
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def lives(count: int, *, first: int = 1, **parts: object) -> list[LifeRow]:
    return [life(number, **parts) for number in range(first, first + count)]


def charge(quarter_ms: int, route: str = "shed:local", **parts: int) -> Charge:
    return Charge(quarter_ms=quarter_ms, route=route, **parts)


def midnights(count: int) -> Sequence[int]:
    return [BEGAN_MS + day * DAY_MS for day in range(count)]
