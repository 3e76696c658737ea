"""What does the System screen say of providers, their routes, and everything that a session needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import age, bar, count, counted, duration, money
from console.presenters.models import UNKNOWN, model_row
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Part, Row
from core.ports.model_offers import ProviderOffer, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.analytics.health_levels import Health
    from core.domain.route_health import RouteHealth
    from core.orchestrator import SystemStatus
    from core.runtime.driver_notes import DriverNotes
    from core.runtime.schedule import JobView

NOTHING = "–"
ROUTE_PREFIX = "route:"
PROVIDER_PREFIX = "provider:"
BAR_CELLS = 8
PPM_ONE = 1_000_000
MODELS_NAMED_MAX = 12
WELL = "ok"

STANDINGS: dict[Standing, Part] = {
    Standing.READY: ("✓ ready", "ok"),
    Standing.NO_KEY: ("– no key", "muted"),
    Standing.NOT_INSTALLED: ("– not installed", "muted"),
    Standing.ABSENT: ("– not there", "muted"),
    Standing.FAILING: ("✗ failing", "failed"),
}
LEVELS: dict[str, Part] = {"ok": ("✓", "ok"), "degraded": ("!", "attention"), "failing": ("✗", "failed")}


def system_rows(offers: Sequence[ProviderOffer], routes: Sequence[RouteHealth]) -> tuple[Row, ...]:
    """Each provider with the routes that were asked below it. Before providers were looked at, the routes alone."""
    rows: list[Row] = []
    told: set[str] = set()
    for offer in offers:
        rows.append(_provider_row(offer))
        below = [route for route in routes if route.route.partition(":")[0] == offer.prefix]
        rows += [route_row(route) for route in below]
        told |= {route.route for route in below}
    return (*rows, *(route_row(route) for route in routes if route.route not in told))


def _provider_row(offer: ProviderOffer) -> Row:
    word, style = STANDINGS[offer.standing]
    models = counted(len(offer.models), "model") if offer.standing is Standing.READY else ""
    empty = (Cell(""),) * 5
    return Row(
        f"{PROVIDER_PREFIX}{offer.prefix}", (Cell(word, style), Cell(offer.name, "strong"), *empty, Cell(models))
    )


def route_row(route: RouteHealth) -> Row:
    """A route with its figures."""
    word, style = route_state(route)
    failed = sum(route.errors.values())
    return Row(
        f"{ROUTE_PREFIX}{route.route}",
        (
            Cell(word, style),
            Cell(f"  {route.route}"),
            Cell(_took(route.latency_p50_ms)),
            Cell(_took(route.latency_p95_ms)),
            Cell(count(route.answers)),
            Cell(count(failed) if failed else NOTHING, "attention" if failed else "muted"),
            Cell(NOTHING if route.requests_left is None else count(route.requests_left)),
            Cell(money(route.spent_microusd)),
        ),
    )


def route_state(route: RouteHealth) -> Part:
    """Whether a route is asked, in a glyph and a word."""
    if route.breaker == "open":
        return "✗ left alone", "failed"
    if route.breaker == "half_open":
        return "◐ being tried", "attention"
    if route.rest_ms:
        return "‖ cooling", "attention"
    if route.probe not in ("", WELL):
        return "! no answer", "attention"
    return "● asked", "ok"


def _took(milliseconds: int | None) -> str:
    if milliseconds is None:
        return NOTHING
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds // 1_000}.{milliseconds % 1_000 // 100} s"


def headline(status: SystemStatus, notes: DriverNotes, *, now_ms: int) -> Paragraph:
    """Who drives, what was spent today, and how fresh the figures of routes are."""
    spent = money(status.spent_today_microusd)
    cap = status.cap_day_microusd
    of = "" if cap is None else f" of {money(cap)}"
    held = f", {money(status.held_microusd)} held" if status.held_microusd else ""
    parts: list[Part] = [("driven by ", "muted"), (status.driver, "text"), ("   today ", "muted"), (spent + of, "text")]
    if cap:
        parts.append((f" {bar(min(PPM_ONE, status.spent_today_microusd * PPM_ONE // cap), width=BAR_CELLS)}", "muted"))
    parts.append((held, "muted"))
    if not status.is_driver and notes.at_ms:
        parts.append((f"   routes as the driver noted them {age(now_ms - notes.at_ms)} ago", "muted"))
    return Paragraph(tuple(parts))


def detail(
    key: str | None, offers: Sequence[ProviderOffer], notes: DriverNotes, *, reset_key: str, now_ms: int
) -> tuple[Paragraph, ...]:
    """What there is to say of the row under the cursor."""
    if key is not None and key.startswith(ROUTE_PREFIX):
        route = next((each for each in notes.routes if each.route == key.removeprefix(ROUTE_PREFIX)), None)
        return _of_route(route, reset_key, now_ms) if route is not None else ()
    if key is not None and key.startswith(PROVIDER_PREFIX):
        offer = next((each for each in offers if each.prefix == key.removeprefix(PROVIDER_PREFIX)), None)
        return _of_provider(offer) if offer is not None else ()
    return ()


def _of_route(route: RouteHealth, reset_key: str, now_ms: int) -> tuple[Paragraph, ...]:
    lines = [Paragraph(((route.route, "strong"),))]
    if route.breaker == "open":
        rest = duration(route.rest_ms) if route.rest_ms >= 1_000 else "a moment"
        again = (
            f"It failed too often and is left alone; one call tries it again in {rest}. {reset_key} has it asked now."
        )
        lines += paragraphs(again, "attention")
    elif route.rest_ms:
        lines += paragraphs(f"It asked to be left alone for {duration(route.rest_ms)} more.", "attention")
    answered = f"{counted(route.answers, 'answer')}, half of them within {_took(route.latency_p50_ms)}, "
    answered += f"nineteen of twenty within {_took(route.latency_p95_ms)}"
    lines.append(_line("answers", answered if route.answers else "none yet"))
    errors = ", ".join(f"{word.replace('_', ' ')} {number}" for word, number in sorted(route.errors.items()))
    lines.append(_line("errors", errors or "none"))
    if route.last_error:
        lines += paragraphs(route.last_error, "attention", lead="last      ")
    if route.requests_left is not None:
        tokens = "" if route.tokens_left is None else f" and {count(route.tokens_left)} tokens"
        waits = f"; {counted(route.waiting, 'call')} waiting" if route.waiting else ""
        lines.append(_line("left", f"{counted(route.requests_left, 'request')}{tokens} within this minute{waits}"))
    lines.append(_line("spent", f"{money(route.spent_microusd)} since the driver began"))
    if route.probe:
        lines.append(_line("probed", f"{route.probe.replace('_', ' ')}, {age(now_ms - route.probed_at_ms)} ago"))
    return tuple(lines)


def _of_provider(offer: ProviderOffer) -> tuple[Paragraph, ...]:
    word, style = STANDINGS[offer.standing]
    lines = [Paragraph(((offer.name, "strong"), ("  ", "text"), (word, style)))]
    if offer.why:
        lines += paragraphs(offer.why, "attention" if offer.standing is Standing.FAILING else "text")
    if offer.now:
        lines += paragraphs(offer.now)
    if offer.origin:
        lines.append(_line("from", offer.origin))
    if offer.model_meant:
        lines.append(_line("alone", f"{offer.prefix!r} alone means {offer.model_meant}"))
    if offer.models:
        named = ", ".join(info.model for info in offer.models[:MODELS_NAMED_MAX])
        more = len(offer.models) - MODELS_NAMED_MAX
        lines.append(_line("models", named + (f" and {more} more" if more > 0 else "")))
    if offer.models_beside:
        lines.append(_line("beside", f"{counted(len(offer.models_beside), 'model')} without a known price, or mute"))
    return tuple(lines)


def model_lines(offer: ProviderOffer) -> tuple[Paragraph, ...]:
    """Every model of a provider with its prices and window, or what stands in the way."""
    rows = [model_row(info, is_meant=info.model == offer.model_meant) for info in offer.models]
    rows += [(name, UNKNOWN, UNKNOWN, "", "") for name in offer.models_beside]
    if not rows:
        return paragraphs(f"{offer.why} {offer.now}".strip() or "It names no model.")
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return tuple(
        Paragraph(
            (
                (f"{name:<{widths[0]}}  ", "text"),
                (f"{asked:>{widths[1]}}  {answered:>{widths[2]}}  ", "accent" if asked != UNKNOWN else "muted"),
                (f"{window:>{widths[3]}}  {remark}".rstrip(), "muted"),
            )
        )
        for name, asked, answered, window, remark in rows
    )


def system_lines(health: Sequence[Health], jobs: Sequence[JobView], *, now_ms: int) -> tuple[Paragraph, ...]:
    """Database, disk, event loop and jobs, one line each."""
    lines = [Paragraph((("health", "strong"),))]
    lines += [_health_line(each) for each in health]
    lines += [Paragraph(), Paragraph((("jobs", "strong"),))]
    lines += [_job_line(job, now_ms=now_ms) for job in jobs]
    if not jobs:
        lines.append(Paragraph((("None: nobody drives, and whoever does schedules them.", "muted"),)))
    return tuple(lines)


def _health_line(health: Health) -> Paragraph:
    glyph, style = LEVELS[health.state]
    said = "text" if health.state == WELL else style
    return Paragraph(((health.reason, said),), f"{glyph} {health.name.replace('_', ' '):<15}", style)


def _job_line(job: JobView, *, now_ms: int) -> Paragraph:
    is_well = job.last_result in ("", WELL)
    glyph, style = ("✓", "ok") if job.last_result == WELL else ("◌", "muted") if is_well else ("✗", "failed")
    ran = f"ran {age(now_ms - job.last_run_ms)} ago" if job.last_run_ms else "has not run yet"
    due = f", next in {duration(job.next_run_ms - now_ms)}" if job.next_run_ms > now_ms else ""
    said = "" if is_well else f": {job.last_result}"
    every = duration(job.every_seconds * 1_000)
    return Paragraph(
        ((f"every {every}, {ran}{due}{said}", "text" if is_well else style),), f"{glyph} {job.name:<15}", style
    )


def _line(name: str, text: str) -> Paragraph:
    return Paragraph(((text, "text"),), f"{name:<10}")
