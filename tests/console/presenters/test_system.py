"""Does each state of a route read as what it means for the operator?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters.system import detail, headline, model_lines, route_state, system_lines, system_rows
from core.analytics.health_levels import Health, Level
from core.domain.budget import Price
from core.domain.route_health import RouteHealth
from core.orchestrator import SystemStatus
from core.ports.model_offers import ProviderOffer, Standing
from core.ports.model_provider import ModelInfo
from core.runtime.driver_notes import DriverNotes
from core.runtime.schedule import JobView

NOW_MS = 1_790_000_000_000
ROUTE = RouteHealth(
    route="groq:swift",
    breaker="closed",
    answers=40,
    errors={"rate_limited": 2, "timeout_idle": 1},
    last_error="Groq: slow down",
    latency_p50_ms=812,
    latency_p95_ms=2_340,
    requests_left=17,
    tokens_left=9_000,
    waiting=2,
    spent_microusd=41_200,
    probe="ok",
    probed_at_ms=NOW_MS - 5_000,
)
GROQ = ProviderOffer(
    prefix="groq",
    name="Groq",
    standing=Standing.READY,
    origin="GROQ_API_KEY",
    model_meant="groq:swift",
    models=(
        ModelInfo(
            model="groq:swift",
            price=Price(input_microusd=590_000, output_microusd=790_000),
            tokens_context_max=131_072,
        ),
    ),
    models_beside=("groq:whisper-large",),
)
STATUS = SystemStatus(
    is_driver=False,
    driver="moot (4711)",
    running=1,
    waiting=0,
    paused=0,
    escalated=0,
    failed=0,
    spent_today_microusd=2_500_000,
    held_microusd=10_000,
    cap_day_microusd=5_000_000,
    is_spending_stopped=False,
    position=3,
)


def said(key: str, route: RouteHealth = ROUTE, offers: tuple[ProviderOffer, ...] = (GROQ,)) -> str:
    lines = detail(key, offers, DriverNotes(at_ms=NOW_MS, routes=(route,)), reset_key="r", now_ms=NOW_MS)
    return "\n".join(line.text for line in lines)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "● asked"),
        ({"breaker": "open", "rest_ms": 20_000}, "✗ left alone"),
        ({"breaker": "half_open"}, "◐ being tried"),
        ({"rest_ms": 900}, "‖ cooling"),
        ({"probe": "timeout_connect"}, "! no answer"),
    ],
)
def test_a_route_is_in_one_state(change: dict[str, object], words: str) -> None:
    assert route_state(replace(ROUTE, **change))[0] == words  # type: ignore[arg-type]


def test_a_route_stands_below_its_provider_with_its_figures() -> None:
    rows = system_rows((GROQ,), (ROUTE,))

    assert [row.key for row in rows] == ["provider:groq", "route:groq:swift"]
    assert [cell.text for cell in rows[1].cells] == [
        "● asked", "  groq:swift", "812 ms", "2.3 s", "40", "3", "17", "$0.041",
    ]  # fmt: skip


def test_a_route_whose_provider_is_gone_is_still_shown() -> None:
    assert [row.key for row in system_rows((), (ROUTE,))] == ["route:groq:swift"]


def test_everything_about_a_route_is_told() -> None:
    text = said("route:groq:swift")

    assert "rate limited 2, timeout idle 1" in text
    assert "Groq: slow down" in text
    assert "17 requests and 9,000 tokens within this minute; 2 calls waiting" in text
    assert "ok, 5 s ago" in text


def test_a_route_left_alone_says_for_how_long_and_which_key_ends_that() -> None:
    text = said("route:groq:swift", replace(ROUTE, breaker="open", rest_ms=20_000))

    assert "one call tries it again in 20 s. r has it asked now." in text


def test_a_provider_that_fails_says_why_and_what_now() -> None:
    failing = replace(GROQ, standing=Standing.FAILING, why="Groq: no such key", now="Mend it.", models=())

    text = said("provider:groq", offers=(failing,))

    assert "✗ failing" in text
    assert "Groq: no such key\nMend it." in text


def test_prices_are_shown_and_an_unknown_one_says_so() -> None:
    first, second = (line.text for line in model_lines(GROQ))

    assert first.split() == ["groq:swift", "$0.59", "$0.79", "131.0", "k", "groq", "alone"]
    assert second.split() == ["groq:whisper-large", "unknown", "unknown"]


def test_a_joined_console_says_how_old_the_figures_of_routes_are() -> None:
    line = headline(STATUS, DriverNotes(at_ms=NOW_MS - 25_000), now_ms=NOW_MS).text

    assert "driven by moot (4711)" in line
    assert "today $2.50 of $5.00 ▓▓▓▓░░░░, $0.010 held" in line
    assert "as the driver noted them 25 s ago" in line


def test_what_is_not_well_stands_out() -> None:
    health = (Health(name="disk", state=Level.FAILING, reason="12 MiB free", checked_at_ms=NOW_MS),)
    job = JobView(
        name="metrics",
        every_seconds=300,
        next_run_ms=NOW_MS + 60_000,
        last_run_ms=NOW_MS - 240_000,
        last_result="failed: disk full",
    )

    lines = system_lines(health, (job,), now_ms=NOW_MS)

    assert [line.text for line in lines if line.lead_style == "failed"] == [
        "✗ disk           12 MiB free",
        "✗ metrics        every 5 min, ran 4 min ago, next in 1 min: failed: disk full",
    ]


def test_where_nobody_drives_it_says_why_there_are_no_jobs() -> None:
    assert "nobody drives" in system_lines((), (), now_ms=NOW_MS)[-1].text
