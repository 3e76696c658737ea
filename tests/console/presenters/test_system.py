"""Does each state of a route read as what it means for the operator?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Row
from console.presenters.system import detail, headline, model_lines, route_state, system_lines, system_rows
from core.analytics.health_levels import Health, Level
from core.domain.budget import Price
from core.domain.costs import Costs
from core.domain.route_health import ProviderHealth, RouteHealth
from core.orchestrator import SystemStatus
from core.ports.model_offers import ProviderOffer, Standing
from core.ports.model_provider import ModelInfo
from core.ports.response_cache import CacheMode
from core.runtime.backups import MadeBackup
from core.runtime.caching import CacheFigures
from core.runtime.costs import CostsOfDay
from core.runtime.driver_notes import DriverNotes
from core.runtime.schedule import JobView

NOW_MS = 1_790_000_000_000
MIDNIGHT_MS = 1_789_948_800_000
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


PROBED = ProviderHealth(
    provider="groq",
    address="https://api.groq.example/v1",
    probe="ok",
    probed_at_ms=NOW_MS - 12_000,
    answers=3,
    errors={"timeout_connect": 1},
    last_error="timeout_connect: Groq: no connection came about in time",
    latency_p50_ms=240,
    latency_p95_ms=900,
    requests_left=57,
)
COSTS = (
    CostsOfDay(
        midnight_ms=MIDNIGHT_MS - 86_400_000,
        routes={"groq:swift": Costs(answers=2, cost_microusd=1_200_000), "anthropic:large": Costs(failures=3)},
    ),
    CostsOfDay(
        midnight_ms=MIDNIGHT_MS,
        routes={
            "groq:swift": Costs(answers=40, failures_billed=1, failures=1, cost_microusd=41_200, lost_microusd=9_000),
            "groq:slow": Costs(answers=1, cost_microusd=100_000, saved_microusd=52_000, cached=1),
        },
    ),
)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def said(key: str, route: RouteHealth = ROUTE, offers: tuple[ProviderOffer, ...] = (GROQ,)) -> str:
    notes = DriverNotes(at_ms=NOW_MS, routes=(route,), providers=(PROBED,))
    lines = detail(key, offers, notes, COSTS, reset_key="r", now_ms=NOW_MS)
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


def cells_of(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_a_route_stands_below_its_provider_with_its_figures_and_what_it_cost_today() -> None:
    rows = system_rows((GROQ,), DriverNotes(routes=(ROUTE,), providers=(PROBED,)), COSTS)

    assert [row.key for row in rows] == ["provider:groq", "route:groq:swift"]
    assert cells_of(rows[0]) == ["✓ ready", "Groq", "240 ms", "900 ms", "", "1", "57", "$0.14"]
    assert cells_of(rows[1]) == [
        "● asked", "  groq:swift", "812 ms", "2.3 s", "40", "3", "17", "$0.041",
    ]  # fmt: skip


def test_a_route_whose_provider_is_gone_is_still_shown() -> None:
    assert [row.key for row in system_rows((), DriverNotes(routes=(ROUTE,)), ())] == ["route:groq:swift"]
    assert system_rows((), None, ()) == ()


def test_a_provider_stands_as_it_was_found_last_whoever_asked() -> None:
    ill, failing = replace(PROBED, probe="overloaded"), replace(GROQ, standing=Standing.FAILING)
    without_key = replace(GROQ, standing=Standing.NO_KEY)

    def words(offer: ProviderOffer, found: ProviderHealth, looked_at_ms: int) -> str:
        notes = DriverNotes(providers=(found,))
        return cells_of(system_rows((offer,), notes, (), looked_at_ms=looked_at_ms)[0])[0]

    assert words(GROQ, ill, NOW_MS) == "✓ ready"
    assert words(GROQ, ill, NOW_MS - 60_000) == "! no answer"
    assert words(failing, PROBED, NOW_MS - 60_000) == "✓ ready"
    assert words(failing, ill, NOW_MS - 60_000) == "✗ failing"
    assert words(without_key, PROBED, NOW_MS - 60_000) == "– no key"


def test_what_a_provider_cost_and_how_it_was_probed_is_told() -> None:
    text = said("provider:groq")

    assert "ok, 12 s ago; 3 of 4 were answered, half of them within 240 ms, nineteen of twenty within 900 ms" in text
    assert "57 requests within this minute" in text
    assert "$0.14 today, $1.34 in 2 days, $0.009 of it for nothing; kept answers saved $0.052" in text
    assert "no connection" not in text


def test_each_day_on_which_something_was_spent_or_failed_has_a_line() -> None:
    lines = [line.text for line in system_lines((), (), now_ms=NOW_MS, costs=COSTS)]

    assert lines[:3] == [
        "spent   $1.34 in 2 days",
        "2026-09-21    $0.14  groq $0.14; 1 call failed, $0.009 lost",
        "2026-09-20    $1.20  groq $1.20; 3 calls failed",
    ]
    assert system_lines((), (), now_ms=NOW_MS, costs=COSTS[:0])[0].text == "health"


def test_what_came_of_kept_answers_is_told_and_a_place_out_of_order_stands_out() -> None:
    kept = CacheFigures(
        mode=CacheMode.SIMILAR,
        looked_up=40,
        hits_exact=9,
        hits_similar=3,
        kept=28,
        not_kept={},
        saved_microusd=120_000,
        saved_ms=185_000,
        saved_tokens_input=1,
        saved_tokens_output=1,
        faults=(),
    )
    ill = replace(kept, faults=("redis: it doesn't answer in time.",))

    def line(figures: CacheFigures) -> Paragraph:
        return next(each for each in system_lines((), (), now_ms=NOW_MS, kept=figures) if "kept answers" in each.text)

    assert line(kept).text == (
        "✓ kept answers   similar: 28 answers kept; 12 of 40 given again (30 %), which saved $0.12 and 3 min 5 s"
    )
    assert (line(ill).lead_style, line(ill).text.endswith("3 min 5 s. redis: it doesn't answer in time.")) == (
        "attention",
        True,
    )


def test_everything_about_a_route_is_told() -> None:
    text = said("route:groq:swift")

    assert "rate limited 2, timeout idle 1" in text
    assert "Groq: slow down" in text
    assert "17 requests and 9,000 tokens within this minute; 2 calls waiting" in text
    assert "ok, 5 s ago" in text
    assert "$0.041 today, $1.24 in 2 days" in text


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


def test_what_was_found_long_ago_says_how_old_it_is() -> None:
    found = Health(name="database", state=Level.OK, reason="read and wrote in 1 ms", checked_at_ms=NOW_MS - 100_000)

    assert system_lines((found,), (), now_ms=NOW_MS)[1].text == "✓ database       read and wrote in 1 ms"
    assert system_lines((found,), (), now_ms=NOW_MS + 80_000)[1].text == (
        "✓ database       read and wrote in 1 ms; looked at 3 min ago"
    )


def test_where_nobody_drives_it_says_why_there_are_no_jobs() -> None:
    assert "nobody drives" in system_lines((), (), now_ms=NOW_MS)[-1].text


@pytest.mark.parametrize(
    ("backup", "line"),
    [
        (None, "– back-up        none yet; B makes one"),
        (
            MadeBackup(path=Path("backups/moot-1.db"), at_ms=NOW_MS - 7_200_000),
            "✓ back-up        made 2 h ago: backups/moot-1.db; B makes another",
        ),
        (
            MadeBackup(path=Path("backups/moot-1.db"), at_ms=NOW_MS + 5_000),
            "✓ back-up        made just now: backups/moot-1.db; B makes another",
        ),
    ],
    ids=["none", "one", "of a clock ahead of ours"],
)
def test_when_the_newest_back_up_was_made_stands_behind_the_health(backup: MadeBackup | None, line: str) -> None:
    lines = system_lines((), (), now_ms=NOW_MS, backup=backup, backup_key="B")

    assert line in [each.text for each in lines]
